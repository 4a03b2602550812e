package loyalty

import "time"

// ErrMatched refuses a tier that would be none above the member's own.
var ErrMatched = refusal("the member has this tier, or a higher one, for as long already")

// Match decides that the member has a level until an instant (exclusive) without
// having reached it: what they have elsewhere is matched here. Until then nothing
// brings them below it; then they fall to what they reached, softly where landings
// are soft. The level that they have is prolonged; a higher one stays what it is, and
// the matched one below it, where they have that until then, stands for longer.
// Refusals: ErrMatched, ErrSelf.
func Match(a *Account, p *Programme, d Draft, level string, until time.Time) ([]Entry, error) {
	if d.selfDealing() {
		return nil, ErrSelf
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	at, s := w.now(), w.a.Standing
	until = until.Round(0).UTC()
	tiers := &w.rules(at).Tiers
	have, to := tiers.Index(s.Level), tiers.Index(level)
	stands := s.Floor == level && s.FloorUntil.After(at) && until.After(s.FloorUntil)
	if to == 0 || to < have && !stands || !until.After(at) || to == have && !until.After(s.Until) {
		return nil, ErrMatched
	}
	n := Standing{Level: level, Since: at, Until: until, Window: s.Window, Floor: level, FloorUntil: until}
	switch {
	case to == have:
		n.Since = s.Since
	case to < have:
		n.Level, n.Since, n.Until = s.Level, s.Since, s.Until
	}
	e := w.entry(KindMatch)
	e.Level, e.Standing = s.Level, &n
	return w.finish(w.put(e))
}
