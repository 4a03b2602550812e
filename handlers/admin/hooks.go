package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"regulars/handlers/hooks"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/store"
)

// hookOps are the operations about webhooks.
func (d Desk) hookOps() Ops {
	if d.Hooks == nil {
		return nil
	}
	return Ops{
		"hooks-list": d.listHooks, "hooks-add": d.addHook, "hooks-test": d.testHook, "hooks-rotate": d.rotateHook,
		"hooks-on": d.switchHook(true), "hooks-off": d.switchHook(false), "hooks-remove": d.removeHook,
		"hooks-deliveries": d.listDeliveries, "hooks-replay": d.replayHook,
	}
}

func hookOf(args map[string]string) hooks.ID {
	return hooks.ID(strings.ToLower(strings.TrimSpace(args["id"])))
}

// noHook explains what was refused about an endpoint.
func noHook(err error, args map[string]string) error {
	switch {
	case errors.Is(err, hooks.ErrNone) && args["event"] != "":
		return fmt.Errorf("nothing of that name was sent to %s; `regulars hooks deliveries %s` shows what was", hookOf(args), hookOf(args))
	case errors.Is(err, hooks.ErrNone):
		return fmt.Errorf("no address has the id %s; `regulars hooks list` shows them", hookOf(args))
	case errors.Is(err, hooks.ErrEvents):
		return fmt.Errorf("it is told of events among these: %s", joined(hooks.Types()))
	}
	return err
}

// listHooks prints the addresses that are told what happens.
func (d Desk) listHooks(ctx context.Context, _ map[string]string, out Out) error {
	t := newTable("ID", "STATE", "WAITING", "MADE", "STORES", "ADDRESS", "NAME")
	n := 0
	err := d.DB.View(ctx, func(r store.Reader) error {
		list, err := hooks.List(r)
		if err != nil {
			return err
		}
		for _, e := range list {
			state, waits, err := d.hookState(r, &e)
			if err != nil {
				return err
			}
			t.add(string(e.ID), state, waits, d.stamp(e.Made), joined(e.Stores), e.Host(), shop.Tidy(e.Name))
			n++
		}
		return nil
	})
	if err == nil && n == 0 {
		out.Say("no address is told what happens; `regulars hooks add URL` adds one")
		return nil
	}
	if err == nil {
		t.print(out)
	}
	return err
}

// hookState is how an endpoint does, in a word, and how much waits for it.
func (d Desk) hookState(r store.Reader, e *hooks.Endpoint) (state, waits string, err error) {
	const most = 1000
	list, more, err := hooks.Waiting(r, e.ID, most)
	if err != nil {
		return "", "", err
	}
	waits = strconv.Itoa(len(list))
	if more {
		waits = "over " + waits
	}
	h, err := hooks.HealthOf(r, e.ID)
	switch {
	case e.Off && e.Why != "":
		state = "off, " + string(e.Why)
	case e.Off:
		state = "off"
	case h.Fails > 0:
		state = "failing, " + string(h.Why)
	default:
		state = "on"
	}
	return state, waits, err
}

// addHook makes an endpoint and prints its secret, this once.
func (d Desk) addHook(ctx context.Context, args map[string]string, out Out) error {
	e := hooks.Endpoint{URL: strings.TrimSpace(args["url"]), Name: shop.Tidy(args["name"])}
	for _, t := range commas(args["events"]) {
		e.Events = append(e.Events, hooks.Type(t))
	}
	if len(e.Events) == 0 {
		e.Events = hooks.Types()
	}
	for _, id := range commas(args["store"]) {
		if _, ok := d.Shop.Programme(d.now()).Store(loyalty.Store(id)); !ok {
			return fmt.Errorf("the programme has no store %s", id)
		}
		e.Stores = append(e.Stores, loyalty.Store(id))
	}
	var secret hooks.Secret
	err := d.DB.Update(ctx, func(tx store.Tx) (err error) {
		e, secret, err = d.Hooks.Add(tx, e, d.now())
		return err
	})
	if err != nil {
		return noHook(err, args)
	}
	out.Say("%s is told what happens from now on; its id is %s. What is sent is signed with this secret, shown this once:", e.Host(), e.ID)
	sayHookSecret(out, secret)
	return nil
}

func sayHookSecret(out Out, s hooks.Secret) {
	out.Say("")
	out.Say("    %s", string(s))
	out.Say("")
}

// testHook sends a test and says what came of it.
func (d Desk) testHook(ctx context.Context, args map[string]string, out Out) error {
	v, err := d.Hooks.Ping(ctx, hookOf(args))
	if err != nil {
		return noHook(err, args)
	}
	if v.Outcome != hooks.Delivered {
		return fmt.Errorf("the test did not arrive: %s", whyNot(v))
	}
	out.Say("The test arrived: it answered %d.", v.Status)
	return nil
}

// whyNot are the operators' words for why something did not arrive.
func whyNot(v hooks.Delivery) string {
	if v.Status > 0 {
		return fmt.Sprintf("it answered %d (%s)", v.Status, v.Why)
	}
	if v.Why == hooks.WhyGuard {
		return "its address is of this machine or an inner network; name that network in hooks_allow if it is yours"
	}
	return string(v.Why)
}

func (d Desk) rotateHook(ctx context.Context, args map[string]string, out Out) error {
	var secret hooks.Secret
	err := d.DB.Update(ctx, func(tx store.Tx) (err error) {
		secret, err = d.Hooks.Rotate(tx, hookOf(args), d.now())
		return err
	})
	if err != nil {
		return noHook(err, args)
	}
	out.Say("The new secret, shown this once; until %s everything is signed with the old one too:", d.stamp(d.now().Add(hooks.Overlap)))
	sayHookSecret(out, secret)
	return nil
}

func (d Desk) switchHook(on bool) Op {
	return func(ctx context.Context, args map[string]string, out Out) error {
		err := d.DB.Update(ctx, func(tx store.Tx) error { return d.Hooks.Switch(tx, hookOf(args), on, d.now()) })
		if err != nil {
			return noHook(err, args)
		}
		if on {
			out.Say("%s is on; what waited is sent.", hookOf(args))
		} else {
			out.Say("%s is off; nothing is sent there.", hookOf(args))
		}
		return nil
	}
}

func (d Desk) removeHook(ctx context.Context, args map[string]string, out Out) error {
	err := d.DB.Update(ctx, func(tx store.Tx) error { return d.Hooks.Remove(tx, hookOf(args)) })
	if err != nil {
		return noHook(err, args)
	}
	out.Say("%s is gone, and what was sent there goes with the next sweep.", hookOf(args))
	return nil
}

// deliveriesShown is how many of each sort are listed.
const deliveriesShown = 100

// listDeliveries prints what waits for an endpoint and what was sent there.
func (d Desk) listDeliveries(ctx context.Context, args map[string]string, out Out) error {
	t := newTable("EVENT", "TYPE", "HAPPENED", "HOW IT STANDS", "TRIES", "ABOUT")
	n := 0
	err := d.DB.View(ctx, func(r store.Reader) error {
		id := hookOf(args)
		if _, err := hooks.Get(r, id); err != nil {
			return err
		}
		waits, _, err := hooks.Waiting(r, id, deliveriesShown)
		if err != nil {
			return err
		}
		past, _, err := hooks.Past(r, id, "", deliveriesShown)
		for _, v := range append(waits, past...) {
			t.add(v.ID, string(v.Type), d.stamp(v.At), d.stands(v), strconv.Itoa(v.Tries), string(v.Data.Member))
			n++
		}
		return err
	})
	switch {
	case err != nil:
		return noHook(err, args)
	case n == 0:
		out.Say("nothing was sent there yet")
	default:
		t.print(out)
	}
	return nil
}

// stands says how a delivery stands.
func (d Desk) stands(v hooks.Delivery) string {
	switch {
	case v.Outcome == hooks.Delivered:
		return fmt.Sprintf("%s %s (%d)", v.Outcome, d.stamp(v.Ended), v.Status)
	case v.Outcome != "":
		return fmt.Sprintf("%s %s: %s", v.Outcome, d.stamp(v.Ended), whyNot(v))
	case v.Why != "":
		return fmt.Sprintf("next try %s: %s", d.stamp(v.Next), whyNot(v))
	}
	return "waits"
}

// replayHook sends one event again, or all of a time.
func (d Desk) replayHook(ctx context.Context, args map[string]string, out Out) error {
	id := hookOf(args)
	if event := strings.TrimSpace(args["event"]); event != "" {
		err := d.DB.Update(ctx, func(tx store.Tx) error {
			v, err := hooks.Find(tx, id, event)
			if err != nil {
				return err
			}
			return d.Hooks.Replay(tx, id, v.Key, d.now())
		})
		if err == nil {
			out.Say("It goes out again within a second or two.")
		}
		return noHook(err, args)
	}
	from, err := d.moment(args["from"], time.Time{})
	if err != nil {
		return err
	}
	until, err := d.moment(args["until"], d.now())
	if err != nil {
		return err
	}
	if from.IsZero() || !from.Before(until) {
		return errors.New("name an event, or the time whose events go out again: --from \"2026-11-22 18:00\", and --until after it")
	}
	n, err := d.Hooks.ReplayRange(ctx, id, from, until, args["failed"] == "true")
	if err == nil {
		out.Say("%s again, in the order in which it happened.", count(n, "event goes out", "events go out"))
	}
	return noHook(err, args)
}

// moment reads a moment on the shop's clock, as d.stamp writes it.
func (d Desk) moment(text string, normal time.Time) (time.Time, error) {
	if strings.TrimSpace(text) == "" {
		return normal, nil
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", strings.TrimSpace(text), d.Shop.Local(d.now()).Location())
	if err != nil {
		return t, fmt.Errorf("%q is no moment; write one as in 2026-11-22 18:00", text)
	}
	return t, nil
}
