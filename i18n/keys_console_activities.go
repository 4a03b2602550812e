package i18n

// The console's section about what the shop offers besides points and rewards.
const (
	ConsoleActivities     Key = "console_activities.title"
	ConsoleActivitiesNone Key = "console_activities.none"
	ConsoleActivitiesOff  Key = "console_activities.off"
)
