package i18n

// The console's pages about matched tiers and households.
const (
	ConsoleMatchWords     Key = "console_match.words"
	ConsoleMatchAsked     Key = "console_match.asked"
	ConsoleMatchDone      Key = "console_match.done"
	ConsoleMatchDidGive   Key = "console_match.did_give"
	ConsoleMatchDidRefuse Key = "console_match.did_refuse"

	ConsoleHouseholdsOf      Key = "console_households.of"
	ConsoleHouseholdsSharing Key = "console_households.sharing"
	ConsoleHouseholdsMade    Key = "console_households.made"
	ConsoleHouseholdsNone    Key = "console_households.none"
)
