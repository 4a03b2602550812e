package i18n

// What becomes of a line that its member calls wrong, once a second person is asked.
const (
	DisputeClosedSince Key = "dispute.closed_since"
	DisputeToldYes     Key = "dispute.told_yes"
	DisputeToldNo      Key = "dispute.told_no"
	DisputeOpen        Key = "dispute.open"
	DisputeOwnLine     Key = "dispute.own_line"
	DisputeOwn         Key = "dispute.own"
)
