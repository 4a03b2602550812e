package i18n

// What the invented café of the demo wrote, and its customers.
const (
	DemoOfferName   Key = "demo.offer_name"
	DemoOfferTitle  Key = "demo.offer_title"
	DemoOfferText   Key = "demo.offer_text"
	DemoOfferGet    Key = "demo.offer_get"
	DemoOfferLook   Key = "demo.offer_look"
	DemoDraftName   Key = "demo.draft_name"
	DemoDraftTitle  Key = "demo.draft_title"
	DemoDraftText   Key = "demo.draft_text"
	DemoWaited      Key = "demo.waited"
	DemoSpilt       Key = "demo.spilt"
	DemoTuesday     Key = "demo.tuesday"
	DemoLoud        Key = "demo.loud"
	DemoCold        Key = "demo.cold"
	DemoTagMornings Key = "demo.tag_mornings"
	DemoTagOat      Key = "demo.tag_oat"
	DemoTagBeans    Key = "demo.tag_beans"
	DemoReview      Key = "demo.review"
	DemoReviewNo    Key = "demo.review_no"
	DemoEvening     Key = "demo.evening"
	DemoEveningText Key = "demo.evening_text"
	DemoMatch       Key = "demo.match"
)
