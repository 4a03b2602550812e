package i18n

// What comes along from another system.
const (
	EntryOpening Key = "entry.opening"
	// EntryBefore has Money.
	EntryBefore Key = "entry.before"

	TodayImported Key = "today.imported"
	// TodayClaimed has Claimed and Imported, numbers.
	TodayClaimed Key = "today.claimed"
)
