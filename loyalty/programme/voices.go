package programme

import "regulars/loyalty"

// Voice is the part of what members say about the shop in [Programme.Words], whose
// ids are "review" and "post" and whose names are what the file says about them, and
// Charity that of those to whom they give points.
const (
	Voice   Part = "voice"
	Charity Part = "charity"
)

var (
	voiceKinds = []string{"review", "post"}
	voiceTakes = []string{"link", "text"}
)

// voices reads what is given for what members say in public.
func (r *reader) voices(root *table, p *Programme) {
	var kinds []string
	for _, t := range r.each(root, "voice", 2) {
		r.need(t, "kind", list(voiceKinds))
		v := loyalty.Voice{Kind: loyalty.VoiceKind(r.oneOf(t, "kind", "", voiceKinds...))}
		for _, k := range kinds {
			if k == string(v.Kind) && k != "" {
				r.complain(t.of["kind"].line, t.join("kind"), quote(k)+" stands twice", "")
			}
		}
		kinds = append(kinds, string(v.Kind))
		p.say(Voice, string(v.Kind), said{name: r.texts(t, "about", longAbout)})
		r.need(t, "points", "a whole number of points, as in 50")
		v.Points = loyalty.Points(r.whole(t, "points", 0, 1, manyPoints))
		v.PerPerson, v.Per = r.limit(t, "per_person")
		v.Takes = r.some(t, "takes", list(voiceTakes), voiceTakes)
		p.Rules.Voices = append(p.Rules.Voices, v)
	}
}

// charities reads to whom members may give points.
func (r *reader) charities(root *table, p *Programme) {
	var ids []string
	for _, t := range r.each(root, "charity", 20) {
		c := loyalty.Charity{ID: r.id(t, ownID, ownForm, ids)}
		ids = append(ids, c.ID)
		p.say(Charity, c.ID, said{name: r.name(t, "what the charity is called"), about: r.texts(t, "about", longAbout)})
		c.Minimum = loyalty.Points(r.whole(t, "least", 1, 1, manyPoints))
		c.Points = loyalty.Points(r.whole(t, "points", 100, 1, manyPoints))
		const allowed = "what so many points are paid as, as in 10"
		if r.need(t, "worth", allowed) != nil {
			n, line := r.money(t, "worth", p.Rules.Currency.Digits)
			if line > 0 && n == 0 {
				r.complain(line, t.join("worth"), "must be more than 0", allowed)
			}
			c.Worth = loyalty.Money(n)
		}
		p.Rules.Charities = append(p.Rules.Charities, c)
	}
}
