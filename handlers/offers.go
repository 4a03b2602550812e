package handlers

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/offer"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// freeOffers shows what can be had for nothing: /offers; and gives one of it:
// /offers side. In a group it says only what is the same for everybody, and the
// rest is said in private.
func (c counter) freeOffers(t *bot.Turn) error {
	if t.Event.Chat.Group {
		return c.offersInGroup(t)
	}
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	from, isPage := pageFrom(t.Args)
	if !isPage {
		return c.claimOffer(t, m.ID)
	}
	list, err := c.Offers().List(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.Say(bot.Message{Text: t.Word(i18n.OffersNone), Menu: c.Menu(t)})
		return nil
	}
	msg := bot.Message{Title: t.Word(i18n.OffersTitle)}
	from, to := page(from, len(list))
	for i := range list[from:to] {
		msg.Cards = append(msg.Cards, c.offerCard(t, &list[from+i]))
	}
	if to < len(list) {
		more := command(t.Word(i18n.OffersMore), "offers +"+strconv.Itoa(to))
		msg.Cards = append(msg.Cards, bot.Message{Title: more.Label, Buttons: []bot.Button{more}})
	}
	t.Say(msg)
	return nil
}

// claimOffer gives the offer that is named by its id, or by its name in any
// language.
func (c counter) claimOffer(t *bot.Turn, m loyalty.MemberID) error {
	id, p := t.Args, c.Programme(t.Now)
	for _, o := range p.Rules.Offers {
		if o.ID == t.Args || slices.ContainsFunc(i18n.Langs, func(l i18n.Lang) bool {
			return strings.EqualFold(t.Args, p.Words(programme.Offer, o.ID, string(l)).Name)
		}) {
			id = o.ID
		}
	}
	v, err := c.Offers().Claim(t.Tx, m, book.Act{Op: loyalty.OpID(t.Op("offer")), Actor: loyalty.ByMember(m), Now: t.Now}, id)
	if err != nil {
		return c.orOffers(t, err)
	}
	t.Again("voucher " + handle(v) + " " + again)
	msg, err := c.voucherPage(t, v)
	msg.Text = t.Word(i18n.OffersYours) + "\n" + msg.Text
	t.Say(msg)
	return err
}

// orOffers is a refusal with the way back to the offers.
func (c counter) orOffers(t *bot.Turn, err error) error {
	no := c.Words(err)
	if no == nil {
		return err
	}
	buttons := []bot.Button{command(t.Word(i18n.KeyOffers), "offers")}
	var why *loyalty.OfferError
	if errors.As(err, &why) && why.Why == loyalty.OfferHad {
		buttons = slices.Insert(buttons, 0, command(t.Word(i18n.KeyVouchers), "vouchers"))
	}
	return &bot.Refusal{Text: no.Text, Cause: err, Buttons: buttons}
}

// offerCard is one offer as a card: what it is, whether it can be had, its bounds
// in words, and a button only where it can be had.
func (c counter) offerCard(t *bot.Turn, s *offer.Shown) bot.Message {
	card, about := c.offerFace(t, s)
	card.Note = strings.Join(c.offerBounds(t, s), " · ")
	card.Text = about
	if s.Err == nil {
		card.Buttons = []bot.Button{command(t.Word(i18n.OffersGet), "offers "+s.Offer.ID)}
		return card
	}
	if why := c.offerWhyNot(t, s); why != "" {
		card.Text = strings.TrimPrefix(card.Text+"\n"+why, "\n")
	}
	return card
}

// offerFace is what an offer is called and looks like, and what it is about: what
// it gives now, where that has another name.
func (c counter) offerFace(t *bot.Turn, s *offer.Shown) (card bot.Message, about string) {
	words := c.Programme(t.Now).Words(programme.Offer, s.Offer.ID, string(t.Lang))
	gives := c.reward(t, s.Turn.Reward)
	card = bot.Message{Photo: photo(words), Title: words.Name}
	if card.Photo == nil {
		card.Photo = photo(gives)
	}
	var lines []string
	if gives.Name != words.Name {
		lines = append(lines, gives.Name)
	}
	if words.About == "" {
		words.About = gives.About
	}
	if words.About != "" {
		lines = append(lines, words.About)
	}
	return card, strings.Join(lines, "\n")
}

// leftIn says how many there are, by the span within which they are counted.
var leftIn = map[loyalty.Span]i18n.Key{
	loyalty.SpanDay: i18n.OffersLeftDay, loyalty.SpanWeek: i18n.OffersLeftWeek, loyalty.SpanMonth: i18n.OffersLeftMonth,
}

// offerBounds are the limits of an offer that are worth a word: how many there
// are, how many for one member, until when, and where.
func (c counter) offerBounds(t *bot.Turn, s *offer.Shown) (all []string) {
	if s.Left != nil && *s.Left > 0 && s.Turn.Open {
		key, ok := leftIn[s.Offer.NumberPer]
		if !ok {
			key = i18n.RewardsLeft
		}
		all = append(all, t.Word(key, "Number", i18n.Number(*s.Left)))
	}
	if s.Mine != nil && *s.Mine > 0 && s.Err == nil {
		all = append(all, t.Word(each[s.Offer.Per], "Number", i18n.Number(s.Offer.PerPerson)))
	}
	if s.Turn.Open && !s.Turn.Until.IsZero() {
		all = append(all, t.Word(i18n.OffersUntil, "Date", t.ShortDate(c.LastMoment(s.Turn.Until))))
	}
	stores := s.Stores
	if w, ok := c.Rules(t.Now).Reward(s.Turn.Reward); ok && len(stores) == 0 {
		stores = w.Stores
	}
	if len(stores) > 0 {
		all = append(all, t.Word(i18n.RewardsAt, "Stores", c.StoreNames(stores)))
	}
	return all
}

// offerWhyNot is in few words why an offer cannot be had, besides a locked
// account, which stands elsewhere.
func (c counter) offerWhyNot(t *bot.Turn, s *offer.Shown) string {
	var (
		no      *loyalty.OfferError
		soldOut *voucher.SoldOutError
	)
	if errors.As(s.Err, &soldOut) {
		return t.Word(i18n.OffersGone)
	}
	if !errors.As(s.Err, &no) {
		return ""
	}
	date := t.ShortDate(c.Local(no.Again))
	switch later := !no.Again.IsZero(); {
	case no.Why == loyalty.OfferLevel:
		return t.Word(i18n.RewardsLevels, "Tiers", c.levels(t, s.Offer.Levels))
	case no.Why == loyalty.OfferPlan:
		return t.Word(i18n.OffersPlan)
	case no.Why == loyalty.OfferTried:
		return t.Word(i18n.OffersTried)
	case no.Why == loyalty.OfferHad && later:
		return t.Word(i18n.OffersHadUntil, "Date", date)
	case no.Why == loyalty.OfferHad:
		return t.Word(i18n.OffersHad)
	case no.Why == loyalty.OfferGone && later:
		return t.Word(i18n.OffersGoneUntil, "Date", date)
	case no.Why == loyalty.OfferGone:
		return t.Word(i18n.OffersGone)
	case no.Why == loyalty.OfferClosed:
		return t.Word(i18n.OffersFrom, "Date", date)
	}
	return ""
}

// offersInGroup names what is free for members at this moment, which is the same
// for all who read it, and hands on to the private chat.
func (c counter) offersInGroup(t *bot.Turn) error {
	list, err := c.Offers().Public(t.Tx, t.Now)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.Say(bot.Message{Text: t.Word(i18n.OffersNone)})
		return nil
	}
	msg := bot.Message{Text: t.Word(i18n.OffersGroup)}
	for i := range list[:min(len(list), bot.MaxCards)] {
		s := &list[i]
		card, _ := c.offerFace(t, s)
		what := append([]string{c.reward(t, s.Turn.Reward).Name}, c.offerBounds(t, s)...)
		switch {
		case len(s.Offer.Levels) > 0:
			what = append(what, t.Word(i18n.RewardsLevels, "Tiers", c.levels(t, s.Offer.Levels)))
		case len(s.Offer.Plans) > 0:
			what = append(what, t.Word(i18n.OffersPlan))
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: card.Title, Value: strings.Join(what, " · ")})
	}
	msg.Buttons = []bot.Button{{Label: t.Word(i18n.OffersGet), Do: bot.DoPrivate, Value: groupLine(t, "offers")}}
	t.Say(msg)
	return nil
}
