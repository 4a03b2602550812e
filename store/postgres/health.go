package postgres

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// knock is how often a server that is away is looked for.
const knock = 200 * time.Millisecond

// health knows whether the server is there. It looks only when something was
// slow or broke: a connection is made, as a stranger would make one. If that
// fails the server is away: all that waits for it ends, and what comes is
// refused, until a connection can be made again.
type health struct {
	db    *DB
	cfg   *pgx.ConnConfig
	heard atomic.Int64 // when the server last answered, in Unix nanoseconds

	mu       sync.Mutex
	up       context.Context // ends when the server is found to be away
	gone     context.CancelFunc
	checking bool

	stop  context.Context // ends with the DB
	halt  context.CancelFunc
	check sync.WaitGroup
}

func (h *health) start(db *DB, cfg *pgx.ConnConfig) {
	h.db, h.cfg = db, cfg
	h.stop, h.halt = context.WithCancel(context.Background())
	h.up, h.gone = context.WithCancel(context.Background())
}

func (h *health) close() {
	h.mu.Lock()
	h.halt()
	h.mu.Unlock()
	h.check.Wait()
	h.gone()
}

// lease ends when the server is found to be away; then it has ended already.
func (h *health) lease() context.Context {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.up
}

// answered notes that the server is there.
func (h *health) answered() { h.heard.Store(time.Now().UnixNano()) }

// watch has the server looked for while it leaves somebody waiting, until the
// returned function is called. An answer to somebody else counts as well: a
// lock may be waited for as long as it takes.
func (h *health) watch() (stop func()) {
	patience := h.db.opts.Patience
	var over atomic.Bool
	var look func()
	look = func() {
		if over.Load() {
			return
		}
		if time.Now().UnixNano()-h.heard.Load() > int64(patience) {
			h.suspect()
		}
		time.AfterFunc(patience, look)
	}
	timer := time.AfterFunc(patience, look)
	return func() { over.Store(true); timer.Stop() }
}

// suspect has the server looked for, unless that is being done.
func (h *health) suspect() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.checking || h.stop.Err() != nil {
		return
	}
	h.checking = true
	h.check.Go(h.look)
}

// look knocks once, and where nobody answers, until somebody does.
func (h *health) look() {
	began := time.Now().UnixNano()
	err := h.knock()
	// Where somebody was answered meanwhile, it is only slow to let strangers in.
	if err != nil && h.heard.Load() < began && h.stop.Err() == nil {
		h.db.opts.Log.Error("the database does not answer; updates are refused until it does", "store", h.db.name, "error", err)
		h.gone()
		for err != nil && h.stop.Err() == nil {
			select {
			case <-h.stop.Done():
			case <-time.After(knock):
				err = h.knock()
			}
		}
		if err == nil {
			h.back()
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checking = false
}

// back lets everybody in again, over new connections.
func (h *health) back() {
	h.db.updates.pool.Reset()
	h.db.views.pool.Reset()
	h.mu.Lock()
	h.up, h.gone = context.WithCancel(context.Background())
	h.mu.Unlock()
	h.db.opts.Log.Info("the database answers again", "store", h.db.name)
}

// knock makes a connection. A server that refuses one, because there are too
// many for example, is there all the same; one that starts or stops is not.
func (h *health) knock() error {
	ctx, cancel := context.WithTimeout(h.stop, h.db.opts.ConnectTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, h.cfg.Copy())
	if err != nil {
		var said *pgconn.PgError
		if errors.As(err, &said) && !hasCode(err, "57P01", "57P02", "57P03") {
			err = nil
		}
	} else {
		_ = conn.Close(ctx)
	}
	if err == nil {
		h.answered()
	}
	return err
}
