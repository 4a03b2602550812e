package shop

import (
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/loyalty/reach"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// ZoneOf is the time zone in which a person is at home, as their phone number
// says; the shop's where it does not, or may be.
func (s *Shop) ZoneOf(p people.Person, now time.Time) *time.Location {
	own := s.Rules(now).Location()
	zones := p.Phone.Zones()
	if len(zones) == 0 || slices.Contains(zones, own.String()) {
		return own
	}
	if zone, err := time.LoadLocation(zones[0]); err == nil {
		return zone
	}
	return own
}

// NudgeFacts is what the nudges that are on look at of a member, who is whole. In
// an Update it locks them.
func (s *Shop) NudgeFacts(r store.Reader, p people.Person, now time.Time) (*reach.Facts, error) {
	f := &reach.Facts{Joined: p.JoinedAt}
	tier, plans := false, false
	for _, n := range s.Programme(now).Nudges {
		f.Points = f.Points || n.Kind == loyalty.NudgePoints
		f.Lapses = f.Lapses || n.Kind == loyalty.NudgeVouchers
		tier = tier || n.Kind == loyalty.NudgeTier
		plans = plans || n.Kind == loyalty.NudgePlan
	}
	a, err := s.Book.Account(r, p.ID)
	if err != nil {
		return nil, err
	}
	f.Account = &a
	if f.Visits, f.Last, err = s.Club.Visits(r, p.ID, now); err != nil {
		return nil, err
	}
	// Who has the lowest tier drops from none, and most have.
	if tier && s.Rules(now).Tiers.Index(a.Standing.Level) > 0 {
		if f.Progress, f.Tiers, err = s.Book.Progress(r, p.ID, now); err != nil {
			return nil, err
		}
	}
	if f.Lapses {
		if f.Vouchers, err = s.endings(r, p.ID, now); err != nil {
			return nil, err
		}
	}
	if plans {
		if err := s.planEnds(r, p.ID, now, f); err != nil {
			return nil, err
		}
	}
	plan, err := reach.Load(r, p.ID)
	f.Thanks = plan.Thanks
	return f, err
}

// planEnds fills in the paid plan that ends if nobody pays for it: a trial ends too,
// and one that was cancelled is to end.
func (s *Shop) planEnds(r store.Reader, m loyalty.MemberID, now time.Time, f *reach.Facts) error {
	x, state, err := s.Plans.Stand(r, m, now)
	if terms, known := s.Rules(now).Plan(x.Plan); known && (state == plan.Runs || state == plan.Trial) {
		f.Plan, f.PlanEnds, f.PlanDays = x.Plan, x.To, terms.Remind
	}
	return err
}

// endings are the member's open vouchers that lapse.
func (s *Shop) endings(r store.Reader, m loyalty.MemberID, now time.Time) (list []reach.Ending, err error) {
	all, err := s.Club.Vouchers.List(r, m, now)
	for _, v := range all {
		if v.State == voucher.Open && !v.Until.IsZero() {
			list = append(list, reach.Ending{ID: string(v.ID), At: v.Until})
		}
	}
	return list, err
}

// Nudge is a nudge of the programme that is on.
func (s *Shop) nudgeOf(id string, now time.Time) (*loyalty.Nudge, bool) {
	all := s.Programme(now).Nudges
	i := slices.IndexFunc(all, func(n loyalty.Nudge) bool { return n.ID == id })
	if i < 0 {
		return nil, false
	}
	return &all[i], true
}

// nudgeMark begins the id of a nudge's message.
const nudgeMark = "nudge."

// NudgeID is the id of the message of an occasion, with the figures it was
// written with: written anew with others it is another message.
func NudgeID(nudge string, m loyalty.MemberID, o *reach.Occasion) bot.IntentID {
	return bot.IntentID(strings.Join([]string{strings.TrimSuffix(nudgeMark, "."), nudge, string(m), o.Key, o.Digest()}, "."))
}

// nudged is what a nudge's message is about: the nudge, the occasion's key, and
// the digest of its figures.
func nudged(id bot.IntentID) (nudge, key, digest string, ok bool) {
	rest, ok := strings.CutPrefix(string(id), nudgeMark)
	if !ok {
		return "", "", "", false
	}
	nudge, rest, _ = strings.Cut(rest, ".")
	_, rest, _ = strings.Cut(rest, ".") // for whom
	i := strings.LastIndexByte(rest, '.')
	return nudge, rest[:max(i, 0)], rest[i+1:], i > 0
}

// nudgeTrue says that what a nudge's message says is true at now. One that is not
// is written anew by the next look at its member.
func (s *Shop) nudgeTrue(tx store.Tx, p people.Person, i bot.Intent, now time.Time) (bool, error) {
	id, key, digest, ok := nudged(i.ID)
	if !ok { // notices that an older program left are told anew
		return !strings.HasPrefix(string(i.ID), "lapse."), nil
	}
	n, on := s.nudgeOf(id, now)
	if !on {
		return false, nil
	}
	f, err := s.NudgeFacts(tx, p, now)
	if err != nil {
		return false, err
	}
	if o, ok := reach.Find(n, s.Rules(now), f, key, now); ok && o.Digest() == digest {
		return true, nil
	}
	return false, reach.Reopen(tx, p.ID, id, key)
}

// unasked is when a message that nobody asked for may go, and notes it where that
// is now: quiet hours, a nudge's own, and how often the person may be written to,
// all on their own clock.
func (s *Shop) unasked(tx store.Tx, p people.Person, i bot.Intent, now time.Time) (later time.Time, err error) {
	at, zone := s.Programme(now), s.ZoneOf(p, now)
	if open := at.QuietIn(now, zone); open.After(now) {
		return open, nil
	}
	id, key, _, isNudge := nudged(i.ID)
	if isNudge && s.alone(i, now) {
		if n, on := s.nudgeOf(id, now); on {
			if open := reach.Within(n, now.In(zone)); open.After(now) {
				return open, nil
			}
		}
	}
	if later, err = reach.Ask(tx, p.ID, p.Parts, touchOf(i.Class, string(i.ID), now), at.Contact, zone); err != nil || !later.IsZero() || !isNudge {
		return later, err
	}
	return later, reach.Left(tx, p.ID, id, key)
}

func touchOf(c bot.Class, intent string, now time.Time) reach.Touch {
	t := reach.Touch{Kind: reach.Nudge, Intent: intent, At: now}
	if c == bot.Promo {
		t.Kind = reach.Promo
	}
	return t
}

// alone says that a message goes out by itself, and not with an answer to who is
// there anyway.
func (s *Shop) alone(i bot.Intent, now time.Time) bool {
	switch {
	case i.Carriage == bot.PushNow, s.Channel(i.Channel).Platform == bot.Telegram:
		return true
	}
	return i.Carriage == bot.RideThenPush && !now.Before(i.RideUntil)
}

// engaged notes what a member did, for whom they are written to next: that they
// came, and the visit that they are to be thanked for.
func (s *Shop) engaged(tx store.Tx, d club.Deed) error {
	if d.Kind != club.Bought && d.Kind != club.Used {
		return nil
	}
	p, err := s.Whole(tx, d.Member)
	if err != nil {
		return gonePerson(err)
	}
	if err := reach.Engaged(tx, p.ID, d.Act.Now); err != nil || d.Kind != club.Bought || club.VisitsOf(d.Outcome.Receipt) <= 0 {
		return err
	}
	visits, _, err := s.Club.Visits(tx, p.ID, d.Act.Now)
	if err != nil {
		return err
	}
	for _, n := range s.Programme(d.Act.Now).Nudges {
		if reach.Thanked(&n, visits) {
			if told, err := s.thanks(tx, p.ID, d.Act.Now); err != nil || !told {
				return err
			}
			return reach.Thank(tx, p.ID, reach.Visit{Number: visits, At: d.Act.Now, By: d.Act.Actor, Store: d.Act.Store})
		}
	}
	return nil
}
