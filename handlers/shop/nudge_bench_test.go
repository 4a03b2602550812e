package shop

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// benchClock is a clock that stands still.
type benchClock struct{ at time.Time }

func (s benchClock) Now() time.Time                       { return s.at }
func (s benchClock) After(time.Duration) <-chan time.Time { return nil }

// crowd is the café with so many members who agreed to offers, on a bolt file.
func crowd(b *testing.B, n int) (s *Shop, db *bolt.DB, all []bot.PersonID, now time.Time) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "regulars.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{MmapSize: 1 << 28})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		b.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		b.Fatal(complaints)
	}
	now = time.Date(2026, 1, 5, 4, 0, 0, 0, time.UTC)
	s = New(v, func(time.Time) *programme.Programme { return p }, benchClock{now}, rand.Reader, slog.New(slog.DiscardHandler))
	s.Channels = []Channel{{Name: "line", Platform: bot.LINE, Handle: "@cafe"}}
	err = db.Update(context.Background(), func(tx store.Tx) error {
		all = nil
		for i := range n {
			who := people.Identity{Channel: "line", User: fmt.Sprint("user", i)}
			m, _, err := v.Meet(tx, who, people.Seen{DisplayName: "Ann", Language: "en"}, now, rand.Reader)
			if err != nil {
				return err
			}
			if _, err := v.Join(tx, m.ID, Wording, now, rand.Reader); err != nil {
				return err
			}
			if err := v.SetConsent(tx, m.ID, people.ForPromo, true, Wording, now, rand.Reader); err != nil {
				return err
			}
			act := book.Act{Op: loyalty.OpID(fmt.Sprint("sale", i)), Actor: loyalty.ByJob("test"), Now: now}
			if _, err := s.Club.Sale(tx, m.ID, act, loyalty.Sale{Amount: 500}); err != nil {
				return err
			}
			all = append(all, bot.PersonID(m.ID))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s, db, all, now
}

// BenchmarkMayAll asks for the 500 people of one multicast, in the commit that
// claims them: it may take 20 ms.
func BenchmarkMayAll(b *testing.B) {
	s, db, all, now := crowd(b, 1000)
	n := 0
	for b.Loop() {
		part := all[n*500%len(all):][:500]
		n++
		err := db.Update(context.Background(), func(tx store.Tx) error {
			may, err := s.MayAll(tx, fmt.Sprint("campaign", n), bot.Promo, "line", part, now.AddDate(0, 0, n/10))
			for _, m := range may {
				if m.Why != "" {
					b.Fatal(m.Why)
				}
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
