package home

import (
	"context"
	"sync"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/measures"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/metric"
	"regulars/store"
)

// How long a figure that takes long to reckon is shown, and how old it may be
// while a newer one is reckoned. Both are of the machine's clock: the shop's may
// stand still.
const (
	slowFresh = 2 * time.Minute
	slowOld   = time.Hour
)

// patience is how long a page waits for the goals of now, where older ones are
// known.
const patience = 60 * time.Millisecond

// slow keeps what takes long: figures by store, and the goals.
type slow struct {
	mu    sync.Mutex
	all   map[string]*slowly
	goals []metric.Progress // nil: none are known
}

// slowly is one store's.
type slowly struct {
	at     time.Time
	at2    time.Time // the shop's time
	values []metric.Value
	before []metric.Value
	busy   bool
}

// standing are the figures of cards: what is so now, or has been lately.
var standing = []metric.Name{metric.Active, metric.Outstanding, metric.Liability, metric.NPS, metric.Billed, metric.Saved}

// standingDays is over how many days a share or a mean is taken.
const standingDays = 90

// stand is a card.
type stand struct {
	Name, Text, Margin, Before string
	Window                     string // "" of what is so now, whenever that began
	To                         string
	Known                      bool
}

// stands are the cards of who asks.
func (h *page) stands(q *console.Request) (list []stand, err error) {
	s, err := h.reckoned(q)
	if err != nil {
		return nil, err
	}
	var set metric.Settings
	err = q.View(func(r store.Reader) (err error) {
		set, err = h.Shop.Metrics.Settings(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, v := range s.values {
		info, _ := metric.InfoOf(v.Name)
		if q.At != "" && !info.PerStore {
			continue
		}
		c := stand{Name: measures.Title(q.P, v.Name), Text: measures.Text(h.Console, q, v), Known: v.Known(), To: "/console/measures/m/" + string(v.Name)}
		c.Window = window(q, info, set.ActiveDays)
		if v.Known() && v.HasMargin {
			c.Margin = q.Say(i18n.ConsoleHomeMargin, "Low", measures.Number(h.Console, q, v.Name, v.Low), "High", measures.Number(h.Console, q, v.Name, v.High), "Number", i18n.Number(v.N))
		}
		if b := s.before[i]; b.Known() {
			c.Before = q.Say(i18n.ConsoleHomeMonthAgo, "Value", measures.Text(h.Console, q, b))
		}
		list = append(list, c)
	}
	return list, nil
}

// window words the days that a card's figure is of.
func window(q *console.Request, info metric.Info, active int) string {
	switch {
	case info.Sums:
		return q.Say(i18n.ConsoleHomeMonth)
	case info.Name == metric.Active:
		return q.Say(i18n.ConsoleHomeLastDays, "Number", i18n.Number(int64(active)))
	case info.State:
		return ""
	}
	return q.Say(i18n.ConsoleHomeLastDays, "Number", i18n.Number(standingDays))
}

// reckoned gives what was reckoned lately, however it stands; the first to ask
// waits for it.
func (h *page) reckoned(q *console.Request) (*slowly, error) {
	key := string(q.At)
	h.slow.mu.Lock()
	s := h.slow.all[key]
	if s != nil && time.Since(s.at) < slowOld && (q.Now.Sub(s.at2).Abs() < slowOld) {
		if time.Since(s.at) > slowFresh && !s.busy {
			s.busy = true
			go h.again(context.WithoutCancel(q.Context()), q.At, q.Now)
		}
		h.slow.mu.Unlock()
		return s, nil
	}
	h.slow.mu.Unlock()
	return h.reckon(q.Context(), q.At, q.Now)
}

// again reckons for the next who asks.
func (h *page) again(ctx context.Context, at loyalty.Store, now time.Time) {
	if _, err := h.reckon(ctx, at, now); err != nil {
		h.Shop.Log.Warn("the first page's figures could not be reckoned", "error", err)
		h.slow.mu.Lock()
		defer h.slow.mu.Unlock()
		if s := h.slow.all[string(at)]; s != nil {
			s.busy = false
		}
	}
}

// reckon asks for each figure of now and of a month before. What adds up is of
// this month and of the one before as far as the same day.
func (h *page) reckon(ctx context.Context, at loyalty.Store, now time.Time) (*slowly, error) {
	s := &slowly{at: time.Now(), at2: now}
	all := spans(h.Shop.Local(now))
	month, before := all[3], all[4]
	for _, n := range standing {
		v, err := h.value(ctx, n, at, month)
		if err != nil {
			return nil, err
		}
		b, err := h.value(ctx, n, at, before)
		if err != nil {
			return nil, err
		}
		s.values, s.before = append(s.values, v), append(s.before, b)
	}
	h.slow.mu.Lock()
	defer h.slow.mu.Unlock()
	h.slow.all[string(at)] = s
	return s, nil
}

// value is a figure at the end of some days: what adds up over them, the rest
// over the ninety up to their last.
func (h *page) value(ctx context.Context, n metric.Name, at loyalty.Store, s span) (metric.Value, error) {
	q := metric.Query{From: s.First, To: s.Last.AddDate(0, 0, 1), Store: at}
	info, _ := metric.InfoOf(n)
	if at != "" && !info.PerStore {
		return metric.Value{Name: n, Unit: info.Unit, Missing: "whole_shop_only"}, nil
	}
	if !info.Sums {
		q.From = q.To.AddDate(0, 0, -standingDays)
	}
	return h.Shop.Metrics.Value(ctx, n, q)
}

// progress are the goals, of now where that is soon known. What a goal is about
// may take long to reckon.
func (h *page) progress(ctx context.Context, now time.Time) ([]metric.Progress, error) {
	type found struct {
		all []metric.Progress
		err error
	}
	done := make(chan found, 1)
	go func() {
		all, err := h.Shop.Metrics.Goals(context.WithoutCancel(ctx), now)
		if err == nil {
			h.keepGoals(append([]metric.Progress{}, all...))
		}
		done <- found{all, err}
	}()
	h.slow.mu.Lock()
	known := h.slow.goals
	h.slow.mu.Unlock()
	if known == nil {
		f := <-done
		return f.all, f.err
	}
	select {
	case f := <-done:
		return f.all, f.err
	case <-time.After(patience):
		return known, nil
	}
}

// keepGoals remembers the goals; nil forgets them, when one was set or dropped.
func (h *page) keepGoals(all []metric.Progress) {
	h.slow.mu.Lock()
	defer h.slow.mu.Unlock()
	h.slow.goals = all
}
