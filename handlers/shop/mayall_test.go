package shop

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/mem"
)

// audience is the café with so many members who agreed to offers, at noon in
// Taipei.
type audience struct {
	t   *testing.T
	s   *Shop
	db  *mem.DB
	all []bot.PersonID
	now time.Time
	ops int // so many employees and sales were made
}

func newAudience(t *testing.T, n int) *audience {
	t.Helper()
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	w := &audience{t: t, db: mem.New(mem.Twice), now: time.Date(2026, 1, 5, 4, 0, 0, 0, time.UTC)}
	w.s = New(v, func(time.Time) *programme.Programme { return p }, benchClock{w.now}, rand.Reader, slog.New(slog.DiscardHandler))
	w.s.Channels = []Channel{{Name: "line", Platform: bot.LINE, Handle: "@cafe"}}
	for i := range n {
		var id loyalty.MemberID
		w.update(func(tx store.Tx) error {
			m, _, err := v.Meet(tx, people.Identity{Channel: "line", User: fmt.Sprint("user", i)}, people.Seen{DisplayName: "Ann", Language: "en"}, w.now, rand.Reader)
			if err != nil {
				return err
			}
			id = m.ID
			if _, err := v.Join(tx, id, Wording, w.now, rand.Reader); err != nil {
				return err
			}
			return v.SetConsent(tx, id, people.ForPromo, true, Wording, w.now, rand.Reader)
		})
		w.all = append(w.all, bot.PersonID(id))
	}
	return w
}

func (w *audience) update(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// may asks for a campaign's people.
func (w *audience) may(now time.Time, who ...bot.PersonID) (out []May) {
	w.t.Helper()
	w.update(func(tx store.Tx) (err error) {
		out, err = w.s.MayAll(tx, "7KQ2M4", bot.Promo, "line", who, now)
		return err
	})
	return out
}

func (w *audience) merge(from, into bot.PersonID) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		_, err := w.s.Merge(tx, loyalty.MemberID(from), loyalty.MemberID(into), book.Act{Op: "merge", Actor: loyalty.ByStaff("boss"), Role: people.Manager, Now: w.now, Reason: []byte("x")})
		return err
	})
}

// Who was let go by day and not reached, as the month's messages were used up, is
// not woken for it at night.
func TestQuietHoursBindWhoWasLetGoBefore(t *testing.T) {
	w := newAudience(t, 1)
	if m := w.may(w.now, w.all...); m[0] != (May{}) {
		t.Fatal("not let go at noon:", m)
	}
	night := w.now.Add(14 * time.Hour) // two in the morning
	m := w.may(night, w.all...)
	if m[0].Why != "" || !m[0].NotBefore.After(night) {
		t.Fatal("written to at night:", m)
	}
	if m := w.may(m[0].NotBefore, w.all...); m[0] != (May{}) {
		t.Fatal("not let go in the morning:", m)
	}
}

// Two of an audience who turn out to be one person get one message, in one part
// or in two; what may not have arrived is repeated to whom it went.
func TestMergedAudienceIsWrittenToOnce(t *testing.T) {
	w := newAudience(t, 2)
	a, b := w.all[0], w.all[1]
	w.merge(a, b)
	m := w.may(w.now, a, b)
	if gone := (m[0].Why == "") != (m[1].Why == ""); !gone {
		t.Fatal("both or neither of one part are let go:", m)
	}

	w = newAudience(t, 2)
	a, b = w.all[0], w.all[1]
	if m := w.may(w.now, a); m[0] != (May{}) {
		t.Fatal(m)
	}
	w.merge(a, b)
	if m := w.may(w.now, b); m[0].Why == "" {
		t.Fatal("written to a second time:", m)
	}
	if m := w.may(w.now, a); m[0] != (May{}) {
		t.Fatal("what may not have arrived is not repeated:", m)
	}
	if m := w.may(w.now, b); m[0].Why == "" {
		t.Fatal("written to after the repetition:", m)
	}
}

// What waits for a chat that is somebody else's since two cards were taken apart is
// not told there.
func TestNothingOfOnesOwnGoesToAChatOfSomebodyElse(t *testing.T) {
	w := newAudience(t, 2)
	a, b := w.all[0], w.all[1]
	chat := bot.Chat{Channel: "line", ID: "user0"}
	ask := func() (why string) {
		w.update(func(tx store.Tx) (err error) {
			why, _, err = w.s.MaySend(tx, bot.Intent{
				ID: "gift", Channel: "line", Person: b, Class: bot.Gift, Carriage: bot.PushNow, Born: w.now,
				Letter: bot.Letter{To: bot.Address{Chat: chat, Person: bot.Identity{Channel: "line", User: "user0"}}},
			}, w.now)
			return err
		})
		return why
	}
	w.merge(a, b)
	if why := ask(); why != "" {
		t.Fatal("not sent to their own other chat:", why)
	}
	w.update(func(tx store.Tx) error {
		_, err := w.s.Unmerge(tx, loyalty.MemberID(a), book.Act{Op: "unmerge", Actor: loyalty.ByStaff("boss"), Role: people.Manager, Now: w.now, Reason: []byte("x")})
		return err
	})
	if why := ask(); why == "" {
		t.Fatal("told to somebody else")
	}
}
