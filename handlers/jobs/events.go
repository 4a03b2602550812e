package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/event"
	"regulars/loyalty/people"
	"regulars/store"
)

// eventJobs call off what left the programme's file for good, give places that are free
// to who waits for them, send home who signed up for what was called off, and remind who
// has a place. Each person's part is one commit, with what they are told.
func (j Jobs) eventJobs() []schedule.Job {
	return []schedule.Job{{Name: "events", Spec: everyMinute, Run: j.events}}
}

func (j Jobs) events(ctx context.Context, _ schedule.Tick) (done int, err error) {
	now := j.Shop.Clock.Now()
	var failed []error
	for _, step := range []func(context.Context, time.Time) (int, error){j.missEvents, j.fillPlaces, j.sendHome, j.remindEvents} {
		n, err := step(ctx, now)
		done, failed = done+n, append(failed, err)
	}
	return done, errors.Join(failed...)
}

// missEvents looks after events that the programme has no more, or has again.
func (j Jobs) missEvents(ctx context.Context, now time.Time) (int, error) {
	var ids []string
	err := j.DB.View(ctx, func(r store.Reader) error {
		list, err := j.Shop.Events.All(r, now, now)
		for _, x := range list {
			if x.Gone && x.Off.IsZero() || !x.Lost.IsZero() {
				ids = append(ids, x.ID)
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return j.oneByOne(ctx, ids, func(tx store.Tx, id string) (bool, error) {
		off, err := j.Shop.Events.Miss(tx, id, now)
		if off && err == nil {
			j.Shop.Log.Warn("an event that people signed up for left the programme and is called off", "event", id)
		}
		return false, err
	})
}

// fillPlaces gives free places to who has waited longest.
func (j Jobs) fillPlaces(ctx context.Context, now time.Time) (int, error) {
	var ids []string
	err := j.DB.View(ctx, func(r store.Reader) error {
		list, err := j.Shop.Events.All(r, now, now)
		for _, x := range list {
			if x.Counts.Waiting > 0 {
				ids = append(ids, x.ID)
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	fill := func(tx store.Tx, id string, tell bool) (bool, error) {
		s, ok, err := j.Shop.Events.Fill(tx, id, now)
		if err != nil || !ok || !tell {
			return ok, err
		}
		// A place passed on costs nothing and can wait for the next answer.
		how := bot.PushNow
		if s.State == event.Passed {
			how = bot.RideOnly
		}
		err = j.tellSeat(tx, now, s, fmt.Sprint("event.seat.", s.Event, ".", s.Member, ".", s.Times), bot.Receipt, how, func(p i18n.Printer, x event.Listed, to bot.ChannelName) bot.Message {
			return j.filled(p, now, x, s, to)
		})
		if err != nil {
			return false, &untold{err}
		}
		return true, nil
	}
	return j.oneByOne(ctx, ids, func(tx store.Tx, id string) (bool, error) { return fill(tx, id, true) },
		func(tx store.Tx, id string) (bool, error) { return fill(tx, id, false) })
}

// untold is that somebody could not be told of what is theirs all the same.
type untold struct{ cause error }

func (e *untold) Error() string { return "nobody could be told: " + e.cause.Error() }
func (e *untold) Unwrap() error { return e.cause }

// filled is what who waited is told: that they have a place, or why not.
func (j Jobs) filled(p i18n.Printer, now time.Time, x event.Listed, s event.Seat, to bot.ChannelName) bot.Message {
	name := j.Shop.EventName(p, now, x)
	switch {
	case s.State == event.Passed && !s.Start.Equal(x.Start):
		return bot.Message{
			Text:    p.Say(i18n.EventMoved, "Event", name, "When", j.Shop.EventWhen(p, &x.Event)),
			Buttons: []bot.Button{{Label: name, Do: bot.DoCommand, Value: "events " + x.ID}},
		}
	case s.State == event.Passed:
		return bot.Message{Text: p.Say(i18n.EventPassed, "Event", name, "Points", shop.Points(p, x.Price))}
	}
	m := j.Shop.Ticket(p, now, x, s, to)
	m.Text = p.Say(i18n.EventYours)
	if s.Price == 0 {
		return m
	}
	if s.Late {
		m.Text += "\n" + p.Say(i18n.EventYoursLate)
	}
	m.Note = p.Say(i18n.GroupRef, "Ref", string(s.Paid))
	m.Rows = append(m.Rows, bot.Row{Label: p.Say(i18n.EventCosts), Value: shop.Points(p, s.Price)})
	return m
}

// sendHome tells who signed up for what the shop called off, and gives their points
// back.
func (j Jobs) sendHome(ctx context.Context, now time.Time) (int, error) {
	var ids []string
	err := j.DB.View(ctx, func(r store.Reader) (err error) {
		ids, err = j.Shop.Events.CalledOff(r)
		return err
	})
	if err != nil {
		return 0, err
	}
	return j.oneByOne(ctx, ids, func(tx store.Tx, id string) (bool, error) {
		s, back, ok, err := j.Shop.Events.SendHome(tx, id, now)
		if err != nil || !ok {
			return false, err
		}
		// Whoever paid or was to come must know at once; who only waited can hear later.
		how := bot.PushNow
		if s.Number > 0 {
			how = bot.RideOnly
		}
		return true, j.tellSeat(tx, now, s, fmt.Sprint("event.off.", s.Event, ".", s.Member, ".", s.Times), bot.Receipt, how, func(p i18n.Printer, x event.Listed, _ bot.ChannelName) bot.Message {
			m := bot.Message{Text: p.Say(i18n.EventCalledOff, "Event", j.Shop.EventName(p, now, x), "When", j.Shop.EventWhen(p, &x.Event))}
			if back {
				m.Text += "\n" + p.Say(i18n.EventBack, "Points", shop.Points(p, s.Price))
			}
			return m
		})
	})
}

// oneByOne does something for each of ids again and again until there is nothing to
// do, each time in an Update of its own. An error for one keeps no other from theirs.
// Where somebody could not be told, quietly, if given, does it without telling, so that
// one damaged person does not stand in everybody's way.
func (j Jobs) oneByOne(ctx context.Context, ids []string, do func(store.Tx, string) (bool, error), quietly ...func(store.Tx, string) (bool, error)) (done int, err error) {
	var failed []error
	for _, id := range ids {
		for more := true; more && ctx.Err() == nil; {
			err := j.DB.Update(ctx, func(tx store.Tx) (err error) { more, err = do(tx, id); return err })
			if silent := new(untold); errors.As(err, &silent) && len(quietly) > 0 {
				failed = append(failed, fmt.Errorf("jobs: event %s: %w", id, err))
				err = j.DB.Update(ctx, func(tx store.Tx) (err error) { more, err = quietly[0](tx, id); return err })
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("jobs: event %s: %w", id, err))
				break
			}
			if more {
				done++
			}
		}
	}
	return done, errors.Join(append(failed, ctx.Err())...)
}

// remindEvents tells who has a place that it is soon.
func (j Jobs) remindEvents(ctx context.Context, now time.Time) (int, error) {
	return inPages(ctx, j.DB, func(r store.Reader, from string) ([]string, string, error) {
		return j.Shop.Events.Due(r, now, surveyPage, from)
	}, func(tx store.Tx, which string) (bool, error) {
		s, x, ok, err := j.Shop.Events.Remind(tx, which, now)
		if err != nil || !ok {
			return false, err
		}
		id := fmt.Sprint("event.soon.", s.Event, ".", s.Member, ".", s.Times, ".", x.Start.Unix())
		return true, j.tellSeat(tx, now, s, id, bot.Nudge, bot.Carriage(x.Event.Carriage), func(p i18n.Printer, x event.Listed, to bot.ChannelName) bot.Message {
			m := j.Shop.Ticket(p, now, x, s, to)
			m.Text = p.Say(i18n.EventSoon)
			return m
		})
	})
}

// tellSeat leaves a message for who has a seat, whoever they are by now. Who left, or
// cannot be reached, is told nothing.
func (j Jobs) tellSeat(tx store.Tx, now time.Time, s event.Seat, id string, class bot.Class, how bot.Carriage, words func(i18n.Printer, event.Listed, bot.ChannelName) bot.Message) error {
	x, known, err := j.Shop.Events.Find(tx, s.Event, now)
	if err != nil || !known {
		return err
	}
	who, err := j.Shop.Whole(tx, s.Member)
	if errors.Is(err, people.ErrNobody) || errors.Is(err, people.ErrErased) || err == nil && who.Status != people.Member {
		return nil
	}
	if err != nil {
		return err
	}
	to, speak, ok, err := j.Shop.Reach(tx, who.ID)
	if err != nil || !ok {
		return err
	}
	ref := ""
	if class == bot.Receipt {
		ref = string(s.Paid)
	}
	return j.Outbox.Put(tx, now, bot.Intent{
		ID: bot.IntentID(id), Channel: to.Channel, Lane: j.Shop.Lane(to.Chat), Person: bot.PersonID(who.ID), Class: class, Carriage: how,
		Born: now, NotAfter: x.Event.End, RideUntil: x.Start.Add(-2 * time.Hour), Ref: ref,
		Letter: bot.Letter{To: to, Messages: []bot.Message{words(speak, x, to.Channel)}},
	})
}
