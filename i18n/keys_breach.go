package i18n

// A breach: what was seen, whom the law has told, and the notices as drafts.
const (
	BreachMasked   Key = "breach.d_masked"
	BreachName     Key = "breach.d_name"
	BreachPhone    Key = "breach.d_phone"
	BreachBirthday Key = "breach.d_birthday"
	BreachPoints   Key = "breach.d_points"
	BreachHistory  Key = "breach.d_history"
	BreachCard     Key = "breach.d_card"
	BreachHandle   Key = "breach.d_handle"
	BreachChats    Key = "breach.d_chats"

	BreachLawTW Key = "breach.law_tw"
	BreachLawHK Key = "breach.law_hk"
	BreachLawJP Key = "breach.law_jp"
	BreachLawTH Key = "breach.law_th"
	BreachLawCN Key = "breach.law_cn"
	BreachLawEU Key = "breach.law_eu"

	BreachToAuthority Key = "breach.to_authority"
	BreachToPeople    Key = "breach.to_people"
)
