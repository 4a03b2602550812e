package staff

import (
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/match"
)

// mostMatches is how many requests one list shows; the others come up as these are
// decided.
const mostMatches = 10

// matches lists the tiers that members ask for, for what they have elsewhere.
func (d desk) matches(t *bot.Turn) error {
	list, err := d.Matches.Open(t.Tx, mostMatches)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.SayText(i18n.MatchesNone)
		return nil
	}
	msg := bot.Message{Title: t.Word(i18n.KeyMatches)}
	for _, q := range list {
		name, err := d.maskedName(t, q.Member)
		if err != nil {
			return err
		}
		tier := d.LevelName(t.Printer, t.Now, q.Level)
		msg.Rows = append(msg.Rows, bot.Row{Label: name, Value: tier})
		msg.Buttons = append(msg.Buttons, bot.Button{Label: name, Do: bot.DoCommand, Value: "matched " + string(q.Ref)})
	}
	t.Say(msg)
	return nil
}

// matched shows one request and takes the yes or no: "matched 7KQ2M4XY". The
// reference in it is public: who may decide is looked up when it is pressed.
func (d desk) matched(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	ref, _ := loyalty.ParseRef(strings.TrimSpace(t.Args))
	q, err := d.Matches.Find(t.Tx, ref)
	if err != nil {
		return err
	}
	what, err := d.MatchWords(t.Tx, q)
	if err != nil {
		return err
	}
	name, err := d.maskedName(t, q.Member)
	if err != nil {
		return err
	}
	tier := d.LevelName(t.Printer, t.Now, q.Level)
	r, ok := t.Ask(bot.Question{
		Key: "decide", Terms: string(q.Ref),
		Message: bot.Message{Title: t.Word(i18n.MatchOf, "Name", name, "Tier", tier), Text: shop.Tidy(what), Note: t.Date(d.Local(q.At))},
		Options: []bot.Option{
			{Value: "yes", Label: t.Word(i18n.MatchYes)}, {Value: "no", Label: t.Word(i18n.MatchNo)}, {Value: "", Label: t.Word(i18n.NotNow)},
		},
	})
	switch {
	case !ok:
		return nil
	case r.Value == "yes":
		return d.grantMatch(t, q, d.act(t, me, "match"), tier)
	case r.Value == "no":
		return d.refuseMatch(t, q, loyalty.ByStaff(string(me.ID)), tier)
	}
	return d.matches(t)
}

// grantMatch gives the tier and tells the member. What they had said is the entry's
// reason, sealed with their key.
func (d desk) grantMatch(t *bot.Turn, q match.Request, act book.Act, tier string) error {
	var err error
	if act.Reason, err = d.MatchReason(t.Tx, q); err != nil {
		return err
	}
	q, rec, err := d.Matches.Grant(t.Tx, q.Ref, act)
	if err != nil {
		return err
	}
	last := d.Local(q.Until.Add(-1))
	if _, err := d.Tell(t, q.Member, bot.Gift, bot.PushNow, string(rec.Entry().Ref), func(p i18n.Printer) bot.Message {
		return d.MatchNews(p, t.Now, q)
	}); err != nil {
		return err
	}
	t.SayText(i18n.MatchDone, "Tier", tier, "Date", last)
	return nil
}

// refuseMatch says no and tells the member, who may ask again.
func (d desk) refuseMatch(t *bot.Turn, q match.Request, by loyalty.Actor, tier string) error {
	q, err := d.Matches.Refuse(t.Tx, q.Ref, by, t.Now)
	if err != nil {
		return err
	}
	if _, err := d.Tell(t, q.Member, bot.Receipt, bot.RideOnly, "", func(p i18n.Printer) bot.Message {
		return d.MatchNews(p, t.Now, q)
	}); err != nil {
		return err
	}
	t.SayText(i18n.MatchNoDone, "Tier", tier)
	return nil
}
