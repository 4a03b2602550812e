package shop

import (
	"crypto/rand"
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// A promotion goes to whoever agreed to promotions, until they take that back:
// also one that was queued before (invariant 30). What they must know goes on.
func TestPromotionAsksForConsent(t *testing.T) {
	t.Parallel()
	w := newAudience(t, 1)
	who := loyalty.MemberID(w.all[0])
	may := func(class bot.Class) (why string) {
		w.update(func(tx store.Tx) (err error) {
			var later time.Time
			i := bot.Intent{ID: "I1", Class: class, Channel: "line", Person: bot.PersonID(who)}
			if why, later, err = w.s.MaySend(tx, i, w.now); why == "" && !later.IsZero() {
				why = "not yet"
			}
			return err
		})
		return why
	}
	agrees := func(yes bool) {
		w.update(func(tx store.Tx) error {
			return w.s.Vault.SetConsent(tx, who, people.ForPromo, yes, Wording, w.now, rand.Reader)
		})
	}
	for _, step := range []struct {
		yes  bool
		want string
	}{{true, ""}, {false, "no consent"}, {true, ""}} {
		agrees(step.yes)
		if why := may(bot.Promo); why != step.want {
			t.Errorf("agreed %v: a promotion is held back for %q, not %q", step.yes, why, step.want)
		}
		if why := may(bot.Receipt); why != "" {
			t.Errorf("agreed %v: a receipt is held back for %q", step.yes, why)
		}
	}
}
