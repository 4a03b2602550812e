package i18n

// A member's signed statement.
const (
	WordsPassbook Key = "words.passbook"
	HelpPassbook  Key = "help.passbook"

	PassbookAbout   Key = "passbook.about"
	PassbookButton  Key = "passbook.button"
	PassbookTitle   Key = "passbook.title"
	PassbookText    Key = "passbook.text"
	PassbookOpen    Key = "passbook.open"
	PassbookKey     Key = "passbook.key"
	PassbookNowhere Key = "passbook.nowhere"
	PassbookWhen    Key = "passbook.when"
	PassbookWhat    Key = "passbook.what"
	PassbookChange  Key = "passbook.change"
	PassbookBalance Key = "passbook.balance"
	PassbookIn      Key = "passbook.in"
	PassbookOut     Key = "passbook.out"
	PassbookOwed    Key = "passbook.owed"
	PassbookAlways  Key = "passbook.always"
	PassbookNewest  Key = "passbook.newest"
	PassbookSave    Key = "passbook.save"
	PassbookHow     Key = "passbook.how"
	PassbookCheck   Key = "passbook.check"
	PassbookGone    Key = "passbook.gone"
	PassbookEmpty   Key = "passbook.empty"
)
