package club

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/offer"
	"regulars/store"
)

// get claims an offer; a refusal is told in a word, and until when it holds.
func get(id string) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		var refused *loyalty.OfferError
		said := l.try(func(tx store.Tx, act book.Act) error {
			act.Actor, refused = loyalty.ByMember(m), nil
			_, err := offersOf(l).Claim(tx, m, act, id)
			errors.As(err, &refused)
			return err
		})
		if refused == nil {
			return said
		}
		word := string(refused.Why)
		if !refused.Again.IsZero() {
			word += " until " + refused.Again.In(l.zone()).Format("2006-01-02 15:04")
		}
		return []string{word}
	}}
}

func offersOf(l *life) *offer.Desk {
	return &offer.Desk{Book: l.c.Book, Vouchers: l.c.Vouchers, Programme: l.c.Programme, Facts: l.c.Facts}
}

// others are so many others who claim an offer, each once.
func others(n int, id string) deed {
	return deed{do: func(l *life, _ loyalty.MemberID) (said []string) {
		for i := range n {
			m := loyalty.MemberID("01HCROWD" + string(rune('A'+i/26)) + string(rune('A'+i%26)))
			if no := get(id).do(l, m); no != nil && !slices.Equal(no, said) {
				said = append(said, no...)
			}
		}
		return said
	}}
}

// ownNight is night, of which the table hears what the crowd is told not.
func ownNight() deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		return slices.DeleteFunc(night().do(l, m), func(s string) bool { return strings.HasPrefix(s, "01HCROWD") })
	}}
}

// orderAt is a sale in one of the kitchens.
func orderAt(at loyalty.Store, name, amount string, lines ...string) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		s := loyalty.Sale{Amount: l.money(amount), Lines: l.lines(lines)}
		return l.run(func(tx store.Tx, act book.Act) (Outcome, error) {
			act.Store = at
			o, err := l.c.Sale(tx, m, act, s)
			l.sales[name] = o.Receipt.Entry().Ref
			return o, err
		})
	}}
}

// useAt takes a voucher in one of the kitchens, by its reward's name.
func useAt(at loyalty.Store, name string) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		v := l.voucher(m, name)
		return l.try(func(tx store.Tx, act book.Act) error {
			act.Store = at
			_, _, err := l.c.Vouchers.Use(tx, l.c.Vouchers.CodeOf(v), act)
			return err
		})
	}}
}

// TestYearOfTakeout lives from the first free treat to the family table and back.
// What the preset says, and the sums that the table uses:
//
//	points   $1 is 1, cents dropped, nothing for the delivery fee; half as many again
//	         at the family table. Good to the end of next year.
//	levels   by what is spent in the calendar year: local from $300, family from
//	         $1,200; it stands to 31 January of the year after next; then by one.
//	weekly   fries, dumplings, cookies in turn, from Monday 2026-01-05, one a week,
//	         good to the end of the sixth day after.
//	friday   a drink for the first fifty of a Friday, two a month each, to the end of the
//	         second day after.
//	new      a dish where one has not ordered yet, twice, 30 days.
//	sweet    a dessert for who had none; delivery twice a month from local on; lunch
//	         in July and August, two hundred in all, one each.
func TestYearOfTakeout(t *testing.T) {
	playYear(t, "takeout", []step{
		{"2026-01-04 18:00", join("06-11"), "0", "guest", "", "", ""},
		{"2026-01-04 18:01", get("weekly"), "0", "guest", "", "", "closed until 2026-01-05 00:00"}, // the first turn begins on Monday
		{"2026-01-05 00:00", get("weekly"), "0", "guest", "", "fries", ""},
		{"2026-01-05 12:00", get("weekly"), "0", "guest", "", "fries", "had until 2026-01-12 00:00"},
		{"2026-01-05 12:01", get("delivery"), "0", "guest", "", "fries", "level"},
		{"2026-01-05 12:02", get("friday"), "0", "guest", "", "fries", "closed until 2026-01-09 00:00"},
		{"2026-01-05 12:03", get("summer"), "0", "guest", "", "fries", "closed until 2026-07-01 00:00"},
		{"2026-01-06 18:00", orderAt("noodles", "A", "24.90", "delivery=4.90"), "20", "guest", "", "fries", ""}, // on 24.90 - 4.90
		{"2026-01-06 19:00", useAt("noodles", "fries"), "20", "guest", "", "fries", "refused: voucher: taken in [\"grill\"] only"},
		{"2026-01-11 23:59", useAt("grill", "fries"), "20", "guest", "", "", ""}, // Sunday, the sixth day, whole
		{"2026-01-12 00:00", get("weekly"), "20", "guest", "", "dumplings", ""},  // the second turn
		{"2026-01-18 23:59", look(), "20", "guest", "", "dumplings", ""},
		{"2026-01-19 00:00", get("weekly"), "20", "guest", "", "cookies", ""}, // the dumplings are gone, unused
		{"2026-01-19 05:00", night(), "20", "guest", "", "cookies", "lapsed dumplings"},
		{"2026-01-25 23:59", useAt("bakery", "cookies"), "20", "guest", "", "", ""},
		{"2026-01-26 09:00", get("weekly"), "20", "guest", "", "fries", ""}, // the fourth turn is the first again

		// Fridays: fifty in all, two a month each.
		{"2026-01-30 00:00", get("friday"), "20", "guest", "", "drink fries", ""},
		{"2026-01-30 00:01", others(50, "friday"), "20", "guest", "", "drink fries", "gone until 2026-02-06 00:00"}, // 49 of them had theirs
		{"2026-02-01 23:59", useAt("grill", "drink"), "20", "guest", "", "fries", ""},                               // Sunday, the second day, whole
		{"2026-02-02 00:00", look(), "20", "guest", "", "", ""},                                                     // the fries of 26 January are gone
		{"2026-02-02 05:00", ownNight(), "20", "guest", "", "", "lapsed fries"},
		{"2026-02-06 09:00", get("friday"), "20", "guest", "", "drink", ""},
		{"2026-02-06 09:01", get("friday"), "20", "guest", "", "drink drink", ""},
		{"2026-02-06 09:02", get("friday"), "20", "guest", "", "drink drink", "had until 2026-03-06 00:00"}, // March's first Friday
		{"2026-02-08 23:59", look(), "20", "guest", "", "drink drink", ""},
		{"2026-02-09 00:00", look(), "20", "guest", "", "", ""},
		{"2026-02-09 05:00", night(), "20", "guest", "", "", "lapsed drink, lapsed drink"},

		// A kitchen that is new: not the noodles of January.
		{"2026-02-10 18:00", get("new-kitchen"), "20", "guest", "", "welcome-dish", ""},
		{"2026-02-10 18:05", useAt("noodles", "welcome-dish"), "20", "guest", "", "welcome-dish", "refused: voucher: taken in [\"grill\" \"bakery\"] only"},
		{"2026-02-10 18:10", useAt("grill", "welcome-dish"), "20", "guest", "", "", ""},
		{"2026-02-10 18:11", orderAt("grill", "B", "80"), "100", "guest", "", "", ""},
		{"2026-02-11 18:00", orderAt("bakery", "C", "12", "tart"), "112", "guest", "", "", ""},
		{"2026-02-11 18:01", get("new-kitchen"), "112", "guest", "", "", "tried"}, // ordered from all three
		{"2026-02-11 18:02", get("sweet"), "112", "guest", "", "", "tried"},       // a tart is a dessert
		{"2026-02-12 09:00", refund("C", ""), "100", "guest", "", "", ""},         // it was brought to somebody else
		{"2026-02-12 09:01", get("sweet"), "100", "guest", "", "dessert", ""},
		{"2026-02-12 09:02", get("new-kitchen"), "100", "guest", "", "dessert welcome-dish", ""}, // the bakery is new again
		{"2026-02-12 09:03", get("new-kitchen"), "100", "guest", "", "dessert welcome-dish", "had"},
		{"2026-02-12 18:00", useAt("bakery", "welcome-dish"), "100", "guest", "", "dessert", ""},
		{"2026-02-12 18:01", useAt("bakery", "dessert"), "100", "guest", "", "", ""},
		{"2026-02-12 18:02", get("sweet"), "100", "guest", "", "", "had"},

		// Points come along: $20 + 80 so far this year, then to local and to family.
		{"2026-03-20 18:00", orderAt("grill", "D", "194.90"), "294", "guest", "", "", ""},        // spent 24.90 + 80 + 194.90 = 299.80
		{"2026-03-21 18:00", orderAt("grill", "E", "10"), "304", "local", "", "", "guest>local"}, // 309.80
		{"2026-03-21 18:01", get("delivery"), "304", "local", "", "free-delivery", ""},
		{"2026-03-21 18:02", get("delivery"), "304", "local", "", "free-delivery free-delivery", ""},
		{"2026-03-21 18:03", get("delivery"), "304", "local", "", "free-delivery free-delivery", "had until 2026-04-01 00:00"},
		{"2026-03-21 18:04", redeem("lunch", "lunch"), "4 h300", "local", "", "free-delivery free-delivery lunch", ""}, // points are for that
		{"2026-03-22 12:00", use("lunch"), "4", "local", "", "free-delivery free-delivery", ""},
		{"2026-04-04 23:59", look(), "4", "local", "", "free-delivery free-delivery", ""}, // the fourteenth day, whole
		{"2026-04-05 00:00", look(), "4", "local", "", "", ""},
		{"2026-04-05 05:00", night(), "4", "local", "", "", "lapsed free-delivery, lapsed free-delivery"},
		{"2026-06-08 05:00", night(), "4", "local", "", "dessert", "birthday dessert"}, // Monday of the birthday's week
		{"2026-06-22 23:59", useAt("bakery", "dessert"), "4", "local", "", "", ""},     // the fourteenth day
		{"2026-07-01 00:00", get("summer"), "4", "local", "", "lunch", ""},
		{"2026-07-01 00:01", get("summer"), "4", "local", "", "lunch", "had"},
		{"2026-07-02 12:00", use("lunch"), "4", "local", "", "", ""},
		{"2026-09-01 00:00", as(bob, get("summer")), "0", "guest", "", "", "over"},
		{"2026-10-10 18:00", orderAt("noodles", "F", "900"), "904", "family", "", "", "local>family"}, // as local; 1,209.80
		{"2026-10-11 18:00", orderAt("noodles", "G", "10"), "919", "family", "", "", ""},              // 10 + 5
		{"2026-10-11 18:01", get("delivery"), "919", "family", "", "free-delivery", ""},               // a month of its own

		// What is left goes by one step, and the points of 2026 with 2027.
		{"2026-10-26 05:00", night(), "919", "family", "", "", "lapsed free-delivery"}, // after its fourteenth day
		{"2027-12-02 10:05", night(), "919", "family", "", "", "919 go in 30 days"},
		{"2027-12-25 10:05", night(), "919", "family", "", "", "919 go in 7 days"},
		{"2028-01-01 00:00", look(), "0", "family", "", "", ""},
		{"2028-01-31 23:59", look(), "0", "family", "", "", ""}, // 31 days of grace
		{"2028-02-01 00:00", look(), "0", "local", "", "", ""},
		{"2028-02-04 09:00", get("friday"), "0", "local", "", "drink", ""}, // a perk needs no points
	}, []asOf{
		{"2026-01-10 12:00", "20"}, {"2026-02-12 08:59", "112"}, {"2027-12-31 23:59", "919"}, {"2028-01-01 00:01", "0"},
	})
}
