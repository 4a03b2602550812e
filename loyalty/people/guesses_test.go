package people

import (
	"errors"
	"math"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/mem"
)

// TestHundredThousandGuesses lets somebody guess once a second for a day and
// more, at each of the secrets that are short enough to be guessed: what the
// limits let through is so little that the odds stay where they should be. The
// next try finds them shut, with the right secret too.
func TestHundredThousandGuesses(t *testing.T) {
	t.Parallel()
	guesses := 100_000
	if raceDetector { // of what one goroutine does
		guesses = 2000
	}
	for _, g := range []struct {
		secret  string
		space   float64 // how many secrets there could be, for each that is good
		most    int     // guesses let through
		odds    float64 // of one being right
		guesser func(*world) func() error
	}{
		// A thousand employees' invitations at once would be many.
		{"an invitation's code", math.Pow(31, codeLength-1) / 1000, 840, 1e-9, guessInvite},
		{"a PIN, by who has the device in hand", 10_000 - 34, 45, 0.005, guessPIN}, // 34 are no PINs
		{"a code by SMS", 1_000_000, 270, 3e-4, guessSMS},
	} {
		t.Run(g.secret, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.db = mem.New()
			guess, through := g.guesser(w), 0
			for range guesses {
				w.now = w.now.Add(time.Second)
				if guess() == nil {
					through++
				}
			}
			if through == 0 || through > g.most {
				t.Errorf("%d of %d guesses were let through, not 1 to %d", through, guesses, g.most)
			}
			if odds := float64(through) / g.space; odds > g.odds {
				t.Errorf("one is right with odds of %.2g, not at most %.2g", odds, g.odds)
			}
			t.Logf("%d let through: odds of %.2g", through, float64(through)/g.space)
		})
	}
}

// guessInvite types invitations' codes: nil where one was looked up.
func guessInvite(w *world) func() error {
	eve := Identity{"main", "eve"}
	w.hire("boss", Manager)
	w.do(func(tx store.Tx) error {
		_, _, err := w.v.Meet(tx, eve, Seen{DisplayName: "Eve"}, w.now, w.rand)
		return err
	})
	return func() error {
		code, err := newCode(w.rand)
		if err != nil {
			return err
		}
		err = w.try(func(tx store.Tx) error {
			_, err := w.v.Enrol(tx, InviteCode(code), eve, w.now, w.rand)
			return err
		})
		return lookedUp(err, ErrCode)
	}
}

// guessPIN types a PIN at a device, and the right one where it is shut.
func guessPIN(w *world) func() error {
	boss := w.hire("boss", Manager)
	d, _ := w.register(boss)
	return func() error {
		return w.try(func(tx store.Tx) error { return w.v.BeginPIN(tx, d.ID, boss.ID, w.now) })
	}
}

// guessSMS types digits until they are spent, and asks for more.
func guessSMS(w *world) func() error {
	eve := Identity{"main", "eve"}
	var asker Person
	w.do(func(tx store.Tx) (err error) {
		asker, _, err = w.v.Meet(tx, eve, Seen{DisplayName: "Eve"}, w.now, w.rand)
		return err
	})
	phone, err := ParsePhone("0912345678", "TW")
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	left, digits := 0, ""
	return func() error {
		if left == 0 {
			if err := w.try(func(tx store.Tx) (err error) {
				digits, err = w.v.NewSMSCode(tx, eve, asker.ID, phone, w.now, w.rand)
				return err
			}); err != nil {
				return err
			}
		}
		err := w.try(func(tx store.Tx) (err error) {
			_, left, err = w.v.SMSCode(tx, eve, asker.ID, wrongOf(digits), w.now)
			return err
		})
		return lookedUp(err, ErrSMSCode)
	}
}

// wrongOf is digits that are wrong.
func wrongOf(digits string) string {
	last := byte('0')
	if digits[len(digits)-1] == last {
		last = '1'
	}
	return digits[:len(digits)-1] + string(last)
}

// lookedUp takes the answer to a wrong secret for what the guesser hopes for.
func lookedUp(err, wrong error) error {
	if errors.Is(err, wrong) {
		return nil
	}
	return err
}
