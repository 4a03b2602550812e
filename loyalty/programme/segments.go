package programme

import (
	"errors"
	"slices"

	"regulars/loyalty/segment"
)

// segments reads [[segment]]: members found by what is known of them, under a
// name of the shop's own.
func (r *reader) segments(root *table, p *Programme) {
	p.segmentNames = map[string]texts{}
	ids := presetIDs()
	for _, t := range r.each(root, "segment", 50) {
		n := segment.Named{ID: r.id(t, ownID, ownForm, ids)}
		ids = append(ids, n.ID)
		r.need(t, "name", "what people call it, in quotes or in each language")
		p.segmentNames[n.ID] = r.texts(t, "name", longName)
		const allowed = `an expression, as in 'tier == "gold" and last_visit > 30'; the manual lists its words`
		r.need(t, "when", allowed)
		text, line := r.text(t, "when", allowed)
		if line == 0 {
			continue
		}
		n.When = text
		r.expression(line, t.join("when"), text, p)
		p.Segments = append(p.Segments, n)
	}
}

// segmentIDs are the names of segments, which offers and missions are for before the
// segments themselves are read: those name tiers and plans.
func (r *reader) segmentIDs(root *table) {
	r.known.segments = append(idsAhead(root, "segment"), presetIDs()...)
}

// segmentOf reads which segment something is for.
func (r *reader) segmentOf(t *table) string {
	return r.one(t, "segment", "the id of a [[segment]], or of one that is always there", r.known.segments)
}

// presetIDs are taken: a segment of the shop's that is called as one of ours
// would be mistaken for it.
func presetIDs() (ids []string) {
	for _, n := range segment.Presets() {
		ids = append(ids, n.ID)
	}
	return ids
}

// expression complains of one that does not compile, or names what the file does
// not have.
func (r *reader) expression(line int, key, text string, p *Programme) {
	e, err := segment.Compile(text)
	if err == nil {
		err = e.Check(p.SegmentWords())
	}
	var c *segment.Complaint
	if !errors.As(err, &c) {
		return
	}
	x := Complaint{Line: line, Key: key, Nearest: c.Nearest}
	if c.Nearest == "" && len(c.Allowed) > 0 {
		x.Allowed = list(c.Allowed)
	}
	plain := *c
	plain.Nearest, plain.Allowed = "", nil
	x.Wrong = plain.Error()
	r.complaints = append(r.complaints, x)
}

// SegmentWords are the names that the programme's segments may compare with.
func (p *Programme) SegmentWords() segment.Known {
	k := segment.Known{Tiers: []string{}, Stores: []string{}}
	for _, l := range p.Rules.Tiers.Levels {
		k.Tiers = append(k.Tiers, l.ID)
	}
	for _, x := range p.Rules.Plans {
		k.Plans = append(k.Plans, x.ID)
	}
	for _, s := range p.Stores {
		k.Stores = append(k.Stores, string(s.ID))
	}
	return k
}

// SegmentName is what one of the programme's own segments is called in a
// language; ok is false for one that it does not have.
func (p *Programme) SegmentName(id, lang string) (name string, ok bool) {
	if !slices.ContainsFunc(p.Segments, func(n segment.Named) bool { return n.ID == id }) {
		return "", false
	}
	return p.segmentNames[id].in(lang, p.Languages[0]), true
}
