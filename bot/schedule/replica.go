package schedule

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"regulars/bot"
	"regulars/store"
)

const (
	// beatEvery is how often a replica says that it lives, and looks who else does.
	beatEvery = 2 * time.Second
	// silentFor is for how long a replica's row must stand still, by the clock of
	// who looks at it, until it is taken for dead.
	silentFor = 6 * time.Second
	// doubtAfter is when a replica that cannot say that it lives stops doing what
	// only one may: before others take it for dead.
	doubtAfter = 5 * time.Second
	// beatWithin bounds one beat.
	beatWithin = 3 * time.Second
)

// beat is a replica's row. Only that it changes says anything: no two machines'
// clocks need agree.
type beat struct {
	N  uint64 `json:"n"`
	At int64  `json:"at"` // µs by its own clock; for people's eyes
}

var replicas = store.NewTable[beat]("replica/", store.Readable, func(rest []byte) store.Subject {
	return replicaSubject(string(rest))
})

func replicaSubject(id string) store.Subject { return store.Subject("replica/" + id) }

// Replica is this process among those that share a store. While it is joined it
// says so every two seconds; who has been silent for six is buried: its row is
// deleted, and from then on its leases are anybody's. Make it with NewReplica.
type Replica struct {
	db    store.DB
	clock bot.Clock
	log   *slog.Logger
	id    string

	mu      sync.Mutex
	joined  int
	leave   func()           // ends the beats
	well    time.Time        // when the last beat that was stored began
	looked  time.Time        // when it was stored
	others  map[string]sight // as of then
	held    map[string]lease // all leases, as of then
	lost    chan struct{}    // closed when this one was buried
	changed chan struct{}    // closed when others or held change
	left    chan struct{}    // closed when one of others dies or leaves
}

// sight is what is known of another replica.
type sight struct {
	n     uint64
	since time.Time // unchanged, by our clock
}

// NewReplica makes a replica with an id that no other process has. It is nobody
// until Join.
func NewReplica(db store.DB, clock bot.Clock, log *slog.Logger) *Replica {
	var name [8]byte
	_, _ = rand.Read(name[:]) // never fails
	return &Replica{
		db: db, clock: clock, log: log, id: hex.EncodeToString(name[:]),
		others: map[string]sight{}, held: map[string]lease{}, lost: make(chan struct{}), changed: make(chan struct{}), left: make(chan struct{}),
	}
}

// ID is this replica's name.
func (p *Replica) ID() string { return p.id }

// Join makes the replica one of the living until leave is called; it may be
// joined several times over. An error is the store's, which could not be told.
func (p *Replica) Join(ctx context.Context) (leave func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.joined == 0 {
		p.mu.Unlock()
		err := p.beat(ctx)
		p.mu.Lock()
		if err != nil {
			return nil, err
		}
	}
	if p.joined++; p.joined == 1 {
		p.leave = p.start(context.WithoutCancel(ctx))
	}
	return sync.OnceFunc(p.unjoin), nil
}

// start lets the heart beat; the function that it returns ends that.
func (p *Replica) start(ctx context.Context) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	var beats sync.WaitGroup
	beats.Go(func() { p.beats(ctx) })
	return func() { stop(); beats.Wait() }
}

func (p *Replica) unjoin() {
	p.mu.Lock()
	p.joined--
	end := p.leave
	last := p.joined == 0
	p.mu.Unlock()
	if !last {
		return
	}
	end()
	ctx, stop := context.WithTimeout(context.Background(), beatWithin)
	defer stop()
	_ = p.db.Update(ctx, func(tx store.Tx) error { // else the others bury it
		if err := tx.Lock(replicaSubject(p.id)); err != nil {
			return err
		}
		return replicas.Delete(tx, p.id)
	})
}

// beats says every two seconds that this replica lives.
func (p *Replica) beats(ctx context.Context) {
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.clock.After(beatEvery):
		}
		err := p.beat(ctx)
		if err != nil && ctx.Err() == nil && !failed {
			p.log.Warn("the store cannot be told that this process lives; what one process alone may do passes to another if that goes on", "error", err)
		}
		failed = err != nil
	}
}

// beat says once that this replica lives, looks at the others, and buries the
// dead.
func (p *Replica) beat(ctx context.Context) error {
	began := p.clock.Now()
	within, stop := context.WithTimeout(ctx, beatWithin)
	defer stop()
	var buried bool
	var others map[string]uint64
	var held map[string]lease
	err := p.db.Update(within, func(tx store.Tx) (err error) {
		if err := tx.Lock(replicaSubject(p.id)); err != nil {
			return err
		}
		is, ok, err := replicas.Get(tx, p.id)
		if err != nil {
			return err
		}
		buried = !ok
		if err := replicas.Put(tx, beat{is.N + 1, began.UnixMicro()}, p.id); err != nil {
			return err
		}
		others, held, err = census(tx, p.id)
		return err
	})
	if err != nil {
		return err
	}
	for id, n := range p.note(began, buried, others, held) {
		p.bury(ctx, id, n)
	}
	return nil
}

// census reads who is known to live, but for one, and all leases.
func census(r store.Reader, but string) (others map[string]uint64, held map[string]lease, err error) {
	others, held = map[string]uint64{}, map[string]lease{}
	for id, b := range replicas.Scan(r, replicas.All(), &err) {
		if id != but {
			others[id] = b.N
		}
	}
	if err != nil {
		return nil, nil, err
	}
	for name, l := range leases.Scan(r, leases.All(), &err) {
		held[name] = l
	}
	return others, held, err
}

// note takes in what a beat found, and tells who is to be buried.
func (p *Replica) note(began time.Time, buried bool, others map[string]uint64, held map[string]lease) (dead map[string]uint64) {
	now := p.clock.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	// Who was away saw nobody's silence, and of a clock that stepped nobody knows
	// how long that was.
	away := now.Sub(p.looked) > 2*beatEvery || now.Before(p.looked)
	dead = map[string]uint64{}
	news := len(others) != len(p.others)
	sights := make(map[string]sight, len(others))
	for id, n := range others {
		s, known := p.others[id]
		news = news || !known
		if !known || s.n != n || away {
			s = sight{n, now}
		}
		if sights[id] = s; began.Sub(s.since) >= silentFor {
			dead[id] = n
		}
	}
	for name, l := range held {
		news = news || p.held[name] != l
	}
	before := p.others
	p.others, p.held, p.well, p.looked = sights, held, began, now
	if buried && p.joined > 0 {
		p.log.Warn("this process was silent for so long that others took it for dead; what one process alone may do has passed to them")
		close(p.lost)
		p.lost = make(chan struct{})
	}
	if news {
		p.tell()
	}
	for id := range before {
		if _, here := others[id]; !here {
			p.tellLeft()
			break
		}
	}
	return dead
}

// tell wakes who waits for a change; p.mu is held.
func (p *Replica) tell() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// tellLeft wakes who goes on with what others leave; p.mu is held.
func (p *Replica) tellLeft() {
	close(p.left)
	p.left = make(chan struct{})
}

// departure is closed when the next replica dies or leaves.
func (p *Replica) departure() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left
}

// bury deletes the row of a replica that has been silent, unless it moved.
func (p *Replica) bury(ctx context.Context, id string, n uint64) {
	within, stop := context.WithTimeout(ctx, beatWithin)
	defer stop()
	moved := false
	err := p.db.Update(within, func(tx store.Tx) error {
		if err := tx.Lock(replicaSubject(id)); err != nil {
			return err
		}
		is, ok, err := replicas.Get(tx, id)
		if moved = ok && is.N != n; err != nil || moved || !ok {
			return err
		}
		return replicas.Delete(tx, id)
	})
	if err != nil || moved {
		return // the next look tells more
	}
	p.log.Warn("another process on the store has been silent and is taken for dead", "replica", id)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.others, id)
	p.tell()
	p.tellLeft()
}

// Living is how many replicas there are as of the last look, this one among them,
// and a channel that is closed at the next change of that or of any lease.
func (p *Replica) Living() (n int, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return 1 + len(p.others), p.changed
}

// Gone reports whether a replica of that id has left or was buried, as r shows
// it. In an Update it locks nothing.
func (p *Replica) Gone(r store.Reader, id string) (bool, error) {
	_, ok, err := r.Get(replicas.Key(id))
	return !ok, err
}

// Stirring watches a store for a few seconds and tells how many replicas live on
// it, for who wants to have it alone.
func Stirring(ctx context.Context, db store.DB, clock bot.Clock) (n int, err error) {
	look := func() (all map[string]uint64, err error) {
		err = db.View(ctx, func(r store.Reader) (err error) { all, _, err = census(r, ""); return err })
		return all, err
	}
	before, err := look()
	if err != nil || len(before) == 0 {
		return 0, err
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-clock.After(2*beatEvery + beatEvery/2):
	}
	after, err := look()
	for id, beat := range after {
		if was, ok := before[id]; !ok || was != beat {
			n++
		}
	}
	return n, err
}
