package admin

import (
	"context"
	"fmt"
	"strings"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/store"
)

// maxLetters is how many undeliverable messages are listed.
const maxLetters = 1000

// dead are the dead letters of both directions: events that could not be
// handled, and messages that their platform will never accept.
type dead struct {
	in  []bot.Dead
	out []outbox.DeadLetter
}

// readDead leaves out what was replayed or discarded.
func (d Desk) readDead(ctx context.Context) (all dead, err error) {
	err = d.DB.View(ctx, func(r store.Reader) error {
		all = dead{}
		in, err := bot.DeadLetters(r)
		if err != nil {
			return err
		}
		for _, l := range in {
			if l.Done.IsZero() {
				all.in = append(all.in, l)
			}
		}
		all.out, err = d.Outbox.List(r, maxLetters)
		return err
	})
	return all, err
}

// DeadLetters counts what could not be handled or delivered and waits for
// somebody to decide; of what is to be sent, the first ones only.
func (d Desk) DeadLetters(ctx context.Context) (int, error) {
	all, err := d.readDead(ctx)
	return len(all.in) + len(all.out), err
}

// listDead prints what could not be handled or delivered, without a word of
// what was said.
func (d Desk) listDead(ctx context.Context, _ map[string]string, out Out) error {
	all, err := d.readDead(ctx)
	if err != nil {
		return err
	}
	if len(all.in)+len(all.out) == 0 {
		out.Say("no dead letters")
		return nil
	}
	t := newTable("REF", "WHEN", "CHANNEL", "WHAT", "WHY")
	for _, l := range all.in {
		t.add(l.Ref, d.stamp(l.At), string(l.Channel), "received "+string(l.Kind), l.Error)
	}
	for _, l := range all.out {
		t.add(string(l.ID), d.stamp(l.At), string(l.Channel), "sending "+string(l.Class), l.Why)
	}
	t.print(out)
	out.Say("")
	out.Say("`regulars dead replay REF` tries one again, `regulars dead discard REF` puts it aside.")
	return nil
}

// sort tells which direction a reference belongs to.
func (d Desk) sort(ctx context.Context, typed string) (ref string, received bool, err error) {
	all, err := d.readDead(ctx)
	if err != nil {
		return "", false, err
	}
	typed = strings.TrimSpace(typed)
	for _, l := range all.in {
		if strings.EqualFold(l.Ref, typed) {
			return l.Ref, true, nil
		}
	}
	for _, l := range all.out {
		if string(l.ID) == typed {
			return typed, false, nil
		}
	}
	return "", false, fmt.Errorf("no dead letter has the reference %s; `regulars dead list` shows them", typed)
}

// replay handles or sends one again.
func (d Desk) replay(ctx context.Context, args map[string]string, out Out) error {
	ref, received, err := d.sort(ctx, args["ref"])
	switch {
	case err != nil:
		return err
	case received:
		err = d.Bot.Replay(ctx, ref)
	default:
		err = d.Outbox.Replay(ctx, bot.IntentID(ref))
	}
	if err != nil {
		return err
	}
	out.Say("%s was tried again; if it fails once more, it is listed under a new reference.", ref)
	return nil
}

// discard puts one aside for good.
func (d Desk) discard(ctx context.Context, args map[string]string, out Out) error {
	ref, received, err := d.sort(ctx, args["ref"])
	switch {
	case err != nil:
		return err
	case received:
		err = d.Bot.Discard(ctx, ref)
	default:
		err = d.Outbox.Discard(ctx, bot.IntentID(ref))
	}
	if err != nil {
		return err
	}
	out.Say("%s was put aside.", ref)
	return nil
}
