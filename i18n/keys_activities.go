package i18n

// The command behind which stands what the shop offers besides points and
// rewards.
const (
	WordsActivities Key = "words.activities"
	HelpActivities  Key = "help.activities"
	KeyActivities   Key = "key.activities"

	ActivitiesText Key = "activities.text"
	ActivitiesNone Key = "activities.none"
)
