package i18n

// Perks that members claim for nothing.
const (
	WordsOffers Key = "words.offers"
	HelpOffers  Key = "help.offers"
	KeyOffers   Key = "key.offers"

	OffersTitle     Key = "offers.title"
	OffersNone      Key = "offers.none"
	OffersMore      Key = "offers.more"
	OffersGet       Key = "offers.get"
	OffersYours     Key = "offers.yours"
	OffersGroup     Key = "offers.group"
	OffersUntil     Key = "offers.until"
	OffersLeftDay   Key = "offers.left_day"
	OffersLeftWeek  Key = "offers.left_week"
	OffersLeftMonth Key = "offers.left_month"
	OffersFrom      Key = "offers.from"
	OffersPlan      Key = "offers.plan"
	OffersTried     Key = "offers.tried"
	OffersHad       Key = "offers.had"
	OffersHadUntil  Key = "offers.had_until"
	OffersGone      Key = "offers.gone"
	OffersGoneUntil Key = "offers.gone_until"

	OffersNoSuch     Key = "offers.no_such"
	OffersNotNow     Key = "offers.not_now"
	OffersOver       Key = "offers.over"
	OffersNotYours   Key = "offers.not_yours"
	OffersNotLevel   Key = "offers.not_level"
	OffersNotPlan    Key = "offers.not_plan"
	OffersNotNew     Key = "offers.not_new"
	OffersTwice      Key = "offers.twice"
	OffersTwiceUntil Key = "offers.twice_until"
	OffersEmpty      Key = "offers.empty"
	OffersEmptyUntil Key = "offers.empty_until"
)
