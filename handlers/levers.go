package handlers

import (
	"errors"
	"strconv"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/lever"
	"regulars/loyalty/voucher"
)

// This file adds the words of levers to pages. All of them are true of the speaker
// at that moment, and the page says the same without them.

// When something is near, scarce or soon.
const (
	nearPercent = 70 // of the way
	fewPercent  = 20 // of all there were
	lastDays    = 3
	soonDays    = 30
)

// pull says whether the speaker reads a lever's words, which are true now.
func (c counter) pull(t *bot.Turn, l loyalty.Lever, m loyalty.MemberID) (bool, error) {
	return c.Levers.Pull(t.Tx, l, m, t.Now)
}

// pulls are the lines of levers beside the speaker's points.
func (c counter) pulls(t *bot.Turn, m loyalty.MemberID, v book.View) (string, error) {
	near, err := c.nearLine(t, m, v)
	if err != nil {
		return "", err
	}
	soon, err := c.lossLine(t, m, v.Balance)
	return lines(near, soon), err
}

// goal is a reward or a level that is near.
type goal struct {
	name, left string
	percent    int64 // of the way
}

// nearLine says how near the next reward or level is, in one of two wordings.
func (c counter) nearLine(t *bot.Turn, m loyalty.MemberID, v book.View) (string, error) {
	_, nearing := c.Rules(t.Now).Lever(loyalty.LeverGoal)
	_, framing := c.Rules(t.Now).Lever(loyalty.LeverFraming)
	if !nearing && !framing {
		return "", nil
	}
	g, ok, err := c.nearReward(t, m, v.Balance)
	if err != nil {
		return "", err
	}
	if !ok {
		g, ok = c.nearLevel(t, v.Progress)
	}
	if !ok {
		return "", nil
	}
	if nearing {
		if told, err := c.pull(t, loyalty.LeverGoal, m); err != nil || !told {
			return "", err
		}
	}
	framed, err := c.pull(t, loyalty.LeverFraming, m)
	if framed {
		return t.Word(i18n.LeverSoFar, "Percent", strconv.FormatInt(g.percent, 10), "Goal", g.name), err
	}
	return t.Word(i18n.LeverToGo, "Left", g.left, "Goal", g.name), err
}

// nearReward is the reward that lacks least of those for which the speaker lacks
// nothing but points, and has nearly enough of these.
func (c counter) nearReward(t *bot.Turn, m loyalty.MemberID, b loyalty.Balance) (g goal, ok bool, err error) {
	if b.Debt > 0 {
		return g, false, nil
	}
	all, err := c.offers(t, m, b)
	for _, o := range all {
		var short *loyalty.ShortError
		if !errors.As(o.Err, &short) || short.Need <= 0 {
			continue
		}
		// Points and costs are bounded far below where this could overflow.
		percent := int64(short.Have) * 100 / int64(short.Need)
		if percent >= nearPercent && percent > g.percent {
			g, ok = goal{c.reward(t, o.Reward.ID).Name, shop.Points(t.Printer, short.Need-short.Have), percent}, true
		}
	}
	return g, ok, err
}

// nearLevel is the next level, where it is near.
func (c counter) nearLevel(t *bot.Turn, way loyalty.Progress) (g goal, ok bool) {
	if way.Next == "" || way.To <= way.From {
		return g, false
	}
	g = goal{c.levelName(t, way.Next), c.counted(t, way.Left), int64(100 * (float64(way.Value-way.From) / float64(way.To-way.From)))}
	return g, g.percent >= nearPercent
}

// lossLine says what goes soon.
func (c counter) lossLine(t *bot.Turn, m loyalty.MemberID, b loyalty.Balance) (string, error) {
	end := b.Next.At
	if end.IsZero() || b.Next.Points <= 0 || shop.DaysBetween(c.Local(t.Now), c.Local(end.Add(-1))) > soonDays {
		return "", nil
	}
	told, err := c.pull(t, loyalty.LeverLoss, m)
	if err != nil || !told {
		return "", err
	}
	return t.Word(i18n.LeverLoss, "Points", shop.Points(t.Printer, b.Next.Points), "Date", t.Date(c.Local(end.Add(-1)))), nil
}

// moving adds to what is said of rewards how many took them lately, and how few
// there are, or how soon they end. why is by the reward's id.
func (c counter) moving(t *bot.Turn, m loyalty.MemberID, offers []voucher.Offer, why map[string]string) (map[string]string, error) {
	all, err := c.Levers.Taken(t.Tx, t.Now)
	if err != nil {
		return nil, err
	}
	social, scarce := map[string]string{}, map[string]string{}
	for _, o := range offers {
		if n := all[o.Reward.ID]; n > 0 {
			social[o.Reward.ID] = t.Word(i18n.LeverSocial, "Number", i18n.Number(n), "Days", lever.FactDays)
		}
		if line := c.scarce(t, o); line != "" {
			scarce[o.Reward.ID] = line
		}
	}
	added := map[string]string{}
	for _, x := range []struct {
		lever loyalty.Lever
		lines map[string]string
	}{{loyalty.LeverSocial, social}, {loyalty.LeverScarcity, scarce}} {
		if len(x.lines) == 0 {
			continue
		}
		told, err := c.pull(t, x.lever, m)
		if err != nil {
			return nil, err
		}
		for id, line := range x.lines {
			if told {
				added[id] = lines(added[id], line)
			}
		}
	}
	for id, line := range why {
		added[id] = lines(line, added[id])
	}
	return added, nil
}

// scarce says of a reward that it is nearly gone, or ends soon; "" of others.
func (c counter) scarce(t *bot.Turn, o voucher.Offer) string {
	if o.Left != nil && *o.Left > 0 && *o.Left*100 <= (*o.Left+o.Taken)*fewPercent {
		return t.Word(i18n.LeverScarce, "Taken", i18n.Number(o.Taken), "All", i18n.Number(*o.Left+o.Taken), "Left", i18n.Number(*o.Left))
	}
	if o.Reward.To.IsZero() || t.Now.Before(o.Reward.From) {
		return ""
	}
	switch days := shop.DaysBetween(c.Local(t.Now), c.Local(o.Reward.To.Add(-1))) + 1; {
	case days == 1:
		return t.Word(i18n.NudgeLeftToday)
	case days <= lastDays:
		return t.Word(i18n.NudgeLeft, "Count", days)
	}
	return ""
}

// endowed says of a card that its first stamps were given, while it has no others.
func (c counter) endowed(t *bot.Turn, m loyalty.MemberID, card *loyalty.StampCard, mine loyalty.Stamps) (string, error) {
	if card.Start <= 0 || mine.Filled > 0 || mine.Have <= 0 || mine.Have > card.Start {
		return "", nil
	}
	told, err := c.pull(t, loyalty.LeverEndowment, m)
	if err != nil || !told {
		return "", err
	}
	return t.Word(i18n.LeverEndowment, "Count", int(mine.Have)), nil
}
