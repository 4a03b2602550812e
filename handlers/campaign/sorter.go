package campaign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"regulars/bot"
	"regulars/loyalty"
)

// fate is what becomes of one member: one of why, held and key.
type fate struct {
	why  string
	held bool
	key  partKey
}

// partKey is what the recipients of one part of a bulk have in common.
type partKey struct {
	Channel bot.ChannelName `json:"c"`
	Wording string          `json:"w"`
	Not     int64           `json:"n,omitempty"` // not before, Unix seconds; 0: at once
}

// sorter decides fates, the same at every start.
type sorter struct {
	e     *Engine
	id    ID
	d     *Draft
	start time.Time
	key   []byte
	names []string
	when  map[string]int64 // not before, by zone
}

func (e *Engine) sorter(id ID, d *Draft, start time.Time) *sorter {
	return &sorter{e: e, id: id, d: d, start: start, key: e.Shop.Vault.Derive("campaigns"), names: d.Names(), when: map[string]int64{}}
}

func (s *sorter) fate(w Who) fate {
	if i := slices.IndexFunc(w.Others, s.takes); i >= 0 && !s.takes(w.Channel) {
		w.Channel = w.Others[i] // the campaign goes to one of their other chats
	}
	switch {
	case w.Channel == "":
		return fate{why: WhyUnreachable}
	case w.Blocked:
		return fate{why: WhyBlocked}
	case !w.Promo:
		return fate{why: WhyConsent}
	case w.Frozen:
		return fate{why: WhyFrozen}
	case w.Quiet:
		return fate{why: WhyQuiet}
	case !s.takes(w.Channel):
		return fate{why: WhyChannel}
	}
	variant, out := s.draw(w.Member)
	if out {
		return fate{held: true}
	}
	return fate{key: partKey{Channel: w.Channel, Wording: wording(s.e.lang(s.d, w.Lang), variant), Not: s.notBefore(w.Zone)}}
}

// takes says whether the campaign goes out on a channel.
func (s *sorter) takes(ch bot.ChannelName) bool {
	return len(s.d.Channels) == 0 || slices.Contains(s.d.Channels, ch)
}

// draw is the keyed hash that tells who is left out and which wording one gets.
func (s *sorter) draw(m loyalty.MemberID) (variant string, out bool) {
	return draw(s.key, s.id, s.d, s.names, m)
}

func draw(key []byte, id ID, d *Draft, names []string, m loyalty.MemberID) (variant string, out bool) {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(string(id) + "/" + string(m)))
	sum := mac.Sum(nil)
	if binary.BigEndian.Uint64(sum)%100 < uint64(d.Held()) {
		return "", true
	}
	return share(d, names, binary.BigEndian.Uint64(sum[8:])), false
}

// share is the wording that a number falls to, by the draft's shares.
func share(d *Draft, names []string, n uint64) string {
	if len(names) == 0 {
		return OnlyVariant
	}
	total := 0
	of := func(v string) int {
		if len(d.Variants) == 0 {
			return 1
		}
		return d.Variants[v]
	}
	for _, v := range names {
		total += of(v)
	}
	left := int(n % uint64(max(total, 1)))
	for _, v := range names {
		if left -= of(v); left < 0 {
			return v
		}
	}
	return names[0]
}

// Assigned tells what a campaign's keyed hash decided of a member: the wording,
// or that they are left out as a control. It says nothing of whether the member
// was in the segment.
func (e *Engine) Assigned(id ID, d *Draft, m loyalty.MemberID) (variant string, out bool) {
	return draw(e.Shop.Vault.Derive("campaigns"), id, d, d.Names(), m)
}

func wording(lang, variant string) string { return lang + "/" + variant }

// notBefore is when somebody of a zone may get it: at the local time that the
// draft says, and not in the night there.
func (s *sorter) notBefore(name string) int64 {
	if at, ok := s.when[name]; ok {
		return at
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		zone = s.e.zone()
	}
	at := s.start
	if local, err := time.ParseInLocation(Layout, s.d.When.Local, zone); err == nil && local.After(at) {
		at = local
	}
	if awake := s.e.awake(at, zone); awake.After(at) {
		at = awake
	}
	n := at.Unix()
	if !at.After(s.start) {
		n = 0
	}
	s.when[name] = n
	return n
}

// awake is when quiet hours are over in a zone: at itself outside of them.
func (e *Engine) awake(at time.Time, zone *time.Location) time.Time {
	return e.Shop.Programme(at).QuietIn(at, zone)
}

// startOf is when freezing begins. In everybody's own time that is when the day
// begins to come to the first of them.
func (e *Engine) startOf(d *Draft, now time.Time) time.Time {
	at := now
	if t, err := time.ParseInLocation(Layout, d.When.At, e.zone()); err == nil {
		at = t
	}
	if t, err := time.ParseInLocation(Layout, d.When.Local, time.FixedZone("first", 14*60*60)); err == nil {
		at = t
	}
	if at.Before(now) {
		return now
	}
	return at
}

// endOf is when what was not sent is too late.
func (e *Engine) endOf(d *Draft, start time.Time) time.Time {
	if t, err := time.ParseInLocation(Layout, d.NotAfter, e.zone()); err == nil {
		return t
	}
	if t, err := time.ParseInLocation(Layout, d.When.Local, time.FixedZone("last", -12*60*60)); err == nil && t.After(start) {
		start = t
	}
	return start.Add(DefaultEnd)
}
