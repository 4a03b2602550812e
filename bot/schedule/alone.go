package schedule

import (
	"context"
	"errors"
	"sync"
	"time"

	"regulars/store"
)

// errLost is why what runs alone is stopped while its process lives.
var errLost = errors.New("schedule: another process has taken over")

// Alone runs f, whenever this replica is the one that may do what name says, to
// its end, and returns what it returned. f's ctx ends when that right is lost,
// and f is begun anew when it comes back; fence is for [Replica.Holds]. A replica
// that dies is followed within ten seconds, one that leaves within three. The
// replica must be joined. Alone returns nil when ctx ends first.
func (p *Replica) Alone(ctx context.Context, name string, f func(ctx context.Context, fence uint64) error) error {
	for told := false; ctx.Err() == nil; {
		_, changed := p.Living()
		var fence uint64
		mine, err := false, error(nil)
		if p.free(name) {
			fence, mine, err = p.take(ctx, name)
		}
		if err != nil && ctx.Err() == nil && !told {
			p.log.Warn("what one process alone may do cannot be taken up; it is tried again", "what", name, "error", err)
		}
		told = err != nil
		if mine {
			if lost, err := p.hold(ctx, name, fence, f); !lost {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-p.clock.After(beatEvery):
		}
	}
	return nil
}

// free says whether a lease may be had, as of the last look.
func (p *Replica) free(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.held[name]
	_, lives := p.others[l.Holder]
	return p.sure() && (l.Until == 0 || !lives)
}

// sure says that others cannot take this replica for dead yet; p.mu is held.
func (p *Replica) sure() bool {
	silent := p.clock.Now().Sub(p.well)
	return p.joined > 0 && silent < doubtAfter && silent > -doubtAfter
}

// take takes a lease unless a replica that lives has it.
func (p *Replica) take(ctx context.Context, name string) (fence uint64, mine bool, err error) {
	err = p.db.Update(ctx, func(tx store.Tx) (err error) {
		fence, mine, err = p.takeIn(tx, name)
		return err
	})
	return fence, mine, err
}

func (p *Replica) takeIn(tx store.Tx, name string) (fence uint64, mine bool, err error) {
	if err := tx.Lock(leaseSubject(name)); err != nil {
		return 0, false, err
	}
	l, _, err := leases.Get(tx, name)
	if err != nil {
		return 0, false, err
	}
	if l.Until != 0 && l.Holder != p.id {
		if gone, err := p.Gone(tx, l.Holder); err != nil || !gone {
			return l.Fence, false, err
		}
	}
	l = lease{Holder: p.id, Until: p.clock.Now().UnixMicro(), Fence: l.Fence + 1}
	return l.Fence, true, leases.Put(tx, l, name)
}

// hold runs f under a lease until f is done or the lease lost, and gives it back.
func (p *Replica) hold(ctx context.Context, name string, fence uint64, f func(context.Context, uint64) error) (lost bool, err error) {
	running, stop := context.WithCancelCause(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { p.keep(running, func() { stop(errLost) }, name, fence) })
	err = f(running, fence)
	lost = errors.Is(context.Cause(running), errLost)
	stop(nil)
	keeper.Wait()
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), beatWithin)
	defer cancel()
	if back := p.db.Update(late, func(tx store.Tx) error { return Release(tx, name, p.id, fence) }); back == nil {
		p.forget(name, fence)
	}
	return lost, err
}

// forget notes that a lease was given back, so that this replica need not wait
// for its next look.
func (p *Replica) forget(name string, fence uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.held[name]; l.Holder == p.id && l.Fence <= fence {
		l.Until = 0
		p.held[name] = l
	}
}

// keep watches over a lease until ctx ends, and calls lose when it is lost, or
// when it may be.
func (p *Replica) keep(ctx context.Context, lose func(), name string, fence uint64) {
	for {
		p.mu.Lock()
		l, lost, changed, sure := p.held[name], p.lost, p.changed, p.sure()
		p.mu.Unlock()
		if !sure || l.Fence > fence {
			p.log.Warn("what one process alone may do has passed, or may pass, to another", "what", name)
			lose()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-lost:
			lose()
			return
		case <-changed:
		case <-p.clock.After(time.Second):
		}
	}
}

// Holds reports in an Update whether this replica's lease with that fence is
// still its own. It locks nothing: who takes the lease over at that moment finds
// what this transaction wrote, in rows that have locks of their own.
func (p *Replica) Holds(tx store.Tx, name string, fence uint64) (bool, error) {
	l, _, err := leases.Get(tx, name)
	return err == nil && l.Until != 0 && l.Holder == p.id && l.Fence == fence, err
}
