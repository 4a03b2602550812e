package sim

import (
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// panels draws what stands beside the phones.
func (pg *page) panels(v *pageView, phones []*pagePhone) {
	b := pg.count()
	cost := ""
	if pg.o.Cost != nil {
		cost = pg.o.Cost(v.words.Lang, b.paid)
	}
	now, frozen := pg.sim.Clock.look()
	v.add("clock", pg.render("clock", map[string]any{"W": v.words, "Now": clockText(now), "Frozen": frozen}))
	v.add("bill", pg.render("bill", map[string]any{"W": v.words, "Paid": b.paid, "Cost": cost, "Calls": b.calls}))
	v.add("guide", pg.guide(v.words))
	v.add("people", pg.peoplePanel(v.words, phones))
	v.add("faults", pg.render("faults", map[string]any{"W": v.words, "Rules": pg.sim.Faults.rulesNow()}))
	v.add("hooks", pg.hooks(v.words))
	v.regions = append(v.regions, pg.wireList(v.words, b))
}

func (c *Clock) look() (now time.Time, frozen bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now(), !c.frozen.IsZero()
}

// stepData is a step for the template.
type stepData struct {
	N                  int // from 0, as in the address
	Label              int // from 1, as people count
	Title, Hint, Phone string
	Link               *linkData // nil: none
	Done, Current      bool
}

func (pg *page) guide(words pageWords) string {
	said := func(f func(string) string) string {
		if f == nil {
			return ""
		}
		return f(words.Lang)
	}
	var steps []stepData
	current, done := false, 0
	for i, s := range pg.o.Tour {
		d := stepData{N: i, Label: i + 1, Title: said(s.Title), Hint: said(s.Hint), Phone: s.Phone, Link: pg.link(words, s.Link), Done: pg.isDone(i)}
		if d.Done {
			done++
		} else if !current {
			d.Current, current = true, true
		}
		steps = append(steps, d)
	}
	return pg.render("guide", map[string]any{"W": words, "Steps": steps, "Done": done, "All": len(steps)})
}

// isDone asks a step's Done until it says yes once.
func (pg *page) isDone(i int) bool {
	pg.mu.Lock()
	done := pg.done[i]
	pg.mu.Unlock()
	if done || pg.o.Tour[i].Done == nil || !pg.o.Tour[i].Done() {
		return done
	}
	pg.mu.Lock()
	defer pg.mu.Unlock()
	pg.done[i] = true
	return true
}

// showStep brings a step's phone into sight, its words typed already.
func (pg *page) showStep(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(pg.o.Tour) {
		http.NotFound(w, r)
		return
	}
	step := pg.o.Tour[n]
	for _, ph := range pg.allPhones() {
		if ph.set.name() != step.Phone {
			continue
		}
		ph.change(func() {
			ph.hidden = false
			if step.Type != nil {
				ph.draft = step.Type(pg.words(r).Lang)
				ph.drafts++
			}
		})
		w.Header().Set("HX-Trigger", `{"showPhone":"`+ph.id+`"}`)
		break
	}
	pg.wake()
	answered(w, r)
}

func (pg *page) peoplePanel(words pageWords, phones []*pagePhone) string {
	type row struct {
		ID, Name, App, Role string
		Hidden              bool
	}
	var rows []row
	for _, ph := range phones {
		rows = append(rows, row{ph.id, ph.set.name(), appName(ph.set.platform()), words.T(ph.role), ph.isHidden()})
	}
	return pg.render("people", map[string]any{"W": words, "Rows": rows})
}

// person takes somebody's phone: somebody known by name, or somebody new.
func (pg *page) person(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	name := strings.TrimSpace(r.FormValue("name"))
	if name == "" || utf8.RuneCountInString(name) > 60 {
		http.Error(w, "a name of 1 to 60 letters", http.StatusBadRequest)
		return
	}
	p := PagePerson{Role: "customer"}
	if r.FormValue("app") == "telegram" {
		p.Telegram = pg.telegramPerson(name, r.FormValue("lang"))
	} else {
		p.LINE = pg.linePerson(name, r.FormValue("lang"))
	}
	if ph := pg.take(p); ph != nil {
		w.Header().Set("HX-Trigger", `{"showPhone":"`+ph.id+`"}`)
	}
	pg.wake()
	answered(w, r)
}

func (pg *page) linePerson(name, lang string) *LinePerson {
	chs := pg.lineChannels()
	if len(chs) == 0 {
		return nil
	}
	return chs[0].Person(name, lang)
}

func (pg *page) telegramPerson(name, lang string) *TelegramPerson {
	bots := pg.telegramBots()
	if len(bots) == 0 {
		return nil
	}
	b := bots[0]
	b.server.mu.Lock()
	for _, p := range b.people {
		if p.user.FirstName == name {
			b.server.mu.Unlock()
			return p
		}
	}
	b.server.mu.Unlock()
	return b.Person(name, lang)
}

// lineChannels are the world's, by id, the one of the phones in sight first.
func (pg *page) lineChannels() []*LineChannel {
	var out []*LineChannel
	for _, p := range pg.o.People {
		if p.LINE != nil {
			return []*LineChannel{p.LINE.ch}
		}
	}
	s := pg.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.line.channels {
		out = append(out, ch)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].cfg.ID < out[j].cfg.ID })
	return out
}

func (pg *page) telegramBots() []*TelegramBot {
	for _, p := range pg.o.People {
		if p.Telegram != nil {
			return []*TelegramBot{p.Telegram.bot}
		}
	}
	var out []*TelegramBot
	s := pg.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.telegram.bots {
		out = append(out, b)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].user.ID < out[j].user.ID })
	return out
}
