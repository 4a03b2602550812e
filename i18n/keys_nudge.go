package i18n

// What the shop writes of its own accord to a member.
const (
	NudgeVoucher   Key = "nudge.voucher"
	NudgeMany      Key = "nudge.several"
	NudgeMore      Key = "nudge.more"
	NudgeLast      Key = "nudge.last"
	NudgeLeft      Key = "nudge.left"
	NudgeToday     Key = "nudge.today"
	NudgeLeftToday Key = "nudge.left_today"
	NudgeTier      Key = "nudge.tier"
	NudgeStamps    Key = "nudge.stamps"
	NudgeComeback  Key = "nudge.comeback"
	NudgeYears     Key = "nudge.years"
	NudgeThanks1   Key = "nudge.thanks_1"
	NudgeThanks2   Key = "nudge.thanks_2"
	NudgeThanks3   Key = "nudge.thanks_3"
	NudgeThanks4   Key = "nudge.thanks_4"
	NudgeSigned    Key = "nudge.signed"
	NudgeReleased  Key = "nudge.released"
	NudgeStop      Key = "nudge.stop"
)
