package loyalty

import "slices"

// StartGift is the gift under which head starts are given, see [HeadStart].
const StartGift = "start"

// HeadStart is what the cards that the member has not begun start with, for a
// [Grant] of [StartGift] when they join. Who never got it then gets it with
// their first stamps on the card: as an entry of its own, so that taking the
// sale back leaves it. A card that was begun once has had its head start, ever;
// so has everybody who was a member before.
func HeadStart(a *Account, p *Programme, f Facts) (starts []Stamping) {
	for i := range p.Cards {
		c := &p.Cards[i]
		if _, begun := a.Cards[c.ID]; c.Start > 0 && !begun && !f.Returned {
			starts = append(starts, Stamping{Card: c.ID, Stamps: c.Start})
		}
	}
	return starts
}

// start gives the head starts of the cards that the sale, and not the account
// before it, put stamps on.
func (w *work) start(before *Account, sale []Stamping) error {
	if len(sale) == 0 {
		return nil
	}
	starts := slices.DeleteFunc(HeadStart(before, w.p, w.d.Facts), func(s Stamping) bool {
		return !slices.ContainsFunc(sale, func(t Stamping) bool { return t.Card == s.Card })
	})
	if len(starts) == 0 {
		return nil
	}
	e := w.entry(KindGift)
	e.Gift = StartGift
	var err error
	if e.Stamps, err = w.fill(starts); err != nil {
		return err
	}
	return w.put(e)
}

// fill is what gained stamps do to their cards: one that is full takes its size
// off again.
func (w *work) fill(gained []Stamping) ([]Stamping, error) {
	if len(gained) == 0 {
		return nil, nil
	}
	out := make([]Stamping, 0, len(gained))
	for _, g := range gained {
		s := Stamping{Card: g.Card, Stamps: g.Stamps}
		have, err := add(w.a.Cards[g.Card].Have, g.Stamps)
		if err != nil {
			return nil, err
		}
		if size := w.p.cardSize(g.Card); size > 0 && have >= size {
			s.Filled = have / size
			s.Stamps -= s.Filled * size
		}
		out = append(out, s)
	}
	return out, nil
}

// cardSize is how many stamps fill a card; 0 when there is no such card.
func (p *Programme) cardSize(id string) int64 {
	for i := range p.Cards {
		if p.Cards[i].ID == id {
			return p.Cards[i].Size
		}
	}
	return 0
}

// peel is what taking n stamps back does to a card: one that fell short by it
// is full no longer, unless its prize has been used.
func (w *work) peel(card string, n, size int64, kept bool) Stamping {
	c := w.a.Cards[card]
	s := Stamping{Card: card, Stamps: -n}
	if missing := n - c.Have; missing > 0 && size > 0 && !kept {
		open := min((missing-1)/size+1, max(0, c.Filled))
		s.Filled, s.Stamps = -open, s.Stamps+open*size
	}
	return s
}
