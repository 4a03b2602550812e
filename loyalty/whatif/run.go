package whatif

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Ground is where members' pasts are read.
type Ground struct {
	DB   store.DB
	Book *book.Book
	// Vouchers tell which reward a redemption was for; nil knows none.
	Vouchers *voucher.Desk
	// Facts is what the rules may know of a member besides the ledger; nil knows
	// nothing.
	Facts func(store.Reader, loyalty.MemberID) (loyalty.Facts, error)
	// Workers are how many members are lived at once; 0 leaves a processor to
	// others.
	Workers int
}

// How much is read in one View, and handed to a worker at once.
const (
	pageMembers = 64
	pageEntries = 2000
)

// Run answers a question. progress, which may be nil, is called with how many
// members of how many are done, by one at a time. It ends early, with its error,
// when ctx does.
func (g *Ground) Run(ctx context.Context, q *Question, progress func(done, total int64)) (*Result, error) {
	if !q.From.Before(q.To) {
		return nil, errors.New("whatif: the time that is asked about ends before it begins")
	}
	total, err := g.holders(ctx)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	pages := make(chan []loyalty.MemberID)
	var workers sync.WaitGroup
	var told sync.Mutex
	var done atomic.Int64
	res := newResult(q)
	for range g.workers() {
		workers.Go(func() {
			w := &worker{Ground: g, q: q, part: newResult(q)}
			for ids := range pages {
				if err := w.page(ctx, ids); err != nil {
					stop(err)
					break
				}
				n := done.Add(int64(len(ids)))
				if progress != nil {
					told.Lock()
					progress(min(n, total), total)
					told.Unlock()
				}
			}
			told.Lock()
			defer told.Unlock()
			res.merge(w.part)
		})
	}
	err = g.feed(ctx, pages)
	close(pages)
	workers.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	res.finish(q.Was(q.To), q.at(q.To))
	return res, nil
}

func (g *Ground) workers() int {
	if g.Workers > 0 {
		return g.Workers
	}
	return max(1, runtime.GOMAXPROCS(0)-1)
}

// holders is how many members have an account.
func (g *Ground) holders(ctx context.Context) (n int64, err error) {
	return n, g.ids(ctx, 1024, func(ids []loyalty.MemberID) error {
		n += int64(len(ids))
		return nil
	})
}

// feed hands out all members, page by page.
func (g *Ground) feed(ctx context.Context, pages chan<- []loyalty.MemberID) error {
	return g.ids(ctx, pageMembers, func(ids []loyalty.MemberID) error {
		select {
		case pages <- ids:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

// ids calls f with all members who have an account, so many at a time.
func (g *Ground) ids(ctx context.Context, n int, f func([]loyalty.MemberID) error) error {
	for after := loyalty.MemberID(""); ; {
		var ids []loyalty.MemberID
		err := g.DB.View(ctx, func(r store.Reader) (err error) {
			ids, err = g.Book.Holders(r, after, n)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := f(ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// worker lives one page of members after another, in the same memory.
type worker struct {
	*Ground
	q    *Question
	part *Result
	past []loyalty.Entry // of the members at hand
}

// page lives a page of members.
func (w *worker) page(ctx context.Context, ids []loyalty.MemberID) error {
	for len(ids) > 0 {
		var all []*story
		err := w.DB.View(ctx, func(r store.Reader) (err error) {
			all, err = w.stories(r, ids)
			return err
		})
		if err != nil {
			return err
		}
		ids = ids[len(all):]
		for _, st := range all {
			if err := w.part.live(w.q, st); err != nil {
				return fmt.Errorf("whatif: member %s: %w", st.member, err)
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// stories reads the pasts of the first of these members: of so many as make a
// View's entries, and of one at least.
func (w *worker) stories(r store.Reader, ids []loyalty.MemberID) (all []*story, err error) {
	if cap(w.past) > 4*pageEntries { // one who buys for a whole firm came by
		w.past = nil
	}
	for w.past = w.past[:0]; len(all) < len(ids) && len(w.past) < pageEntries; {
		st := &story{member: ids[len(all)], rewards: map[string]string{}}
		from := len(w.past)
		if w.past, err = w.Book.AppendAll(r, st.member, w.past); err != nil {
			return nil, err
		}
		st.entries = w.past[from:len(w.past):len(w.past)]
		if w.Facts != nil {
			if st.facts, err = w.Facts(r, st.member); err != nil {
				return nil, err
			}
		}
		if err := w.named(r, st, w.q.To); err != nil {
			return nil, err
		}
		all = append(all, st)
	}
	return all, nil
}

// named finds what the story's redemptions were for.
func (g *Ground) named(r store.Reader, st *story, now time.Time) error {
	if g.Vouchers == nil {
		return nil
	}
	for i := range st.entries {
		e := &st.entries[i]
		if e.Voucher == "" || e.Kind != loyalty.KindHold && e.Kind != loyalty.KindSpend {
			continue
		}
		v, err := g.Vouchers.Get(r, voucher.ID(e.Voucher), now)
		if errors.Is(err, voucher.ErrUnknown) {
			continue // swept long ago
		}
		if err != nil {
			return err
		}
		st.rewards[e.Voucher] = v.Reward
	}
	return nil
}
