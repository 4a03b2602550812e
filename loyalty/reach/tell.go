package reach

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"regulars/loyalty"
)

// Next is what to tell now of a nudge's occasions, if anything, and, where there
// is nothing, when to look again; zero is never. redo says that the member was
// told of it before, in figures that are not true any more and did not leave.
func (p *Plan) Next(id string, list []Occasion, now time.Time) (o Occasion, ok, redo bool, later time.Time) {
	t := p.Told[id]
	for _, o := range list {
		switch {
		case o.At.After(now):
			return Occasion{}, false, false, Sooner(later, o.At)
		case o.Key == "" || !o.Until.IsZero() && !now.Before(o.Until):
		case t != nil && t.Key == o.Key:
			if !t.Left && (t.Redo || t.Figures != hash(o.Figures)) {
				return o, true, true, time.Time{}
			}
			if !t.Left {
				later = Sooner(later, o.Turns)
			}
		case t != nil && (slices.Contains(t.Older, o.Key) || o.At.UnixMicro() < t.At):
		default:
			return o, true, false, time.Time{}
		}
	}
	return Occasion{}, false, false, later
}

// Sooner is the earlier of two moments, of which zero ones are never.
func Sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Tell notes that the member was told of an occasion at now; without written
// that nothing was written, as nothing more is to be.
func (p *Plan) Tell(id string, o Occasion, now time.Time, written bool) {
	t := p.Told[id]
	if t == nil {
		t = &Told{}
		p.Told[id] = t
	}
	if t.Key != o.Key {
		if t.Key != "" {
			t.Older = append(t.Older, t.Key)
			t.Older = t.Older[max(0, len(t.Older)-keepKeys):]
		}
		if written {
			t.Sent = append(t.Sent, now.Unix())
			t.Sent = t.Sent[max(0, len(t.Sent)-keepSent):]
		}
	}
	t.At, t.Key, t.Figures, t.Left, t.Redo = o.At.UnixMicro(), o.Key, hash(o.Figures), !written, false
}

// Enough says that the member had as many of the nudge as one may.
func (p *Plan) Enough(n *loyalty.Nudge, now time.Time) bool {
	t := p.Told[n.ID]
	if n.PerPerson <= 0 || t == nil {
		return false
	}
	days := map[loyalty.Span]int{loyalty.SpanDay: 1, loyalty.SpanWeek: 7, loyalty.SpanMonth: 30, loyalty.SpanYear: 365}[n.Per]
	if days > 0 { // for ever keeps all
		old := now.AddDate(0, 0, -days).Unix()
		t.Sent = slices.DeleteFunc(t.Sent, func(at int64) bool { return at <= old })
	}
	return int64(len(t.Sent)) >= n.PerPerson
}

// Digest is the hash under which a message carries its figures.
func (o *Occasion) Digest() string { return hash(o.Figures) }

func hash(figures string) string {
	sum := sha256.Sum256([]byte(figures))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
