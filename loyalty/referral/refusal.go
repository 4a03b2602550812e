package referral

// refusal is an answer, not an accident; see loyalty.Refusal.
type refusal string

func (r refusal) Error() string { return "referral: " + string(r) }

// Refusal marks it as one.
func (refusal) Refusal() {}

// The refusals, all without arguments.
const (
	ErrUnknown = refusal("nobody's code, or of somebody who left")
	ErrSelf    = refusal("it is their own code")
	ErrNotNew  = refusal("already a member, or was one before")
	ErrCircle  = refusal("the friend brought in who is to bring them")
	ErrOff     = refusal("the programme rewards no referrals now")
)
