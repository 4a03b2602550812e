package handlers

import (
	"errors"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/voucher"
)

// catalogue is a page of what points can get, as cards. Everything on it is
// true at this moment: no number is shown that is not bounded, and no button
// that would be refused. why is said of rewards, by their id.
func (c counter) catalogue(t *bot.Turn, b loyalty.Balance, offers []voucher.Offer, from int, why map[string]string) bot.Message {
	msg := bot.Message{
		Title: t.Word(i18n.KeyRewards),
		Text:  t.Word(i18n.RewardsHave, "Points", shop.Points(t.Printer, b.Available)),
	}
	if why := c.debt(t, b); why != "" {
		msg.Text += "\n" + why
	}
	from, to := page(from, len(offers))
	for _, o := range offers[from:to] {
		card := c.offer(t, b, o)
		card.Text = lines(card.Text, why[o.Reward.ID])
		msg.Cards = append(msg.Cards, card)
	}
	if to < len(offers) {
		more := command(t.Word(i18n.RewardsMore), "redeem +"+strconv.Itoa(to))
		msg.Cards = append(msg.Cards, bot.Message{Title: more.Label, Buttons: []bot.Button{more}})
	}
	return msg
}

// offer is one reward as a card: what it is, its price and whether it can be
// had, its bounds in words, and a button only where it can be had.
func (c counter) offer(t *bot.Turn, b loyalty.Balance, o voucher.Offer) bot.Message {
	words := c.reward(t, o.Reward.ID)
	price := shop.Points(t.Printer, o.Reward.Cost)
	card := bot.Message{Photo: photo(words), Title: words.Name, Text: price, Note: strings.Join(c.bounds(t, o), " · ")}
	var short *loyalty.ShortError
	switch why := c.whyNot(t, o); {
	case o.Err == nil:
		card.Text += " · " + t.Word(i18n.RewardsCan)
		card.Buttons = []bot.Button{command(t.Word(i18n.RewardsRedeem, "Points", price), "redeem "+o.Reward.ID)}
	case errors.As(o.Err, &short):
		need := toGo(short, b)
		card.Bar = &bot.Bar{To: int64(o.Reward.Cost), Value: max(0, int64(o.Reward.Cost-need)), Label: t.Word(i18n.RewardsToGo, "Points", shop.Points(t.Printer, need))}
	case why != "":
		card.Text += " · " + why
	}
	if words.About != "" {
		card.Text += "\n" + words.About
	}
	return card
}

// whyNot is in few words why an offer cannot be had, besides too few points and
// a locked account, which stand elsewhere.
func (c counter) whyNot(t *bot.Turn, o voucher.Offer) string {
	var (
		limit   *voucher.LimitError
		soldOut *voucher.SoldOutError
		notYet  *voucher.NotYetError
	)
	switch {
	case errors.As(o.Err, &soldOut):
		return t.Word(i18n.RewardsSoldOut)
	case errors.As(o.Err, &notYet):
		return t.Word(i18n.RewardsFrom, "Date", t.ShortDate(c.Local(notYet.From)))
	case errors.Is(o.Err, voucher.ErrLevel):
		return t.Word(i18n.RewardsLevels, "Tiers", c.levels(t, o.Reward.Levels))
	case errors.As(o.Err, &limit):
		return t.Word(had[limit.Per], "Date", t.ShortDate(c.Local(limit.Again)))
	}
	return ""
}

// had says that a member had theirs, and each how many there are for one.
var (
	had = map[loyalty.Span]i18n.Key{
		loyalty.SpanDay: i18n.RewardsHadDay, loyalty.SpanWeek: i18n.RewardsHadWeek, loyalty.SpanMonth: i18n.RewardsHadMonth,
		loyalty.SpanYear: i18n.RewardsHadYear, "": i18n.RewardsHadEver,
	}
	each = map[loyalty.Span]i18n.Key{
		loyalty.SpanDay: i18n.RewardsADay, loyalty.SpanWeek: i18n.RewardsAWeek, loyalty.SpanMonth: i18n.RewardsAMonth,
		loyalty.SpanYear: i18n.RewardsAYear, "": i18n.RewardsEach,
	}
)

// bounds are the limits of an offer that are worth a word: how many there are,
// how many for one member, until when, and where.
func (c counter) bounds(t *bot.Turn, o voucher.Offer) (all []string) {
	w := o.Reward
	if o.Left != nil && *o.Left > 0 {
		all = append(all, t.Word(i18n.RewardsLeft, "Number", i18n.Number(*o.Left)))
	}
	var limit *voucher.LimitError
	if w.PerPerson > 0 && !errors.As(o.Err, &limit) {
		all = append(all, t.Word(each[w.Per], "Number", i18n.Number(w.PerPerson)))
	}
	if !w.To.IsZero() {
		all = append(all, t.Word(i18n.RewardsUntil, "Date", t.ShortDate(c.Local(w.To.Add(-1)))))
	}
	if len(w.Stores) > 0 {
		all = append(all, t.Word(i18n.RewardsAt, "Stores", c.StoreNames(w.Stores)))
	}
	return all
}
