package jobs

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/mem"
)

// told are the messages of a year, by their id: as the outbox keeps them, in the
// commit that decides them.
var told = store.NewTable[told1]("jobstest-told/", store.Locked, store.FirstPart("jobstest-told"))

type told1 struct {
	Person bot.PersonID
	Title  string
}

// done are the effects of a job of the test's own.
var done = store.NewTable[int]("jobstest-done/", store.Locked, store.FirstPart("jobstest-done"))

// letters is an outbox that keeps what is put among the rows.
type letters struct{}

func (letters) Put(tx store.Tx, _ time.Time, list ...bot.Intent) error {
	for _, i := range list {
		if err := tx.Lock(store.Subject("jobstest-told/" + string(i.ID))); err != nil {
			return err
		}
		if err := told.Put(tx, told1{i.Person, i.Letter.Messages[0].Title}, string(i.ID)); err != nil {
			return err
		}
	}
	return nil
}
func (letters) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (letters) Nudge(...bot.Intent)                                {}

// driven is a clock that the year moves.
type driven struct {
	mu sync.Mutex
	at time.Time
}

func (d *driven) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}
func (d *driven) After(time.Duration) <-chan time.Time { return nil }
func (d *driven) set(t time.Time)                      { d.mu.Lock(); d.at = t; d.mu.Unlock() }

// year is one shop's rows for a year, and the processes on them.
type year struct {
	t       *testing.T
	random  *mathrand.Rand
	db      *mem.DB
	clock   *driven
	rules   *programme.Programme
	moved   *programme.Programme // the same in another zone
	members []loyalty.MemberID
	born    map[loyalty.MemberID]time.Time // of the year that is looked at
	process [2]*schedule.Scheduler
	started int
}

// The shop is in New York, and moves to Taipei in its last spring.
var (
	newYork   = must(time.LoadLocation("America/New_York"))
	yearMoves = time.Date(2028, 4, 15, 20, 0, 0, 0, newYork)
	yearUntil = time.Date(2028, 6, 1, 12, 0, 0, 0, newYork)
	// Days so near to where the year begins and ends may come twice, or by half: the
	// clock jumps by a day over either end, and Taipei is half a day ahead.
	edge = 3 * 24 * time.Hour
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newYear(t *testing.T, seed uint64) *year {
	t.Helper()
	y := &year{t: t, random: mathrand.New(mathrand.NewPCG(seed, 1)), db: mem.New(), clock: &driven{at: yearFrom}, born: map[loyalty.MemberID]time.Time{}}
	text, _ := programme.Preset("cafe")
	in := func(zone string, version int) *programme.Programme {
		changed := strings.NewReplacer(`zone      = "Asia/Taipei"`, fmt.Sprintf("zone = %q", zone), `around  = "month"`, `around = "day"`).Replace(string(text))
		p, complaints := programme.Load([]byte(changed))
		if len(complaints) > 0 {
			t.Fatal(complaints)
		}
		p.Rules.Version = version
		return p
	}
	y.rules, y.moved = in("America/New_York", 1), in("Asia/Taipei", 2)
	for i := range y.process {
		y.start(i)
	}
	y.join()
	return y
}

// now is the programme in force.
func (y *year) now() *programme.Programme {
	if y.clock.Now().Before(yearMoves) {
		return y.rules
	}
	return y.moved
}

// start is a process that starts, with everything of its own but the rows.
func (y *year) start(i int) {
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		y.t.Fatal(err)
	}
	s := shop.New(v, func(time.Time) *programme.Programme { return y.now() }, y.clock, rand.Reader, slog.New(slog.DiscardHandler))
	s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@cafe"}}
	j := Jobs{DB: y.db, Shop: s, Outbox: letters{}}
	j.More = []schedule.Job{
		{Name: "twice", Spec: "30 1 * * *", Catch: schedule.Each, Run: y.greet}, // autumn has this time twice
		{Name: "never", Spec: "30 2 * * *", Catch: schedule.Each, Run: y.greet}, // spring has it once less
		{Name: "monday", Spec: "0 9 * * 1", Catch: schedule.Each, Run: y.greet},
	}
	y.started++
	y.process[i] = &schedule.Scheduler{
		DB: y.db, Clock: y.clock, Log: slog.New(slog.DiscardHandler), Holder: fmt.Sprint("process ", y.started),
		Zone: func() *time.Location { return y.now().Rules.Location() }, Jobs: j.All,
	}
}

// join are the members, among them some whose days are odd.
func (y *year) join() {
	odd := [][2]int{{2, 29}, {2, 28}, {3, 1}, {3, 12}, {11, 7}, {12, 31}, {1, 1}, {4, 15}, {4, 16}, {4, 17}, {7, 4}, {7, 5}}
	s := Jobs{Shop: shop.New(must(people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))), func(time.Time) *programme.Programme { return y.rules }, y.clock, rand.Reader, slog.New(slog.DiscardHandler))}.Shop
	for i := range 14 {
		err := y.db.Update(context.Background(), func(tx store.Tx) error {
			p, _, err := s.Vault.Meet(tx, people.Identity{Channel: "line", User: fmt.Sprint("U", i)}, people.Seen{Language: "en"}, yearFrom, rand.Reader)
			if err != nil {
				return err
			}
			day := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, y.random.IntN(365))
			for _, end := range []time.Time{yearFrom, yearUntil} {
				at := time.Date(1990, end.Month(), end.Day(), 0, 0, 0, 0, time.UTC)
				if day.Sub(at).Abs() <= edge {
					day = at.Add(edge + 24*time.Hour)
				}
			}
			month, dom := day.Month(), day.Day()
			if i < len(odd) {
				month, dom = time.Month(odd[i][0]), odd[i][1]
			}
			born := people.Birthday{Year: 1992, Month: month, Day: dom}
			if _, err := s.Vault.Join(tx, p.ID, shop.Wording, yearFrom, rand.Reader); err != nil {
				return err
			}
			if err := s.Vault.SetBirthday(tx, p.ID, born, yearFrom, rand.Reader); err != nil {
				return err
			}
			y.members = append(y.members, p.ID)
			at := time.Date(2028, month, dom, 0, 0, 0, 0, newYork) // 29 February is in this year
			if month >= 6 {
				at = time.Date(2027, month, dom, 0, 0, 0, 0, newYork)
			}
			y.born[p.ID] = at
			return nil
		})
		if err != nil {
			y.t.Fatal(err)
		}
	}
}

// greet does something for everybody, once at each tick. Now and then it fails
// for somebody.
func (y *year) greet(ctx context.Context, t schedule.Tick) (n int, err error) {
	var failed error
	for i, m := range y.members {
		if (i+int(y.clock.Now().Unix()/60))%97 == 0 {
			failed = errors.New("not for one")
			continue
		}
		err := y.db.Update(ctx, func(tx store.Tx) error {
			mine, err := schedule.Claim(tx, t.Job, t.Key, string(m))
			if err != nil || !mine {
				return err
			}
			key := t.Job + "," + t.Key[:len("2006-01-02")] + "," + string(m)
			if err := tx.Lock(store.Subject("jobstest-done/" + key)); err != nil {
				return err
			}
			had, _, err := done.Get(tx, key)
			if err != nil {
				return err
			}
			return done.Put(tx, had+1, key)
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, failed
}

// run lets the processes that are up do what is due, one after the other or side
// by side; who dies of it starts anew.
func (y *year) run() {
	var all sync.WaitGroup
	var died [2]bool
	one := func(i int) {
		_, err := y.process[i].RunDue(context.Background())
		died[i] = errors.Is(err, mem.ErrCrash)
	}
	first := y.random.IntN(2)
	if y.random.IntN(4) == 0 {
		all.Go(func() { one(first) })
		all.Go(func() { one(1 - first) })
		all.Wait()
	} else {
		one(first)
		one(1 - first)
	}
	y.db.Reopen()
	for i, is := range died {
		if is {
			y.start(i)
		}
	}
}

type outage struct {
	from time.Time
	long time.Duration
}

// down are times in which nobody runs, by when they begin: over birthdays, both
// changes of the clocks, and the end of February. More are drawn.
var down = []outage{
	{time.Date(2027, 7, 3, 11, 0, 0, 0, newYork), 7 * 24 * time.Hour},
	{time.Date(2027, 11, 6, 20, 0, 0, 0, newYork), 24 * time.Hour},
	{time.Date(2028, 2, 28, 22, 0, 0, 0, newYork), 26 * time.Hour},
	{time.Date(2028, 3, 11, 20, 0, 0, 0, newYork), 24 * time.Hour},
}

// live lets the year pass: mostly an hour or two at a time, with outages of a day
// and of a week, deaths at any write or commit, and a clock that jumps.
func (y *year) live() {
	outages := map[time.Duration]int{24 * time.Hour: 6, 7 * 24 * time.Hour: 2}
	y.clock.set(yearFrom)
	y.run() // before anything happens: a schedule does nothing of what was before its first start
	planned := slices.DeleteFunc(slices.Clone(down), func(d outage) bool { return d.from.Before(yearFrom) })
	for now := yearFrom; now.Before(yearUntil); {
		now = now.Add(time.Duration(1+y.random.IntN(260)) * time.Minute)
		if len(planned) > 0 && now.After(planned[0].from) {
			now, planned = now.Add(planned[0].long), planned[1:]
		}
		for long, left := range outages {
			if left > 0 && y.random.IntN(500) == 0 {
				outages[long]--
				now = now.Add(long)
			}
		}
		y.clock.set(now)
		switch y.random.IntN(60) {
		case 0, 1, 2, 3:
			y.db.CrashAt(1 + y.random.IntN(40))
		case 4, 5:
			y.db.CrashAfterCommit(1 + y.random.IntN(20))
		case 6:
			y.clock.set(now.Add(24 * time.Hour))
		case 7:
			y.clock.set(now.Add(-24 * time.Hour))
		}
		y.run()
		if y.random.IntN(20) == 0 {
			if _, err := schedule.Sweep(context.Background(), y.db, y.clock.Now()); err != nil {
				y.t.Fatal(err)
			}
		}
	}
	for i := range 10 { // until whatever failed last has had its time
		y.clock.set(yearUntil.Add(4 * time.Hour).Add(time.Duration(i) * 2 * time.Minute))
		y.run()
	}
}

// TestYear lives a year with all that can happen to a schedule: everybody has one
// birthday gift and one message of it, and one effect of each tick of every job,
// and nobody is left without.
func TestYear(t *testing.T) {
	seeds, _ := strconv.Atoi(os.Getenv("REGULARS_SEEDS"))
	for i := range uint64(max(1, seeds)) {
		seed := uint64(time.Now().UnixNano()) + i
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			y := newYear(t, seed)
			y.live()
			y.holdGifts()
			y.holdTicks("twice", func(time.Time) bool { return true })
			y.holdTicks("never", func(time.Time) bool { return true })
			y.holdTicks("monday", func(d time.Time) bool { return d.Weekday() == time.Monday })
		})
	}
}

// holdGifts holds the year's gifts and messages against the birthdays.
func (y *year) holdGifts() {
	heard := map[bot.PersonID]int{}
	err := y.db.View(context.Background(), func(r store.Reader) (err error) {
		for _, m := range told.Scan(r, told.All(), &err) {
			if m.Title == "Birthday treat" {
				heard[m.Person]++
			}
		}
		return err
	})
	if err != nil {
		y.t.Fatal(err)
	}
	for _, m := range y.members {
		want := 1
		if y.born[m].Before(yearFrom) {
			want = 0
		}
		if heard[bot.PersonID(m)] != want {
			y.t.Errorf("born on %s: told %d times", y.born[m].Format("2 Jan"), heard[bot.PersonID(m)])
		}
	}
}

// holdTicks holds a job's effects against the calendar: each date of the year,
// where it has a tick, once for everybody.
func (y *year) holdTicks(job string, has func(day time.Time) bool) {
	got := map[string]int{}
	err := y.db.View(context.Background(), func(r store.Reader) (err error) {
		for key, n := range done.Scan(r, done.All(), &err) {
			if strings.HasPrefix(key, job+",") {
				got[key] = n
			}
		}
		return err
	})
	if err != nil {
		y.t.Fatal(err)
	}
	dates, bad := 0, 0
	for day := time.Date(yearFrom.Year(), yearFrom.Month(), 2, 0, 0, 0, 0, time.UTC); day.Before(time.Date(2028, 6, 1, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
		if !has(day) {
			continue
		}
		dates++
		for _, m := range y.members {
			key := job + "," + day.Format("2006-01-02") + "," + string(m)
			if got[key] != 1 {
				if bad++; bad < 5 {
					y.t.Errorf("%s on %s: done %d times for one", job, day.Format("2 Jan 2006"), got[key])
				}
			}
		}
	}
	y.t.Logf("%s: %d dates, %d effects", job, dates, len(got))
}
