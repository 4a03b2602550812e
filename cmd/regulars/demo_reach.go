package main

import (
	"context"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// What the café's customers said in the year, and what the café knows them by.

// ask puts the questions that are due by now, of which four in ten are answered.
func (h *history) ask(tx store.Tx, now time.Time) error {
	desk := h.shop.Surveys
	for from, more := "", true; more; more = from != "" {
		var due []loyalty.MemberID
		var err error
		if due, from, err = desk.Due(tx, now, 200, from); err != nil {
			return err
		}
		for _, m := range due {
			p, x, ok, err := desk.Take(tx, m, now)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			who, err := h.shop.Vault.Get(tx, m)
			if err != nil {
				return err
			}
			a, err := desk.Ask(tx, m, x, p.Visit, p.At, who.Language, who.Home.Channel, true)
			if err == nil && h.rand.IntN(10) < 4 {
				err = h.answer(tx, a, x, who)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// answer is what somebody says: five in nine would recommend the café, one in
// six would not. Whoever was unhappy got an answer the next day.
func (h *history) answer(tx store.Tx, a survey.Answer, x loyalty.Survey, who people.Person) error {
	desk := h.shop.Surveys
	at := a.Asked.Add(time.Duration(5+h.rand.IntN(90)) * time.Minute)
	score := pick(h.rand, []int{10, 10, 10, 9, 9, 10, 9, 9, 10, 9, 8, 8, 8, 7, 7, 6, 5, 3})
	a, _, err := desk.Answer(tx, a.Member, x.ID, survey.Given{Score: score}, at, a.Lang, a.Channel)
	if err != nil || score > 8 && h.rand.IntN(3) > 0 {
		return err
	}
	words, theme := h.why(i18n.Lang(who.Language), score)
	sealed, err := h.shop.SealWords(tx, a.Member, words)
	if err != nil {
		return err
	}
	if words == "" {
		sealed = nil
	}
	if a, _, err = desk.Explain(tx, a.Member, x.ID, sealed, theme, at.Add(time.Minute)); err != nil || score > x.AlertAt {
		return err
	}
	k, _, err := desk.Alert(tx, a, at.Add(time.Minute))
	if err != nil {
		return err
	}
	if sealed != nil {
		if k, err = desk.Note(tx, k, survey.Note{At: at.Add(time.Minute), Sealed: sealed}); err != nil {
			return err
		}
	}
	_, err = desk.Close(tx, k, string(h.staff[len(h.staff)-1].ID), pick(h.rand, []survey.How{survey.Resolved, survey.Called, survey.Gifted}), at.Add(20*time.Hour))
	return err
}

// why is what a score was about.
func (h *history) why(lang i18n.Lang, score int) (words, theme string) {
	if score > 6 {
		return "", pick(h.rand, []string{"drinks", "service", "place", "food"})
	}
	p := i18n.For(lang)
	switch h.rand.IntN(3) {
	case 0:
		return p.Say(i18n.DemoWaited), "wait"
	case 1:
		return p.Say(i18n.DemoLoud), "place"
	}
	return p.Say(i18n.DemoCold), "food"
}

// tags are what the employees noted of some members.
func (h *history) tags(ctx context.Context, p i18n.Printer) error {
	return h.db.Update(ctx, func(tx store.Tx) error {
		for i, l := range h.joined {
			var tags []string
			if len(l.visits) > 20 && i%2 == 0 || l.saves {
				tags = append(tags, p.Say(i18n.DemoTagMornings))
			}
			if i%17 == 0 || l.saves {
				tags = append(tags, p.Say(i18n.DemoTagOat))
			}
			if i%29 == 0 {
				tags = append(tags, p.Say(i18n.DemoTagBeans))
			}
			for _, t := range tags {
				if _, err := h.shop.Segments.Tag(tx, l.id, t); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// agree lets two in three take offers.
func (h *history) agree(tx store.Tx, l *life) error {
	if l.number%3 == 1 && !l.saves {
		return nil
	}
	return h.shop.Vault.SetConsent(tx, l.id, people.ForPromo, true, shop.WordingOf(people.ForPromo), l.joined.Add(time.Minute), h.bytes)
}
