package i18n

// The console's page about missions. Texts that only templates say have no constant
// here.
const (
	ConsoleMissions       Key = "console_missions.title"
	ConsoleMissionsID     Key = "console_missions.ident"
	ConsoleMissionsName   Key = "console_missions.name"
	ConsoleMissionsPeriod Key = "console_missions.period"
	ConsoleMissionsWeek   Key = "console_missions.week"
	ConsoleMissionsOnce   Key = "console_missions.once"
	ConsoleMissionsBegan  Key = "console_missions.began"
	ConsoleMissionsDone   Key = "console_missions.done"
)
