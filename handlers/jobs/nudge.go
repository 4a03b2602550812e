package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"regulars/bot/schedule"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
	"regulars/store"
)

const (
	// nudgePage is how many members are looked up at a time, and nudgeBatch how
	// many are looked at in one transaction: some milliseconds.
	nudgePage  = 96
	nudgeBatch = 12
	// nudgeMost bounds a run, so that a million who were imported keep nobody
	// from theirs for long: the rest has its turn in the next minute.
	nudgeMost = 20_000
)

// nudges plans what members whose rows changed are to be told of, and tells those
// whose time has come. done is how many messages were written.
func (j Jobs) nudges(ctx context.Context, t schedule.Tick) (done int, err error) {
	if err := j.markEverybody(ctx); err != nil {
		return 0, err
	}
	planned, err1 := j.lookAt(ctx, t, func(r store.Reader, from string) ([]loyalty.MemberID, string, error) {
		list, err := reach.Marked(r, loyalty.MemberID(from), nudgePage)
		if len(list) > 0 {
			from = string(list[len(list)-1])
		}
		return list, from, err
	})
	if j.inDoubt() { // they would speak of the wrong day
		return planned, err1
	}
	told, err2 := j.lookAt(ctx, t, func(r store.Reader, from string) ([]loyalty.MemberID, string, error) {
		return reach.Due(r, j.Shop.Clock.Now(), from, nudgePage)
	})
	return planned + told, errors.Join(err1, err2)
}

func (j Jobs) inDoubt() bool { return j.Shop.Book.ClockInDoubt != nil && j.Shop.Book.ClockInDoubt() }

// lookAt looks at the members that list gives, page by page, behind those who
// fail too: they keep nobody from theirs.
func (j Jobs) lookAt(ctx context.Context, t schedule.Tick, list func(r store.Reader, from string) ([]loyalty.MemberID, string, error)) (done int, err error) {
	var failed []error
	for from, seen := "", 0; seen < nudgeMost; {
		var page []loyalty.MemberID
		err := j.DB.View(ctx, func(r store.Reader) (err error) {
			page, from, err = list(r, from)
			return err
		})
		if err != nil {
			return done, errors.Join(append(failed, err)...)
		}
		seen += len(page)
		full := len(page) == nudgePage
		for len(page) > 0 {
			batch := page[:min(len(page), nudgeBatch)]
			page = page[len(batch):]
			n, err := j.lookAtAll(ctx, t, batch)
			if ctx.Err() != nil {
				return done, ctx.Err()
			}
			done, failed = done+n, append(failed, err)
		}
		if !full {
			break
		}
	}
	return done, errors.Join(failed...)
}

// lookAtAll looks at some members in one transaction, and, where one of them
// fails, at each in their own.
func (j Jobs) lookAtAll(ctx context.Context, t schedule.Tick, batch []loyalty.MemberID) (done int, err error) {
	err = j.DB.Update(ctx, func(tx store.Tx) error {
		done = 0
		for _, m := range batch {
			n, err := j.look(tx, t, m)
			if err != nil {
				return fmt.Errorf("jobs: a nudge for %s: %w", m, err)
			}
			done += n
		}
		return nil
	})
	if err == nil || ctx.Err() != nil || len(batch) == 1 {
		if err != nil {
			done = 0
		}
		return done, err
	}
	var failed []error
	done = 0
	for i := range batch {
		n, err := j.lookAtAll(ctx, t, batch[i:i+1])
		done, failed = done+n, append(failed, err)
	}
	return done, errors.Join(failed...)
}

// markEverybody marks all members once after the nudges were changed, some in a
// transaction; it goes on where it was stopped.
func (j Jobs) markEverybody(ctx context.Context) error {
	at := j.Shop.Programme(j.Shop.Clock.Now())
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %+v", at.Rules.Version, at.Nudges))
	want := hex.EncodeToString(sum[:12])
	for more := true; more; {
		var w reach.Walk
		var page []loyalty.MemberID
		err := j.DB.View(ctx, func(r store.Reader) (err error) {
			if w, err = reach.LoadWalk(r); err != nil || w.For == want && w.Done {
				return err
			}
			if w.For != want {
				w = reach.Walk{For: want}
			}
			page, err = people.Page(r, w.After, nudgePage)
			return err
		})
		if err != nil || w.Done {
			return err
		}
		w.Done = len(page) < nudgePage
		if len(page) > 0 {
			w.After = page[len(page)-1]
		}
		more = !w.Done
		err = j.DB.Update(ctx, func(tx store.Tx) error {
			for _, m := range page {
				if err := reach.Stale(tx, m); err != nil {
					return err
				}
			}
			return reach.SaveWalk(tx, w)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
