package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/loyalty/people"
	"regulars/loyalty/referral"
	"regulars/loyalty/voucher"
)

// TestWireCase27Vouchers: voucher codes are tried out at the counter and by
// members. Nobody learns from the answer whether a code is somebody else's, and
// after five wrong ones even the right one is not taken for a while.
func TestWireCase27Vouchers(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann, bob := w.member("line", "Ann", 500), w.member("telegram", "Bob", 500)
	sam, kim := w.employee("line", "Sam", people.Clerk), w.employee("telegram", "Kim", people.Clerk)
	open, used := w.buysLatte(ann), w.buysLatte(ann)
	w.says(kim, "/use "+used)

	// A member asks for what is nobody's, and for another's, open and used.
	w.same(bob, "/voucher %s", w.noVoucher(), open, used)
	w.heard(ann, w.says(ann, "/voucher "+open), 1, open)

	// An employee sells to Bob with what is nobody's, and with Ann's.
	card := w.card(bob)
	w.same(sam, "/sale "+card+" 100 voucher %s", w.noVoucher(), open, used)
	for range 2 {
		w.says(sam, "/use "+w.noVoucher())
	}
	w.throttled(sam, "/use "+open, "/use "+w.noVoucher(), "/use "+used, "/sale "+card+" 100 voucher "+open)
	w.wants(bob, 500, 0, 0)
	w.wants(ann, 220, 140, 1)
	w.heard(kim, w.says(kim, "/use "+used), 1, "Used already") // a colleague is not held up
	w.moves(11 * time.Minute)
	w.heard(sam, w.says(sam, "/use "+open), 1, "Hand this to Ann.")
}

// TestWireCase27Friends: the same with invitations, by strangers and members.
func TestWireCase27Friends(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann, bob := w.member("line", "Ann", 0), w.member("telegram", "Bob", 0)
	code := w.only(invitationForm, w.says(ann, "/invite"))
	gone := w.member("line", "Gone", 0)
	was := w.only(invitationForm, w.says(gone, "/invite"))
	w.says(gone, "/leave")
	w.presses(gone, "Leave and erase")

	w.same(bob, "/friend %s", w.noFriend(), code, was) // members are told nothing
	eve := w.phone("telegram", "Eve")
	come(eve)
	w.hush()
	w.same(eve, "/friend %s", w.noFriend(), w.noFriend(), was)
	for range 2 {
		w.says(eve, "/friend "+w.noFriend())
	}
	w.throttled(eve, "/friend "+code, "/friend "+w.noFriend(), "/friend "+was)
	joe := w.phone("line", "Joe")
	come(joe)
	w.hush()
	w.heard(joe, w.says(joe, "/friend "+code), 1, "A friend sent you")
	w.moves(11 * time.Minute)
	w.heard(eve, w.says(eve, "/friend "+code), 1, "A friend sent you")
}

// TestWireCase27Links: the same with the codes that link a second chat.
func TestWireCase27Links(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann, bob := w.member("line", "Ann", 500), w.member("line", "Bob", 500)
	old := w.only(linkForm, w.says(bob, "/link"))
	w.moves(11 * time.Minute) // it lived ten
	used := w.only(linkForm, w.says(ann, "/link"))
	w.linked("telegram", "Tom", used, ann)
	good := w.only(linkForm, w.says(bob, "/link"))
	eve := w.phone("telegram", "Eve")
	come(eve)
	w.hush()
	w.same(eve, "/link %s", w.noLink(), used, old)
	for range 2 {
		w.says(eve, "/link "+w.noLink())
	}
	w.throttled(eve, "/link "+good, "/link "+w.noLink(), "/link "+used)
	if w.id(eve) == w.id(bob) {
		t.Error("Eve has got into Bob's account")
	}
	w.linked("line", "Liz", good, bob) // others are not held up
}

// linked joins a new phone to a member by a code of theirs.
func (w *wire) linked(platform, name, code string, to sim.Person) sim.Person {
	w.t.Helper()
	p := w.phone(platform, name)
	come(p)
	w.hush()
	w.says(p, "/link "+code)
	if w.id(p) != w.id(to) {
		w.t.Fatalf("%s is not linked to %s: %q", name, to.Name(), p.Received())
	}
	return p
}

// same says a line with each code and complains unless every answer is the same,
// byte for byte.
func (w *wire) same(p sim.Person, line string, codes ...string) {
	w.t.Helper()
	var first []string
	for i, code := range codes {
		said := w.says(p, fmt.Sprintf(line, code))
		if i == 0 {
			first = said
		}
		if len(said) == 0 || !slices.Equal(said, first) {
			w.t.Errorf("%s said %q: %q, and before %q", p.Name(), fmt.Sprintf(line, code), said, first)
		}
	}
}

// throttled says lines that must all be put off, in the same words.
func (w *wire) throttled(p sim.Person, lines ...string) {
	w.t.Helper()
	var all []string
	for _, line := range lines {
		said := w.says(p, line)
		if count(said, "Too many tries") != 1 || len(said) != 1 {
			w.t.Errorf("%s said %q: %q", p.Name(), line, said)
		}
		all = append(all, said...)
	}
	if slices.Sort(all); len(slices.Compact(all)) != 1 {
		w.t.Errorf("%s can tell them apart: %q", p.Name(), all)
	}
}

var invitationForm = regexp.MustCompile(`Your code\W+([0-9A-Z]{5}-[0-9A-Z]{5})`)

// noVoucher is a code of the right form that is nobody's; so are the next two.
func (w *wire) noVoucher() string {
	return formed(9, func(s string) bool { _, ok := voucher.ParseCode(s); return ok })
}

func (w *wire) noFriend() string {
	return formed(referral.CodeLength, func(s string) bool { _, err := referral.ParseCode(s); return err == nil })
}

func (w *wire) noLink() string {
	return formed(12, func(s string) bool { _, err := people.ParseLinkCode(s); return err == nil })
}

// formed draws letters of codes until their check character is right.
func formed(n int, ok func(string) bool) string {
	const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	for {
		s := make([]byte, n)
		for i := range s {
			s[i] = letters[rand.IntN(len(letters))]
		}
		if ok(string(s)) {
			return string(s)
		}
	}
}
