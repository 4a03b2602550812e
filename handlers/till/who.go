package till

import (
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// Called is a member's name as an employee may see it, never empty.
func Called(p i18n.Printer, m people.Person) string {
	if n := shop.Mask(m.Called()); n != "" {
		return n
	}
	return p.Say(i18n.SomeCustomer)
}
