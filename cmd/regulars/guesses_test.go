package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/loyalty/people"
	"regulars/store/bolt"
)

// This file and guesses_http_test.go let somebody guess at every secret that
// opens something, through the doors that a stranger, a member or an employee
// has. What counts is how many guesses are looked up at all, and what the odds
// are that one of them is right.

// letters31 is how many codes of so many letters there are, check character
// aside: it is worth nothing to who knows how it is reckoned.
func letters31(n int) float64 { return math.Pow(31, float64(n-1)) }

// mostGuesses is few where every build waits for it, and REGULARS_GUESSES, such
// as 100000, where somebody wants to see it.
func mostGuesses(t *testing.T, few int) int {
	t.Helper()
	asked := os.Getenv("REGULARS_GUESSES")
	if asked == "" {
		return few
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < few {
		t.Fatalf("REGULARS_GUESSES is %q, not a number of %d at least", asked, few)
	}
	return n
}

// chatGuess is somebody who types codes into a chat.
type chatGuess struct {
	secret string
	by     sim.Person
	line   string        // what is typed, but for the code
	drawn  func() string // a code of the right form that is nobody's
	space  float64       // how many there are
	live   float64       // how many are good at once, in a shop with 100,000 members
	year   float64       // the odds, at most, that one account finds one in a year
	right  func() string // a good one
	use    func(code string)

	looked, refused int
	shut            bool // refused the last time
}

// types lets the guesser type a code and notes whether it was looked up. What is
// heard besides counts as a look: that errs on the safe side.
func (g *chatGuess) types(w *wire, code string) {
	said := w.says(g.by, fmt.Sprintf(g.line, code))
	no := count(said, "Too many tries") + count(said, "That was a lot at once")
	g.shut = no > 0
	g.refused += no
	g.looked += len(said) - no
}

// chatGuesses are those that can be typed.
func (w *wire) chatGuesses() []*chatGuess {
	ann, bob := w.member("line", "Ann", 1000), w.member("telegram", "Bob", 0)
	liz := w.member("line", "Liz", 500)
	sam, kim := w.employee("line", "Sam", people.Clerk), w.employee("telegram", "Kim", people.Clerk)
	mia := w.employee("line", "Mia", people.Manager)
	stranger := func(platform, name string) sim.Person {
		p := w.phone(platform, name)
		come(p)
		w.hush()
		return p
	}
	hears := func(p sim.Person, line, want string) func(string) {
		return func(code string) { w.heard(p, w.says(p, fmt.Sprintf(line, code)), 1, want) }
	}
	const members = 100_000
	return []*chatGuess{
		{secret: "a voucher's code, by an employee", by: sam, line: "/use %s", drawn: w.noVoucher, space: letters31(9), live: members / 10, year: 0.01, // a coffee, and every try is an employee's, by name
			right: func() string { return w.buysLatte(ann) }, use: hears(kim, "/use %s", "Hand this to Ann.")},
		{secret: "a card's number, by an employee", by: w.employee("telegram", "Tess", people.Clerk), line: "/sale %s 100", drawn: w.noLink, space: letters31(12), live: members, year: 1e-5,
			right: func() string { return w.card(ann) }, use: hears(kim, "/sale %s 100", "10 points for Ann")},
		{secret: "a receipt's code", by: w.member("telegram", "Eve", 0), line: "/claim %s", drawn: w.noReceipt, space: letters31(16), live: members / 10, year: 1e-9,
			right: func() string { return w.codeOf(mia, "350") }, use: hears(bob, "/claim %s", "+35 points")},
		{secret: "a recovery code", by: stranger("line", "Rae"), line: "/lost %s", drawn: w.noRecovery, space: letters31(16), live: members, year: 1e-9,
			right: func() string { return w.only(recoveryForm, w.says(liz, "/recovery")) }, use: hears(stranger("telegram", "Liz's new phone"), "/lost %s", "Your card is here, with 500 points")},
		{secret: "a code that links a chat", by: stranger("telegram", "Lou"), line: "/link %s", drawn: w.noLink, space: letters31(12), live: 1000, year: 1e-7,
			right: func() string { return w.only(linkForm, w.says(ann, "/link")) }, use: func(code string) { w.linked("telegram", "Ann's tablet", code, ann) }},
		{secret: "a friend's code", by: stranger("line", "Fay"), line: "/friend %s", drawn: w.noFriend, space: letters31(10), live: members, year: 0.01, // it takes nothing from anybody
			right: func() string { return w.only(invitationForm, w.says(ann, "/invite")) }, use: hears(stranger("line", "Joe"), "/friend %s", "A friend sent you")},
		{secret: "an employee's invitation", by: stranger("telegram", "Ida"), line: "/staff %s", drawn: w.noLink, space: letters31(12), live: 100, year: 1e-8,
			right: func() string { code, err := invited(w.t.Context(), w.app.app, people.Clerk); w.try(err); return code },
			use:   hears(stranger("line", "Neo"), "/staff %s", "Welcome to the team")},
	}
}

// TestGuessesInChat: somebody types a code every few seconds, at each of the
// secrets. So few are looked up that the odds stay where they should be; once it
// is shut the right code is refused as well, also after the program was started
// again; and meanwhile whose secret it is uses it as ever.
func TestGuessesInChat(t *testing.T) {
	t.Parallel()
	const every = 10 * time.Second // the flood's bounds are for who is quicker
	w := newWire(t)
	all := w.chatGuesses()
	begun, guesses := w.world.Clock.Now(), mostGuesses(t, 65)
	for range guesses {
		w.world.Clock.Advance(every)
		for _, g := range all {
			g.types(w, g.drawn())
		}
	}
	w.moves(people.CodeThrottle.Window) // so that none is about to open again
	right := make([]string, len(all))
	for i, g := range all {
		right[i], g.shut = g.right(), false
		for tries := 0; !g.shut && tries < 10; tries++ {
			g.types(w, g.drawn())
		}
	}
	w.stop()
	w.start(bolt.Options{})
	spans := float64(w.world.Clock.Now().Sub(begun))/float64(people.CodeThrottle.Window) + 2 // begun, and being begun
	for i, g := range all {
		w.throttled(g.by, fmt.Sprintf(g.line, right[i]))
		g.use(right[i])
		if most := people.CodeThrottle.Max * int(spans); g.looked == 0 || g.looked > most {
			t.Errorf("%s: %d of %d guesses were looked up, not 1 to %d", g.secret, g.looked, guesses, most)
		}
		perYear := float64(people.CodeThrottle.Max) * float64(365*24*time.Hour) / float64(people.CodeThrottle.Window)
		odds, year := float64(g.looked)*g.live/g.space, perYear*g.live/g.space
		if year > g.year {
			t.Errorf("%s: in a year one is found with odds of %.2g, not at most %.2g", g.secret, year, g.year)
		}
		t.Logf("%s: %d guesses, %d looked up, %d told to wait: odds of %.2g, and of %.2g in a year", g.secret, guesses, g.looked, g.refused, odds, year)
	}
}
