package campaign

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// mark begins the ids of intents that campaigns put beside their bulks: to
// groups, and steps of journeys. After it come the campaign's id and a dot.
const mark = "campaign."

// MaySend is asked by the outbox of every intent, like [shop.Shop.MaySend]: what
// a campaign put beside its bulk stops and waits as the bulk does.
func (e *Engine) MaySend(tx store.Tx, i bot.Intent, now time.Time) (why string, later time.Time, err error) {
	rest, ours := strings.CutPrefix(string(i.ID), mark)
	if !ours {
		return "", later, nil
	}
	id, _, _ := strings.Cut(rest, ".")
	c, err := e.Get(tx, ID(id))
	switch {
	case err != nil:
		return "", later, err
	case c.State == Stopped:
		return "stopped", later, nil
	case c.State == Paused:
		return "", now.Add(putOff), nil
	case i.Person == "": // a group, of which the shop's rules know nothing
		if at := e.awake(now, e.zone()); at.After(now) {
			return "", at, nil
		}
	}
	return "", later, nil
}

// putOff is for how long what a paused campaign would send is put off at a time.
const putOff = time.Minute
