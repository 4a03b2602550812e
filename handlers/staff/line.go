package staff

import (
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
)

// takeBack is the answer that takes a doubted line back as a whole.
const takeBack = "back"

// correctLine puts right what a customer says is wrong: the line is taken back, or points
// are given or taken, by the rules and limits of any correction. What it made is noted in
// the case, which it closes.
func (d desk) correctLine(t *bot.Turn, me people.Staff, k survey.Case) error {
	if !k.IsOpen() || !k.Wrong {
		m, err := d.CaseCard(t.Tx, t.Printer, t.Now, k)
		t.Say(m)
		return err
	}
	m, err := d.Whole(t.Tx, k.Member)
	if err != nil {
		return err
	}
	if m.ID == me.Member {
		return loyalty.ErrSelf
	}
	if _, err := d.MayClose(t.Tx, me, k); err != nil {
		return err
	}
	e, known, err := d.Doubted(t.Tx, k)
	if err != nil {
		return err
	}
	name, err := d.maskedName(t, k.Member)
	if err != nil {
		return err
	}
	q := bot.Question{
		Key: "points", Terms: string(k.Ref), Message: bot.Message{Text: t.Word(i18n.LinePoints, "Name", name)}, Parse: readChange,
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
	}
	if known && e.Ref != "" {
		q.Options = append([]bot.Option{{Value: takeBack, Label: t.Word(i18n.LineTakeBack)}}, q.Options...)
	}
	r, ok := t.Ask(q)
	if !ok {
		return nil
	}
	if r.Value == "" {
		card, err := d.CaseCard(t.Tx, t.Printer, t.Now, k)
		t.Say(card)
		return err
	}
	ref, err := d.putRight(t, me, m, k, e, r.Value)
	if err != nil || ref == "" {
		return err
	}
	if err := d.CloseCase(t.Tx, t.Tell, t.Now, me, k, survey.Resolved, ref); err != nil {
		return err
	}
	t.SayText(i18n.LineFixed, "Ref", string(ref), "Name", name, "Case", string(k.Ref))
	return nil
}

// putRight makes the correction, with the case as its reason, and gives its reference; ""
// when a second person was asked first, and the case waits for them.
func (d desk) putRight(t *bot.Turn, me people.Staff, m people.Person, k survey.Case, e loyalty.Entry, how string) (loyalty.Ref, error) {
	c := d.call(t, me)
	if how == takeBack {
		u, err := d.Undo(c, till.Done{Ref: e.Ref})
		return u.Receipt.Entry().Ref, err
	}
	n, err := strconv.ParseInt(how, 10, 64)
	if err != nil {
		return "", bot.Refuse(i18n.LineNumber)
	}
	reason := t.Word(i18n.LineReason, "Ref", string(k.Ref))
	act := d.act(t, me, "adjust")
	if act.Reason, err = d.Vault.SealFor(t.Tx, m.ID, reasonPurpose, []byte(reason), t.Rand()); err != nil {
		return "", err
	}
	u, err := d.Adjust(c, m, loyalty.Points(n), act.Reason)
	if why, ask := shop.AsksSecond(err); ask {
		return "", d.ask(t, me, request{m, loyalty.Points(n), reason, why, k.Ref}, act)
	}
	return u.Receipt.Entry().Ref, err
}

// readChange reads +20 or −20: the sign must be there, as which way it goes is what must
// not be guessed.
func readChange(typed string) (string, error) {
	typed = strings.TrimSpace(strings.NewReplacer("−", "-", "－", "-", "＋", "+").Replace(typed))
	number, less := strings.CutPrefix(typed, "-")
	if !less {
		var more bool
		if number, more = strings.CutPrefix(typed, "+"); !more {
			return "", bot.Refuse(i18n.LineNumber)
		}
	}
	n, err := shop.ReadPoints(number)
	if err != nil || n == 0 {
		return "", bot.Refuse(i18n.LineNumber)
	}
	if less {
		n = -n
	}
	return strconv.FormatInt(int64(n), 10), nil
}
