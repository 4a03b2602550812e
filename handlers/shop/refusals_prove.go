package shop

import (
	"regulars/i18n"
	"regulars/loyalty/people"
)

// plainProve are the refusals of who wants to prove who they are. A code whose
// member is gone is a code like any other that is not good.
var plainProve = map[error]i18n.Key{
	people.ErrOwnAccount: i18n.LostOwn,
	people.ErrNotMember:  i18n.RefuseCode,
	people.ErrSMSCode:    i18n.SMSOver,
}
