package i18n

// Drawings of the console's pages.
const (
	ConsoleChartSummary Key = "console.chart.summary"
)
