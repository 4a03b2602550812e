package handlers

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// redeem shows what points can get: /redeem; or gives one reward for points,
// after a yes: /redeem latte.
func (c counter) redeem(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	offers, err := c.offers(t, m.ID, b)
	if err != nil {
		return err
	}
	from, ok := pageFrom(t.Args)
	switch {
	case len(offers) == 0:
		t.Say(bot.Message{Text: t.Word(i18n.RewardsNone), Menu: c.Menu(t)})
		return nil
	case ok:
		why, err := c.likely(t, m.ID, offers)
		if err == nil {
			why, err = c.moving(t, m.ID, offers, why)
		}
		if err != nil {
			return err
		}
		t.Say(c.catalogue(t, b, offers, from, why))
		return nil
	}
	for _, o := range offers {
		if c.means(t, o.Reward.ID) {
			return c.redeemOne(t, m, b, o)
		}
	}
	return c.orRewards(t, voucher.ErrUnknownReward)
}

// offers is the catalogue as the member sees it now, without what is over.
func (c counter) offers(t *bot.Turn, m loyalty.MemberID, b loyalty.Balance) ([]voucher.Offer, error) {
	p, _, err := c.Book.Progress(t.Tx, m, t.Now)
	if err != nil {
		return nil, err
	}
	all, err := c.Club.Vouchers.Offers(t.Tx, m, t.Now, p.Standing.Level, b)
	return slices.DeleteFunc(all, func(o voucher.Offer) bool { return errors.Is(o.Err, voucher.ErrOver) }), err
}

// pageFrom reads the argument of a button to a further page, "+10"; no argument
// is the first page.
func pageFrom(args string) (from int, ok bool) {
	if args == "" {
		return 0, true
	}
	digits, ok := strings.CutPrefix(args, "+")
	if !ok {
		return 0, false
	}
	from, err := strconv.Atoi(digits)
	return max(0, from), err == nil
}

// page is where a page of n things begins and ends; what no button of ours asks
// for is the first one. Where more follow, there is room for their button.
func page(from, n int) (int, int) {
	if from < 0 || from >= n {
		from = 0
	}
	if n-from > bot.MaxCards {
		return from, from + bot.MaxCards - 1
	}
	return from, n
}

// means says whether the words typed name this reward: by its id, or its name in
// any language.
func (c counter) means(t *bot.Turn, id string) bool {
	typed, p := t.Args, c.Programme(t.Now)
	return typed == id || slices.ContainsFunc(i18n.Langs, func(l i18n.Lang) bool {
		return strings.EqualFold(typed, p.Words(programme.Reward, id, string(l)).Name)
	})
}

// orRewards is a refusal with the way back to the catalogue.
func (c counter) orRewards(t *bot.Turn, err error) error {
	var no *bot.Refusal
	if !errors.As(err, &no) {
		no = c.Words(err)
	}
	if no == nil {
		return err
	}
	return &bot.Refusal{Text: no.Text, Cause: err, Buttons: []bot.Button{command(t.Word(i18n.KeyRewards), "redeem")}}
}

// redeemOne asks, and then gives the reward for its points.
func (c counter) redeemOne(t *bot.Turn, m people.Person, b loyalty.Balance, o voucher.Offer) error {
	if o.Err != nil {
		return c.orRewards(t, c.notNow(t, b, o))
	}
	price := shop.Points(t.Printer, o.Reward.Cost)
	r, ok := t.Ask(bot.Question{
		Key:     "sure",
		Terms:   strconv.FormatInt(int64(o.Reward.Cost), 10),
		Message: c.terms(t, b, o.Reward),
		Options: []bot.Option{
			{Value: "yes", Label: t.Word(i18n.RewardsRedeem, "Points", price)},
			{Value: "no", Label: t.Word(i18n.NotNow)},
		},
	})
	if !ok {
		return nil
	}
	if r.Value != "yes" {
		t.Say(bot.Message{Text: t.Word(i18n.RedeemKept), Menu: c.Menu(t)})
		return nil
	}
	v, rec, err := c.Club.Vouchers.Redeem(t.Tx, m.ID, book.Act{
		Op: loyalty.OpID(t.Op("redeem")), Actor: loyalty.ByMember(m.ID), Now: t.Now,
	}, o.Reward.ID)
	if err != nil {
		return c.orRewards(t, err)
	}
	if err := c.tellLenders(t, m, v.Reward, rec); err != nil {
		return err
	}
	t.MustArrive(string(v.Hold))
	t.Again("voucher " + handle(v) + " " + again)
	msg, err := c.voucherPage(t, v)
	msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.RedeemHave), Value: shop.Points(t.Printer, rec.Balance.Available)})
	t.Say(msg)
	return err
}

// notNow is why the member cannot have the reward, in words that name it.
func (c counter) notNow(t *bot.Turn, b loyalty.Balance, o voucher.Offer) error {
	name := c.reward(t, o.Reward.ID).Name
	var short *loyalty.ShortError
	var no *bot.Refusal
	switch {
	case errors.As(o.Err, &short) && b.Debt > 0:
		errors.As(bot.Refuse(i18n.PointsDebtWhy, "Points", i18n.Number(int64(b.Debt))), &no)
	case errors.As(o.Err, &short):
		errors.As(bot.Refuse(i18n.RedeemShort, "Reward", name, "Need", shop.Points(t.Printer, short.Need),
			"Have", shop.Points(t.Printer, short.Have), "Left", shop.Points(t.Printer, toGo(short, b))), &no)
	case errors.Is(o.Err, voucher.ErrLevel):
		errors.As(bot.Refuse(i18n.RedeemLevels, "Reward", name, "Tiers", c.levels(t, o.Reward.Levels)), &no)
	default:
		return o.Err
	}
	no.Cause = o.Err
	return no
}

// toGo is how many points are missing, with what is owed before anything can be
// spent.
func toGo(short *loyalty.ShortError, b loyalty.Balance) loyalty.Points {
	return short.Need - short.Have + b.Debt
}

// terms is what a member says yes to: the price, what is left of their points,
// for how long, where, and what becomes of the points otherwise.
func (c counter) terms(t *bot.Turn, b loyalty.Balance, r loyalty.Reward) bot.Message {
	words := c.reward(t, r.ID)
	msg := bot.Message{
		Photo: photo(words),
		Title: t.Word(i18n.RedeemAsk, "Reward", words.Name, "Points", shop.Points(t.Printer, r.Cost)),
		Text:  words.About,
		Rows: []bot.Row{
			{Label: t.Word(i18n.RedeemHave), Value: shop.Points(t.Printer, b.Available)},
			{Label: t.Word(i18n.RedeemAfter), Value: shop.Points(t.Printer, max(0, b.Available-r.Cost))},
		},
	}
	if more := r.Cost - b.Available; more > 0 {
		msg.Rows[1] = bot.Row{Label: t.Word(i18n.FamilyTheirs), Value: shop.Points(t.Printer, more)}
	}
	if r.Kind == loyalty.RewardCode {
		msg.Note = t.Word(i18n.RedeemCode)
		return msg
	}
	until := voucher.Lapses(c.Rules(t.Now), r, t.Now)
	switch local := c.Local(until); {
	case until.IsZero():
	case shop.IsMidnight(local): // a day stays the same while the question waits; an hour would not
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.VoucherUntil), Value: t.Date(local.Add(-1))})
	default:
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.RedeemGoodFor), Value: c.span(t, until.Sub(t.Now))})
	}
	if len(r.Stores) > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.RedeemWhere), Value: t.List(c.StoreNames(r.Stores))})
	}
	msg.Note = c.fate(t, until, r.OnExpiry, r.OnCancel)
	return msg
}

// fate says what becomes of the points of a voucher that is not used.
func (c counter) fate(t *bot.Turn, until time.Time, onExpiry, onCancel loyalty.Fate) string {
	var all []string
	switch {
	case until.IsZero():
	case onExpiry == loyalty.FateForfeit:
		all = append(all, t.Word(i18n.RedeemForfeit))
	default:
		all = append(all, t.Word(i18n.RedeemBack))
	}
	if onCancel == loyalty.FateForfeit {
		all = append(all, t.Word(i18n.RedeemNoReturn))
	}
	return strings.Join(all, gap(t))
}

// gap is what stands between two sentences.
func gap(t *bot.Turn) string {
	switch t.Lang {
	case i18n.En, i18n.Th:
		return " "
	}
	return ""
}

// reward is what a reward is called, and looks like.
func (c counter) reward(t *bot.Turn, id string) programme.Words {
	return c.Programme(t.Now).Words(programme.Reward, id, string(t.Lang))
}

func photo(w programme.Words) *bot.Photo {
	if w.Picture == "" {
		return nil
	}
	return &bot.Photo{File: w.Picture, Alt: w.Name}
}

// levels names tiers.
func (c counter) levels(t *bot.Turn, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = c.Programme(t.Now).Words(programme.Level, id, string(t.Lang)).Name
	}
	return t.List(names)
}
