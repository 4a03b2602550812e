package i18n

// What messages cost.
const (
	WordsMessages Key = "words.messages"
	HelpMessages  Key = "help.messages"

	MoneyTitle     Key = "money.title"
	MoneyNone      Key = "money.none"
	MoneyBilled    Key = "money.billed"
	MoneyElsewhere Key = "money.elsewhere"
	MoneyReplies   Key = "money.replies"
	MoneyRode      Key = "money.rode"
	MoneyCost      Key = "money.cost"
	MoneySaved     Key = "money.saved"
	MoneyLeft      Key = "money.left"
	MoneyLeftOf    Key = "money.left_of"
	MoneyPace      Key = "money.pace"
	MoneyAbout     Key = "money.about"
	MoneyAboutCost Key = "money.about_cost"
	MoneyRead      Key = "money.read"
	MoneyNoPrices  Key = "money.no_prices"
	MoneyStopped   Key = "money.stopped"
	MoneyLimitNear Key = "money.limit_near"
	MoneyLimitGone Key = "money.limit_gone"
)
