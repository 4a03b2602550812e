package i18n

// The console's pages about privacy. Texts that only templates say have no constant
// here.
const (
	ConsoleTrustTitle         Key = "console_trust.title"
	ConsoleTrustBreach        Key = "console_trust.breach"
	ConsoleTrustBreachText    Key = "console_trust.breach_text"
	ConsoleTrustAnybody       Key = "console_trust.anybody"
	ConsoleTrustEverything    Key = "console_trust.everything"
	ConsoleTrustKey           Key = "console_trust.key"
	ConsoleTrustWrongTime     Key = "console_trust.wrong_time"
	ConsoleTrustDidBreach     Key = "console_trust.did_breach"
	ConsoleTrustRetention     Key = "console_trust.retention"
	ConsoleTrustRetentionText Key = "console_trust.retention_text"
)
