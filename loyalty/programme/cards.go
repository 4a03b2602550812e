package programme

import "regulars/loyalty"

// cards reads the stamp cards.
func (r *reader) cards(root *table, p *Programme) {
	var ids []string
	for _, t := range r.each(root, "stamp_card", 10) {
		c := loyalty.StampCard{ID: r.id(t, ownID, ownForm, ids)}
		p.say(Card, c.ID, said{name: r.name(t, "the card's name")})
		r.need(t, "size", "a whole number from 2 to 50")
		c.Size = r.whole(t, "size", 0, 2, 50)
		c.Start = r.whole(t, "start", 0, 0, max(c.Size, 1)-1)
		c.Items = r.some(t, "items", goodsList, r.known.goods)
		least, _ := r.money(t, "minimum", p.Rules.Currency.Digits)
		c.Minimum = loyalty.Money(least)
		r.need(t, "prize", oneReward)
		c.Prize = r.gives(t, "prize")
		ids = append(ids, c.ID)
		p.Rules.Cards = append(p.Rules.Cards, c)
	}
}
