package club

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/programme"
	"regulars/loyalty/referral"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// The tests of a preset live a member through a year or more of it. Their tables
// are worked out by hand, from the preset's file and with the arithmetic beside
// each row, and say everything that the member would see after each step.

// step is a row of such a table: what happens, and how the member stands then.
type step struct {
	at   string // by the clock of the shop's zone, "2026-01-05 10:00"; steps rise
	what deed
	// points are those to spend; behind them, where there are any, "p30" are
	// pending, "h60" set aside for vouchers, "d20" owed.
	points   string
	level    string // its id, also of the lowest
	stamps   string // "3/1": on the card, and cards filled so far; without a card ""
	vouchers string // rewards of the open ones, in order
	told     string // what the member is told: gifts, tiers, refusals
}

// deed is something that happens, and whom the row is about.
type deed struct {
	who loyalty.MemberID // "": ann
	do  func(*life, loyalty.MemberID) []string
}

// asOf is how a balance must read that is folded from the entries at an instant.
type asOf struct{ at, points string }

// life is one shop of a preset in which a table is played.
type life struct {
	*testing.T
	db    store.DB
	file  *programme.Programme
	c     *Club
	now   time.Time
	ops   int
	facts map[loyalty.MemberID]loyalty.Facts
	sales map[string]loyalty.Ref     // by the names that the table gives them
	cards map[string]voucher.Voucher // vouchers, so named
}

// presetNamed is a shipped programme file, read.
func presetNamed(t *testing.T, name string) *programme.Programme {
	t.Helper()
	text, ok := programme.Preset(name)
	p, complaints := programme.Load(text)
	if !ok || len(complaints) > 0 {
		t.Fatalf("%s: %v", name, complaints)
	}
	return p
}

// playYear plays a table under a preset, on each engine, and holds what the
// program says against it; at each new year and at the end the books must be
// clean, and the past must read as it was.
func playYear(t *testing.T, preset string, table []step, past []asOf) {
	for engine, open := range map[string]func(*testing.T) store.DB{"bolt": openBolt, "mem": openMem} {
		t.Run(engine, func(t *testing.T) {
			l := newLife(t, presetNamed(t, preset), open(t))
			for i, s := range table {
				at := l.clock(s.at)
				if !at.After(l.now) {
					t.Fatalf("row %d, %s: time stands still", i+1, s.at)
				}
				if i > 0 && at.In(l.zone()).Year() > l.now.In(l.zone()).Year() {
					l.audit()
				}
				l.now = at
				l.row(s)
			}
			l.audit()
			for i := 0; i < len(table); i += 4 { // each reads all entries
				s := table[i]
				l.remember(s.what.who, s.at, s.points)
			}
			for _, p := range past {
				l.remember("", p.at, p.points)
			}
		})
	}
}

func openBolt(t *testing.T) store.DB {
	path := filepath.Join(t.TempDir(), "year.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func openMem(*testing.T) store.DB { return mem.New(mem.Twice) }

func newLife(t *testing.T, file *programme.Programme, db store.DB) *life {
	l := &life{
		T: t, db: db, file: file, facts: map[loyalty.MemberID]loyalty.Facts{},
		sales: map[string]loyalty.Ref{}, cards: map[string]voucher.Voucher{},
	}
	rules := func(time.Time) *loyalty.Programme { return &file.Rules }
	facts := func(_ store.Reader, m loyalty.MemberID) (loyalty.Facts, error) { return l.facts[m], nil }
	key := bytes.Repeat([]byte{7}, 32)
	b := &book.Book{Key: key, Programme: rules, Facts: facts}
	l.c = &Club{
		Book: b, Programme: rules, Facts: facts,
		Vouchers:  &voucher.Desk{Book: b, Key: key, Programme: rules},
		Referrals: &referral.Desk{Key: key, Programme: rules},
	}
	return l
}

func (l *life) zone() *time.Location { return l.file.Rules.Zone }

// clock reads the time of a row.
func (l *life) clock(s string) time.Time {
	l.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, l.zone())
	if err != nil {
		l.Fatal(err)
	}
	return at
}

// row does what a row says, and compares.
func (l *life) row(s step) {
	l.Helper()
	m := s.what.member()
	said := s.what.do(l, m)
	got := step{at: s.at, told: strings.Join(said, ", ")}
	l.see(func(r store.Reader) error {
		b, err := l.c.Book.Balance(r, m, l.now)
		if err != nil {
			return err
		}
		got.points = points(b)
		way, _, err := l.c.Book.Progress(r, m, l.now)
		if err != nil {
			return err
		}
		got.level = l.level(way.Standing.Level)
		a, err := l.c.Book.Account(r, m)
		for _, k := range l.file.Rules.Cards {
			got.stamps = fmt.Sprintf("%d/%d", a.Cards[k.ID].Have, a.Cards[k.ID].Filled)
		}
		if err != nil {
			return err
		}
		got.vouchers, err = l.open(r, m)
		return err
	})
	for _, c := range []struct{ what, got, want string }{
		{"points", got.points, s.points}, {"level", got.level, s.level}, {"stamps", got.stamps, s.stamps},
		{"vouchers", got.vouchers, s.vouchers}, {"told", got.told, s.told},
	} {
		if c.got != c.want {
			l.Errorf("%s: %s %q, by hand %q", s.at, c.what, c.got, c.want)
		}
	}
}

// points is a balance as tables write it.
func points(b loyalty.Balance) string {
	s := strconv.FormatInt(int64(b.Available), 10)
	for _, p := range []struct {
		mark string
		n    loyalty.Points
	}{{"p", b.Pending}, {"h", b.Held}, {"d", b.Debt}} {
		if p.n != 0 {
			s += fmt.Sprintf(" %s%d", p.mark, p.n)
		}
	}
	return s
}

// level is a tier's id, also where the rules leave the lowest unnamed.
func (l *life) level(id string) string {
	levels := l.file.Rules.Tiers.Levels
	if len(levels) == 0 {
		return ""
	}
	return levels[l.file.Rules.Tiers.Index(id)].ID
}

// open are the rewards of a member's open vouchers.
func (l *life) open(r store.Reader, m loyalty.MemberID) (string, error) {
	all, err := l.c.Vouchers.List(r, m, l.now)
	var open []string
	for _, v := range all {
		if v.State == voucher.Open {
			open = append(open, v.Reward)
		}
	}
	slices.Sort(open)
	return strings.Join(open, " "), err
}

// audit holds the books against themselves.
func (l *life) audit() {
	l.Helper()
	ctx := context.Background()
	if faults, err := l.c.Book.Verify(ctx, l.db, nil); err != nil || len(faults) > 0 {
		l.Errorf("%s: verify: %v, %v", l.now, faults, err)
	}
	if changed, err := l.c.Book.Rebuild(ctx, l.db, nil); err != nil || changed > 0 {
		l.Errorf("%s: rebuild changed %d, %v", l.now, changed, err)
	}
	if faults, err := l.c.Vouchers.Check(ctx, l.db); err != nil || len(faults) > 0 {
		l.Errorf("%s: vouchers: %v, %v", l.now, faults, err)
	}
}

// remember holds the past against the table.
func (l *life) remember(m loyalty.MemberID, at, want string) {
	l.Helper()
	l.see(func(r store.Reader) error {
		b, err := l.c.Book.AsOf(r, deed{who: m}.member(), l.clock(at))
		if got := points(b); got != want {
			l.Errorf("as of %s: %s, by hand %s", at, got, want)
		}
		return err
	})
}

func (l *life) see(f func(store.Reader) error) {
	l.Helper()
	if err := l.db.View(context.Background(), f); err != nil {
		l.Fatal(err)
	}
}

// try runs f in an Update; a refusal is committed and told.
func (l *life) try(f func(store.Tx, book.Act) error) (refused []string) {
	l.Helper()
	l.ops++
	act := book.Act{
		Op: loyalty.OpID(fmt.Sprintf("op%d", l.ops)), Actor: loyalty.ByJob("till"), Store: l.file.Stores[0].ID, Now: l.now,
	}
	var no error
	err := l.db.Update(context.Background(), func(tx store.Tx) error {
		if no = f(tx, act); loyalty.Refused(no) {
			return nil
		}
		return no
	})
	if err != nil {
		l.Fatalf("%s: %v", l.now, err)
	}
	if no != nil {
		return []string{refusedAs(no)}
	}
	return nil
}

// refusedAs is a refusal in a word.
func refusedAs(err error) string {
	var short *loyalty.ShortError
	var limit *voucher.LimitError
	var lapsed *voucher.LapsedError
	var asks *loyalty.ApprovalError
	switch {
	case errors.As(err, &short):
		return fmt.Sprintf("refused: %d of %d", short.Have, short.Need)
	case errors.As(err, &limit):
		return fmt.Sprintf("refused: %d a %s", limit.Most, limit.Per)
	case errors.As(err, &lapsed):
		return "refused: lapsed"
	case errors.As(err, &asks):
		return "refused: a second person's word"
	case errors.Is(err, voucher.ErrLevel):
		return "refused: tier"
	case errors.Is(err, ErrNoGift):
		return "refused: no such gift now"
	}
	return "refused: " + err.Error()
}

// outcome is what an operation did besides the points of the sale.
func (l *life) outcome(o Outcome) (said []string) {
	if o.From != "" || o.To != "" {
		said = append(said, l.level(o.From)+">"+l.level(o.To))
	}
	for _, g := range o.Gifts {
		said = append(said, told(g))
	}
	for _, v := range o.Returned {
		said = append(said, "again "+v.Reward)
	}
	for _, g := range o.Taken {
		said = append(said, "no more "+told(g))
	}
	for _, h := range o.Elsewhere {
		said = append(said, "elsewhere no more "+told(h.Given))
	}
	return said
}

// told is a gift in a word: its name, then its points, its voucher's reward, or
// "choose" where that is still open.
func told(g Given) string {
	what := g.Gift
	if g.Gift == "referral" || g.Gift == "" {
		what = string(g.Kind)
	}
	if g.Points > 0 {
		what += fmt.Sprintf(" %d", g.Points)
	}
	if g.Voucher.ID != "" {
		what += " " + g.Voucher.Reward
	}
	return strings.TrimSpace(what)
}

func (d deed) member() loyalty.MemberID {
	if d.who == "" {
		return ann
	}
	return d.who
}

// as is a deed of somebody else's.
func as(m loyalty.MemberID, d deed) deed { return deed{m, d.do} }
