package i18n

// What becomes of a line that its member calls wrong, in the chat and on the console's list.
const (
	DisputeClosedSince Key = "dispute.closed_since"
	DisputeToldYes     Key = "dispute.told_yes"
	DisputeToldNo      Key = "dispute.told_no"
	DisputeOpen        Key = "dispute.open"
	DisputeOwnLine     Key = "dispute.own_line"
	DisputeOwn         Key = "dispute.own"

	DisputeTitle    Key = "dispute.title"
	DisputeText     Key = "dispute.text"
	DisputeWaits    Key = "dispute.waits"
	DisputeAnswered Key = "dispute.answered"
	DisputeIntro    Key = "dispute.intro"
	DisputeState    Key = "dispute.state"
	DisputeBy       Key = "dispute.by"
	DisputeAt       Key = "dispute.at"
	DisputeSince    Key = "dispute.since"
	DisputeNone     Key = "dispute.none"
	DisputeMore     Key = "dispute.more"
)
