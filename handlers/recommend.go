package handlers

import (
	"slices"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/recommend"
	"regulars/loyalty/voucher"
)

// hint is a line of what may please the speaker next, with its reason; "" where
// nothing is known.
func (c counter) hint(t *bot.Turn, m loyalty.MemberID) (string, error) {
	h, ok, err := c.Hint(t.Tx, m, t.Now)
	if err != nil || !ok {
		return "", err
	}
	return t.Word(i18n.RecommendNext, "What", c.ThingName(t.Printer, t.Now, h.Thing), "Number", i18n.Number(h.Both), "Had", c.ThingName(t.Printer, t.Now, h.Because)), nil
}

// mostHints is how many rewards of a catalogue are said to be likely to please:
// of more of them, none would be.
const mostHints = 3

// likely puts the rewards that the speaker can have and that are likely to please
// them first, and gives a line for each by its id.
func (c counter) likely(t *bot.Turn, m loyalty.MemberID, offers []voucher.Offer) (why map[string]string, err error) {
	can := func(x recommend.Thing) bool {
		return slices.ContainsFunc(offers, func(o voucher.Offer) bool { return o.Err == nil && recommend.Of(recommend.Reward, o.Reward.ID) == x })
	}
	hints, err := c.Suggestions(t.Tx, m, t.Now, can, mostHints)
	if err != nil || len(hints) == 0 {
		return nil, err
	}
	why, place := map[string]string{}, map[string]int{}
	for i, h := range hints {
		_, id := h.Thing.Split()
		place[id] = i - len(hints)
		why[id] = t.Word(i18n.RecommendWhy, "Had", c.ThingName(t.Printer, t.Now, h.Because), "Number", i18n.Number(h.Both))
	}
	slices.SortStableFunc(offers, func(a, b voucher.Offer) int { return place[a.Reward.ID] - place[b.Reward.ID] })
	return why, nil
}
