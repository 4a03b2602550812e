package staff

import (
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// merge puts two cards of one person together: /merge WHO WHO, the one that goes
// first. A manager sees both, says how they know, and may take it back.
func (d desk) merge(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	from, into, err := d.pair(t)
	if err != nil {
		return err
	}
	if me.Member == from.ID || me.Member == into.ID {
		return loyalty.ErrSelf
	}
	if err := d.Vault.MayMerge(t.Tx, from.ID, into.ID); err != nil {
		return err
	}
	q, err := d.askMerge(t, from, into)
	if err != nil {
		return err
	}
	if yes, ok := t.Ask(q); !ok {
		return nil
	} else if yes.Value == "" {
		t.SayText(i18n.MergeLeft)
		return nil
	}
	reason, ok := t.Ask(bot.Question{
		Key: "why", Message: bot.Message{Text: t.Word(i18n.MergeReason)},
		Parse: func(typed string) (string, error) {
			if r := shop.Tidy(typed); r != "" {
				return r, nil
			}
			return "", loyalty.ErrReason
		},
	})
	if !ok {
		return nil
	}
	act := d.act(t, me, "merge")
	// Each half is read, and erased, with its own member's key.
	if act.Theirs, err = d.Vault.SealFor(t.Tx, from.ID, reasonPurpose, []byte(reason.Value), t.Rand()); err != nil {
		return err
	}
	if act.Reason, err = d.Vault.SealFor(t.Tx, into.ID, reasonPurpose, []byte(reason.Value), t.Rand()); err != nil {
		return err
	}
	m, err := d.Merge(t.Tx, from.ID, into.ID, act)
	if err != nil {
		return err
	}
	if err := d.TellMerged(d.call(t, me), m, from, into); err != nil {
		return err
	}
	t.MustArrive(string(m.Ref))
	t.SayText(i18n.MergeDone, "From", d.called(t, from), "Into", d.called(t, into), "Points", shop.Points(t.Printer, m.Balance.Available), "Ref", string(m.Ref))
	return nil
}

// pair reads two members, locked ones too.
func (d desk) pair(t *bot.Turn) (from, into people.Person, err error) {
	typed := t.Args
	defer func() { t.Args = typed }()
	from, rest, err := d.anyone(t)
	if err != nil {
		return from, into, err
	}
	if strings.TrimSpace(rest) == "" {
		return from, into, bot.Refuse(i18n.MergeBoth)
	}
	t.Args = rest
	into, _, err = d.anyone(t)
	return from, into, err
}

// askMerge shows both cards. Who has changed meanwhile is asked about again.
func (d desk) askMerge(t *bot.Turn, from, into people.Person) (bot.Question, error) {
	msg := bot.Message{Text: t.Word(i18n.MergeAsk)}
	for _, p := range []people.Person{from, into} {
		b, err := d.Book.Balance(t.Tx, p.ID, t.Now)
		if err != nil {
			return bot.Question{}, err
		}
		label := d.called(t, p)
		if !p.Phone.IsZero() {
			label += " " + p.Phone.String()
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: label, Value: shop.Points(t.Printer, b.Available)})
	}
	if from.Frozen || into.Frozen {
		msg.Note = t.Word(i18n.MergeFrozen)
	}
	return bot.Question{
		Key: "sure", Message: msg, Terms: string(from.ID + "/" + into.ID),
		Options: []bot.Option{{Value: "yes", Label: t.Word(i18n.MergeYes)}, {Value: "", Label: t.Word(i18n.NotNow)}},
	}, nil
}

// unmerge takes the newest merge of a card back: /unmerge WHO.
func (d desk) unmerge(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	into, _, err := d.anyone(t)
	switch {
	case err != nil:
		return err
	case me.Member == into.ID:
		return loyalty.ErrSelf
	case len(into.Parts) == 0:
		return loyalty.ErrNotMerged
	}
	from, err := d.Vault.Get(t.Tx, into.Parts[len(into.Parts)-1])
	if err != nil {
		return err
	}
	name, other := d.called(t, from), d.called(t, into)
	yes, ok := t.Ask(bot.Question{
		Key: "sure", Message: bot.Message{Text: t.Word(i18n.UnmergeAsk, "From", name, "Into", other)}, Terms: string(from.ID),
		Options: []bot.Option{{Value: "yes", Label: t.Word(i18n.UnmergeYes)}, {Value: "", Label: t.Word(i18n.NotNow)}},
	})
	if !ok {
		return nil
	}
	if yes.Value == "" {
		t.SayText(i18n.MergeLeft)
		return nil
	}
	m, err := d.Unmerge(t.Tx, from.ID, d.act(t, me, "unmerge"))
	if err != nil {
		return err
	}
	b, err := d.Book.Balance(t.Tx, from.ID, t.Now)
	if err != nil {
		return err
	}
	if err := d.TellUnmerged(d.call(t, me), m, b.Available); err != nil {
		return err
	}
	t.MustArrive(string(m.Ref))
	text := t.Word(i18n.UnmergeDone, "From", name, "Into", other, "Points", shop.Points(t.Printer, m.Points), "Ref", string(m.Ref))
	if m.Kept > 0 {
		text += "\n" + t.Word(i18n.UnmergeKept, "Points", shop.Points(t.Printer, m.Kept))
	}
	t.Say(bot.Message{Text: text})
	return nil
}
