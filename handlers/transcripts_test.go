package handlers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/bottest"
	"regulars/bot/outbox"
	"regulars/handlers"
	"regulars/handlers/campaign"
	"regulars/handlers/jobs"
	"regulars/handlers/shop"
	"regulars/handlers/staff"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// TestTranscripts plays every conversation on each of the stores.
func TestTranscripts(t *testing.T) {
	bottest.Run(t, played, cafe, stores...)
}

var onMem = bottest.Engine{
	Name: "mem",
	Open: func(testing.TB) store.DB { return &rehearsed{mem.New(mem.Twice), &lots{}} },
}

var onBolt = bottest.Engine{
	Name: "bolt",
	Open: func(t testing.TB) store.DB {
		path := filepath.Join(t.TempDir(), "regulars.db")
		if err := bolt.Create(path); err != nil {
			t.Fatal(err)
		}
		return &onDisk{openBolt(t, path), &lots{}}
	},
	Reopen: func(t testing.TB, db store.DB) store.DB {
		d := db.(*onDisk)
		path := d.Path()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return &onDisk{openBolt(t, path), d.lots}
	},
}

func openBolt(t testing.TB, path string) *bolt.DB {
	db, err := bolt.Open(path, bolt.Options{MmapSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// rehearsed is mem.DB with the lots that are drawn over it: what runs twice
// draws the same twice, so that codes come out as on bolt.
type rehearsed struct {
	*mem.DB
	lots *lots
}

func (r *rehearsed) Update(ctx context.Context, f func(store.Tx) error) error {
	mark := -1
	return r.DB.Update(ctx, func(tx store.Tx) error {
		mark = r.lots.from(mark)
		return f(tx)
	})
}

// onDisk is bolt.DB with the lots that are drawn over it, restarts included.
type onDisk struct {
	*bolt.DB
	lots *lots
}

func lotsOf(db store.DB) *lots {
	if r, ok := db.(*rehearsed); ok {
		return r.lots
	}
	return db.(*onDisk).lots
}

// cafe is the default preset's shop with keys and lots that are always the
// same, so that codes in transcripts are.
func cafe(t testing.TB, db store.DB, clock bot.Clock) bottest.Fixture {
	v, err := people.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	rules := lotsOf(db).rulebook(t)
	s := shop.New(v, rules.at, clock, lotsOf(db), slog.New(slog.NewTextHandler(io.Discard, nil)))
	s.PublicURL = "https://cafe.example"
	s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@cafe"}, {Name: "telegram", Platform: bot.Telegram, Handle: "cafe_bot"}}
	s.Segments.DB, s.Rollups.DB = db, db
	lotsOf(db).shop = s
	s.Boosts = campaign.Boosts
	e := &campaign.Engine{Shop: s, DB: db, Segments: campaign.Rolls{Desk: s.Segments, Now: clock.Now}}
	var b *bot.Bot
	mailing := e.Commands()
	wire := func() { // the outbox is made after the commands
		o := b.Outbox.(*outbox.Outbox)
		e.Bulks, e.Outbox, e.Costs, e.Group = o, o, o, b.GroupChat
	}
	for _, c := range mailing {
		run := c.Run
		c.Run = func(t *bot.Turn) error { wire(); return run(t) }
	}
	b = s.Bot(slices.Concat(handlers.Commands(s), staff.Commands(s), mailing)...)
	s.Outbox = func() bot.Outbox { return b.Outbox }
	s.Missions.Tell = jobs.Achieved(s, func() bot.Outbox { return b.Outbox })
	s.TakeOut = jobs.TakesOut(s, func() bot.Outbox { return b.Outbox }, b.GroupChat)
	given := signed{}
	doors := jobs.Doors{Group: b.GroupChat, Keepers: func(bot.ChannelName) (bot.Doorkeeper, bool) { return doorkeeper{}, true }}
	return bottest.Fixture{
		Bot:  b,
		Zone: rules.at(clock.Now()).Rules.Zone,
		Do:   deeds(s, db, rules),
		Outbox: func(c *outbox.Config) {
			own := s.Persons // its draws come when they may, and show nowhere
			own.Rand = rand.Reader
			c.Persons = &own
			hooks := e.Hooks(func(tx store.Tx, b outbox.Bulk, ch bot.ChannelName, who []bot.PersonID, now time.Time) ([]outbox.Verdict, error) {
				all, err := s.MayAll(tx, string(b.ID), b.Class, ch, who, now)
				out := make([]outbox.Verdict, len(all))
				for i, m := range all {
					out[i] = outbox.Verdict{Why: m.Why, NotBefore: m.NotBefore}
				}
				return out, err
			})
			c.Bulk = &hooks
			c.Plan = func(now time.Time) outbox.Plan {
				price, _ := s.Programme(now).Messages.Price(now)
				return outbox.Plan{Included: price.Included, Cost: func(n int64) (int64, bool) {
					money, ok := price.Cost(n)
					return int64(money), ok
				}}
			}
			c.MaySend = func(tx store.Tx, i bot.Intent, now time.Time) (outbox.Verdict, error) {
				why, later, err := s.MaySend(tx, i, now)
				return outbox.Verdict{Why: why, NotBefore: later}, err
			}
		},
		Enrol: func(ctx context.Context, who bot.Identity, role string) error {
			return enrol(ctx, s, db, who, loyalty.Role(role))
		},
		Tick: func(ctx context.Context, job string) error {
			if job == "campaigns" {
				wire()
				_, err := e.RunDue(ctx)
				return err
			}
			_, err := jobs.Jobs{DB: db, Shop: s, Outbox: b.Outbox, Doors: doors}.Run(ctx, job)
			return err
		},
		Verify: func(ctx context.Context) error {
			faults, err := s.Book.Verify(ctx, db, nil)
			if err == nil && len(faults) > 0 {
				err = fmt.Errorf("%v", faults)
			}
			return errors.Join(err, given.check(ctx, s, db))
		},
	}
}

// doorkeeper makes links and has all rights.
type doorkeeper struct{}

func (doorkeeper) DoorLink(context.Context, bot.ChatID, string) (string, error) {
	return "https://t.me/+door", nil
}
func (doorkeeper) KeepsDoor(context.Context, bot.ChatID) error { return nil }

// enrol makes somebody an employee as the code from the command line would.
func enrol(ctx context.Context, s *shop.Shop, db store.DB, who bot.Identity, role loyalty.Role) error {
	return db.Update(ctx, func(tx store.Tx) error {
		now := s.Clock.Now()
		if _, _, err := s.Vault.Meet(tx, shop.Identity(who), people.Seen{Language: "en"}, now, s.Rand); err != nil {
			return err
		}
		code, err := s.Vault.Invite(tx, role, "", loyalty.ByJob("test"), now, people.CodeLife, s.Rand)
		if err != nil {
			return err
		}
		_, err = s.Vault.Enrol(tx, code, shop.Identity(who), now, s.Rand)
		return err
	})
}

// lots is a source of chances that is the same at every run and can be gone back
// in. With it goes the programme: both outlive the program's restarts.
type lots struct {
	rules *rulebook
	shop  *shop.Shop // of the newest start
	texts *texts     // that went out, where the shop has a gateway
	mu    sync.Mutex
	r     *mathrand.ChaCha8
	drawn []byte
	at    int
}

// from goes back to mark, or gives the mark of where it stands for -1.
func (l *lots) from(mark int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if mark >= 0 {
		l.at = mark
	}
	return l.at
}

func (l *lots) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.r == nil {
		l.r = mathrand.NewChaCha8([32]byte{1})
	}
	for len(l.drawn) < l.at+len(b) {
		var more [256]byte
		l.r.Read(more[:])
		l.drawn = append(l.drawn, more[:]...)
	}
	copy(b, l.drawn[l.at:])
	l.at += len(b)
	return len(b), nil
}
