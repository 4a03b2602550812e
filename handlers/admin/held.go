package admin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/store"
)

// heldNow is what a restore holds back; ok is false where nothing is held.
func (d Desk) heldNow(ctx context.Context) (h outbox.Held, ok bool, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		h, ok, err = d.Outbox.Held(r)
		return err
	})
	return h, ok, err
}

// listHeld prints what waits for an operator's word after a restore.
func (d Desk) listHeld(ctx context.Context, _ map[string]string, out Out) error {
	h, ok, err := d.heldNow(ctx)
	if err != nil {
		return err
	}
	if !ok {
		out.Say("nothing is held: messages go out as they come")
		return nil
	}
	out.Say("held since %s: %s", d.stamp(h.Since), h.Why)
	out.Say("may have been sent since the backup: %s", byClass(h.Old))
	out.Say("not sent yet, and held as well: %s", byClass(h.New))
	if hooked, err := d.heldHooks(ctx); err != nil {
		return err
	} else if hooked > 0 {
		out.Say("webhooks that may have been sent since the backup: %d", hooked)
	}
	out.Say("Answers to what people say now go out. For the rest:")
	out.Say("`regulars outbox discard` ends what may have been sent, and sends the rest; --all ends everything.")
	out.Say("`regulars outbox release` sends everything, some of it perhaps a second time.")
	return nil
}

// heldHooks counts the webhooks that wait with the messages.
func (d Desk) heldHooks(ctx context.Context) (n int, err error) {
	if d.Hooks == nil {
		return 0, nil
	}
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		n, err = d.Hooks.CountHeld(r)
		return err
	})
	return n, err
}

// byClass writes counts, the most urgent class first.
func byClass(n map[bot.Class]int) string {
	var parts []string
	for _, c := range []bot.Class{bot.Answer, bot.Receipt, bot.Gift, bot.Nudge, bot.Promo} {
		if n[c] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[c], c))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// sum counts all classes.
func sum(n map[bot.Class]int) (all int) {
	for _, k := range slices.Collect(maps.Values(n)) {
		all += k
	}
	return all
}

// releaseHeld sends all that a restore holds back.
func (d Desk) releaseHeld(ctx context.Context, _ map[string]string, out Out) error {
	h, ok, err := d.heldNow(ctx)
	switch {
	case err != nil:
		return err
	case !ok:
		out.Say("nothing is held")
		return nil
	}
	if err := d.Outbox.Release(ctx); err != nil {
		return err
	}
	out.Say("released: %s go out as their time comes", count(sum(h.Old)+sum(h.New), "message", "messages"))
	return nil
}

// discardHeld ends what may have been sent, with "all" everything, and lifts
// the hold.
func (d Desk) discardHeld(ctx context.Context, args map[string]string, out Out) error {
	_, ok, err := d.heldNow(ctx)
	switch {
	case err != nil:
		return err
	case !ok:
		out.Say("nothing is held")
		return nil
	}
	n, err := d.Outbox.DropHeld(ctx, args["all"] == "true")
	if err != nil {
		return fmt.Errorf("%s discarded before this: %w\nThe rest is still held; run it again", count(n, "message was", "messages were"), err)
	}
	out.Say("%s discarded; messages go out again", count(n, "message was", "messages were"))
	return nil
}

// HeldNote is what an operator must be told at the start while messages are
// held, "" where none are.
func (d Desk) HeldNote(ctx context.Context) (string, error) {
	h, ok, err := d.heldNow(ctx)
	if err != nil || !ok {
		return "", err
	}
	return fmt.Sprintf("Messages are held since %s: %s. %s may have been sent already; answers to what people say now go out.\n"+
		"`regulars outbox list` shows what waits, `regulars outbox discard` or `release` decides.",
		d.stamp(h.Since), h.Why, count(sum(h.Old), "of them", "of them")), nil
}
