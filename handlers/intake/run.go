package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Options are how a file is to be read.
type Options struct {
	Kind     Kind             // "": by its columns
	Map      map[string]Field // column → field, before what is found
	Source   string           // the system that the files come from
	Store    loyalty.Store    // of rows that name none
	Encoding string           // "": found out
	Dates    string           // "dmy", "mdy", or "": by the cells
	AsOf     time.Time        // the balances' own day, from which the rule counts; zero: now
	Earn     bool             // purchases give points by the programme
	Dry      bool             // everything is taken back
}

// Intake imports into one shop.
type Intake struct {
	DB   store.DB
	Shop *shop.Shop
	// Say tells a line to people, Progress how many rows of about how many are
	// done, Refused each row that is not taken, in the order of the file. Each
	// may be nil.
	Say      func(string)
	Progress func(done, total int64)
	Refused  func(file string, line int, customer, why string) error
}

// atOnce is how many rows one transaction takes: some milliseconds' work, so
// that a chat that waits behind it does not notice. inFlight is how many wait
// for one sync of the disk together.
const (
	atOnce   = 32
	inFlight = 64
)

// chunk is the rows of one transaction on their way.
type chunk struct {
	rows  []row
	lines []*line
	ready chan struct{} // lines are read
	done  chan struct{} // they are written
	err   error

	sketch *sketch        // worked out ahead; nil: not
	came   []people.Taken // what the sketch came to
}

// run is one file being taken.
type run struct {
	Intake
	shop   *shop.Shop
	opt    Options
	reader *reader
	now    time.Time
	rand   io.Reader
	dry    *rehearsal // nil when it is no dry run
}

// Run takes files, one after the other, and returns the totals of each. An
// error ends it; what was taken before stays, and is not taken twice by another
// run.
func (i Intake) Run(ctx context.Context, files []string, opt Options) (all []Totals, err error) {
	if opt.Source = strings.ToLower(opt.Source); !plainSource(opt.Source) {
		return nil, fmt.Errorf("a source is named with letters a-z, digits and hyphens, not %q", opt.Source)
	}
	now := i.Shop.Clock.Now()
	p := i.Shop.Programme(now)
	if _, ok := p.Store(opt.Store); opt.Store != "" && !ok {
		return nil, fmt.Errorf("the programme has no store %q", opt.Store)
	}
	if opt.AsOf.After(now) {
		return nil, errors.New("the day of the balances lies in the future")
	}
	var dry *rehearsal
	if opt.Dry {
		dry = newRehearsal()
	}
	for _, file := range files {
		r := &run{Intake: i, shop: i.Shop, opt: opt, now: now.UTC().Round(0), rand: rand.Reader, dry: dry}
		t, err := r.file(ctx, file)
		if err != nil {
			return all, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, t)
	}
	return all, nil
}

func plainSource(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// file takes one file.
func (r *run) file(ctx context.Context, path string) (Totals, error) {
	p := r.shop.Programme(r.now)
	s, err := openSheet(path, r.opt.Encoding, p.Country)
	if err != nil {
		return Totals{}, err
	}
	defer s.Close()
	first, err := r.begin(s)
	if err != nil {
		return Totals{}, err
	}
	t := newTotals(s.name, r.reader.kind)
	return t, r.flow(ctx, s, first, &t)
}

// sampleRows is by how many rows a file's columns are found.
const sampleRows = 200

// begin looks at a file's first rows, says what it takes it for, and gives those
// that are no headings.
func (r *run) begin(s *sheet) ([]row, error) {
	var first []row
	for len(first) < sampleRows {
		in, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if in.bad != "" && len(first) == 0 {
			return nil, errors.New("its first row cannot be read: " + in.bad)
		}
		if !in.blank() {
			first = append(first, in)
		}
	}
	if err := r.understand(s, first); err != nil {
		return nil, err
	}
	if r.reader.columns.Headings != nil {
		first = first[1:]
	}
	return first, nil
}

// flow is the way of all rows: read in order, prepared side by side, written in
// the order of the file as far as it matters, counted in order.
func (r *run) flow(ctx context.Context, s *sheet, first []row, t *Totals) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	workers := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *chunk, workers), make(chan *chunk, 2*workers)
	finishing := make(chan *chunk, inFlight)
	var all sync.WaitGroup
	all.Go(func() {
		defer close(work)
		defer close(ordered)
		r.feed(ctx, s, first, stop, func(c *chunk) bool {
			for _, to := range []chan *chunk{ordered, work} {
				select {
				case to <- c:
				case <-ctx.Done():
					return false
				}
			}
			return true
		})
	})
	for range workers {
		all.Go(func() {
			for c := range work {
				r.prepare(ctx, c)
			}
		})
	}
	all.Go(func() {
		defer close(finishing)
		r.launch(ctx, ordered, finishing, &all)
	})
	for c := range finishing {
		<-c.done
		if c.err == nil {
			c.err = r.finish(c, s, t)
		}
		if c.err != nil {
			stop(c.err)
		}
	}
	all.Wait()
	return context.Cause(ctx)
}

// feed cuts a file into chunks.
func (r *run) feed(ctx context.Context, s *sheet, first []row, stop context.CancelCauseFunc, send func(*chunk) bool) {
	next := func() (row, error) {
		if len(first) > 0 {
			in := first[0]
			first = first[1:]
			return in, nil
		}
		return s.next()
	}
	for c := newChunk(); ; {
		in, err := next()
		if err != nil && err != io.EOF {
			stop(err)
			return
		}
		if err == nil && !in.blank() {
			c.rows = append(c.rows, in)
		}
		if len(c.rows) == atOnce || err == io.EOF && len(c.rows) > 0 {
			if !send(c) {
				return
			}
			c = newChunk()
		}
		if err == io.EOF || ctx.Err() != nil {
			return
		}
	}
}

func newChunk() *chunk {
	return &chunk{rows: make([]row, 0, atOnce), ready: make(chan struct{}), done: make(chan struct{})}
}

// prepare reads a chunk's rows, seals their persons, and works out what the
// chunk's transaction will do. A dry run notices first what lines before it say:
// it does so when their turn comes.
func (r *run) prepare(ctx context.Context, c *chunk) {
	defer close(c.ready)
	c.lines = make([]*line, 0, len(c.rows))
	for _, in := range c.rows {
		l, err := r.reader.read(in)
		if err != nil {
			c.err = err
			return
		}
		c.lines = append(c.lines, l)
	}
	if c.rows = nil; r.dry == nil {
		c.err = r.workOut(ctx, c)
	}
}

// workOut decides a chunk on what the store shows now.
func (r *run) workOut(ctx context.Context, c *chunk) error {
	return r.DB.View(ctx, func(view store.Reader) (err error) {
		c.sketch = newSketch(view)
		defer func() { c.sketch.base = nil }()
		c.came, err = r.take(c.sketch, c.lines)
		return err
	})
}

// launch writes chunks, several at a time, but never two at once that are about
// the same person.
func (r *run) launch(ctx context.Context, ordered <-chan *chunk, finishing chan<- *chunk, all *sync.WaitGroup) {
	about := map[string]*chunk{}
	var flying []*chunk
	for c := range ordered {
		select {
		case <-c.ready:
		case <-ctx.Done():
			return
		}
		for len(flying) > 0 && flying[0].ended() {
			flying[0].forget(about)
			flying = flying[1:]
		}
		for _, k := range c.keys() {
			if other := about[k]; other != nil {
				<-other.done
			}
		}
		for _, k := range c.keys() {
			about[k] = c
		}
		r.dry.look(c, r.reader)
		flying = append(flying, c)
		all.Go(func() { r.commit(ctx, c) })
		select {
		case finishing <- c: // waits while inFlight are on their way
		case <-ctx.Done():
			return
		}
	}
}

// keys are what the chunk's persons are known by.
func (c *chunk) keys() (list []string) {
	for _, l := range c.lines {
		if l.who.External != "" {
			list = append(list, "id "+l.who.External)
		}
		if !l.who.Phone.IsZero() {
			list = append(list, l.who.Phone.E164())
		}
	}
	return list
}

func (c *chunk) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

func (c *chunk) forget(about map[string]*chunk) {
	for _, k := range c.keys() {
		if about[k] == c {
			delete(about, k)
		}
	}
}

// commit writes a chunk: as it was worked out, or, where something has changed
// since, worked out anew. A dry run works it out and leaves it at that.
func (r *run) commit(ctx context.Context, c *chunk) {
	defer close(c.done)
	if c.err != nil {
		return
	}
	if r.dry != nil {
		c.err = r.workOut(ctx, c)
		c.sketch, c.came = nil, nil
		return
	}
	c.err = r.DB.Update(ctx, func(tx store.Tx) error {
		came, err := c.came, c.sketch.write(tx)
		if errors.Is(err, errStale) {
			came, err = r.take(tx, c.lines)
		}
		if err != nil {
			return err
		}
		return people.CountImported(tx, came)
	})
	c.sketch, c.came = nil, nil
}

// finish counts a chunk and tells what was refused.
func (r *run) finish(c *chunk, s *sheet, t *Totals) error {
	for _, l := range c.lines {
		if l.refuse == "" {
			l.refuse = l.late
		}
		t.add(l)
		if l.refuse != "" && r.Refused != nil {
			if err := r.Refused(s.name, l.no, l.id, l.refuse); err != nil {
				return err
			}
		}
	}
	if r.Progress != nil {
		r.Progress(t.Rows, max(s.rows, t.Rows))
	}
	return nil
}
