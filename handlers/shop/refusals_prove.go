package shop

import (
	"regulars/i18n"
	"regulars/loyalty/people"
)

// plainProve are the refusals of who wants to prove who they are.
var plainProve = map[error]i18n.Key{
	people.ErrOwnAccount: i18n.LostOwn,
	people.ErrSMSCode:    i18n.SMSOver,
}
