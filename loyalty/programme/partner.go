package programme

import (
	"fmt"
	"slices"
	"strings"

	"regulars/loyalty"
)

// Partner is a neighbour whose goods some rewards are: their vouchers are used
// there, and paid for by the month.
type Partner struct {
	ID      loyalty.Store // as a store's; no store has the same
	Name    string        // for people
	Contact string        // whom to settle with; may be ""
}

// Partner finds a neighbour by its id.
func (p *Programme) Partner(id loyalty.Store) (Partner, bool) {
	i := slices.IndexFunc(p.Partners, func(x Partner) bool { return x.ID == id })
	if i < 0 {
		return Partner{}, false
	}
	return p.Partners[i], true
}

// partners reads the neighbours.
func (r *reader) partners(root *table, p *Programme) {
	for _, t := range r.each(root, "partner", 50) {
		id := r.id(t, ownID, ownForm, r.known.partners)
		if _, taken := p.Store(loyalty.Store(id)); taken && id != "" {
			r.complain(t.of["id"].line, t.join("id"), quote(id)+" is a store's id", "")
		}
		r.known.partners = append(r.known.partners, id)
		r.need(t, "name", "the neighbour's name in quotes")
		x := Partner{ID: loyalty.Store(id), Name: r.plain(t, "name", 100), Contact: r.plain(t, "contact", 100)}
		p.Partners = append(p.Partners, x)
	}
}

// plain is a text in quotes that is the same in all languages.
func (r *reader) plain(t *table, key string, most int) string {
	s, line := r.text(t, key, "text in quotes")
	if line > 0 && (strings.TrimSpace(s) == "" || len(s) > most) {
		r.complain(line, t.join(key), fmt.Sprintf("the text is empty or over %d bytes", most), "")
	}
	return strings.TrimSpace(s)
}

// elsewhere reads whose goods a reward is, and what the shop pays for each.
func (r *reader) elsewhere(t *table, p *Programme, w *loyalty.Reward) {
	w.Partner = loyalty.Store(r.one(t, "partner", "the id of a [[partner]]", r.known.partners))
	price, line := r.money(t, "partner_price", p.Rules.Currency.Digits)
	if w.Partner == "" {
		r.unfit(t, []string{"partner_price"}, nil, "partner is missing")
		return
	}
	if line == 0 && !t.written("partner_price") {
		r.complain(t.line, t.join("partner_price"), "is missing", "what the shop pays the neighbour for each voucher, as in 25; or 0")
	}
	w.PartnerPrice = loyalty.Money(price)
	w.Stores = []loyalty.Store{w.Partner}
	r.unfit(t, []string{"stores"}, nil, "partner says where it is used")
	if w.Kind == loyalty.RewardCode {
		r.unfit(t, []string{"partner"}, nil, `kind is "code"`)
	}
}
