package programme

import "regulars/loyalty"

// manyPointsWorth keeps a price from overflowing by a slip of the finger.
const manyPointsWorth = 1_000_000

// settlement reads [settlement]: what points that one store gave are worth to
// another where they are spent.
func (r *reader) settlement(root *table, p *Programme) {
	if _, written := root.of["settlement"]; !written {
		r.sub(root, "settlement")
		return
	}
	t := r.sub(root, "settlement")
	r.need(t, "points", "how many points the price is for, as in 100")
	r.need(t, "worth", "what so many points are worth between stores, as in 10")
	s := &p.Rules.Settlement
	s.Points = loyalty.Points(r.whole(t, "points", 1, 1, manyPointsWorth))
	worth, line := r.money(t, "worth", p.Rules.Currency.Digits)
	if line > 0 && worth <= 0 {
		r.complain(line, t.join("worth"), "must be more than 0", "what so many points are worth between stores, as in 10")
	}
	s.Worth = loyalty.Money(worth)
	s.Fee = int(r.whole(t, "fee", 0, 0, 100))
}
