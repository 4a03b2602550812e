package loyalty

// VoiceKind is what a member says about the shop in public.
type VoiceKind string

// The kinds of voices.
const (
	VoiceReview VoiceKind = "review" // of what they bought, on whatever site
	VoicePost   VoiceKind = "post"   // something of their own
)

// Voice is what a shop gives for a kind of what members say, once an employee has
// seen it.
type Voice struct {
	Kind   VoiceKind
	Points Points // for each; the employee may give less
	// PerPerson bounds how many one member is given points for within Per ("" ever);
	// 0 is no bound.
	PerPerson int64
	Per       Span
	Takes     []string // of "link", "text"; empty: all
}

// Charity is somebody to whom members may give points; the shop pays their worth
// once a month.
type Charity struct {
	ID      string
	Minimum Points // of a gift
	// Points points are worth Worth of money, in minor units: what the shop pays.
	Points Points
	Worth  Money
}

// VoiceOf is what a programme gives for a kind.
func (p *Programme) VoiceOf(kind VoiceKind) (Voice, bool) {
	for _, v := range p.Voices {
		if v.Kind == kind {
			return v, true
		}
	}
	return Voice{}, false
}

// CharityOf is a charity by its id.
func (p *Programme) CharityOf(id string) (Charity, bool) {
	for _, c := range p.Charities {
		if c.ID == id {
			return c, true
		}
	}
	return Charity{}, false
}
