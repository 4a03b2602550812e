package i18n

// The console's page about perks that members claim for nothing.
const (
	ConsoleOffers        Key = "console_offers.title"
	ConsoleOffersName    Key = "console_offers.name"
	ConsoleOffersGives   Key = "console_offers.gives"
	ConsoleOffersState   Key = "console_offers.state"
	ConsoleOffersLeft    Key = "console_offers.left"
	ConsoleOffersLately  Key = "console_offers.lately"
	ConsoleOffersBefore  Key = "console_offers.before"
	ConsoleOffersClaims  Key = "console_offers.claims"
	ConsoleOffersMembers Key = "console_offers.members"
	ConsoleOffersUsed    Key = "console_offers.used"
	ConsoleOffersUnused  Key = "console_offers.unused"
	ConsoleOffersLapsed  Key = "console_offers.lapsed"
	ConsoleOffersVoid    Key = "console_offers.void"
	ConsoleOffersOpen    Key = "console_offers.open"
	ConsoleOffersUntil   Key = "console_offers.until"
	ConsoleOffersFrom    Key = "console_offers.from"
	ConsoleOffersOver    Key = "console_offers.over"
	ConsoleOffersGone    Key = "console_offers.gone"
	ConsoleOffersAll     Key = "console_offers.all"
	ConsoleOffersAt      Key = "console_offers.at"
	ConsoleOffersWho     Key = "console_offers.who"
	ConsoleOffersWhere   Key = "console_offers.where"
)
