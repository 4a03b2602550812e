package intake

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"regulars/loyalty/people"
	"regulars/store"
)

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

// flow is the way of all rows: read in order, prepared side by side, written in
// the order of the file as far as it matters, counted in order.
func (r *run) flow(ctx context.Context, s *sheet, first []row, t *Totals) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	workers := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *chunk, inFlight), make(chan *chunk, inFlight)
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
	wake := make(chan struct{}, 1)
	all.Go(func() {
		for range wake {
			stopOn(stop, r.nameThem(ctx))
		}
	})
	named := t.New
	for c := range finishing {
		<-c.done
		if c.err == nil {
			c.err = r.finish(c, s, t)
		}
		stopOn(stop, c.err)
		if t.New-named >= nameEvery && len(wake) == 0 {
			wake <- struct{}{}
			named = t.New
		}
	}
	close(wake)
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return r.nameThem(ctx)
}

func stopOn(stop context.CancelCauseFunc, err error) {
	if err != nil {
		stop(err)
	}
}

// nameEvery is how many new members wait before they are to be found by name,
// together: the more, the fewer pages are written over and over.
const nameEvery = 80_000

func (r *run) nameThem(ctx context.Context) error {
	if r.dry != nil {
		return nil
	}
	_, err := people.IndexNames(ctx, r.DB)
	return err
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
		c.sketch = newSketch(view, c.lines)
		defer c.sketch.end()
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
