package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"regulars/bot"
	"regulars/loyalty/people"
	"regulars/store"
)

const (
	// stuckAfter is how long a loop may leave what it was told unread.
	stuckAfter = time.Minute
	// readyWithin bounds the question to the store.
	readyWithin = time.Second
	// noRoom is how many free bytes are no room: a commit writes some hundred KiB.
	noRoom = 1 << 20
)

// operations is what whoever runs the program looks at and turns: health,
// metrics, the log's level.
type operations struct {
	a        *app
	log      *slog.Logger
	level    *slog.LevelVar // nil: the log is not this program's to turn
	metrics  *metrics
	listener net.Listener // of metrics_listen; nil: there is none
	// again reads the configuration once more; nil: there is none to read.
	again func() (*Config, error)
	ended <-chan struct{} // closed when the program stops
	// keys reads the key once more; nil: there is none to read. keyFixed says that
	// it comes from the environment.
	keys     func(*Config) ([]people.Key, error)
	keyFixed bool

	reloading sync.Mutex             // one reload at a time
	conf      atomic.Pointer[Config] // as it was read last
	proxies   atomic.Pointer[[]netip.Prefix]
	drain     atomic.Int64 // a time.Duration
	draining  atomic.Bool

	mu   sync.Mutex
	ran  bool      // the loops that talk out have read what they were told once
	told time.Time // when they were told something last
}

func (a *app) newOperations() *operations {
	o := &operations{a: a, log: a.log}
	o.conf.Store(a.cfg)
	o.proxies.Store(&a.cfg.TrustedProxies)
	o.drain.Store(int64(a.cfg.Drain))
	o.metrics = newMetrics(o)
	return o
}

// look asks the outbox's loops whether they turn, and gives those that have
// not read for too long. ran says that all have turned since the start, and so
// that what an earlier process left is taken in.
func (o *operations) look() (stuck []bot.ChannelName, ran bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	unread := o.a.outbox.Unread()
	if len(unread) == 0 {
		o.ran = o.ran || !o.told.IsZero()
		o.a.outbox.Poke()
		o.told = now
		return nil, o.ran
	}
	if o.told.IsZero() {
		o.told = now
	}
	if now.Sub(o.told) > stuckAfter {
		return unread, o.ran
	}
	return nil, o.ran
}

// healthz answers whether the process lives: whoever asks restarts it where it
// does not. A store that is away is no reason; readyz tells of that.
func (o *operations) healthz(w http.ResponseWriter, _ *http.Request) {
	if stuck, _ := o.look(); len(stuck) > 0 {
		names := make([]string, len(stuck))
		for i, n := range stuck {
			names[i] = string(n)
		}
		http.Error(w, "the loop that talks out stands still: "+strings.Join(names, ", "), http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ok\n")
}

// readyz answers whether a load balancer may send requests here, and why not.
func (o *operations) readyz(w http.ResponseWriter, r *http.Request) {
	if why := o.unready(r.Context()); len(why) > 0 {
		http.Error(w, strings.Join(why, "\n"), http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ready\n")
}

func (o *operations) unready(ctx context.Context) (why []string) {
	if o.draining.Load() {
		why = append(why, "draining: this process is about to stop")
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	err := o.a.db.View(ctx, func(rd store.Reader) error {
		_, _, err := rd.Get([]byte("ready"))
		return err
	})
	if err != nil {
		why = append(why, "the store cannot be read")
	}
	if o.full() {
		why = append(why, "the disk that the data are on is full, or read-only; make room there: what waits is then delivered again by itself")
	}
	if stuck, ran := o.look(); !ran {
		why = append(why, "what an earlier process left to be sent is not taken in yet")
	} else if len(stuck) > 0 {
		why = append(why, "the loop that talks out stands still")
	}
	return why
}

// full says that the store's file has no room to grow. It goes by the disk and
// not by what failed last: where nothing is sent here any more, nothing would
// ever succeed.
func (o *operations) full() bool {
	if o.a.cfg.Data == "" || onServer(o.a.cfg.Data) {
		return false
	}
	free, err := freeDisk(filepath.Dir(o.a.cfg.Data))
	return err == nil && free < noRoom
}

// drained gives a context that ends drain after ctx does. Meanwhile this
// process says that it is not ready and answers all the same, until no load
// balancer sends anything any more.
func (o *operations) drained(ctx context.Context) (context.Context, context.CancelFunc) {
	later, stop := context.WithCancel(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() {
		o.draining.Store(true)
		if wait := time.Duration(o.drain.Load()); wait > 0 {
			o.log.Info("stopping: not ready any more, and requests in hand are still answered", "for", wait)
			select {
			case <-o.a.clock.After(wait):
			case <-later.Done():
			}
		}
		stop()
	})
	return later, func() { release(); stop() }
}
