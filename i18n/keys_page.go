package i18n

// What pages in a browser say.
const (
	ScanTitle    Key = "scan.title"
	ScanStaff    Key = "scan.staff"
	ScanCustomer Key = "scan.customer"
	ScanOpen     Key = "scan.open"
	ScanNone     Key = "scan.none"
)
