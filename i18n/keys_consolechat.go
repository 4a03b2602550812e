package i18n

// The command that gives a manager the way into the console.
const (
	WordsConsole         Key = "words.console"
	HelpConsole          Key = "help.console"
	ConsolechatTitle     Key = "consolechat.title"
	ConsolechatHow       Key = "consolechat.how"
	ConsolechatOpen      Key = "consolechat.open"
	ConsolechatNoAddress Key = "consolechat.no_address"
)
