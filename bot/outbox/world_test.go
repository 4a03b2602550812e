package outbox

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"regulars/bot"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/mem"
)

// people seal with a key each, which erase destroys.
type people struct {
	mu    sync.Mutex
	aeads map[bot.PersonID]cipher.AEAD
	gone  map[bot.PersonID]bool
}

func newPeople() *people {
	return &people{aeads: map[bot.PersonID]cipher.AEAD{}, gone: map[bot.PersonID]bool{}}
}

func (p *people) aead(id bot.PersonID) (cipher.AEAD, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone[id] {
		return nil, bot.ErrGone
	}
	if p.aeads[id] == nil {
		key := sha256.Sum256([]byte("key of " + id))
		block, err := aes.NewCipher(key[:])
		if err != nil {
			return nil, err
		}
		if p.aeads[id], err = cipher.NewGCM(block); err != nil {
			return nil, err
		}
	}
	return p.aeads[id], nil
}

func (p *people) erase(id bot.PersonID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone[id] = true
}

func (p *people) Seal(_ store.Tx, id bot.PersonID, plain []byte) ([]byte, error) {
	a, err := p.aead(id)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(plain)+a.Overhead())
	_, _ = rand.Read(nonce)
	return a.Seal(nonce, nonce, plain, nil), nil
}

func (p *people) Open(_ store.Reader, id bot.PersonID, sealed []byte) ([]byte, error) {
	a, err := p.aead(id)
	if err != nil {
		return nil, err
	}
	return a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], nil)
}

func (p *people) Meet(store.Tx, *bot.Event, time.Time) (bot.Person, error) { return bot.Person{}, nil }
func (p *people) Find(store.Tx, bot.Identity) (bot.Person, error)          { return bot.Person{}, nil }
func (p *people) Lane(c bot.Chat) bot.Lane {
	h := sha256.Sum256([]byte(string(c.Channel) + "/" + string(c.ID)))
	return bot.Lane(h[:12])
}

// wire is a call's body on the fake platforms.
type wire struct {
	To    bot.ChatID
	Many  []bot.ChatID `json:",omitempty"` // of a multicast
	Token string
	Says  []string
}

// platform is a scripted LINE or Telegram with a memory: reply tokens are used
// once and live a minute, retry keys are recognised.
type platform struct {
	kind bot.Platform
	mu   sync.Mutex
	got  map[bot.ChatID][]string // what arrived, by chat
	when map[bot.ChatID][]time.Time
	keys map[string]string // retry key → body
	used map[string]bool   // reply tokens
	all  []bot.Call
	// next scripts the calls to come, one element a call; then all is well.
	next []func(c bot.Call, effect func() bot.Result) bot.Result
	// rule, if set, judges every call that next does not.
	rule func(c bot.Call, effect func() bot.Result) bot.Result
	// dead cuts the wire: the process that sends is dead.
	dead   func() bool
	billed int
}

func newPlatform(kind bot.Platform) *platform {
	return &platform{
		kind: kind, got: map[bot.ChatID][]string{}, when: map[bot.ChatID][]time.Time{},
		keys: map[string]string{}, used: map[string]bool{},
	}
}

func (p *platform) Platform() bot.Platform            { return p.kind }
func (p *platform) Wait(context.Context, bot.Address) {}

func (p *platform) Encode(l bot.Letter, byReply bool) ([]bot.Call, error) {
	w := wire{To: l.To.ID}
	for _, m := range l.Messages {
		if m.Text == "unspeakable" {
			return nil, errors.New("a button without a label")
		}
		w.Says = append(w.Says, m.Text+m.Note)
	}
	if p.kind == bot.LINE {
		c := bot.Call{Method: "push", Cost: 1, Idempotent: true}
		if byReply {
			c, w.Token = bot.Call{Method: "reply"}, l.Reply.Value
		}
		c.Body, _ = json.Marshal(w)
		return []bot.Call{c}, nil
	}
	var list []bot.Call
	for _, s := range w.Says {
		body, _ := json.Marshal(wire{To: w.To, Says: []string{s}})
		list = append(list, bot.Call{Method: "sendMessage", Body: body})
	}
	return list, nil
}

func (p *platform) Send(ctx context.Context, c bot.Call, key string) bot.Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead != nil && p.dead() || ctx.Err() != nil {
		return bot.Result{Outcome: bot.NotSent}
	}
	p.all = append(p.all, c)
	effect := func() bot.Result { return p.accept(c, key) }
	if len(p.next) > 0 {
		f := p.next[0]
		p.next = p.next[1:]
		return f(c, effect)
	}
	if p.rule != nil {
		return p.rule(c, effect)
	}
	return effect()
}

func (p *platform) accept(c bot.Call, key string) bot.Result {
	var w wire
	_ = json.Unmarshal(c.Body, &w)
	switch {
	case c.Method == "reply" && (p.used[w.Token] || tokenTime(w.Token).Before(time.Now())):
		return bot.Result{Outcome: bot.TokenDead}
	case c.Method == "reply":
		p.used[w.Token] = true
	case c.Method != "reply" && c.Idempotent && key == "":
		return bot.Result{Outcome: bot.Rejected, Err: errors.New("no retry key")}
	case c.Idempotent:
		if body, ok := p.keys[key]; ok {
			if body != string(c.Body) {
				return bot.Result{Outcome: bot.Rejected, Err: errors.New("another body under the same retry key")}
			}
			return bot.Result{Outcome: bot.Delivered}
		}
		p.keys[key] = string(c.Body)
		p.billed += max(1, len(w.Many))
	}
	for _, to := range w.Many {
		p.got[to] = append(p.got[to], strings.Join(w.Says, "|"))
		p.when[to] = append(p.when[to], time.Now())
	}
	if len(w.Many) > 0 {
		return bot.Result{Outcome: bot.Delivered}
	}
	p.got[w.To] = append(p.got[w.To], strings.Join(w.Says, "|"))
	p.when[w.To] = append(p.when[w.To], time.Now())
	return bot.Result{Outcome: bot.Delivered}
}

// said is what arrived in a chat, one string a call.
func (p *platform) said(to bot.ChatID) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.got[to], " / ")
}

func (p *platform) script(f ...func(bot.Call, func() bot.Result) bot.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = append(p.next, f...)
}

func (p *platform) always(f func(bot.Call, func() bot.Result) bot.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rule = f
}

func (p *platform) calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// lost takes effect and tells nobody; only says an outcome without effect.
func lost(_ bot.Call, effect func() bot.Result) bot.Result {
	effect()
	return bot.Result{Outcome: bot.Unknown}
}

// thenKill does f and then kills the process, so that it never learns.
func (w *world) thenKill(f func(bot.Call, func() bot.Result) bot.Result) func(bot.Call, func() bot.Result) bot.Result {
	return func(c bot.Call, effect func() bot.Result) bot.Result {
		res := f(c, effect)
		w.kill()
		return res
	}
}

func fine(_ bot.Call, effect func() bot.Result) bot.Result { return effect() }

func only(o bot.Outcome) func(bot.Call, func() bot.Result) bot.Result {
	return func(bot.Call, func() bot.Result) bot.Result { return bot.Result{Outcome: o} }
}

func flood(d time.Duration) func(bot.Call, func() bot.Result) bot.Result {
	return func(bot.Call, func() bot.Result) bot.Result {
		return bot.Result{Outcome: bot.NotSent, RetryAfter: d}
	}
}

// token is a reply token that the fake takes until its time.
func token(name string, until time.Time) bot.ReplyToken {
	return bot.ReplyToken{Value: fmt.Sprintf("%s@%d", name, until.UnixMicro()), Until: until}
}

func tokenTime(v string) time.Time {
	_, us, _ := strings.Cut(v, "@")
	var n int64
	_, _ = fmt.Sscan(us, &n)
	return time.UnixMicro(n)
}

// world is a store, both platforms, and a process that can be killed.
type world struct {
	t        *testing.T
	db       store.DB
	mem      *mem.DB // nil on bolt
	people   *people
	line, tg *platform
	cfg      Config
	o        *Outbox
	stop     func()
	n        int
	dead     atomic.Bool
	log      logged
}

// logged keeps what is logged; slog writes a line at a time.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// each runs a test on the strict memory engine and on a bolt file.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("mem", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			db := mem.New(mem.Twice)
			w := newWorld(t, db)
			defer w.halt()
			w.mem = db
			f(t, w)
		})
	})
	t.Run("bolt", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			if err := bolt.Create(path); err != nil {
				t.Fatal(err)
			}
			db, err := bolt.Open(path, bolt.Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			w := newWorld(t, db)
			defer w.halt()
			f(t, w)
		})
	})
}

// onMem runs a test that kills processes, on the strict memory engine.
func onMem(t *testing.T, f func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		db := mem.New(mem.Twice)
		w := newWorld(t, db)
		defer w.halt()
		w.mem = db
		f(t, w)
	})
}

// kill ends the process as kill -9 would: from this moment its store and its
// wire are dead. It may be called from within a call to a platform.
func (w *world) kill() {
	w.mem.Close()
	w.dead.Store(true)
}

// rise starts a new process on what the killed one left.
func (w *world) rise() {
	w.halt()
	w.mem.Reopen()
	w.dead.Store(false)
	w.build()
	w.start()
	w.settle()
}

func newWorld(t *testing.T, db store.DB) *world {
	w := &world{t: t, db: db, people: newPeople(), line: newPlatform(bot.LINE), tg: newPlatform(bot.Telegram)}
	w.cfg = Config{
		DB: db, Persons: w.people, Log: slog.New(slog.NewTextHandler(&w.log, nil)), LookEvery: 20 * time.Second,
		Channels: map[bot.ChannelName]Channel{"main": w.line, "tg": w.tg},
	}
	w.line.dead, w.tg.dead = w.dead.Load, w.dead.Load
	w.build()
	return w
}

// build makes the outbox of a new process.
func (w *world) build() {
	o, err := New(w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.o = o
}

// start runs the outbox.
func (w *world) start() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	o := w.o
	go func() { done <- o.Run(ctx) }()
	synctest.Wait() // else what is put now may look like what an earlier process left
	w.stop = func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("Run: %v", err)
		}
	}
}

func (w *world) halt() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// restart is a clean stop and a new process.
func (w *world) restart() {
	w.halt()
	w.build()
	w.start()
}

// settle lets everything happen that can happen now.
func (w *world) settle() { synctest.Wait() }

// pass lets time pass, with all that happens in it.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *world) chat(ch bot.ChannelName, who string) bot.Address {
	return bot.Address{Chat: bot.Chat{Channel: ch, ID: bot.ChatID(who)}, Person: bot.Identity{Channel: ch, User: bot.UserID(who)}}
}

// person is an id that tells nothing of who it is.
func person(who string) bot.PersonID {
	h := sha256.Sum256([]byte(who))
	return bot.PersonID(hex.EncodeToString(h[:8]))
}

// intent is something to be said to who.
func (w *world) intent(ch bot.ChannelName, who string, class bot.Class, says ...string) bot.Intent {
	w.n++
	i := bot.Intent{
		ID: bot.IntentID(fmt.Sprintf("%s/%06d", ch, w.n)), Channel: ch, Person: person(who), Class: class,
		Carriage: bot.PushNow, Born: time.Now(), Letter: bot.Letter{To: w.chat(ch, who)},
	}
	i.Lane = w.people.Lane(i.Letter.To.Chat)
	for _, s := range says {
		i.Letter.Messages = append(i.Letter.Messages, bot.Message{Text: s})
	}
	if class == bot.Answer && ch == "main" {
		i.Letter.Reply = token(string(i.ID), time.Now().Add(time.Minute))
	}
	return i
}

// put commits intents and tells of it, as a turn does.
func (w *world) put(intents ...bot.Intent) error {
	err := w.putSilently(intents...)
	if err == nil {
		w.o.Nudge(intents...)
	}
	return err
}

// putSilently commits as if the process died before it could tell.
func (w *world) putSilently(intents ...bot.Intent) error {
	return w.db.Update(context.Background(), func(tx store.Tx) error {
		return w.o.Put(tx, time.Now(), intents...)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// state is how an intent stands, as "sent" or "suppressed: opted-out".
func (w *world) state(i bot.Intent) string {
	w.t.Helper()
	var s Status
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		ok := false
		if s, ok, err = w.o.Find(r, i.ID); err == nil && !ok {
			s.State = "none"
		}
		return err
	})
	w.must(err)
	if s.Why != "" {
		return string(s.State) + ": " + s.Why
	}
	return string(s.State)
}

func (w *world) expect(what, got, want string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
