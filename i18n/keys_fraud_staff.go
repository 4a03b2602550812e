package i18n

// What stops employees, and what of their days is worth an owner's look.
const (
	StopHour         Key = "stop.hour"
	StopDay          Key = "stop.day"
	StopCard         Key = "stop.card"
	StopAll          Key = "stop.all"
	StopHousehold    Key = "stop.household"
	StopWhy          Key = "stop.why"
	StopWhyHour      Key = "stop.why_hour"
	StopWhyDay       Key = "stop.why_day"
	StopWhyCard      Key = "stop.why_card"
	StopWhyAll       Key = "stop.why_all"
	StopWhyHousehold Key = "stop.why_household"
)
