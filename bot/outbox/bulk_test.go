package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/store"
)

// EncodeMulticast makes the fake LINE a Multicaster.
func (p *platform) EncodeMulticast(users []bot.UserID, messages []bot.Message) (bot.Call, error) {
	w := wire{}
	for _, u := range users {
		w.Many = append(w.Many, bot.ChatID(u))
	}
	for _, m := range messages {
		if m.Text == "unspeakable" {
			return bot.Call{}, fmt.Errorf("a button without a label")
		}
		w.Says = append(w.Says, m.Text)
	}
	body, err := json.Marshal(w)
	return bot.Call{Method: "multicast", Body: body, Cost: 1, Idempotent: true}, err
}

// audience are the people of a bulk, and what they asked for since.
type audience struct {
	mu    sync.Mutex // of what follows; tests change it while the outbox asks
	names map[bot.PersonID]string
	not   map[bot.PersonID]string // who may not be sent to, and why
	later map[bot.PersonID]time.Time
	away  map[bot.PersonID]bool // no account on any channel
	asked int
	text  string
}

// bulks gives a world an audience.
func (w *world) bulks() *audience {
	a := &audience{
		names: map[bot.PersonID]string{}, not: map[bot.PersonID]string{}, later: map[bot.PersonID]time.Time{},
		away: map[bot.PersonID]bool{}, text: "ten percent",
	}
	w.cfg.Bulk = &BulkHooks{
		Words: func(_ store.Reader, _ BulkID, wording string) ([]bot.Message, error) {
			return []bot.Message{{Text: a.text + wording}}, nil
		},
		WordsFor: func(_ store.Reader, _ BulkID, wording string, p bot.PersonID) ([]bot.Message, error) {
			return []bot.Message{{Text: a.names[p] + ", " + a.text + wording}}, nil
		},
		Reach: func(_ store.Reader, p bot.PersonID, ch bot.ChannelName) (bot.Address, bool, error) {
			return w.chat(ch, a.names[p]), !a.away[p], nil
		},
		May: func(_ store.Tx, _ Bulk, _ bot.ChannelName, people []bot.PersonID, now time.Time) ([]Verdict, error) {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.asked++
			out := make([]Verdict, len(people))
			for i, p := range people {
				out[i].Why = a.not[p]
				if t := a.later[p]; t.After(now) {
					out[i].NotBefore = t
				}
			}
			return out, nil
		},
	}
	w.build()
	return a
}

// refuse is somebody's asking for no more, or whatever else why says.
func (a *audience) refuse(p bot.PersonID, why string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.not[p] = why
}

// people makes n of them, named c0, c1 ….
func (a *audience) people(from, n int) (list []bot.PersonID) {
	for i := range n {
		name := fmt.Sprint("c", from+i)
		a.names[person(name)] = name
		list = append(list, person(name))
	}
	return list
}

// send puts and starts a bulk.
func (w *world) send(b Bulk, parts ...Part) {
	w.t.Helper()
	w.must(w.db.Update(context.Background(), func(tx store.Tx) error {
		if err := w.o.PutBulk(tx, b, time.Now()); err != nil {
			return err
		}
		for i, p := range parts {
			if err := w.o.PutPart(tx, b.ID, i, p); err != nil {
				return err
			}
		}
		return w.o.StartBulk(tx, b.ID, time.Now())
	}))
	w.o.LookBulks()
}

func (w *world) change(f func(store.Tx, BulkID, time.Time) error, id BulkID) {
	w.t.Helper()
	w.must(w.db.Update(context.Background(), func(tx store.Tx) error { return f(tx, id, time.Now()) }))
	w.o.LookBulks()
}

// tally is how a bulk stands, as "done: 3 sent, 1 unknown", checked against
// its rows (invariant 27).
func (w *world) tally(id BulkID) string {
	w.t.Helper()
	var rep BulkReport
	counted := map[State]int64{}
	w.must(w.db.View(context.Background(), func(r store.Reader) (err error) {
		clear(counted)
		if rep, _, err = w.o.BulkReport(r, id); err != nil {
			return err
		}
		return w.o.BulkStates(r, id, func(_ bot.PersonID, _ string, s State) error { counted[s]++; return nil })
	}))
	told := map[State]int64{}
	for _, of := range rep.ByWording {
		for s, n := range of {
			told[s] += n
		}
	}
	if !maps.Equal(told, counted) {
		w.t.Errorf("%s: the head tells %v, the rows are %v", id, told, counted)
	}
	var list []string
	for _, s := range slices.Sorted(maps.Keys(told)) {
		list = append(list, fmt.Sprint(told[s], " ", s))
	}
	head := string(rep.State)
	if rep.Why != "" {
		head += " (" + rep.Why + ")"
	}
	return head + ": " + strings.Join(list, ", ")
}

// arrivals is how often each of a part's people got something, as "1×1000".
func arrivals(p *platform, a *audience, list []bot.PersonID) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := map[int]int{}
	for _, who := range list {
		n[len(p.got[bot.ChatID(a.names[who])])]++
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(n)) {
		out = append(out, fmt.Sprintf("%d×%d", k, n[k]))
	}
	return strings.Join(out, " ")
}

// rows counts what is left under a prefix.
func (w *world) rows(prefix string) (n int) {
	w.must(w.db.View(context.Background(), func(r store.Reader) error {
		n = 0
		for _, err := range r.Scan(store.Prefix([]byte(prefix))) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}))
	return n
}

var promo = Bulk{ID: "july", Class: bot.Promo}

func TestBulkSaysTheSameToManyByMulticast(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 1200)
		w.start()
		w.send(promo, Part{Channel: "main", People: all[:500]}, Part{Channel: "main", People: all[500:1000]},
			Part{Channel: "main", Wording: "!", People: all[1000:]})
		w.settle()
		w.expect("tally", w.tally("july"), "done: 1200 sent")
		w.expect("arrivals", arrivals(w.line, a, all), "1×1200")
		w.expect("words", w.line.said("c1100"), "ten percent!")
		if w.line.calls() != 3 {
			t.Errorf("%d calls for three parts", w.line.calls())
		}
		if n := w.rows("bulkbody/") + w.rows("bulkdue/"); n != 0 {
			t.Errorf("%d rows of work are left after the end", n)
		}
		var rep BulkReport
		w.must(w.db.View(context.Background(), func(r store.Reader) (err error) {
			rep, _, err = w.o.BulkReport(r, "july")
			return err
		}))
		if rep.Billed != 1200 || rep.People != 1200 || rep.Begun != 1200 || rep.Left != 0 || rep.Ended.IsZero() {
			t.Errorf("report %+v", rep)
		}
		if n := rep.ByWording["!"][Sent]; n != 200 {
			t.Errorf("%d of the second wording are sent", n)
		}
	})
}

func TestBulkWithWordsOfOnesOwnIsPushed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 120)
		w.start()
		w.send(promo, Part{Channel: "main", Personal: true, People: all})
		w.settle()
		w.expect("tally", w.tally("july"), "done: 120 sent")
		w.expect("words", w.line.said("c7"), "c7, ten percent")
		w.expect("arrivals", arrivals(w.line, a, all), "1×120")
		if n := w.rows("bulkbody/"); n != 0 {
			t.Errorf("%d bodies are left", n)
		}
	})
}

func TestBulkOverTelegram(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 300)
		w.start()
		w.send(promo, Part{Channel: "tg", People: all[:290]}, Part{Channel: "tg", Personal: true, People: all[290:]})
		w.pass(11 * time.Second)
		w.expect("tally", w.tally("july"), "done: 300 sent")
		w.expect("arrivals", arrivals(w.tg, a, all), "1×300")
		w.expect("words", w.tg.said("c295"), "c295, ten percent")
	})
}

func TestBulkLeavesOutWhoMayNotBeSentTo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		line, tg := a.people(0, 10), a.people(10, 10)
		for _, list := range [][]bot.PersonID{line, tg} {
			a.not[list[1]], a.not[list[2]] = "opted-out", "blocked"
			a.away[list[3]] = true
			a.later[list[4]] = time.Now().Add(3 * time.Hour)
		}
		w.start()
		w.send(promo, Part{Channel: "main", People: line}, Part{Channel: "tg", People: tg})
		w.pass(time.Minute)
		w.expect("first", w.tally("july"), "running: 2 pending, 12 sent, 2 suppressed-blocked, 2 suppressed-opted-out, 2 suppressed-unreachable")
		a.refuse(line[4], "quiet") // while the night lasts
		w.pass(3 * time.Hour)
		w.expect("then", w.tally("july"), "done: 13 sent, 2 suppressed-blocked, 2 suppressed-opted-out, 1 suppressed-quiet, 2 suppressed-unreachable")
		if a.asked > 12 {
			t.Errorf("asked %d times", a.asked)
		}
	})
}

func TestBulkWaitsForItsTimeAndExpires(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		one, two := a.people(0, 5), a.people(5, 5)
		w.start()
		b := promo
		b.NotBefore, b.NotAfter = time.Now().Add(time.Hour), time.Now().Add(5*time.Hour)
		w.send(b, Part{Channel: "main", People: one, NotBefore: time.Now().Add(2 * time.Hour)},
			Part{Channel: "tg", People: two, NotBefore: time.Now().Add(6 * time.Hour)})
		w.pass(119 * time.Minute)
		w.expect("before", w.tally("july"), "running: 10 pending")
		w.pass(2 * time.Minute)
		w.expect("its time", w.tally("july"), "running: 5 pending, 5 sent")
		w.pass(4 * time.Hour)
		w.expect("too late", w.tally("july"), "done: 5 expired, 5 sent")
		w.expect("nobody", arrivals(w.tg, a, two), "0×5")
	})
}

func TestBulkPausesResumesAndStops(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 400)
		w.start()
		w.send(promo, Part{Channel: "tg", People: all})
		w.pass(4 * time.Second)
		w.change(w.o.PauseBulk, "july")
		w.pass(10 * time.Second)
		half := w.tally("july")
		sent := w.tg.calls()
		if !strings.HasPrefix(half, "paused: ") || strings.Contains(half, "trying") || sent < 80 || sent > 200 {
			t.Errorf("paused after four seconds: %s, %d calls", half, sent)
		}
		w.pass(time.Hour)
		if n := w.tg.calls(); n != sent {
			t.Errorf("%d calls during the pause", n-sent)
		}
		w.change(w.o.ResumeBulk, "july")
		w.pass(2 * time.Second)
		w.change(w.o.StopBulk, "july")
		w.pass(time.Minute)
		sent = w.tg.calls()
		w.expect("stopped", w.tally("july"), fmt.Sprintf("stopped: %d sent, %d suppressed-stopped", sent, 400-sent))
		if got := arrivals(w.tg, a, all); got != fmt.Sprintf("0×%d 1×%d", 400-sent, sent) {
			t.Error(got)
		}
		w.must(w.db.Update(context.Background(), func(tx store.Tx) error {
			if err := w.o.ResumeBulk(tx, "july", time.Now()); err != ErrBulkOpen {
				t.Errorf("a stopped bulk was resumed: %v", err)
			}
			return nil
		}))
	})
}

func TestBulkKeepsToItsBudget(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 1000)
		w.start()
		b := promo
		b.Budget = 700
		w.send(b, Part{Channel: "main", People: all[:500]}, Part{Channel: "main", People: all[500:]})
		w.settle()
		w.expect("at its cap", w.tally("july"), "paused (budget): 300 pending, 700 sent")
		if w.line.billed != 700 {
			t.Errorf("%d messages billed", w.line.billed)
		}
		w.change(func(tx store.Tx, id BulkID, now time.Time) error {
			if err := w.o.SetBulkBudget(tx, id, 0, now); err != nil {
				return err
			}
			return w.o.ResumeBulk(tx, id, now)
		}, "july")
		w.settle()
		w.expect("raised", w.tally("july"), "done: 1000 sent")
	})
}

// TestBulkFindsTheOneWhoIsRefused: 400 for a multicast says nothing of whom.
func TestBulkFindsTheOneWhoIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		all := a.people(0, 500)
		w.line.always(func(c bot.Call, effect func() bot.Result) bot.Result {
			if strings.Contains(string(c.Body), `"c321"`) {
				return bot.Result{Outcome: bot.Rejected}
			}
			return effect()
		})
		w.start()
		w.send(promo, Part{Channel: "main", People: all})
		w.settle()
		w.expect("tally", w.tally("july"), "done: 1 failed, 499 sent")
		w.expect("arrivals", arrivals(w.line, a, all), "0×1 1×499")
	})
}

func TestBulkPausesWhereTheWordsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		w.line.always(only(bot.Rejected))
		w.tg.always(only(bot.Rejected))
		w.start()
		w.send(promo, Part{Channel: "main", People: a.people(0, 500)})
		w.pass(time.Minute)
		if got := w.tally("july"); !strings.HasPrefix(got, "paused (rejected): ") || w.line.calls() > 60 {
			t.Errorf("LINE: %s after %d calls", got, w.line.calls())
		}
		w.send(Bulk{ID: "june", Class: bot.Promo}, Part{Channel: "tg", People: a.people(500, 500)})
		w.pass(time.Minute)
		if got := w.tally("june"); !strings.HasPrefix(got, "paused (rejected): ") || w.tg.calls() > 2*freeBlock {
			t.Errorf("Telegram: %s after %d calls", got, w.tg.calls())
		}
	})
}

func TestBulksTakeTurns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.bulks()
		w.start()
		w.send(Bulk{ID: "big", Class: bot.Promo}, Part{Channel: "tg", People: a.people(0, 500)}, Part{Channel: "tg", People: a.people(500, 500)})
		w.pass(2 * time.Second)
		w.send(Bulk{ID: "small", Class: bot.Promo}, Part{Channel: "tg", People: a.people(1000, 40)})
		w.pass(8 * time.Second)
		w.expect("small", w.tally("small"), "done: 40 sent")
		if got := w.tally("big"); !strings.HasPrefix(got, "running: ") {
			t.Error(got)
		}
	})
}
