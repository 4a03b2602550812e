package i18n

// The shop in figures: what managers are told once a week, and may ask for.
const (
	WordsStats Key = "words.stats"
	HelpStats  Key = "help.stats"

	DigestTitle    Key = "digest.title"
	DigestToday    Key = "digest.today"
	DigestWeek     Key = "digest.week"
	DigestMonth    Key = "digest.month"
	DigestTakings  Key = "digest.takings"
	DigestSales    Key = "digest.sales"
	DigestJoined   Key = "digest.joined"
	DigestGiven    Key = "digest.given"
	DigestSpent    Key = "digest.spent"
	DigestUses     Key = "digest.uses"
	DigestNPS      Key = "digest.nps"
	DigestScore    Key = "digest.score"
	DigestFew      Key = "digest.too_few"
	DigestUnhappy  Key = "digest.unhappy"
	DigestCases    Key = "digest.cases"
	DigestMessages Key = "digest.messages"
	DigestSent     Key = "digest.sent"
	DigestSaved    Key = "digest.saved"
	DigestLook     Key = "digest.look"
	DigestOften    Key = "digest.often"
	DigestGave     Key = "digest.gave"
	DigestUndone   Key = "digest.undone"
	DigestRound    Key = "digest.round"
	DigestMore     Key = "digest.more"
	DigestNote     Key = "digest.note"

	DigestButtonToday Key = "digest.button_today"
	DigestButtonWeek  Key = "digest.button_week"
	DigestButtonMonth Key = "digest.button_month"
	DigestButtonCases Key = "digest.button_cases"
)
