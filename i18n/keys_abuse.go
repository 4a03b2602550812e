package i18n

// What is said to who does too much at once.
const (
	AbuseSlow      Key = "abuse.slow"
	AbuseSlowGroup Key = "abuse.slow_group"
	AbusePage      Key = "abuse.page"
)
