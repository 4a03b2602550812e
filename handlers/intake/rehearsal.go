package intake

import (
	"fmt"
	"hash/maphash"
	"time"

	"regulars/loyalty/people"
)

// rehearsal is what a dry run remembers instead of writing it, so that it
// notices two lines about one person as the real run does: some bytes a row.
type rehearsal struct {
	seed   maphash.Seed
	said   map[uint64]uint64 // customer number, or number without one → what was said
	phones map[uint64]uint64 // phone → customer number
	ends   map[uint64]bool   // customer and end of a balance
}

func newRehearsal() *rehearsal {
	return &rehearsal{maphash.MakeSeed(), map[uint64]uint64{}, map[uint64]uint64{}, map[uint64]bool{}}
}

func (h *rehearsal) hash(parts ...string) uint64 {
	return maphash.String(h.seed, fmt.Sprintf("%q", parts))
}

// look refuses what a line before it makes impossible. nil looks at nothing.
func (h *rehearsal) look(c *chunk, r *reader) {
	if h == nil {
		return
	}
	for _, l := range c.lines {
		if l.refuse != "" {
			continue
		}
		if r.kind == Purchases {
			_, byID := h.said[h.idKey(l)]
			_, byPhone := h.phones[h.phoneKey(l)]
			l.rehearsed = byID || byPhone
			continue
		}
		l.refuse = h.person(l)
		if l.refuse == "" && l.points > 0 {
			l.refuse = h.balance(l)
		}
	}
}

func (h *rehearsal) idKey(l *line) uint64 { return h.hash("id", l.who.Source, l.who.External) }

func (h *rehearsal) phoneKey(l *line) uint64 {
	return h.hash("phone", l.who.Source, l.who.Phone.E164())
}

func (h *rehearsal) person(l *line) string {
	p := l.who
	id, phone := h.idKey(l), h.phoneKey(l)
	key := id
	if p.External == "" {
		key = phone
	}
	promo := "-"
	if p.Promo != nil {
		promo = fmt.Sprint(*p.Promo)
	}
	says := h.hash(p.Name, p.Phone.E164(), p.Birthday.ISO(), p.Joined.Format(time.RFC3339), promo, string(p.Store))
	if said, ok := h.said[key]; ok && said != says {
		return sentence(people.ErrImportTwice)
	}
	if !p.Phone.IsZero() && p.External != "" {
		if other, ok := h.phones[phone]; ok && other != id {
			return sentence(people.ErrImportPhone)
		}
		h.phones[phone] = id
	}
	if !p.Phone.IsZero() && p.External == "" {
		h.phones[phone] = phone
	}
	_, l.rehearsed = h.said[key]
	h.said[key] = says
	return ""
}

func (h *rehearsal) balance(l *line) string {
	key := h.hash("end", l.who.Source, l.who.External, l.expires.UTC().Format(time.RFC3339))
	if l.who.External == "" {
		key = h.hash("end", l.who.Source, l.who.Phone.E164(), l.expires.UTC().Format(time.RFC3339))
	}
	if h.ends[key] {
		return sameEnd
	}
	h.ends[key] = true
	return ""
}
