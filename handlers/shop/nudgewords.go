package shop

import (
	"errors"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/reach"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Nudged is a nudge to be put into words.
type Nudged struct {
	Nudge *loyalty.Nudge
	reach.Occasion
	Person  people.Person
	Points  loyalty.Points   // that come with it
	Voucher *voucher.Voucher // that comes with it
}

// saying puts one nudge into words of one language.
type saying struct {
	*Shop
	i18n.Printer
	Nudged
	r   store.Reader
	now time.Time
}

// NudgeMessage is what a nudge says: the programme's own words, else the
// catalogue's, with figures as of now.
func (s *Shop) NudgeMessage(r store.Reader, p i18n.Printer, now time.Time, n Nudged) (bot.Message, error) {
	x := saying{s, p, n, r, now}
	msg, fields, err := x.message()
	if err != nil {
		return msg, err
	}
	if own := s.Programme(now).NudgeTexts(n.Nudge.ID, string(p.Lang)); len(own) > 0 {
		msg.Text, msg.Title, msg.Rows = x.fill(own[x.turn(len(own))], fields), "", nil
		if strings.Contains(own[x.turn(len(own))], "{employee}") {
			msg.Note = ""
		}
	}
	if n.Nudge.Promo {
		msg.Buttons = append(msg.Buttons, bot.Button{Label: p.Say(i18n.NudgeStop), Do: bot.DoCommand, Value: "news off"})
	}
	return msg, nil
}

// message is what the catalogue says, and what the fields of own words mean.
func (x *saying) message() (msg bot.Message, fields map[string]string, err error) {
	switch x.Nudge.Kind {
	case loyalty.NudgePoints, loyalty.NudgeVouchers:
		return x.lapse()
	case loyalty.NudgeTier:
		msg, fields = x.tierDrop()
	case loyalty.NudgeStamps:
		msg, fields = x.stamps()
	case loyalty.NudgeComeback:
		msg, fields = x.comeback()
	case loyalty.NudgeAnniversary:
		fields = map[string]string{"years": i18n.Number(int64(x.Years))}
		msg.Text = x.Say(i18n.NudgeYears, "Count", x.Years)
	case loyalty.NudgeThanks:
		return x.thanks()
	case loyalty.NudgePlan:
		msg, fields = x.renewal()
	case loyalty.NudgeReleased:
		fields = map[string]string{"points": Points(x.Printer, x.Occasion.Points)}
		msg.Text = x.Say(i18n.NudgeReleased, "Points", fields["points"])
		msg.Buttons = x.command(i18n.KeyRewards, "redeem")
	}
	return msg, fields, nil
}

func (x *saying) command(label i18n.Key, line string) []bot.Button {
	return []bot.Button{{Label: x.Say(label), Do: bot.DoCommand, Value: line}}
}

// fill puts the fields of own words in.
func (x *saying) fill(text string, fields map[string]string) string {
	name := Tidy(x.Person.Called())
	if name == "" {
		name = x.Say(i18n.SomeCustomer)
	}
	pairs := []string{"{name}", name, "{store}", x.Name(x.now, x.Lang)}
	for k, v := range fields {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// turn is which of n wordings it is for this member: of what comes again, another
// one each time.
func (x *saying) turn(n int) int {
	if x.Nudge.Visit > 0 {
		return int(x.Visit.Number/x.Nudge.Visit) % n
	}
	t := 0
	for _, b := range []byte(x.Person.ID) {
		t += int(b)
	}
	return t % n
}

// most is how many things that lapse are listed.
const most = 6

// lapse tells of all that ends, in one message.
func (x *saying) lapse() (msg bot.Message, fields map[string]string, err error) {
	lots := x.Lots
	fields = map[string]string{"date": x.last(lots[0].At)}
	var points loyalty.Points
	var rewards []string
	names := make([]string, len(lots))
	for i, l := range lots {
		points += l.Points
		if names[i], err = x.named(l); err != nil {
			return msg, nil, err
		}
		if l.Voucher != "" {
			rewards = append(rewards, names[i])
		}
	}
	fields["points"], fields["reward"] = Points(x.Printer, points), x.List(rewards)
	msg.Buttons = x.lapseButtons(points, rewards)
	if len(lots) == 1 {
		msg.Text = x.oneLapse(lots[0], names[0])
		return msg, fields, nil
	}
	msg.Title = x.Say(i18n.NudgeMany)
	for i := range lots[:min(len(lots), most)] {
		msg.Rows = append(msg.Rows, bot.Row{Label: names[i], Value: x.until(lots[i].At)})
	}
	if more := len(lots) - most; more > 0 {
		msg.Note = x.Say(i18n.NudgeMore, "Count", more)
	}
	return msg, fields, nil
}

// oneLapse is said where one thing ends: how many days are left once they are
// few, as they are counted then.
func (x *saying) oneLapse(l reach.Lapse, name string) string {
	switch days := x.left(l.At); {
	case days <= 1:
		return x.Say(i18n.NudgeToday, "What", name)
	case days <= reach.LastDays:
		return x.Say(i18n.NudgeLast, "Count", days, "What", name)
	}
	if l.Voucher != "" {
		return x.Say(i18n.NudgeVoucher, "Reward", name, "Date", x.Local(l.At.Add(-1)))
	}
	return x.Say(i18n.JobsLapse, "Points", name, "Date", x.Local(l.At.Add(-1)))
}

// until is the end of one thing among several.
func (x *saying) until(end time.Time) string {
	switch days := x.left(end); {
	case days <= 1:
		return x.Say(i18n.NudgeLeftToday)
	case days <= reach.LastDays:
		return x.Say(i18n.NudgeLeft, "Count", days)
	}
	return x.last(end)
}

func (x *saying) left(end time.Time) int {
	return reach.DaysLeft(end, x.now, x.Rules(x.now).Location())
}

// last is the last day before an end: people think of that day.
func (x *saying) last(end time.Time) string { return x.Date(x.Local(end.Add(-1))) }

// named is what one thing that ends is called.
func (x *saying) named(l reach.Lapse) (string, error) {
	if l.Voucher == "" {
		return Points(x.Printer, l.Points), nil
	}
	v, err := x.Club.Vouchers.Get(x.r, voucher.ID(l.Voucher), x.now)
	if err != nil {
		return "", err
	}
	return x.VoucherName(x.Printer, x.now, v), nil
}

func (x *saying) lapseButtons(points loyalty.Points, rewards []string) (all []bot.Button) {
	if points > 0 {
		all = x.command(i18n.KeyRewards, "redeem")
	}
	switch {
	case len(rewards) == 1 && len(x.Lots) == 1:
		return append(all, x.see(x.Lots[0].Voucher))
	case len(rewards) > 0:
		return append(all, x.command(i18n.KeyVouchers, "vouchers")...)
	}
	return all
}

// see shows a voucher.
func (x *saying) see(id string) bot.Button {
	_, tail, _ := strings.Cut(id, "-")
	return bot.Button{Label: x.Say(i18n.JobsSeeVoucher), Do: bot.DoCommand, Value: "voucher " + tail}
}

// tierDrop tells of a level that ends, and what keeps it.
func (x *saying) tierDrop() (bot.Message, map[string]string) {
	f := map[string]string{
		"tier": x.LevelName(x.Printer, x.now, x.Stand.Level), "left": x.Counted(x.Printer, x.now, x.Occasion.Left), "date": x.last(x.End),
	}
	lines := []string{
		x.Say(i18n.NudgeTier, "Tier", f["tier"], "Date", x.last(x.Stand.Until)),
		x.Say(i18n.LevelKeep, "Left", f["left"], "Date", f["date"], "Tier", f["tier"]),
	}
	return bot.Message{Text: strings.Join(lines, "\n"), Buttons: x.command(i18n.KeyLevel, "level")}, f
}

// stamps tells of a card that is almost full.
func (x *saying) stamps() (msg bot.Message, f map[string]string) {
	name := x.Programme(x.now).Words(programme.Card, x.Card, string(x.Lang)).Name
	msg.Text = x.Say(i18n.NudgeStamps, "Count", int(x.Occasion.Left), "Card", name)
	f = map[string]string{"left": i18n.Number(x.Occasion.Left)}
	for _, c := range x.Rules(x.now).Cards {
		if c.ID != x.Card {
			continue
		}
		have := i18n.Number(c.Size - x.Occasion.Left)
		msg.Dots = &bot.Dots{Have: int(c.Size - x.Occasion.Left), Size: int(c.Size), Alt: x.Say(i18n.StampsHave, "Have", have, "Size", i18n.Number(c.Size))}
		if f["reward"] = x.rewardName(x.Printer, x.now, c.Prize); c.Prize != "" {
			msg.Text += "\n" + x.Say(i18n.StampsPrize, "Reward", f["reward"])
		}
	}
	msg.Buttons = x.command(i18n.KeyStamps, "stamps")
	return msg, f
}

// comeback says that somebody is missed, and what waits for them.
func (x *saying) comeback() (msg bot.Message, f map[string]string) {
	lines := []string{x.Say(i18n.NudgeComeback)}
	f = map[string]string{"points": Points(x.Printer, x.Nudged.Points)}
	if x.Nudged.Points > 0 {
		lines = append(lines, x.Say(i18n.JobsPoints, "Points", f["points"]))
		msg.Buttons = x.command(i18n.KeyRewards, "redeem")
	}
	if v := x.Nudged.Voucher; v != nil {
		f["reward"] = x.VoucherName(x.Printer, x.now, *v)
		line := x.Say(i18n.JobsVoucher, "Reward", f["reward"])
		if !v.Until.IsZero() {
			f["date"] = x.last(v.Until)
			line = x.Say(i18n.JobsVoucherUntil, "Reward", f["reward"], "Date", x.Local(v.Until.Add(-1)))
		}
		lines, msg.Buttons = append(lines, line), append(msg.Buttons, x.see(string(v.ID)))
	}
	msg.Text = strings.Join(lines, "\n")
	return msg, f
}

// thanks are the program's own, one after the other.
var thanks = []i18n.Key{i18n.NudgeThanks1, i18n.NudgeThanks2, i18n.NudgeThanks3, i18n.NudgeThanks4}

// thanks says thank you, in somebody's name, and nothing else.
func (x *saying) thanks() (msg bot.Message, f map[string]string, err error) {
	f = map[string]string{"visits": i18n.Number(x.Visit.Number)}
	if f["employee"], err = x.signer(); err != nil {
		return msg, nil, err
	}
	msg.Text = x.Say(thanks[x.turn(len(thanks))], "Visits", f["visits"])
	if msg.Note = x.Name(x.now, x.Lang); f["employee"] != "" {
		msg.Note = x.Say(i18n.NudgeSigned, "Employee", f["employee"], "Shop", msg.Note)
	} else {
		f["employee"] = msg.Note
	}
	return msg, f, nil
}

// signer is whose thanks they are: the programme's, or who rang up the sale; ""
// where that was no employee, or is none any more.
func (x *saying) signer() (string, error) {
	id, staff := strings.CutPrefix(string(x.Visit.By), "staff/")
	if x.Nudge.Signed != "" || !staff {
		return x.Nudge.Signed, nil
	}
	s, err := x.Vault.StaffByID(x.r, people.StaffID(id))
	if errors.Is(err, people.ErrNotStaff) || err == nil && !s.Active {
		return "", nil
	}
	return Tidy(s.Name), err
}

// renewal tells of a paid plan that ends soon.
func (x *saying) renewal() (msg bot.Message, f map[string]string) {
	terms, _ := x.Rules(x.now).Plan(x.Plan)
	f = map[string]string{"plan": x.PlanName(x.Printer, x.now, x.Plan), "date": x.last(x.End), "price": x.Shop.Money(x.Printer, x.now, terms.Price)}
	msg.Text = x.Say(i18n.PlanRenew, "Plan", f["plan"], "Date", f["date"], "Money", f["price"])
	msg.Buttons = x.command(i18n.KeyPlan, "plan")
	return msg, f
}
