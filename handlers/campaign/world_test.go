package campaign

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/mem"
)

// hand is a clock that is set by hand.
type hand struct{ at time.Time }

func (h *hand) Now() time.Time                       { return h.at }
func (h *hand) After(time.Duration) <-chan time.Time { return nil }

// mute is a channel that nothing is ever sent over.
type mute struct{ platform bot.Platform }

func (m mute) Platform() bot.Platform                          { return m.platform }
func (mute) Encode(bot.Letter, bool) ([]bot.Call, error)       { return []bot.Call{{Method: "push"}}, nil }
func (mute) Send(context.Context, bot.Call, string) bot.Result { return bot.Result{} }
func (mute) Wait(context.Context, bot.Address)                 {}

// everyone is the only segment of these tests: all persons, in pages.
type everyone struct {
	w *world
	// zone is a member's own, where it is not the shop's.
	zone map[loyalty.MemberID]string
	// fits are who is in the segments that journeys ask for.
	fits map[string]map[loyalty.MemberID]bool
}

func (s everyone) Check(text string) error {
	if text != "everyone" && s.fits[text] == nil {
		return errors.New("there is no such segment")
	}
	return nil
}

func (s everyone) Each(ctx context.Context, _ string, _ time.Time, after loyalty.MemberID, limit int, f func(Who) error) (next loyalty.MemberID, err error) {
	looked := 0
	for _, id := range s.w.members {
		if id <= after {
			continue
		}
		if looked == limit {
			return next, nil
		}
		looked, next = looked+1, id
		err := s.w.db.View(ctx, func(r store.Reader) error {
			p, err := s.w.e.Shop.Vault.Get(r, id)
			if err != nil {
				return err
			}
			a, _ := p.Account(p.Home)
			return f(Who{Member: id, Channel: bot.ChannelName(p.Home.Channel), Lang: p.Language, Zone: s.zone[id], Promo: p.Agreed(people.ForPromo), Blocked: a.Blocked, Quiet: p.Quiet})
		})
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

// Fits knows the members that fit says.
func (s everyone) Fits(_ context.Context, text string, all []loyalty.MemberID, _ time.Time) (out []bool, err error) {
	for _, m := range all {
		out = append(out, s.fits[text][m])
	}
	return out, nil
}

func (s everyone) Refresh(context.Context, time.Time) error { return nil }

// Bought reads the account: the newest eight days of it.
func (s everyone) Bought(r store.Reader, m loyalty.MemberID, from, to time.Time) (days int64, money loyalty.Money, err error) {
	a, err := s.w.e.Shop.Book.Account(r, m)
	day := func(t time.Time) int32 { return int32((t.Unix() + 8*60*60) / (24 * 60 * 60)) }
	for _, d := range a.Days {
		if d.Day >= day(from) && d.Day < day(to) {
			days, money = days+min(d.Visits, 1), money+d.Money
		}
	}
	return days, money, err
}

type world struct {
	t       *testing.T
	db      *mem.DB
	e       *Engine
	out     *outbox.Outbox
	clock   *hand
	seg     everyone
	members []loyalty.MemberID // in the order of their ids
}

var (
	ann = By{Actor: loyalty.ByStaff("ann"), Manager: true}
	bo  = By{Actor: loyalty.ByStaff("bo"), Manager: true}
	sam = By{Actor: loyalty.ByStaff("sam")} // a clerk
)

// newWorld is the default preset's shop on a Monday at ten in Taipei.
func newWorld(t *testing.T) *world {
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
	w := &world{t: t, db: mem.New(mem.Twice), clock: &hand{time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}}
	s := shop.New(v, func(time.Time) *programme.Programme { return p }, w.clock, rand.Reader, slog.New(slog.DiscardHandler))
	s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE}, {Name: "tg", Platform: bot.Telegram}}
	w.out, err = outbox.New(outbox.Config{
		DB: w.db, Persons: &s.Persons, Clock: w.clock, Log: s.Log,
		Channels: map[bot.ChannelName]outbox.Channel{"line": mute{bot.LINE}, "tg": mute{bot.Telegram}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.seg = everyone{w: w, zone: map[loyalty.MemberID]string{}, fits: map[string]map[loyalty.MemberID]bool{}}
	w.e = &Engine{Shop: s, DB: w.db, Bulks: w.out, Outbox: w.out, Segments: w.seg, Costs: w.out, Step: 100}
	return w
}

func (w *world) update(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) view(f func(store.Reader) error) {
	w.t.Helper()
	if err := w.db.View(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

// join makes n members of a channel who agreed to news.
func (w *world) join(n int, channel, lang string) (ids []loyalty.MemberID) {
	w.t.Helper()
	for i := range n {
		at := w.clock.at.Add(time.Duration(len(w.members)) * time.Millisecond)
		var id loyalty.MemberID
		w.update(func(tx store.Tx) error {
			who := people.Identity{Channel: channel, User: fmt.Sprint(channel, lang, i)}
			p, _, err := w.e.Shop.Vault.Meet(tx, who, people.Seen{DisplayName: fmt.Sprint("M", i), Language: lang}, at, rand.Reader)
			if err != nil {
				return err
			}
			id = p.ID
			if _, err := w.e.Shop.Vault.Join(tx, id, shop.Wording, at, rand.Reader); err != nil {
				return err
			}
			return w.e.Shop.Vault.SetConsent(tx, id, people.ForPromo, true, shop.Wording, at, rand.Reader)
		})
		w.members, ids = append(w.members, id), append(ids, id)
	}
	return ids
}

// plain is a draft without anything special.
func plain() Draft {
	none := 0
	return Draft{
		Name: "Winter", Segment: "everyone", HoldOut: &none,
		Text: map[string]map[string]Words{"en": {"a": {Title: "Winter", Text: "Warm drinks are here."}}},
	}
}

// save keeps a draft of Ann's.
func (w *world) save(d Draft) (id ID) {
	w.t.Helper()
	w.update(func(tx store.Tx) (err error) {
		id, err = w.e.Save(tx, "", d, ann, w.clock.at, bytes.NewReader(bytes.Repeat([]byte(d.Name), 99)))
		return err
	})
	return id
}

// send counts a draft and has Ann send it.
func (w *world) send(id ID) Campaign {
	w.t.Helper()
	if _, err := w.e.Count(context.Background(), id); err != nil {
		w.t.Fatal(err)
	}
	var c Campaign
	w.update(func(tx store.Tx) (err error) {
		c, err = w.e.Submit(tx, id, ann, w.clock.at)
		return err
	})
	return c
}

// run does all that is due.
func (w *world) run() {
	w.t.Helper()
	if _, err := w.e.RunDue(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) counts(id ID) (c Counts) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		c, err = w.e.Counts(r, id)
		return err
	})
	return c
}

// whole looks that verify has nothing to say.
func (w *world) whole() {
	w.t.Helper()
	faults, err := w.e.Verify(context.Background())
	if err != nil || len(faults) > 0 {
		w.t.Fatal(faults, err)
	}
}
