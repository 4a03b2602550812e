package staff

import (
	"slices"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
)

// stock shows a manager what is left of the rewards that are limited, or of the
// one that is named: /stock [REWARD].
func (d desk) stock(t *bot.Turn) error {
	if _, err := d.me(t); err != nil {
		return err
	}
	p := d.Programme(t.Now)
	if t.Args != "" {
		id, err := d.readReward(t, p)
		if err != nil {
			return err
		}
		r, _ := p.Rules.Reward(id)
		rows, err := d.stockOf(t, r)
		if err != nil {
			return err
		}
		t.Say(bot.Message{Title: d.Reward(t.Printer, t.Now, id), Rows: rows})
		return nil
	}
	msg := bot.Message{Title: t.Word(i18n.StockTitle)}
	for _, r := range p.Rules.Rewards {
		left, _, err := d.Club.Vouchers.Left(t.Tx, r, t.Now)
		if err != nil {
			return err
		}
		if left != nil {
			msg.Rows = append(msg.Rows, bot.Row{Label: d.Reward(t.Printer, t.Now, r.ID), Value: i18n.Number(*left)})
		}
	}
	if len(msg.Rows) == 0 {
		t.SayText(i18n.StockNone)
		return nil
	}
	t.Say(msg)
	return nil
}

// stockOf is what there is to say of one reward.
func (d desk) stockOf(t *bot.Turn, r loyalty.Reward) ([]bot.Row, error) {
	left, taken, err := d.Club.Vouchers.Left(t.Tx, r, t.Now)
	if err != nil {
		return nil, err
	}
	if left == nil {
		return []bot.Row{{Label: t.Word(i18n.StockLeft), Value: t.Word(i18n.StockNoLimit)}}, nil
	}
	lately, err := d.Club.Vouchers.Lately(t.Tx, r, t.Now)
	words := i18n.Number(*left)
	if r.Kind == loyalty.RewardCode {
		words = t.Word(i18n.StockCodes, "Left", words, "Total", i18n.Number(*left+taken))
	}
	return []bot.Row{
		{Label: t.Word(i18n.StockLeft), Value: words},
		{Label: t.Word(i18n.StockWeek), Value: i18n.Number(lately)},
		{Label: t.Word(i18n.StockOut), Value: i18n.Number(taken)},
	}, err
}

// readReward is the reward that was named, by its id or its words in any
// language.
func (d desk) readReward(t *bot.Turn, p *programme.Programme) (string, error) {
	var all []item
	for _, r := range p.Rules.Rewards {
		all = append(all, item{r.ID, r.ID})
		for _, l := range i18n.Langs {
			all = append(all, item{r.ID, p.Words(programme.Reward, r.ID, string(l)).Name})
		}
	}
	if id := find(all, t.Args); id != "" {
		return id, nil
	}
	names := make([]string, len(all))
	for i, it := range all {
		names[i] = it.name
	}
	if near := shop.Nearest(t.Args, names); near != "" {
		i := slices.Index(names, near)
		return all[i].id, nil // it only shows something
	}
	return "", bot.Refuse(i18n.StockUnknown, "Text", shop.Tidy(t.Args))
}
