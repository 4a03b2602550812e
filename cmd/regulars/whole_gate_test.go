package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"regulars/store"
)

// errKilled is all that a process which was killed hears of the world.
var errKilled = errors.New("the process is dead")

// fate is what becomes of something that wants to happen.
type fate int

const (
	happens fate = iota
	dropped      // it does not, and who asked is told that something failed
	lost         // it does, and who asked is told that something failed
	cutOff       // it does not, and the process that asked is dead
	lastOne      // it does, and then the process is dead
)

// wish is a transaction, a call or a webhook that waits to be let through.
type wish struct {
	who  int    // the process, from 1; 0 is the platforms
	what string // the same in every run of a seed
	lot  uint64 // drawn from the seed, what it is and how often that was before
	kind string // update, call, hook
	go_  chan fate
}

// gate lets one thing at a time happen, in an order that the seed draws: what
// goroutines race for is decided here and nowhere else, so that a seed is one
// story.
type gate struct {
	mu      sync.Mutex
	waiting []*wish
	arrived chan struct{}
	seed    uint64
	before  map[string]int
}

func newGate(seed uint64) *gate {
	return &gate{arrived: make(chan struct{}, 1), seed: seed, before: map[string]int{}}
}

func (g *gate) pass(who int, kind, what string) fate {
	w := &wish{who: who, what: what, kind: kind, go_: make(chan fate)}
	g.mu.Lock()
	w.lot = g.lotOf(fmt.Sprint(who, kind, what))
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	select {
	case g.arrived <- struct{}{}:
	default:
	}
	return <-w.go_
}

// draw takes the one of those that wait whose lot is the lowest; nil: nobody does.
// Everything else stands still meanwhile. A lot hangs on nothing but what it is
// drawn for: where the program does two things in an order of its own liking, all
// others keep theirs.
func (g *gate) draw() *wish {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		return nil
	}
	slices.SortStableFunc(g.waiting, func(a, b *wish) int { return cmp.Compare(a.lot, b.lot) })
	w := g.waiting[0]
	g.waiting = g.waiting[1:]
	return w
}

// fresh is a lot for a choice.
func (g *gate) fresh(what string) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lotOf("choice" + what)
}

// lotOf is drawn for what comes; g.mu is held.
func (g *gate) lotOf(what string) uint64 {
	sum := sha256.Sum256(fmt.Append(nil, g.seed, what, g.before[what]))
	g.before[what]++
	return binary.BigEndian.Uint64(sum[:8])
}

// shared is the store as one process sees it: each transaction waits at the
// gate, may be refused or have its answer lost, and none comes through once the
// process is dead.
type shared struct {
	store.DB
	p *process
}

func (s *shared) View(ctx context.Context, f func(store.Reader) error) error {
	if s.p.dead.Load() {
		return errKilled
	}
	return s.DB.View(ctx, f)
}

func (s *shared) Update(ctx context.Context, f func(store.Tx) error) error {
	if s.p.dead.Load() {
		return errKilled
	}
	switch s.p.world.gate.pass(s.p.number, "update", whence()) {
	case cutOff:
		return errKilled
	case dropped:
		return fmt.Errorf("%w: the disk is full for a moment", store.ErrUnavailable)
	case lastOne:
		_ = s.commit(ctx, f)
		return errKilled
	case lost:
		_ = s.commit(ctx, f)
		return fmt.Errorf("%w: the connection broke while committing", store.ErrUnavailable)
	}
	return s.commit(ctx, f)
}

// commit is Update, unless a fault was planted to see that it is found.
func (s *shared) commit(ctx context.Context, f func(store.Tx) error) error {
	if s.p.world.planted == nil {
		return s.DB.Update(ctx, f)
	}
	return s.p.world.planted(s.DB, ctx, f)
}

func (s *shared) Close() error { return nil }

// whence names the functions of this program that led here: two runs of a seed
// tell waiting transactions apart by it.
func whence() string {
	var at [24]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(3, at[:])])
	var names []string
	for {
		f, more := frames.Next()
		if name, ours := strings.CutPrefix(f.Function, "regulars/"); ours {
			names = append(names, name)
		}
		if !more || len(names) == 5 {
			return strings.Join(names, "<")
		}
	}
}

// caller is the way out of one process.
type caller struct {
	p    *process
	next *http.Transport
}

func (c *caller) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.p.dead.Load() {
		return nil, unsent(r)
	}
	switch c.p.world.gate.pass(c.p.number, "call", c.p.world.tell(r)) {
	case cutOff:
		return nil, unsent(r)
	case lastOne:
		return nil, errors.Join(errKilled, swallow(c.next.RoundTrip(r)))
	}
	return c.next.RoundTrip(r)
}

// unsent is what a call hears that never left: who writes its body must hear so too.
func unsent(r *http.Request) error {
	if r.Body != nil {
		r.Body.Close()
	}
	return errKilled
}

func swallow(res *http.Response, err error) error {
	if err == nil {
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	return err
}

// hookWay is the way in: the platforms' webhooks, to any process that lives.
type hookWay struct {
	world *wholeShop
	next  *http.Transport
}

var errLine = errors.New("the line is dead")

func (h *hookWay) RoundTrip(r *http.Request) (*http.Response, error) {
	fate := h.world.gate.pass(0, "hook", h.world.tell(r))
	p := h.world.someone(h.world.gate.fresh(h.world.tell(r)))
	if p == nil || fate == dropped {
		return nil, errLine
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", p.door.addr.String()
	res, err := h.next.RoundTrip(r)
	if fate == lost {
		return nil, errors.Join(errLine, swallow(res, err))
	}
	return res, err
}

// drawn are what no two runs have in common: ids, keys and tokens that were
// drawn by lot.
var drawn = regexp.MustCompile(`[0-9A-Za-z_-]{9,}|[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}|\b[0-9A-Z]{6}\b|[0-9]{6,}`)

// tell is a request in words that are the same in every run of a seed.
func (w *wholeShop) tell(r *http.Request) string {
	var body []byte
	if r.Body != nil && r.ContentLength < 1<<16 {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	var b strings.Builder
	way, method := path.Split(r.URL.Path)
	if !strings.HasPrefix(way, "/telegram/") {
		method = drawn.ReplaceAllString(method, "…")
	}
	fmt.Fprintf(&b, "%s %s%s ", r.Method, drawn.ReplaceAllString(way, "…"), method)
	for _, name := range w.named {
		if bytes.Contains(body, []byte(name.id)) {
			fmt.Fprintf(&b, "%s ", name.name)
		}
	}
	for _, text := range textsIn(body) {
		fmt.Fprintf(&b, "%q ", drawn.ReplaceAllString(text, "…"))
	}
	return b.String()
}

// textsIn are the values under "text" in a JSON body, or in a form.
func textsIn(body []byte) (all []string) {
	var v any
	if json.Unmarshal(body, &v) != nil {
		form, _ := url.ParseQuery(string(body))
		return form["text"]
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			keys := make([]string, 0, len(v))
			for k := range v {
				keys = append(keys, k)
			}
			slices.Sort(keys)
			for _, k := range keys {
				walk(k, v[k])
			}
		case []any:
			for _, x := range v {
				walk(key, x)
			}
		case string:
			if key == "text" || key == "altText" {
				all = append(all, v)
			}
		}
	}
	walk("", v)
	return all
}
