package loyalty

import "time"

// ProgressAt is the member's way to the next level at now, whether or not the
// account is settled; false where the programme has no levels. p is the version
// in force now. It changes nothing.
func ProgressAt(a *Account, p *Programme, f Facts, now time.Time) (Progress, bool, error) {
	w, err := begin(a, p, Draft{Now: now, Facts: f})
	if err == nil {
		_, err = w.finish(nil)
	}
	at := now.UTC()
	if err != nil || len(w.rules(at).Tiers.Levels) == 0 {
		return Progress{}, false, err
	}
	c := w.counted(at, w.a.Buckets)
	s := w.a.Standing
	in := c.windowOn(civilDay(at, c.zone))
	way := Progress{Standing: s, Value: c.value(c.counts, in), Ends: dayStart(in.to, c.zone)}
	have := c.Index(s.Level)
	way.From, way.To = c.Levels[have].At, c.Levels[have].At
	for _, l := range c.Levels[have+1:] {
		if l.At > way.Value { // a level that new rules made lower comes with the next sale
			way.Next, way.To, way.Left = l.ID, l.At, l.At-way.Value
			break
		}
	}
	if have > 0 && !s.Until.After(c.graced(in.to)) {
		way.Keep = max(0, c.Levels[have].At-way.Value)
	}
	return way, true, nil
}

// Reckon is the level that p alone would give the member now, whatever they
// have: for telling what a change of the rules does. "" is the lowest.
func Reckon(a *Account, p *Programme, f Facts, now time.Time) (level string) {
	if len(p.Tiers.Levels) == 0 {
		return ""
	}
	alone := *p
	alone.Before = nil
	w := work{a: a, p: &alone, d: Draft{Facts: f}}
	c := w.counted(now, a.Buckets)
	return c.name(c.floor(c.left(a.Standing, now), a.Standing, now).level)
}
