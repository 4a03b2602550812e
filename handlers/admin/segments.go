package admin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/segment"
	"regulars/store"
)

// listSegments prints all segments that have a name, with their counts.
func (d Desk) listSegments(ctx context.Context, _ map[string]string, out Out) error {
	now, english := d.now(), i18n.For(i18n.En)
	t := newTable("SEGMENT", "MEMBERS", "REACHABLE", "WHEN", "")
	for _, n := range d.Shop.Segments.All(now) {
		members, reachable := "too few to tell", ""
		c, err := d.countSegment(ctx, n.ID)
		var few *segment.TooFewError
		switch {
		case err == nil:
			members, reachable = fmt.Sprint(c.Members), fmt.Sprint(c.Reachable)
		case !errors.As(err, &few):
			return err
		}
		t.add(n.ID, members, reachable, n.When, d.Shop.SegmentName(english, now, n.ID))
	}
	t.print(out)
	return nil
}

// countSegment counts one by its name or expression.
func (d Desk) countSegment(ctx context.Context, text string) (c segment.Count, err error) {
	e, err := d.Shop.Segments.Expr(text, d.now())
	if err != nil {
		return c, err
	}
	return d.Shop.Segments.Count(ctx, e, d.now())
}

// segmentCount prints how many members a segment has, and where they are.
func (d Desk) segmentCount(ctx context.Context, args map[string]string, out Out) error {
	c, err := d.countSegment(ctx, args["when"])
	var wrong *segment.Complaint
	var few *segment.TooFewError
	switch {
	case errors.As(err, &wrong):
		return &Error{args["when"] + "\n" + wrong.Error(), 2}
	case errors.As(err, &few):
		return &Error{few.Error(), 1}
	case err != nil:
		return err
	}
	out.Say("members     %d", c.Members)
	out.Say("reachable   %d (agreed to offers, want them, and have a chat that is open)", c.Reachable)
	sayCounts(out, "by channel", c.ByChannel)
	sayCounts(out, "by language", c.ByLang)
	sayCounts(out, "by store", c.ByStore)
	if c.Behind > 0 {
		out.Say("%s not up to date yet; ask again in a minute", count(c.Behind, "member is", "members are"))
	}
	return nil
}

func sayCounts(out Out, what string, of map[string]int) {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(of)) {
		name := k
		if name == "" {
			name = "none"
		}
		all = append(all, fmt.Sprintf("%s %d", name, of[k]))
	}
	if len(all) > 0 {
		out.Say("%-12s%s", what, strings.Join(all, ", "))
	}
}

// sampled is how many members are shown of a segment.
const sampled = 20

// showSegment prints a segment's expression and some of its members.
func (d Desk) showSegment(ctx context.Context, args map[string]string, out Out) error {
	now := d.now()
	e, err := d.Shop.Segments.Expr(args["when"], now)
	if err != nil {
		return &Error{err.Error(), 2}
	}
	out.Say("%s", e)
	if err := d.segmentCount(ctx, args, out); err != nil {
		return err
	}
	ids, err := d.Shop.Segments.Sample(ctx, e, sampled, now)
	if err != nil || len(ids) == 0 {
		return err
	}
	slices.Sort(ids)
	t := newTable("MEMBER", "LEVEL", "POINTS", "VISITS", "TAGS")
	for _, id := range ids {
		if err := d.addFound(ctx, id, t); err != nil {
			return err
		}
	}
	t.print(out)
	return nil
}

// addFound adds a member's line, without a name.
func (d Desk) addFound(ctx context.Context, id loyalty.MemberID, t *table) error {
	return d.DB.View(ctx, func(r store.Reader) error {
		a, err := d.Shop.Book.Account(r, id)
		if err != nil {
			return err
		}
		b, err := loyalty.BalanceAt(&a, d.Shop.Rules(d.now()), d.now())
		if err != nil {
			return err
		}
		p, err := d.Shop.Vault.Get(r, id)
		if err != nil {
			return err
		}
		tags, err := d.Shop.Tags(r, p)
		t.add(string(id), d.Shop.LevelName(i18n.For(i18n.En), d.now(), a.Standing.Level), fmt.Sprint(b.Available), fmt.Sprint(b.Count.Visits), strings.Join(tags, ", "))
		return err
	})
}

// rebuildSegments makes all rolls anew.
func (d Desk) rebuildSegments(ctx context.Context, _ map[string]string, out Out) error {
	n := 0
	err := d.Shop.Segments.Rebuild(ctx, d.now(), func(members int) {
		n = members
		out.Progress(int64(n), 0)
	})
	if err == nil {
		out.Say("what segments look at was made anew for %s.", count(n, "member", "members"))
	}
	return err
}
