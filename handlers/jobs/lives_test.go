package jobs

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	rng "math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/referral"
	"regulars/loyalty/room"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/mem"
)

//go:embed testdata/village.toml
var villageFile string

// village is a random life of a few people in a shop that has every feature on, lived
// through the desks that chat, counter and console work with, and the jobs. Now and
// then the store crashes in the middle of a write, and what was being done is done
// again. What must hold is in lives_holds_test.go.
type village struct {
	*testing.T
	db    *mem.DB
	clock *driven
	s     *shop.Shop
	j     Jobs
	pick  func(n int) int // 0 ≤ pick(n) < n
	names []string
	ids   map[string]loyalty.MemberID
	ever  []loyalty.MemberID            // all there ever were
	mine  map[string][]loyalty.MemberID // who a name ever was
	ops   int
	rand  *rng.ChaCha8

	refs     []loyalty.Ref
	sales    []loyalty.Ref
	vouchers []voucher.ID
	voices   []loyalty.Ref
	packets  []string
	runs     []string
	invite   string
	inside   map[string]bool // who is in which Telegram group
	log      []string
	did      map[string]int // acts that were not refused
}

// seed of another life is one higher; REGULARS_TORTURE lives so many.
func newVillage(t *testing.T, seed uint64) *village {
	pick := rng.New(rng.NewPCG(seed, 9)).IntN
	one := func(of ...string) string { return of[pick(len(of))] }
	text := strings.NewReplacer(
		"@CAP@", one("0", "300"),
		"@EXPIRY@", one(`kind = "never"`, "kind = \"after_months\"\nmonths = 2", "kind = \"idle\"\nmonths = 1"),
		"@PENDING@", one("0", "5"),
		"@REVERSAL@", one("debt", "up_to_available", "refuse"),
		"@SOFT@", one("true", "false"),
		"@STOCK@", one("3", "8"),
		"@FATE@", one("back", "forfeit"),
		"@WAIT@", one("0", "3"),
		"@MOST@", one("0", "60"),
		"@HOURS@", one("2", "30"),
	).Replace(villageFile)
	p, complaints := programme.Load([]byte(text))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	v := &village{
		T: t, db: mem.New(mem.Twice), clock: &driven{at: time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}, pick: pick,
		names: []string{"ann", "bob", "cat", "dan", "eve"}, ids: map[string]loyalty.MemberID{}, mine: map[string][]loyalty.MemberID{}, did: map[string]int{}, inside: map[string]bool{},
	}
	seeded := [32]byte{byte(seed), byte(seed >> 8)}
	v.rand = rng.NewChaCha8(seeded) // so that a life is the same whenever it is lived
	vault := must(people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize)))
	v.s = shop.New(vault, func(time.Time) *programme.Programme { return p }, v.clock, v.rand, slog.New(slog.DiscardHandler))
	v.s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@village"}}
	v.s.Segments.DB, v.s.Rollups.DB, v.s.Metrics.DB = v.db, v.db, v.db
	v.j = Jobs{DB: v.db, Shop: v.s, Outbox: letters{}}
	v.j.Doors.Group = func(store.Reader, string) (c bot.GroupChat, ok bool, err error) { return c, true, nil }
	v.j.Doors.Keepers = func(bot.ChannelName) (bot.Doorkeeper, bool) { return nil, false }
	openRooms(t, v.db, v.s)
	v.s.TakeOut = func(_ store.Tx, g room.Guest, _ time.Time) error {
		delete(v.inside, g.Room+"/"+string(g.Member))
		return nil
	}
	return v
}

// TestRandomLivesOfEverything: see village.
func TestRandomLivesOfEverything(t *testing.T) {
	lives, steps := uint64(3), 90
	if underRace { // one goroutine a life: there is little to detect
		lives = 1
	}
	if n, err := strconv.ParseUint(os.Getenv("REGULARS_TORTURE"), 10, 32); err == nil {
		lives = n
	}
	for seed := range lives {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			v := newVillage(t, seed)
			defer func() {
				if t.Failed() {
					t.Log(strings.Join(v.log[max(0, len(v.log)-14):], "\n"))
				}
			}()
			for _, name := range v.names[:3] {
				v.arrive(name)
			}
			for n := range steps {
				v.step()
				v.holds(n%15 == 0)
			}
			v.ends()
		})
	}
}

// do is one act in one transaction. A refusal commits what was done up to it: there
// must be nothing. After a crash it is done again.
func (v *village) do(what string, f func(store.Tx, book.Act) error) error {
	v.Helper()
	v.ops++
	now := v.clock.Now()
	act := book.Act{Op: loyalty.OpID(fmt.Sprint("op", v.ops)), Actor: loyalty.ByJob("till"), Store: "main", Now: now}
	if v.pick(4) == 0 {
		v.db.CrashAt(1 + v.pick(25))
	}
	var no error
	update := func() error {
		return v.db.Update(context.Background(), func(tx store.Tx) error {
			no = f(tx, act)
			if no != nil && refused(no) {
				return nil
			}
			return no
		})
	}
	before := v.db.Dump()
	err := update()
	if errors.Is(err, mem.ErrCrash) {
		v.db.Reopen()
		if !slices.EqualFunc(v.db.Dump(), before, func(a, b store.Row) bool { return string(a.Key) == string(b.Key) && bytes.Equal(a.Value, b.Value) }) {
			v.Fatalf("%s: half of it stands after a crash", what)
		}
		v.reopen()
		err = update()
	}
	v.db.CrashAt(0)
	v.log = append(v.log, fmt.Sprintf("%s %s: %v", now.Format(time.DateTime), what, no))
	if err != nil {
		v.Fatalf("%s: %v", what, err)
	}
	if no != nil {
		v.noted(what, no, before)
	}
	if word, _, _ := strings.Cut(what, " "); no == nil && slices.Contains(again, word) && v.pick(3) == 0 {
		after := v.db.Dump()
		if err := update(); err != nil {
			v.Fatalf("%s, told again: %v", what, err)
		}
		v.same(what, after)
		no = nil // what the second told is that it had been done
	}
	if word, _, _ := strings.Cut(what, " "); no == nil {
		v.did[word]++
	}
	return no
}

// again are the deeds that are told twice now and then, under one operation.
var again = []string{
	"sells", "refunds", "redeems", "vouchers", "gives", "claims", "donates", "hands-in", "checks-in", "takes", "answers", "signs-up", "door", "decides", "merges", "parts", "enters",
}

// same complains of rows that are not as they were.
func (v *village) same(what string, was []store.Row) {
	v.Helper()
	old := map[string]string{}
	for _, row := range was {
		old[string(row.Key)] = string(row.Value)
	}
	for _, row := range v.db.Dump() {
		if got, is := old[string(row.Key)]; !is || got != string(row.Value) {
			v.Fatalf("%s, told again, wrote %s: %q, before %q", what, row.Key, row.Value, got)
		}
	}
}

// reopen starts the program again, as serve does.
func (v *village) reopen() {
	v.Helper()
	v.db.Reopen()
	if err := v.s.Rollups.Begin(context.Background(), v.clock.Now()); err != nil {
		v.Fatal(err)
	}
}

// refused says that an error is an answer.
func refused(err error) bool {
	if loyalty.Refused(err) {
		return true
	}
	for _, e := range []error{people.ErrNotMember, people.ErrMerged, people.ErrNotMerged, people.ErrErased, people.ErrNobody, referral.ErrUnknown} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// job runs one, and again where it crashed in the middle.
func (v *village) job(name string) {
	v.Helper()
	if v.pick(4) == 0 {
		v.db.CrashAt(1 + v.pick(60))
	}
	_, err := v.j.Run(context.Background(), name)
	if errors.Is(err, mem.ErrCrash) {
		v.reopen()
		_, err = v.j.Run(context.Background(), name)
	}
	v.db.CrashAt(0)
	v.log = append(v.log, fmt.Sprintf("%s job %s: %v", v.clock.Now().Format(time.DateTime), name, err))
	if err != nil {
		v.Fatalf("job %s: %v", name, err)
	}
	if name == "rooms" {
		v.roomsHold()
	}
}

// arrive makes a member of somebody who is none, brought by another now and then.
func (v *village) arrive(name string) {
	v.Helper()
	if v.ids[name] != "" {
		return
	}
	code := referral.Code("")
	if len(v.ever) > 0 && v.pick(2) == 0 {
		_ = v.do("shows a code", func(tx store.Tx, act book.Act) (err error) {
			code, err = v.s.Club.Referrals.Code(tx, v.ever[v.pick(len(v.ever))])
			return err
		})
	}
	var id loyalty.MemberID
	_ = v.do("joins "+name, func(tx store.Tx, act book.Act) error {
		p, _, err := v.s.Vault.Meet(tx, people.Identity{Channel: "line", User: name}, people.Seen{DisplayName: name, Language: "en"}, act.Now, v.rand)
		if err != nil {
			return err
		}
		id = p.ID
		if code != "" {
			f, err := v.s.Facts(tx, id)
			if err != nil {
				return err
			}
			if err := v.s.Club.Referrals.Bind(tx, id, code, f, act.Now); err != nil && !loyalty.Refused(err) {
				return err
			}
		}
		if _, err := v.s.Vault.Join(tx, id, shop.Wording, act.Now, v.rand); err != nil {
			return err
		}
		_, err = v.s.Club.Join(tx, id, act)
		return err
	})
	if !slices.Contains(v.mine[name], id) {
		v.mine[name] = append(v.mine[name], id)
	}
	if v.ids[name] = id; !slices.Contains(v.ever, id) { // as after a merge that was undone
		v.ever = append(v.ever, id)
	}
}

// step lets time pass and does one random thing; then jobs run, or not.
func (v *village) step() {
	v.Helper()
	hours := v.pick(40)
	if v.pick(12) == 0 {
		hours += 24 * v.pick(25)
	}
	v.clock.set(v.clock.Now().Add(time.Duration(hours*60+v.pick(60)) * time.Minute))
	name := v.names[v.pick(len(v.names))]
	if who := v.whole(v.ids[name]); who == "" {
		v.ids[name] = ""
		v.arrive(name)
	} else {
		v.deed(name, who)
	}
	for _, job := range []string{"club", "settle", "plans", "events", "play", "recommend", "rooms"} {
		if v.pick(5) == 0 {
			v.job(job)
		}
	}
}

// whole is who speaks for somebody in a chat: "" for nobody any more.
func (v *village) whole(id loyalty.MemberID) (who loyalty.MemberID) {
	if id == "" {
		return ""
	}
	v.look(func(r store.Reader) error {
		p, err := v.s.Whole(r, id)
		if err == nil && p.Status == people.Member {
			who = p.ID
		}
		return err
	})
	return who
}

func (v *village) look(f func(store.Reader) error) {
	v.Helper()
	if err := v.db.View(context.Background(), f); err != nil {
		v.Fatal(err)
	}
}

// noted complains of a refusal that wrote what a room keeps: outcomes, and what time
// did to an account meanwhile, are all that it may leave.
func (v *village) noted(what string, no error, before []store.Row) {
	v.Helper()
	old := map[string]string{}
	for _, row := range before {
		old[string(row.Key)] = string(row.Value)
	}
	for _, row := range v.db.Dump() {
		word, _, _ := strings.Cut(string(row.Key), "/")
		if was := old[string(row.Key)]; was != string(row.Value) && strings.Contains(roomRows, " "+word+" ") {
			v.Fatalf("%s was refused (%v), and yet %s was written: %q, before %q", what, no, row.Key, row.Value, was)
		}
	}
}

// roomRows are the tables of which a refusal may write none. Stock is none of them:
// what lapsed meanwhile comes back to it whenever somebody looks.
const roomRows = " draw drawgo drawstock packet packetpiece quizrun quizguess playday mission streak badge checkin offerclaim offercount " +
	"eventseat eventcount eventqueue plan planpaid voice voiceopen charitygift charitysum household housed match matchopen voucher partnertake roomguest roomlist "
