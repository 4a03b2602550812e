package programme

import "regulars/loyalty"

// Campaigns say when one manager's word is not enough to send a campaign.
type Campaigns struct {
	// A campaign to more people, or that costs more, is confirmed by a second
	// manager; 0 asks for none.
	ConfirmPeople int64
	ConfirmCost   loyalty.Money
}

// campaigns reads [campaigns].
func (r *reader) campaigns(t *table, p *Programme) {
	p.Campaigns.ConfirmPeople = r.whole(t, "confirm_people", 2000, 0, 1_000_000_000)
	if n, line := r.money(t, "confirm_cost", p.Rules.Currency.Digits); line > 0 {
		p.Campaigns.ConfirmCost = loyalty.Money(n)
	}
}
