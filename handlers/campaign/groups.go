package campaign

import (
	"fmt"
	"time"

	"regulars/bot"
	"regulars/store"
)

// tellGroups leaves one message for each group of a campaign. A group counts as
// one place, and its cost is its members (LINE docs, "messaging API pricing").
func (e *Engine) tellGroups(tx store.Tx, c *Campaign, d *Draft, now time.Time) error {
	for i, code := range d.Groups {
		g, ok, err := e.group(tx, code)
		if err != nil {
			return err
		}
		if !ok {
			continue // the bot has left it since
		}
		m, err := e.Preview(tx, c.ID, d, "", d.first(), nil)
		if err != nil {
			return err
		}
		i := bot.Intent{
			ID: groupIntent(c.ID, i), Channel: g.Chat.Channel, Lane: e.Shop.Lane(g.Chat), Class: bot.Promo, Carriage: bot.PushNow, Born: now,
			NotBefore: e.awake(now, e.zone()), NotAfter: e.endOf(d, c.Start),
			Letter: bot.Letter{To: bot.Address{Chat: g.Chat}, Messages: []bot.Message{private(m)}},
		}
		if err := e.Outbox.Put(tx, now, i); err != nil {
			return err
		}
	}
	return nil
}

// first is the wording that groups read.
func (d *Draft) first() string {
	if names := d.Names(); len(names) > 0 {
		return names[0]
	}
	return OnlyVariant
}

// private makes each button of m open the private chat: what is one's own is not
// for a group (design, law 12), and a press there counts for who presses.
func private(m bot.Message) bot.Message {
	var kept []bot.Button
	for _, b := range m.Buttons {
		switch {
		case b.Do == bot.DoCommand && b.Value == "news off": // a group has agreed to nothing
			continue
		case b.Do == bot.DoCommand:
			b.Do = bot.DoPrivate
		}
		kept = append(kept, b)
	}
	m.Buttons = kept
	return m
}

// groupIntent is the id of what a campaign's n-th group is told.
func groupIntent(id ID, n int) bot.IntentID {
	return bot.IntentID(fmt.Sprintf("%s%s.g%d", mark, id, n))
}
