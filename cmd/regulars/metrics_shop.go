package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"regulars/bot/outbox"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/loyalty/rollup"
	"regulars/store"
	"regulars/store/journal"
	"regulars/store/postgres"
)

const (
	// scrapeWithin bounds what a scrape may read from the store; Prometheus gives
	// up after ten seconds.
	scrapeWithin = 5 * time.Second
	// rereadAfter is for how long what was read from the store is told again.
	rereadAfter = 10 * time.Second
	// recountAfter is how often members are counted at most. Counting a million
	// takes seconds: it is done a hundred times less than it takes, too.
	recountAfter = 10 * time.Minute
	// queueMost is how many waiting messages of a class are counted.
	queueMost = 10_000
)

// shopMetrics is read from the store when it is asked for. All processes over
// one store tell the same here: a dashboard takes the largest, not the sum.
type shopMetrics struct {
	o    *operations
	desc map[string]*prometheus.Desc

	mu      sync.Mutex
	at      time.Time // of told
	told    []prometheus.Metric
	members people.Counts
	counted time.Time
	next    time.Time // when members are counted again
}

// shopFamily is one metric that is read from the store.
type shopFamily struct {
	name, help string
	labels     []string
}

// shopFamilies are all of them. Those of a day begin anew at the shop's
// midnight, as a counter may.
var shopFamilies = []shopFamily{
	{"regulars_ready", "1 if a load balancer may send requests to this process.", nil},
	{"regulars_draining", "1 while this process stops.", nil},
	{"regulars_scrape_errors", "1 if a part of the shop's figures could not be read.", nil},
	{"regulars_store_commits_total", "Commits: of a file since it was made, of PostgreSQL by this process.", nil},
	{"regulars_store_size_bytes", "The size of the store.", nil},
	{"regulars_store_updates_total", "Updates of this process on PostgreSQL that ended, well or not.", nil},
	{"regulars_store_restarts_total", "Of them, those that began again because of a lock out of order.", nil},
	{"regulars_store_lock_waits_total", "Waits of this process for another's lock.", nil},
	{"regulars_store_lock_waited_seconds_total", "How long those were.", nil},
	{"regulars_store_round_trips_total", "Questions to the database.", nil},
	{"regulars_store_busy_total", "Calls that found too many others waiting.", nil},
	{"regulars_store_lost_connections_total", "Connections to the database that broke.", nil},
	{"regulars_store_asked_total", "Commits whose outcome had to be asked for on another connection.", nil},
	{"regulars_store_connections", "Connections to the database, and calls that wait for one.", []string{"state"}},
	{"regulars_store_away", "1 while the database does not answer.", nil},
	{"regulars_disk_free_bytes", "Free room where the store's file lies.", nil},
	{"regulars_outbox_due", "Messages that may go out now, each apart.", []string{"channel", "class"}},
	{"regulars_outbox_later", "Messages that wait for their time, or for a ride.", []string{"channel", "class"}},
	{"regulars_outbox_oldest_seconds", "How long the first of those that may go out has waited.", []string{"channel"}},
	{"regulars_outbox_stopped", "1 while nothing but answers goes out.", []string{"channel"}},
	{"regulars_messages_sent_total", "Messages of today that the platform accepted.", []string{"channel", "class"}},
	{"regulars_messages_ended_total", "Messages that ended today otherwise than sent.", []string{"channel", "outcome"}},
	{"regulars_messages_billed_total", "Messages of today that are paid for.", []string{"channel"}},
	{"regulars_messages_saved_total", "Messages of today that rode along with an answer and would have cost money.", []string{"channel"}},
	{"regulars_quota_limit", "Paid messages that the month allows; not there where there is no limit.", []string{"channel"}},
	{"regulars_quota_used", "Paid messages of the month that are used or on their way.", []string{"channel"}},
	{"regulars_dead_letters", "What could not be handled or delivered and waits for somebody.", nil},
	{"regulars_job_last_success_timestamp_seconds", "When a job of the schedule last did all it had to.", []string{"task"}},
	{"regulars_job_people", "For how many people or things it then did something.", []string{"task"}},
	{"regulars_job_failing", "1 while a job fails.", []string{"task"}},
	{"regulars_backup_last_success_timestamp_seconds", "The moment that the newest whole backup holds; 0 for none.", nil},
	{"regulars_backup_failing", "1 if the last one could not be made.", nil},
	{"regulars_journal_last_sync_timestamp_seconds", "When the journal beside the store's file was last had on disk; 0 for never. Not there where none is kept.", nil},
	{"regulars_journal_failing", "1 while commits are left out of the journal.", nil},
	{"regulars_journal_size_bytes", "The size of the journal's segments.", nil},
	{"regulars_members", "People the shop knows, by how far they have come; counted each ten minutes or seldomer.", []string{"status"}},
	{"regulars_hook_tries_total", "Deliveries of this process to other programs, by whether they were taken.", []string{"outcome"}},
	{"regulars_points_total", "Points moved today, by what became of them.", []string{"kind"}},
	{"regulars_orders_total", "Sales of today that did not come back.", nil},
	{"regulars_members_joined_total", "Who joined today.", nil},
}

func newShopMetrics(o *operations) *shopMetrics {
	s := &shopMetrics{o: o, desc: map[string]*prometheus.Desc{}}
	for _, f := range shopFamilies {
		s.desc[f.name] = prometheus.NewDesc(f.name, f.help, f.labels, nil)
	}
	return s
}

// Describe implements prometheus.Collector.
func (s *shopMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range s.desc {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (s *shopMetrics) Collect(out chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, stop := context.WithTimeout(context.Background(), scrapeWithin)
	defer stop()
	c := &scrape{s: s, now: s.o.a.clock.Now()}
	c.bit("regulars_ready", len(s.o.unready(ctx)) == 0)
	c.bit("regulars_draining", s.o.draining.Load())
	if s.at.IsZero() || time.Since(s.at) > rereadAfter {
		s.told, s.at = s.read(ctx, c.now), time.Now()
	}
	for _, m := range append(c.list, s.told...) {
		out <- m
	}
}

// forget has everything read anew by the next scrape.
func (s *shopMetrics) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = time.Time{}
}

// scrape gathers what is told once.
type scrape struct {
	s    *shopMetrics
	now  time.Time
	list []prometheus.Metric
}

func (c *scrape) add(name string, kind prometheus.ValueType, v float64, labels ...string) {
	c.list = append(c.list, prometheus.MustNewConstMetric(c.s.desc[name], kind, v, labels...))
}

func (c *scrape) gauge(name string, v float64, labels ...string) {
	c.add(name, prometheus.GaugeValue, v, labels...)
}

func (c *scrape) total(name string, v float64, labels ...string) {
	c.add(name, prometheus.CounterValue, v, labels...)
}

func (c *scrape) bit(name string, is bool, labels ...string) {
	v := 0.0
	if is {
		v = 1
	}
	c.gauge(name, v, labels...)
}

func (c *scrape) moment(name string, t time.Time, labels ...string) {
	v := 0.0
	if !t.IsZero() {
		v = float64(t.UnixMilli()) / 1000
	}
	c.gauge(name, v, labels...)
}

// read asks the store for everything. What cannot be read is left out, and that
// it was is told.
func (s *shopMetrics) read(ctx context.Context, now time.Time) []prometheus.Metric {
	c := &scrape{s: s, now: now}
	failed := false
	for _, part := range []func(context.Context) error{c.engine, c.queues, c.month, c.letters, c.jobs, c.backups, c.journal, c.today, c.people} {
		before := len(c.list)
		if err := part(ctx); err != nil {
			c.list, failed = c.list[:before], true
		}
	}
	c.bit("regulars_scrape_errors", failed)
	return c.list
}

// engine is the store's own state.
func (c *scrape) engine(ctx context.Context) error {
	a := c.s.o.a
	if db, ok := a.db.(*postgres.DB); ok {
		return c.server(ctx, db)
	}
	if db, ok := a.db.(interface{ Commits() uint64 }); ok {
		c.total("regulars_store_commits_total", float64(db.Commits()))
	}
	info, err := os.Stat(a.cfg.Data)
	if err != nil {
		return nil // no file: a database server, or a test's memory
	}
	c.gauge("regulars_store_size_bytes", float64(info.Size()))
	free, err := freeDisk(filepath.Dir(a.cfg.Data))
	if err == nil {
		c.gauge("regulars_disk_free_bytes", float64(free))
	}
	return err
}

// server is the state of a database on its server.
func (c *scrape) server(ctx context.Context, db *postgres.DB) error {
	is := db.Stats()
	for name, n := range map[string]float64{
		"commits": float64(is.Commits), "updates": float64(is.Updates), "restarts": float64(is.Restarts), "lock_waits": float64(is.LockWaits),
		"lock_waited_seconds": is.LockWaited.Seconds(), "round_trips": float64(is.Trips), "busy": float64(is.Busy), "lost_connections": float64(is.Lost), "asked": float64(is.Asked),
	} {
		c.total("regulars_store_"+name+"_total", n)
	}
	c.gauge("regulars_store_connections", float64(is.Conns-is.Idle), "busy")
	c.gauge("regulars_store_connections", float64(is.Idle), "idle")
	c.gauge("regulars_store_connections", float64(is.Waiting), "waiting")
	c.bit("regulars_store_away", is.Away)
	if is.Away {
		return nil
	}
	size, err := db.Size(ctx)
	if err == nil {
		c.gauge("regulars_store_size_bytes", float64(size))
	}
	return err
}

// queues is what waits to be sent.
func (c *scrape) queues(ctx context.Context) error {
	var list []outbox.Queue
	var stops []outbox.Stop
	o := c.s.o.a.outbox
	err := c.s.o.a.db.View(ctx, func(r store.Reader) (err error) {
		if list, err = o.Queued(r, queueMost); err != nil {
			return err
		}
		stops, err = o.Stops(r)
		return err
	})
	if err != nil {
		return err
	}
	oldest := map[string]float64{}
	for _, q := range list {
		name := string(q.Channel)
		c.gauge("regulars_outbox_due", float64(q.Due), name, string(q.Class))
		c.gauge("regulars_outbox_later", float64(q.Later), name, string(q.Class))
		oldest[name] += 0
		if !q.Oldest.IsZero() {
			oldest[name] = max(oldest[name], c.now.Sub(q.Oldest).Seconds())
		}
	}
	stopped := map[string]bool{}
	for _, s := range stops {
		stopped[string(s.Channel)] = true
	}
	for name, age := range oldest {
		c.gauge("regulars_outbox_oldest_seconds", age, name)
		c.bit("regulars_outbox_stopped", stopped[name] || stopped["*"], name)
	}
	return nil
}

// month is what was sent today, and what is left of the month.
func (c *scrape) month(ctx context.Context) error {
	a := c.s.o.a
	return a.db.View(ctx, func(r store.Reader) error {
		days, err := a.outbox.Stats(r, c.now, c.now)
		if err != nil {
			return err
		}
		mine := scrape{s: c.s, now: c.now}
		for _, d := range days {
			mine.sent(d)
		}
		for _, ch := range a.lines {
			m, err := a.outbox.Month(r, ch.Channel(), c.now)
			if err != nil {
				return err
			}
			if m.Limited {
				mine.gauge("regulars_quota_limit", float64(m.Limit), string(m.Channel))
			}
			mine.gauge("regulars_quota_used", float64(m.Used+m.Held), string(m.Channel))
		}
		c.list = append(c.list, mine.list...)
		return nil
	})
}

func (c *scrape) sent(d outbox.Day) {
	name := string(d.Channel)
	for class, n := range d.Sent {
		c.total("regulars_messages_sent_total", float64(n), name, string(class))
	}
	for state, n := range d.Ended {
		c.total("regulars_messages_ended_total", float64(n), name, string(state))
	}
	c.total("regulars_messages_billed_total", float64(d.Billed), name)
	c.total("regulars_messages_saved_total", float64(d.Saved), name)
}

func (c *scrape) letters(ctx context.Context) error {
	delivered, failed := c.s.o.a.hooks.Tries()
	c.total("regulars_hook_tries_total", float64(delivered), "taken")
	c.total("regulars_hook_tries_total", float64(failed), "failed")
	n, err := c.s.o.a.desk().DeadLetters(ctx)
	if err == nil {
		c.gauge("regulars_dead_letters", float64(n))
	}
	return err
}

func (c *scrape) jobs(ctx context.Context) error {
	var all []schedule.State
	err := c.s.o.a.db.View(ctx, func(r store.Reader) (err error) {
		all, err = c.s.o.a.schedule.Status(r)
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range all {
		c.moment("regulars_job_last_success_timestamp_seconds", x.Ended, x.Job.Name)
		c.gauge("regulars_job_people", float64(x.For), x.Job.Name)
		c.bit("regulars_job_failing", !x.Failing.IsZero(), x.Job.Name)
	}
	return nil
}

func (c *scrape) backups(ctx context.Context) error {
	var b shop.Backups
	err := c.s.o.a.db.View(ctx, func(r store.Reader) (err error) {
		b, err = shop.BackupsOf(r)
		return err
	})
	if err == nil {
		c.moment("regulars_backup_last_success_timestamp_seconds", b.Good)
		c.bit("regulars_backup_failing", !b.Failed.IsZero())
	}
	return err
}

// journal is what is written down beside the store's file, where it is.
func (c *scrape) journal(context.Context) error {
	s, kept := c.s.o.a.journalStatus()
	if !kept {
		return nil
	}
	c.moment("regulars_journal_last_sync_timestamp_seconds", s.Synced)
	c.bit("regulars_journal_failing", s.Err != nil)
	size, err := journal.Size(s.Dir)
	if err != nil {
		return nil // its folder is away: that it fails is told
	}
	c.gauge("regulars_journal_size_bytes", float64(size))
	return nil
}

// today is what the shop's day came to so far, as the console shows it.
func (c *scrape) today(ctx context.Context) error {
	desk := c.s.o.a.shop.Rollups
	span := desk.Span(c.now, c.now, c.now)
	span.To++
	sum, err := desk.Total(ctx, span, rollup.Where{})
	if errors.Is(err, rollup.ErrNotYet) {
		return nil // a shop of this minute
	}
	if err != nil {
		return err
	}
	for kind, n := range map[string]float64{
		"sales": float64(sum.SalePoints), "by_hand": float64(sum.HandPoints), "gifts": float64(sum.GiftPoints), "taken_back": float64(sum.Back),
		"spent": float64(sum.Spent), "undone": float64(sum.Undone), "expired": float64(sum.Expired),
	} {
		c.total("regulars_points_total", n, kind)
	}
	c.total("regulars_orders_total", float64(sum.Orders))
	c.total("regulars_members_joined_total", float64(sum.Joined))
	return nil
}

// people tells how many there were at the last count, and has them counted
// again, beside everything else, when that was long ago.
func (c *scrape) people(context.Context) error {
	s := c.s
	if now := time.Now(); now.After(s.next) {
		s.next = now.Add(recountAfter)
		go s.count(now, c.now)
	}
	if s.counted.IsZero() {
		return nil
	}
	c.gauge("regulars_members", float64(s.members.Members), "member")
	c.gauge("regulars_members", float64(s.members.Contacts), "contact")
	c.gauge("regulars_members", float64(s.members.Erased), "erased")
	return nil
}

// count counts everybody. A failed count leaves the last one standing.
func (s *shopMetrics) count(begun, today time.Time) {
	ctx, stop := context.WithTimeout(context.Background(), recountAfter)
	defer stop()
	n, err := people.Count(ctx, s.o.a.db, today)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members, s.counted = n, time.Now()
	s.next = begun.Add(max(recountAfter, 100*time.Since(begun)))
}
