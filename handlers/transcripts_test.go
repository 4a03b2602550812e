package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/bottest"
	"regulars/bot/outbox"
	"regulars/handlers"
	"regulars/handlers/shop"
	"regulars/handlers/staff"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// TestTranscripts plays every conversation on the strict store and on bolt.
func TestTranscripts(t *testing.T) {
	bottest.Run(t, "testdata/*.txtar", cafe, onMem, onBolt)
}

var onMem = bottest.Engine{
	Name: "mem",
	Open: func(testing.TB) store.DB { return mem.New(mem.Twice) },
}

var onBolt = bottest.Engine{
	Name: "bolt",
	Open: func(t testing.TB) store.DB {
		path := filepath.Join(t.TempDir(), "regulars.db")
		if err := bolt.Create(path); err != nil {
			t.Fatal(err)
		}
		return openBolt(t, path)
	},
	Reopen: func(t testing.TB, db store.DB) store.DB {
		path := db.(*bolt.DB).Path()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return openBolt(t, path)
	},
}

func openBolt(t testing.TB, path string) store.DB {
	db, err := bolt.Open(path, bolt.Options{MmapSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// cafe is the default preset's shop with keys and lots that are always the
// same, so that codes in transcripts are.
func cafe(t testing.TB, db store.DB, clock bot.Clock) bottest.Fixture {
	v, err := people.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	// Under the preset a clerk's cap comes before the threshold; here a clerk
	// can ask for more than he may give alone.
	text = bytes.Replace(text, []byte("approve_over = 300"), []byte("approve_over = 100"), 1)
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	at := func(time.Time) *programme.Programme { return p }
	s := shop.New(v, at, clock, &lots{r: rand.NewChaCha8([32]byte{1})}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	s.PublicURL = "https://cafe.example"
	s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@cafe"}, {Name: "telegram", Platform: bot.Telegram, Handle: "cafe_bot"}}
	return bottest.Fixture{
		Bot:  s.Bot(append(handlers.Commands(s), staff.Commands(s)...)...),
		Zone: p.Rules.Zone,
		Do:   deeds(s, db),
		Outbox: func(c *outbox.Config) {
			c.MaySend = func(tx store.Tx, i bot.Intent, now time.Time) (outbox.Verdict, error) {
				why, later, err := s.MaySend(tx, i, now)
				return outbox.Verdict{Why: why, NotBefore: later}, err
			}
		},
		Enrol: func(ctx context.Context, who bot.Identity, role string) error {
			return enrol(ctx, s, db, who, loyalty.Role(role))
		},
		Verify: func(ctx context.Context) error {
			faults, err := s.Book.Verify(ctx, db, nil)
			if err == nil && len(faults) > 0 {
				err = fmt.Errorf("%v", faults)
			}
			return err
		},
	}
}

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

// lots is a source of chances that is the same at every run and may be used by
// several goroutines.
type lots struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lots) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}
