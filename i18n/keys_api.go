package i18n

// What a till's program is told, for whoever stands at the till.
const (
	ApiKey      Key = "api.key"
	ApiScope    Key = "api.scope"
	ApiStore    Key = "api.store"
	ApiClosed   Key = "api.closed"
	ApiNone     Key = "api.none"
	ApiOp       Key = "api.op"
	ApiClash    Key = "api.clash"
	ApiErased   Key = "api.erased"
	ApiForm     Key = "api.form"
	ApiShowCard Key = "api.show_card"
	ApiWording  Key = "api.wording"
	ApiRate     Key = "api.rate"
)

// What members and owners are told of it.
const (
	ApiRedeemed Key = "api.redeemed"
	ApiAlarm    Key = "api.alarm"
)
