package outbox

// purse is how much of something limited went out: messages of a month, or of
// one campaign. What is about to be sent is held first, in the commit that
// claims it, and settled in the commit that marks it, so that many who send at
// once stay below the most together.
type purse struct {
	Held  int64 `json:"h,omitempty"` // reserved, not settled yet
	Spent int64 `json:"s,omitempty"` // settled: what was billed
}

// take holds n unless that could bring the sum over most; most < 0 is no limit.
func (p *purse) take(n, most int64) bool {
	if most >= 0 && n > most-p.Held-p.Spent {
		return false
	}
	p.Held += n
	return true
}

// settle gives back what take held, and counts what of it was billed.
func (p *purse) settle(held, billed int64) {
	p.Held = max(0, p.Held-held)
	p.Spent += billed
}
