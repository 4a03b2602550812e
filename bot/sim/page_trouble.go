package sim

import (
	"net/http"
	"strconv"
	"time"
)

// allFaults are the switches, in the order in which the page offers them.
var allFaults = []Fault{DropAnswer, Reset, Delay, RateLimit, ServerErr, Garbage, Empty, QuotaUsed}

// ruleNow is a rule that may still strike.
type ruleNow struct {
	Rule
	N    int // its place, by which it is switched off
	Left int // how often it still strikes; 0: until taken off
}

// rulesNow are the rules in force.
func (f *Faults) rulesNow() []ruleNow {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []ruleNow
	for i, r := range f.rules {
		if r.Times != 0 {
			out = append(out, ruleNow{*r, i, max(r.Times, 0)})
		}
	}
	return out
}

// off takes the n-th rule off.
func (f *Faults) off(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n >= 0 && n < len(f.rules) {
		f.rules[n].Times = 0
	}
}

// fault switches something on or off.
func (pg *page) fault(w http.ResponseWriter, r *http.Request) {
	number := func(key string, most int) int {
		n, _ := strconv.Atoi(r.FormValue(key))
		return min(max(n, 0), most)
	}
	faults := pg.sim.Faults
	switch r.FormValue("do") {
	case "clear":
		faults.Clear()
	case "off":
		faults.off(number("n", 1<<30))
	default:
		rule := Rule{
			Fault: Fault(r.FormValue("fault")), Platform: r.FormValue("platform"), Path: r.FormValue("path"),
			Times: number("times", 1000), By: time.Duration(number("by", 3600)) * time.Second,
		}
		known := false
		for _, f := range allFaults {
			known = known || f == rule.Fault
		}
		if !known {
			http.Error(w, "no such fault", http.StatusBadRequest)
			return
		}
		faults.Switch(rule)
	}
	pg.wake()
	answered(w, r)
}

// clock moves everybody's clock. It goes forward only: going back would make
// both sides believe in tokens that have lapsed.
func (pg *page) clock(w http.ResponseWriter, r *http.Request) {
	c := pg.sim.Clock
	switch r.FormValue("do") {
	case "freeze":
		c.Freeze(c.Now())
	case "thaw":
		c.Thaw()
	case "set":
		now := c.Now()
		t, err := time.ParseInLocation("2006-01-02T15:04", r.FormValue("to"), now.Location())
		if err != nil || t.Before(now) {
			http.Error(w, "a later date and time", http.StatusBadRequest)
			return
		}
		c.Set(t)
	default:
		d, err := time.ParseDuration(r.FormValue("by"))
		if err != nil || d <= 0 || d > 366*24*time.Hour {
			http.Error(w, "a duration", http.StatusBadRequest)
			return
		}
		c.Advance(d)
	}
	pg.wake()
	answered(w, r)
}

// hookState is the way from a platform to the bot, for the template.
type hookState struct {
	App       string
	Platform  string
	Held, Cut bool
	Quota     int
	Used      int
}

func (pg *page) hooks(words pageWords) string {
	var all []hookState
	for _, ch := range pg.lineChannels()[:min(1, len(pg.lineChannels()))] {
		h := hookState{App: "LINE", Platform: "line", Used: ch.Used(), Quota: ch.Config().Quota}
		pg.sim.mu.Lock()
		h.Held, h.Cut = ch.held != nil, ch.cfg.Webhook == nowhere
		pg.sim.mu.Unlock()
		all = append(all, h)
	}
	for _, b := range pg.telegramBots()[:min(1, len(pg.telegramBots()))] {
		h := hookState{App: "Telegram", Platform: "telegram"}
		pg.sim.mu.Lock()
		h.Held = b.updates.hold
		pg.sim.mu.Unlock()
		all = append(all, h)
	}
	return pg.render("hooks", map[string]any{"W": words, "Hooks": all})
}

// hook does something to the way to the bot. What delivers waits for the bot,
// so it is done behind the answer.
func (pg *page) hook(w http.ResponseWriter, r *http.Request) {
	do := r.FormValue("do")
	work := func() {}
	if r.FormValue("platform") == "telegram" {
		work = pg.telegramHook(do)
	} else if chs := pg.lineChannels(); len(chs) > 0 {
		n, _ := strconv.Atoi(r.FormValue("quota"))
		work = pg.lineHook(chs[0], do, max(n, 0))
	}
	pg.sim.line.background(func() {
		work()
		pg.wake()
	})
	answered(w, r)
}

func (pg *page) lineHook(ch *LineChannel, do string, quota int) func() {
	held := func() *Held {
		pg.sim.mu.Lock()
		defer pg.sim.mu.Unlock()
		return ch.held
	}
	switch do {
	case "hold":
		if held() == nil {
			ch.Hold()
		}
	case "release", "reverse":
		return func() {
			h := held()
			if h == nil {
				return
			}
			var order []int
			if do == "reverse" {
				pg.sim.mu.Lock()
				for i := len(h.events) - 1; i >= 0; i-- {
					order = append(order, i)
				}
				pg.sim.mu.Unlock()
			}
			h.Apart(order...)
		}
	case "again":
		return func() { ch.Repeat() }
	case "redeliver":
		return func() { ch.Redeliver() }
	case "cut":
		pg.cutHook(ch)
	case "mend":
		pg.mendHook(ch)
	case "quota":
		ch.SetQuota(quota)
	}
	return func() {}
}

// nowhere is an address at which nobody listens: LINE notes failures there, and
// keeps what failed for a redelivery, which the console's switch would not.
const nowhere = "http://127.0.0.1:1/"

func (pg *page) cutHook(ch *LineChannel) {
	was := ch.Config().Webhook
	if was == nowhere {
		return
	}
	pg.mu.Lock()
	pg.cut[ch] = was
	pg.mu.Unlock()
	ch.SetRedelivery(true, 0)
	ch.SetWebhook(nowhere)
}

func (pg *page) mendHook(ch *LineChannel) {
	pg.mu.Lock()
	was := pg.cut[ch]
	pg.mu.Unlock()
	if was != "" && ch.Config().Webhook == nowhere {
		ch.SetWebhook(was)
	}
}

func (pg *page) telegramHook(do string) func() {
	bots := pg.telegramBots()
	if len(bots) == 0 {
		return func() {}
	}
	b := bots[0]
	switch do {
	case "hold":
		b.Hold()
	case "release":
		return func() { b.Release(false) }
	case "reverse":
		return func() { b.Release(true) }
	case "again":
		return b.Again
	}
	return func() {}
}
