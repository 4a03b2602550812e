package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"regulars/handlers/console/rules"
	deciding "regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty/metric"
	"regulars/loyalty/people"
	"regulars/store"
)

// What lies on Mia's desk when the demo opens, so that no page of the console is
// bare: goals, points that wait for her yes, customers of an earlier till who have
// not come by yet, and a double day that begins next month. None of it writes to
// anybody's phone.
func (c *cafe) fillDesk(ctx context.Context, w *crew) error {
	grace := people.Identity{Channel: "line", User: w.grace.ID()}
	err := c.app.db.Update(ctx, func(tx store.Tx) error {
		if err := c.layGoals(tx); err != nil {
			return err
		}
		if err := c.layApproval(tx, grace); err != nil {
			return err
		}
		return c.layImported(tx)
	})
	if err != nil {
		return err
	}
	return c.layTuesday(ctx)
}

// goalsAgo is how long ago the café set its goals.
const goalsAgo = 35 * 24 * time.Hour

// layGoals sets some that go well and one that does not.
func (c *cafe) layGoals(tx store.Tx) error {
	now := c.app.clock.Now()
	for _, g := range []metric.Goal{
		{Metric: metric.Orders, Target: 1200, By: now.AddDate(0, 0, 14)},
		{Metric: metric.RepeatRate, Target: 60, Start: 50, By: now.AddDate(0, 0, 30)},
		{Metric: metric.NPS, Target: 45, Start: 30, By: now.AddDate(0, 0, 40)},
	} {
		g.SetBy = c.boss.ID.Actor()
		if _, err := c.app.shop.Metrics.SetGoal(tx, g, now.Add(-goalsAgo), rand.Reader); err != nil {
			return err
		}
	}
	return nil
}

// layApproval asks Mia for points that Sam may not give alone.
func (c *cafe) layApproval(tx store.Tx, to people.Identity) error {
	s := c.app.shop
	id, _, err := s.Vault.Who(tx, to)
	if err != nil {
		return err
	}
	reason, err := s.Vault.SealFor(tx, id, "reason", []byte(i18n.For(s.Lang).Say(i18n.DemoSpilt)), rand.Reader)
	if err != nil {
		return err
	}
	asked := c.app.clock.Now().Add(-40 * time.Minute)
	return deciding.PutApproval(tx, deciding.Approval{
		ID: "demo", Member: id, Points: 150, Reason: reason, By: c.clerk.ID, Role: c.clerk.Role, At: asked, Until: asked.Add(deciding.ApprovalLife),
	})
}

// layImported brings customers of an earlier till, who have shown nobody yet who
// they are.
func (c *cafe) layImported(tx store.Tx) error {
	v, now := c.app.shop.Vault, c.app.clock.Now()
	var all []*people.Prepared
	for i, name := range []string{"Iris Holm", "高橋 海", "周佩蓉"} {
		p, err := v.Prepare(people.Imported{
			Source: "till", External: fmt.Sprint(4711 + i), Name: name, Joined: now.AddDate(-2, 0, i), Store: "main", Line: i,
		}, now, rand.Reader)
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	came, err := v.Import(tx, all, now, rand.Reader)
	if err != nil {
		return err
	}
	if err := people.CountImported(tx, came); err != nil {
		return err
	}
	return people.Reached(tx, came[0].Member, now) // has written, and not shown yet who they are
}

// layTuesday has a version of the programme wait for the first of next month.
func (c *cafe) layTuesday(ctx context.Context) error {
	b := c.app.book()
	if b == nil {
		return nil
	}
	was, err := b.File()
	if err != nil {
		return err
	}
	text := tuesdays(was, c.app.shop.Local(c.app.clock.Now()))
	return b.Publish(rules.Publication{
		Was: was, Texts: [][]byte{text},
		Update: func(do func(store.Tx) error) error { return c.app.db.Update(ctx, do) },
		Also:   func(store.Tx) error { return nil },
	})
}

// tuesdays is the programme with one more double day, from next month on.
func tuesdays(was []byte, today time.Time) []byte {
	var names []string
	for _, l := range i18n.Langs {
		names = append(names, string(l)+" = "+strconv.Quote(i18n.For(l).Say(i18n.DemoTuesday)))
	}
	first := time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, today.Location())
	return []byte(strings.NewReplacer(
		"\nversion   = 1 ", "\neffective = "+first.Format(time.DateOnly)+"\nversion   = 2 ",
		"\n[expiry]\n", "\n[[bonus]]\nid       = \"tuesday\"\nname     = { "+strings.Join(names, ", ")+" }\nmultiply = 2\nweekdays = [\"tue\"]\n\n[expiry]\n",
	).Replace(string(was)))
}
