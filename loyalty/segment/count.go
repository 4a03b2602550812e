package segment

import (
	"cmp"
	"context"
	"hash/fnv"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/expr-lang/expr/vm"

	"regulars/loyalty"
	"regulars/store"
)

// Count is how many members a segment has. What it is split by adds up to
// Reachable.
type Count struct {
	Members   int
	Reachable int            // agreed to offers, want them, and have a chat that is open
	ByChannel map[string]int // where they would be written to
	ByLang    map[string]int
	ByStore   map[string]int // "" is of who bought nowhere yet
	// Behind is how many rolls were still out of date: the count is off by so many
	// at most. It is 0 but just after an import.
	Behind int
}

// mostFresh is how many rolls a count makes anew before it counts. Making one
// takes about a tenth of a millisecond.
const mostFresh = 5000

// Count counts a segment at a moment, in pages, each a View of its own. Other
// errors than accidents: *TooFewError.
func (d *Desk) Count(ctx context.Context, e *Expr, now time.Time) (Count, error) {
	sum := newCount()
	s, err := d.ready(ctx, e, now)
	if err != nil {
		return sum, err
	}
	if sum.Behind, err = d.behind(ctx); err != nil {
		return sum, err
	}
	var mu sync.Mutex
	err = d.all(ctx, e, s, func() (func(*facts, loyalty.MemberID), func()) {
		part := newCount()
		return part.add, func() {
			mu.Lock()
			defer mu.Unlock()
			sum.plus(&part)
		}
	})
	return sum, err
}

func newCount() Count {
	return Count{ByChannel: map[string]int{}, ByLang: map[string]int{}, ByStore: map[string]int{}}
}

func (c *Count) add(f *facts, _ loyalty.MemberID) {
	c.Members++
	if !f.reachable() {
		return
	}
	c.Reachable++
	c.ByChannel[f.channel()]++
	c.ByLang[f.lang()]++
	c.ByStore[f.roll.branch()]++
}

func (c *Count) plus(o *Count) {
	c.Members, c.Reachable = c.Members+o.Members, c.Reachable+o.Reachable
	for _, m := range [][2]map[string]int{{c.ByChannel, o.ByChannel}, {c.ByLang, o.ByLang}, {c.ByStore, o.ByStore}} {
		for k, n := range m[1] {
			m[0][k] += n
		}
	}
}

// Sample is at most n members of a segment, always the same of those it has
// then, in no order that says anything.
func (d *Desk) Sample(ctx context.Context, e *Expr, n int, now time.Time) ([]loyalty.MemberID, error) {
	s, err := d.ready(ctx, e, now)
	if err != nil {
		return nil, err
	}
	type drawn struct {
		lot uint64
		m   loyalty.MemberID
	}
	least := func(list []drawn) []drawn {
		slices.SortFunc(list, func(a, b drawn) int { return cmp.Or(cmp.Compare(a.lot, b.lot), cmp.Compare(a.m, b.m)) })
		return list[:min(n, len(list))]
	}
	var mu sync.Mutex
	var all []drawn
	err = d.all(ctx, e, s, func() (func(*facts, loyalty.MemberID), func()) {
		var mine []drawn
		add := func(_ *facts, m loyalty.MemberID) {
			h := fnv.New64a()
			h.Write([]byte(m))
			if mine = append(mine, drawn{h.Sum64(), m}); len(mine) > 4*n+1000 {
				mine = least(mine)
			}
		}
		return add, func() {
			mu.Lock()
			defer mu.Unlock()
			all = least(append(all, mine...))
		}
	})
	var ids []loyalty.MemberID
	for _, x := range all {
		ids = append(ids, x.m)
	}
	return ids, err
}

// Each calls f for at most limit members of a segment, ordered, from the first
// after the one given ("" is the beginning); next is where to go on, "" when
// there are no more. The members are looked at in short Views, none of which is
// open while f runs. It does not refresh: who walks a whole segment calls
// Refresh once, before.
func (d *Desk) Each(ctx context.Context, e *Expr, now time.Time, after loyalty.MemberID, limit int, f func(Row) error) (next loyalty.MemberID, err error) {
	s, err := d.scene(ctx, e, now)
	if err != nil {
		return after, err
	}
	j := newJudge(s, e)
	found := make([]Row, 0, limit)
	for {
		page, err := d.page(ctx, after)
		if err != nil {
			return after, err
		}
		for _, row := range page {
			after = memberOf(row.Key)
			yes, err := j.judge(e, row)
			if err != nil {
				return after, err
			}
			if yes {
				found = append(found, j.facts.row(after))
			}
			if len(found) == limit {
				return after, handOut(found, f)
			}
		}
		if len(page) < pageRows {
			return "", handOut(found, f)
		}
	}
}

func handOut(list []Row, f func(Row) error) error {
	for _, row := range list {
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

// ready refreshes what is out of date and gives the scene.
func (d *Desk) ready(ctx context.Context, e *Expr, now time.Time) (*scene, error) {
	if _, err := d.refresh(ctx, now, mostFresh); err != nil {
		return nil, err
	}
	return d.scene(ctx, e, now)
}

// behind is how many members are marked.
func (d *Desk) behind(ctx context.Context) (n int, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		for range dues.Scan(r, dues.All(), &err) {
			n++
		}
		return err
	})
	return n, err
}

// pageRows is how many rolls one View reads: about a millisecond.
const pageRows = 2048

// page is the rolls after a member's, pageRows at most.
func (d *Desk) page(ctx context.Context, after loyalty.MemberID) (list []store.Row, err error) {
	list = make([]store.Row, 0, pageRows)
	err = d.DB.View(ctx, func(r store.Reader) error {
		for row, err := range r.Scan(rolls.Between(string(after)+"\x00", "\xff")) {
			if err != nil {
				return err
			}
			if list = append(list, row); len(list) == pageRows {
				break
			}
		}
		return nil
	})
	return list, err
}

func memberOf(key []byte) loyalty.MemberID { return loyalty.MemberID(key[len("roll/"):]) }

// judge holds rolls against expressions, one roll after the other; it is one
// goroutine's.
type judge struct {
	facts facts
	roll  Roll
	read  decoder
	vm    vm.VM
	needs []*Attribute
	env   map[string]any
}

// newJudge is one for the expressions given.
func newJudge(s *scene, all ...*Expr) *judge {
	j := &judge{env: map[string]any{}}
	own := *s
	own.platformOf = remembered(s.platformOf)
	j.facts = facts{scene: &own, roll: &j.roll}
	j.env["lapsing"] = j.facts.lapsing
	j.read.noLots, j.read.noDays = true, true
	for _, e := range all {
		if e.lapsing || e.Uses("points") {
			j.read.noLots = false
		}
		for _, a := range e.needs {
			j.read.noDays = j.read.noDays && !slices.Contains(ofDays, a.Name)
			if !slices.Contains(j.needs, a) {
				j.needs = append(j.needs, a)
			}
		}
	}
	return j
}

// remembered is f, asked once about each channel.
func remembered(f func(string) (string, bool)) func(string) (string, bool) {
	type answer struct {
		platform string
		ok       bool
	}
	known := map[string]answer{}
	return func(channel string) (string, bool) {
		a, asked := known[channel]
		if !asked {
			a.platform, a.ok = f(channel)
			known[channel] = a
		}
		return a.platform, a.ok
	}
}

// look makes j.facts those of the member of a row. Rows of another form are of
// nobody (false) until they are made anew.
func (j *judge) look(row store.Row) (bool, error) {
	raw, err := store.CheckSum(row.Key, row.Value)
	if err != nil || j.read.decode(raw, &j.roll) != nil {
		return false, err
	}
	for _, a := range j.needs {
		j.env[a.Name] = a.of(&j.facts)
	}
	return true, nil
}

// fits says whether the member looked at is in the segment.
func (j *judge) fits(e *Expr) (bool, error) {
	out, err := j.vm.Run(e.program, j.env)
	if err != nil {
		return false, err
	}
	yes, _ := out.(bool)
	return yes, nil
}

// judge is look and fits.
func (j *judge) judge(e *Expr, row store.Row) (bool, error) {
	known, err := j.look(row)
	if err != nil || !known {
		return false, err
	}
	return j.fits(e)
}

// all calls, for every member of the segment, what worker gave to the goroutine
// that looks at them, and in the end its second function. One goroutine reads,
// as many as there are processors decode and judge.
func (d *Desk) all(ctx context.Context, e *Expr, s *scene, worker func() (add func(*facts, loyalty.MemberID), end func())) error {
	return d.allWith(ctx, e, s, false, worker)
}

// allWith is all; days says that what it calls looks at single days, whether or
// not the expression does.
func (d *Desk) allWith(ctx context.Context, e *Expr, s *scene, days bool, worker func() (add func(*facts, loyalty.MemberID), end func())) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	pages := make(chan []store.Row, 2)
	var working sync.WaitGroup
	for range max(runtime.GOMAXPROCS(0), 1) {
		working.Go(func() {
			add, end := worker()
			defer end()
			j := newJudge(s, e)
			j.read.noDays = j.read.noDays && !days
			for page := range pages {
				for _, row := range page {
					yes, err := j.judge(e, row)
					if err != nil {
						stop(err)
					} else if yes {
						add(&j.facts, memberOf(row.Key))
					}
				}
			}
		})
	}
	d.read(ctx, stop, pages)
	close(pages)
	working.Wait()
	return context.Cause(ctx)
}

// read sends all pages, until there are no more or ctx ends.
func (d *Desk) read(ctx context.Context, stop context.CancelCauseFunc, pages chan<- []store.Row) {
	var after loyalty.MemberID
	for {
		page, err := d.page(ctx, after)
		if err != nil {
			stop(err)
			return
		}
		if len(page) > 0 {
			after = memberOf(page[len(page)-1].Key)
			select {
			case pages <- page:
			case <-ctx.Done():
				return
			}
		}
		if len(page) < pageRows {
			return
		}
	}
}

// walk calls f for every roll there is, in order.
func (d *Desk) walk(ctx context.Context, f func(*Roll)) error {
	var roll Roll
	var read decoder
	return d.eachRow(ctx, func(row store.Row) error {
		raw, err := store.CheckSum(row.Key, row.Value)
		if err == nil && read.decode(raw, &roll) == nil {
			f(&roll)
		}
		return err
	})
}

// eachRow calls f for every row of a roll, in order, none of them in a View.
func (d *Desk) eachRow(ctx context.Context, f func(store.Row) error) error {
	var after loyalty.MemberID
	for {
		page, err := d.page(ctx, after)
		if err != nil {
			return err
		}
		for _, row := range page {
			after = memberOf(row.Key)
			if err := f(row); err != nil {
				return err
			}
		}
		if len(page) < pageRows {
			return nil
		}
	}
}
