package shop

import (
	"regulars/i18n"
	"regulars/loyalty/referral"
)

// plainReferral are the refusals of invitations. Who would make a circle is told
// no more than who was here before: it would say who else was invited by whom.
var plainReferral = map[error]i18n.Key{
	referral.ErrUnknown: i18n.RefuseFriendCode,
	referral.ErrSelf:    i18n.RefuseFriendSelf,
	referral.ErrNotNew:  i18n.RefuseFriendNew,
	referral.ErrCircle:  i18n.RefuseFriendNew,
	referral.ErrOff:     i18n.RefuseFriendOff,
}
