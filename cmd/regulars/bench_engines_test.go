package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/postgres"
	"regulars/store/postgres/pgtest"
)

// engineSizes are how many members the shops of BenchmarkEngines have;
// REGULARS_BENCH_MEMBERS says others, as in 1000,10000.
var engineSizes = []int{10_000, 100_000, 1_000_000}

const (
	engineRounds   = 3    // how often each side has its turn; odd, for the median
	engineCallers  = 64   // webhooks at once, when as many as possible are sent
	engineWebhooks = 6000 // of a turn
	enginePace     = 300  // webhooks a second, when latency is asked for: far from too many for any
	enginePaceFor  = 4    // seconds
	engineClerks   = 100  // employees who sell
)

// BenchmarkEngines sends the same signed webhooks over HTTP to the program over a
// file, to one process over PostgreSQL, and to two: of ten, six ask for points,
// three are sales by employees, and one is a stranger who joins. Each server is a
// process of its own, and PostgreSQL syncs each commit, as the file does; all are
// on this machine, the sender too. The sides take turns, for shops of several
// sizes, and medians are told.
func BenchmarkEngines(b *testing.B) {
	server := pgtest.NewServer(b, pgtest.Durable...)
	for b.Loop() {
		smallest := map[string]engineFigures{}
		for _, members := range sizesOf(b) {
			w := newEngineWorld(b, server, members)
			taken := w.measure(b)
			for _, side := range w.sides {
				is := taken[side.name]
				if _, ok := smallest[side.name]; !ok {
					smallest[side.name] = is
				}
				tellEngine(side.name, members, is, taken["bolt"], smallest[side.name])
			}
			w.end(b)
		}
	}
}

// sizesOf are the sizes to measure.
func sizesOf(b *testing.B) (sizes []int) {
	said := os.Getenv("REGULARS_BENCH_MEMBERS")
	if said == "" {
		return engineSizes
	}
	for word := range strings.SplitSeq(said, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 2*engineClerks {
			b.Fatalf("REGULARS_BENCH_MEMBERS=%s", said)
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// engineWorld is one shop in a file and, row by row the same, in a database.
type engineWorld struct {
	members   int
	sides     []*engineSide
	strangers int
	random    *rand.Rand
	sold      map[string]int // sales taken, by store
}

// engineSide is one way to serve it.
type engineSide struct {
	name  string
	data  string
	procs []*benchProcess // those that serve all the time
	more  int             // processes that come for a turn
}

func newEngineWorld(b *testing.B, server *pgtest.Server, members int) *engineWorld {
	start := time.Now()
	path, url := storeOf(b, "engines-", members, addShopper), server.Database(b)
	made := time.Since(start)
	count, size := fillDatabase(b, url, path)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	say("%d members: %d rows; file %d MB in %v, database %d MB in %v", members, count,
		info.Size()>>20, made.Round(time.Second), size>>20, (time.Since(start) - made).Round(time.Second))
	one := startProcess(b, url)
	return &engineWorld{members: members, random: rand.New(rand.NewPCG(uint64(members), 8)), sold: map[string]int{}, sides: []*engineSide{
		{name: "bolt", data: path, procs: []*benchProcess{startProcess(b, path)}},
		{name: "PostgreSQL, one process", data: url, procs: []*benchProcess{one}},
		{name: "PostgreSQL, two processes", data: url, procs: []*benchProcess{one}, more: 1},
	}}
}

// fillDatabase brings the rows of a file into an empty database, and leaves it as
// one that has been used for long: nothing of the loading is still to be done.
func fillDatabase(b *testing.B, url, path string) (count, size int64) {
	ctx := context.Background()
	db, err := postgres.Create(ctx, url, postgres.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	file, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	err = file.View(ctx, func(r store.Reader) error {
		count, err = db.Load(ctx, r.Scan(store.Range{}))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, sql := range []string{"vacuum (analyze, freeze) regulars.rows", "checkpoint"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			b.Fatal(err)
		}
	}
	if size, err = db.Size(ctx); err != nil {
		b.Fatal(err)
	}
	return count, size
}

// addShopper makes a member who bought once and told nothing but a telephone
// number, by which employees find them. The first ones are employees as well.
func addShopper(tx store.Tx, s *shop.Shop, i int) error {
	at := benchDay.Add(-time.Duration(1+i%8000) * time.Hour)
	who := people.Identity{Channel: benchChannel, User: benchUser(i)}
	p, _, err := s.Vault.Meet(tx, who, people.Seen{Language: "en"}, at, s.Rand)
	if err != nil {
		return err
	}
	if _, err := s.Vault.Join(tx, p.ID, shop.Wording, at, s.Rand); err != nil {
		return err
	}
	phone, err := people.ParsePhone(benchPhone(i), "TW")
	if err != nil {
		return err
	}
	if err := s.Vault.SetPhone(tx, p.ID, phone, true, s.Rand); err != nil {
		return err
	}
	act := book.Act{Op: loyalty.OpID(fmt.Sprintf("bench-%d", i)), Actor: loyalty.ByStaff("staff"), Role: people.Clerk, Store: "main", Now: at}
	if _, err := s.Book.Earn(tx, p.ID, act, loyalty.Money(100+i%400), ""); err != nil || i >= engineClerks {
		return err
	}
	code, err := s.Vault.Invite(tx, people.Clerk, "", loyalty.ByJob("bench"), at, people.CodeLife, s.Rand)
	if err != nil {
		return err
	}
	_, err = s.Vault.Enrol(tx, code, who, at, s.Rand)
	return err
}

// benchPhone is the number of member i, as employees type it.
func benchPhone(i int) string { return fmt.Sprintf("09%08d", i) }

// load is n webhooks of the mix, and how many sales are among them.
func (w *engineWorld) load(n int) (all []request, sales int) {
	for range n {
		id := eventIDs.Add(1)
		member := engineClerks + w.random.IntN(w.members-engineClerks) // nobody sells to themselves
		switch lot := w.random.IntN(10); {
		case lot < 6:
			all = append(all, says(benchUser(member), id, "/points"))
		case lot < 9:
			sales++
			text := fmt.Sprintf("/sale %s %d B%d", benchPhone(member), 50+w.random.IntN(400), id)
			all = append(all, says(benchUser(w.random.IntN(engineClerks)), id, text))
		default:
			w.strangers++
			all = append(all, says(benchUser(10_000_000+w.strangers), id, "/join v"+shop.Wording))
		}
	}
	return all, sales
}

// engineFigures are those of one side: medians of its turns, and counts per
// webhook.
type engineFigures struct {
	rate                   float64       // webhooks a second, as many as possible
	busy50, busy99         time.Duration // then
	calm50, calm99         time.Duration // at enginePace
	trips, waits, restarts float64
	commits                float64
	waited                 time.Duration // for locks
}

// measure gives each side its turns.
func (w *engineWorld) measure(b *testing.B) map[string]engineFigures {
	all := map[string][]engineFigures{}
	for range engineRounds {
		for _, side := range w.sides {
			all[side.name] = append(all[side.name], w.turn(b, side))
		}
	}
	w.check(b)
	taken := map[string]engineFigures{}
	for name, turns := range all {
		taken[name] = engineFigures{
			rate:   middle(turns, func(f engineFigures) float64 { return f.rate }),
			busy50: middle(turns, func(f engineFigures) time.Duration { return f.busy50 }),
			busy99: middle(turns, func(f engineFigures) time.Duration { return f.busy99 }),
			calm50: middle(turns, func(f engineFigures) time.Duration { return f.calm50 }),
			calm99: middle(turns, func(f engineFigures) time.Duration { return f.calm99 }),
			trips:  middle(turns, func(f engineFigures) float64 { return f.trips }),
			waits:  middle(turns, func(f engineFigures) float64 { return f.waits }),

			restarts: middle(turns, func(f engineFigures) float64 { return f.restarts }),
			commits:  middle(turns, func(f engineFigures) float64 { return f.commits }),
			waited:   middle(turns, func(f engineFigures) time.Duration { return f.waited }),
		}
	}
	return taken
}

func middle[T int64 | float64 | time.Duration](turns []engineFigures, of func(engineFigures) T) T {
	var all []T
	for _, f := range turns {
		all = append(all, of(f))
	}
	return median(all)
}

// turn lets one side serve: as many webhooks as it can, then as many as come.
func (w *engineWorld) turn(b *testing.B, side *engineSide) (f engineFigures) {
	procs := side.procs
	for range side.more {
		p := startProcess(b, side.data)
		defer p.end(b)
		procs = append(procs[:len(procs):len(procs)], p)
	}
	var urls []string
	for _, p := range procs {
		urls = append(urls, p.url)
	}
	c := newClient(b, urls...)
	send := func(n int, how func([]request)) {
		requests, sales := w.load(n)
		w.sold[side.data] += sales
		runtime.GC()
		how(requests)
		procs[0].drained(b)
	}
	send(1000, func(r []request) { c.rate(b, engineCallers, r) }) // connections, caches, statements
	before := figuresOf(b, procs)
	send(engineWebhooks, func(r []request) {
		var took []time.Duration
		f.rate, took = c.crowd(b, engineCallers, r)
		f.busy50, f.busy99 = quantile(took, 0.5), quantile(took, 0.99)
	})
	is := figuresOf(b, procs)
	send(enginePace*enginePaceFor, func(r []request) {
		took := c.arrivals(b, enginePace, r, w.random)
		f.calm50, f.calm99 = quantile(took, 0.5), quantile(took, 0.99)
	})
	per := func(n int64) float64 { return float64(n) / engineWebhooks }
	f.trips, f.waits, f.restarts = per(is.Trips-before.Trips), per(is.LockWaits-before.LockWaits), per(is.Restarts-before.Restarts)
	f.commits, f.waited = per(is.Commits-before.Commits), (is.LockWaited-before.LockWaited)/engineWebhooks
	if n := c.putOff.Load(); n > 0 {
		say("%s: %d webhooks were put off", side.name, n)
	}
	return f
}

// check holds what the stores have against what was sent: an answer of 200 may be
// a refusal.
func (w *engineWorld) check(b *testing.B) {
	for data, sold := range w.sold {
		for _, side := range w.sides {
			if side.data == data && len(side.procs) > 0 {
				if n := side.procs[0].sold(b); n != sold {
					b.Errorf("%s, %d members: %d sales were sent, %d are in the store", side.name, w.members, sold, n)
				}
				break
			}
		}
	}
}

// end stops what runs, and gives the disk back.
func (w *engineWorld) end(b *testing.B) {
	w.sides[0].procs[0].end(b)
	w.sides[1].procs[0].end(b)
	if err := os.Remove(w.sides[0].data); err != nil {
		b.Error(err)
	}
	conn, err := pgx.Connect(context.Background(), w.sides[1].data)
	if err == nil {
		_, err = conn.Exec(context.Background(), "drop schema regulars cascade")
		_ = conn.Close(context.Background())
	}
	if err != nil {
		b.Error(err)
	}
}

// tellEngine prints the figures of one side, in itself, against the file's and
// against those of the smallest shop.
func tellEngine(name string, members int, f, bolt, small engineFigures) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	say("%s, %d members: %.0f webhooks/s (%.2f of bolt, %.2f of its smallest shop); %d at once p50 %.1f ms, p99 %.1f ms; at %d/s p50 %.2f ms, p99 %.1f ms (%.2f and %.2f times bolt, %.2f and %.2f times its smallest); "+
		"a webhook: %.2f round trips, %.2f commits, %.4f lock waits (%v), %.4f restarts",
		name, members, f.rate, f.rate/bolt.rate, f.rate/small.rate, engineCallers, ms(f.busy50), ms(f.busy99), enginePace, ms(f.calm50), ms(f.calm99),
		ms(f.calm50)/ms(bolt.calm50), ms(f.calm99)/ms(bolt.calm99), ms(f.calm50)/ms(small.calm50), ms(f.calm99)/ms(small.calm99),
		f.trips, f.commits, f.waits, f.waited, f.restarts)
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stdout, "\nBENCH engines: "+format+"\n", args...)
}
