package admin

import (
	"context"
	"errors"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/event"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// check tells what a programme file would do to people if it were taken in now.
// It writes nothing.
func (d Desk) check(ctx context.Context, args map[string]string, out Out) error {
	if d.History == nil || d.History.Newest() == nil {
		out.Say("this store has no programme yet: the file will be its first version")
		return nil
	}
	now := d.now()
	p, changed, err := d.History.Consider([]byte(args["text"]), now)
	var wrong programme.Mistakes
	if errors.As(err, &wrong) {
		return &Error{args["file"] + " cannot be used:\n  " + strings.ReplaceAll(wrong.Error(), "\n", "\n  "), 1}
	}
	if err != nil {
		return err
	}
	held := d.History.At(now)
	d.announce(out, p, held, changed, now)
	if err := d.reused(ctx, p, now, out); err != nil {
		return err
	}
	e := newEffects(&held.Rules, &p.Rules, now)
	if p.Rules.Version != held.Rules.Version {
		if err := d.count(ctx, e, out); err != nil {
			return err
		}
	}
	e.tell(out)
	return nil
}

// reused names events whose ids those of past years had.
func (d Desk) reused(ctx context.Context, p *programme.Programme, now time.Time, out Out) error {
	var list []event.Reused
	if err := d.DB.View(ctx, func(r store.Reader) (err error) {
		list, err = d.Shop.Events.Reused(r, p.Rules.Events, now)
		return err
	}); err != nil {
		return err
	}
	for _, x := range list {
		out.Say("event %q: one of this id ended on %s, and whoever had one of its %d places cannot sign up again; give this one an id of its own", x.ID, d.stamp(x.Ended), x.Seats)
	}
	return nil
}

// announce says which version the file is and when it holds.
func (d Desk) announce(out Out, p, held *programme.Programme, changed bool, now time.Time) {
	n, from := p.Rules.Version, p.Rules.From
	switch {
	case n == held.Rules.Version && changed:
		out.Say("version %d is in force with the same rules; other words and settings are taken in as soon as serve sees the file", n)
	case n == held.Rules.Version:
		out.Say("version %d is in force, and the file is what was taken in", n)
	case !changed:
		out.Say("version %d waits and takes the place of version %d on %s", n, held.Rules.Version, d.stamp(from))
	case from.After(now):
		out.Say("version %d would take the place of version %d on %s", n, held.Rules.Version, d.stamp(from))
	default:
		out.Say("version %d would take the place of version %d as soon as serve sees the file", n, held.Rules.Version)
	}
}

// count looks at every member.
func (d Desk) count(ctx context.Context, e *effects, out Out) error {
	who, err := people.Count(ctx, d.DB, e.now)
	if err != nil {
		return err
	}
	err = d.Shop.Book.Each(ctx, d.DB, func(r store.Reader, m loyalty.MemberID, a *loyalty.Account) (err error) {
		if a.Into != "" { // counted where it is a part
			return nil
		}
		var f loyalty.Facts
		if d.Shop.Book.Facts != nil {
			if f, err = d.Shop.Book.Facts(r, m); err != nil {
				return err
			}
		}
		err = e.add(m, a, f)
		out.Progress(int64(e.members), int64(max(who.Members, e.members)))
		return err
	})
	if err != nil {
		return err
	}
	e.vouchers, err = voucher.Outstanding(ctx, d.DB, e.now)
	return err
}
