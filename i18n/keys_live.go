package i18n

// What the live card says.
const (
	LiveOpen     Key = "live.open"
	LiveShow     Key = "live.show"
	LiveOut      Key = "live.out"
	LiveLost     Key = "live.lost"
	LiveUntil    Key = "live.until"
	LiveGone     Key = "live.gone"
	LiveGoneText Key = "live.gone_text"
)
