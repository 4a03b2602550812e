package i18n

// What is said of what may please a member next.
const (
	RecommendWhy      Key = "recommend.why"
	RecommendNext     Key = "recommend.next"
	RecommendAnything Key = "recommend.anything"
)

// What levers add to a page.
const (
	LeverToGo      Key = "lever.to_go"
	LeverSoFar     Key = "lever.so_far"
	LeverSocial    Key = "lever.social"
	LeverScarce    Key = "lever.scarce"
	LeverLoss      Key = "lever.loss"
	LeverEndowment Key = "lever.endowment"
)
