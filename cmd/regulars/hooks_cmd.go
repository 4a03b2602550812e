package main

import (
	"context"
	"strconv"
	"time"

	"regulars/bot/outbox"
	"regulars/handlers/alarm"
	"regulars/handlers/campaign"
	"regulars/handlers/hooks"
	"regulars/i18n"
	"regulars/store"
)

// hooksCmd is about the addresses that are told what happens.
type hooksCmd struct {
	List       hooksList       `cmd:"" help:"List the addresses and how each does."`
	Add        hooksAdd        `cmd:"" help:"Add an address, and print its secret, this once."`
	Test       hooksTest       `cmd:"" help:"Send a test now, and say what came of it."`
	Rotate     hooksRotate     `cmd:"" help:"Make a new secret; the old one signs too for a day."`
	On         hooksOn         `cmd:"" help:"Switch an address on again."`
	Off        hooksOff        `cmd:"" help:"Switch an address off."`
	Remove     hooksRemove     `cmd:"" help:"Take an address away."`
	Deliveries hooksDeliveries `cmd:"" help:"What waits for an address and what was sent there."`
	Replay     hooksReplay     `cmd:"" help:"Send one event again, or all of a time."`
}

type hooksList struct{}

// Run prints the addresses.
func (*hooksList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "hooks-list", nil) }

type hooksAdd struct {
	URL    string `arg:"" help:"https://…, of a program of yours."`
	Name   string `help:"What you call it." placeholder:"NAME"`
	Store  string `help:"Of which stores it is told, with commas; of all without it." placeholder:"IDS"`
	Events string `help:"What it is told, with commas, as in points.earned,voucher.used; everything without it." placeholder:"LIST"`
}

// Run adds one.
func (c *hooksAdd) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "hooks-add", map[string]string{"url": c.URL, "name": c.Name, "store": c.Store, "events": c.Events})
}

// hookID names an address.
type hookID struct {
	ID string `arg:"" help:"As in the list."`
}

func (c hookID) ask(ctx context.Context, m *Main, op string) error {
	return m.ask(ctx, op, map[string]string{"id": c.ID})
}

type hooksTest struct{ hookID }

// Run sends a test.
func (c *hooksTest) Run(ctx context.Context, m *Main) error { return c.ask(ctx, m, "hooks-test") }

type hooksRotate struct{ hookID }

// Run makes a new secret.
func (c *hooksRotate) Run(ctx context.Context, m *Main) error { return c.ask(ctx, m, "hooks-rotate") }

type hooksOn struct{ hookID }

// Run switches one on.
func (c *hooksOn) Run(ctx context.Context, m *Main) error { return c.ask(ctx, m, "hooks-on") }

type hooksOff struct{ hookID }

// Run switches one off.
func (c *hooksOff) Run(ctx context.Context, m *Main) error { return c.ask(ctx, m, "hooks-off") }

type hooksRemove struct{ hookID }

// Run takes one away.
func (c *hooksRemove) Run(ctx context.Context, m *Main) error { return c.ask(ctx, m, "hooks-remove") }

type hooksDeliveries struct{ hookID }

// Run prints what was sent.
func (c *hooksDeliveries) Run(ctx context.Context, m *Main) error {
	return c.ask(ctx, m, "hooks-deliveries")
}

type hooksReplay struct {
	ID     string `arg:"" help:"As in the list."`
	Event  string `arg:"" optional:"" help:"As among its deliveries, or how it begins."`
	From   string `help:"All that was sent from then on, as in \"2026-11-22 18:00\"." placeholder:"MOMENT"`
	Until  string `help:"Up to then; now without it." placeholder:"MOMENT"`
	Failed bool   `help:"Of that time, only what did not arrive."`
}

// Run sends again.
func (c *hooksReplay) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "hooks-replay", map[string]string{"id": c.ID, "event": c.Event, "from": c.From, "until": c.Until, "failed": strconv.FormatBool(c.Failed)})
}

// newHooks are the shop's webhooks; what happens is told them from now on.
func (a *app) newHooks() *hooks.Desk {
	d := hooks.New(a.shop, a.db, hooks.Guard{Allow: a.cfg.HooksAllow})
	d.Held = outbox.HeldBack
	a.campaigns.Ended = func(tx store.Tx, id campaign.ID, now time.Time) error { return d.Finished(tx, string(id), now) }
	return d
}

// connections are webhooks that do not arrive.
func (w *watch) connections(ctx context.Context) (found []alarm.Trouble, ok bool) {
	all, err := w.a.hooks.Troubles(ctx)
	for _, t := range all {
		text := i18n.T(i18n.ConsoleConnectionsAlarmFailing, "Name", t.Label, "Date", w.a.shop.Local(t.Since))
		switch {
		case t.Off && t.Why == hooks.WhyGone:
			text = i18n.T(i18n.ConsoleConnectionsAlarmGone, "Name", t.Label)
		case t.Off:
			text = i18n.T(i18n.ConsoleConnectionsAlarmOff, "Name", t.Label)
		}
		about := string(t.ID) + ".failing"
		if t.Off {
			about = string(t.ID) + ".off"
		}
		found = append(found, alarm.Trouble{Kind: alarm.Hooks, About: about, Text: text})
	}
	return found, err == nil
}
