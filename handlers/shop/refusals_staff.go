package shop

import (
	"regulars/i18n"
	"regulars/loyalty/people"
)

// plainStaff are the refusals about employees that need no numbers.
var plainStaff = map[error]i18n.Key{
	people.ErrLastOwner: i18n.ConsoleTeamLastOwner,
	people.ErrNotStaff:  i18n.ConsoleTeamGone,
	people.ErrNoDevice:  i18n.ConsoleTeamNoDevice,
}
