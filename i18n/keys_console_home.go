package i18n

// The console's first page. Texts that only templates say have no constant here.
const (
	ConsoleHomeTitle       Key = "console_home.title"
	ConsoleHomeToday       Key = "console_home.today"
	ConsoleHomeYesterday   Key = "console_home.yesterday"
	ConsoleHomeWeekBefore  Key = "console_home.week_before"
	ConsoleHomeMonth       Key = "console_home.month"
	ConsoleHomeMonthBefore Key = "console_home.month_before"
)
