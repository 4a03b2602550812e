package programme

import (
	"time"

	"regulars/loyalty"
)

// Event is an event's part in [Programme.Words], EventQuestion that of what who
// signs up is asked, whose id is "<event>/<question>", and EventOption that of an
// answer: "<event>/<question>/<option>".
const (
	Event         Part = "event"
	EventQuestion Part = "event_question"
	EventOption   Part = "event_option"
)

// Where is where an event of the file is held, in a language: "" where the file
// says no more than its store.
func (p *Programme) Where(id, lang string) string {
	if perks := p.Words(Event, id, lang).Perks; len(perks) > 0 {
		return perks[0]
	}
	return ""
}

// events reads what members sign up for.
func (r *reader) events(root *table, p *Programme) {
	p.Rules.MakeEvents = r.truth(r.sub(root, "events"), "by_managers", false)
	var ids []string
	for _, t := range r.each(root, "event", 50) {
		e := r.event(t, p, ids)
		ids = append(ids, e.ID)
		p.Rules.Events = append(p.Rules.Events, e)
	}
}

func (r *reader) event(t *table, p *Programme, ids []string) loyalty.Event {
	e := loyalty.Event{ID: r.id(t, ownID, ownForm, ids)}
	x := said{name: r.name(t, "what the event is called"), about: r.texts(t, "about", longAbout), picture: r.picture(t)}
	if where := r.texts(t, "where", longPerk); where != nil {
		x.perks = []texts{where}
	}
	p.say(Event, e.ID, x)
	e.Store = loyalty.Store(r.one(t, "store", "the id of a [[store]]", storeNames(p)))
	r.held(t, &e, p.Rules.Zone)
	e.Places = r.whole(t, "places", 0, 1, 100_000)
	e.Waiting = r.whole(t, "waiting", 0, 0, 100_000)
	if e.Waiting > 0 && e.Places == 0 {
		r.complain(t.of["waiting"].line, t.join("waiting"), "nobody waits where places have no bound", "places = 12 beside it")
	}
	e.Price = loyalty.Points(r.points(t, "cost"))
	r.opens(t, &e, p.Rules.Zone)
	r.asks(t, &e, p)
	e.Remind = time.Duration(r.whole(t, "remind_hours", 24, 0, 720)) * time.Hour
	e.Carriage = loyalty.NudgeCarriage(r.oneOf(t, "carriage", "ride", carriages...))
	return e
}

func storeNames(p *Programme) (ids []string) {
	for _, s := range p.Stores {
		ids = append(ids, string(s.ID))
	}
	return ids
}

// held reads when an event is, and until when one may sign up and give up.
func (r *reader) held(t *table, e *loyalty.Event, zone *time.Location) {
	const form = "a date and time, as in 2026-11-20T19:00:00"
	if r.need(t, "starts", form) == nil {
		return
	}
	e.Start = r.moment(t, "starts", zone)
	e.End = e.Start.Add(time.Duration(r.whole(t, "minutes", 120, 5, 60*24*14)) * time.Minute)
	if v := t.of["ends"]; v != nil {
		e.End = r.moment(t, "ends", zone)
		if !e.End.After(e.Start) && !e.End.IsZero() {
			r.complain(v.line, t.join("ends"), "lies before its beginning", form)
		}
		if t.written("minutes") {
			r.complain(v.line, t.join("ends"), "stands beside minutes", "one of the two")
		}
	}
	e.Closes = e.Start
	if v := t.of["close"]; v != nil {
		if e.Closes = r.moment(t, "close", zone); e.Closes.After(e.End) {
			r.complain(v.line, t.join("close"), "lies after the event", "before its end")
		}
	}
	e.CancelBy = e.Start.Add(-time.Duration(r.whole(t, "cancel_hours", 24, 0, 24*90)) * time.Hour)
}

// opens reads from when who may sign up.
func (r *reader) opens(t *table, e *loyalty.Event, zone *time.Location) {
	all := loyalty.EventOpening{Levels: r.tierIDs(t), From: r.moment(t, "open", zone)}
	early := r.each(t, "early", 10)
	if len(early) == 0 && len(all.Levels) == 0 && all.From.IsZero() {
		return
	}
	for _, x := range early {
		r.need(x, "tiers", tierList)
		r.need(x, "open", "a date, or a date and time")
		o := loyalty.EventOpening{Levels: r.tierIDs(x), From: r.moment(x, "open", zone)}
		if v := x.of["open"]; v != nil && !o.From.IsZero() && !o.From.Before(all.From) {
			r.complain(v.line, x.join("open"), "is not before the others", "a moment before "+t.join("open"))
		}
		e.Opens = append(e.Opens, o)
	}
	e.Opens = append(e.Opens, all)
	if v := t.of["open"]; v != nil && all.From.After(e.Closes) {
		r.complain(v.line, t.join("open"), "lies after the end of signing up", "a moment before it")
	}
}

// asks reads what who signs up is asked.
func (r *reader) asks(t *table, e *loyalty.Event, p *Programme) {
	var ids []string
	for _, x := range r.each(t, "questions", 5) {
		q := loyalty.EventQuestion{ID: r.id(x, ownID, ownForm, ids)}
		ids = append(ids, q.ID)
		r.need(x, "name", `the question, as in "Milk or oat?"`)
		if name := r.texts(x, "name", longPerk); name != nil {
			p.say(EventQuestion, e.ID+"/"+q.ID, said{name: name})
		}
		var known []string
		q.Options = r.choices(x, "options", 10, p, EventOption, e.ID+"/"+q.ID+"/", &known)
		if len(q.Options) == 1 {
			r.complain(x.of["options"].line, x.join("options"), "there is one to choose from", "two to ten, or none for an answer in words")
		}
		e.Questions = append(e.Questions, q)
	}
}
