package admin

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
)

// effects is what a new version of the rules does to the members that there
// are, in numbers.
type effects struct {
	old, new *loyalty.Programme // new begins at From and knows old
	now      time.Time
	begins   time.Time // new's beginning, now at the earliest
	follows  bool      // new reaches points that were earned before it

	members      int
	lose, gain   map[move]int
	sooner, late lapse
	stand        map[string]int    // members in tiers that are gone
	stamps       map[string]*stamp // on cards that are gone
	vouchers     map[string]int    // open ones, by reward
}

// move is from one tier to another, named.
type move struct{ from, to string }

// lapse is points that go at another date than before.
type lapse struct {
	points  loyalty.Points
	members int
	first   time.Time // of the new dates; zero is never
}

type stamp struct {
	members int
	stamps  int64
}

func newEffects(old, new *loyalty.Programme, now time.Time) *effects {
	begins := now
	if new.From.After(now) {
		begins = new.From
	}
	return &effects{old: old, new: new, now: now, begins: begins, follows: slices.Contains(new.Follows(begins), new), lose: map[move]int{}, gain: map[move]int{}, stand: map[string]int{}, stamps: map[string]*stamp{}}
}

// add counts one member.
func (e *effects) add(m loyalty.MemberID, a *loyalty.Account, f loyalty.Facts) error {
	e.members++
	e.addTier(a, f)
	for id, s := range a.Cards {
		if s.Have <= 0 || e.hasCard(id) {
			continue
		}
		if e.stamps[id] == nil {
			e.stamps[id] = &stamp{}
		}
		e.stamps[id].members++
		e.stamps[id].stamps += s.Have
	}
	return e.addPoints(m, a, f)
}

// addTier compares the tiers that both versions alone would give now.
func (e *effects) addTier(a *loyalty.Account, f loyalty.Facts) {
	if l := a.Standing.Level; l != "" && hasLevel(e.old, l) && !hasLevel(e.new, l) {
		e.stand[l]++
	}
	was, is := loyalty.Reckon(a, e.old, f, e.now), loyalty.Reckon(a, e.new, f, e.now)
	switch step := e.step(was, is); {
	case step < 0:
		e.lose[move{nameOf(e.old, was), nameOf(e.new, is)}]++
	case step > 0:
		e.gain[move{nameOf(e.old, was), nameOf(e.new, is)}]++
	}
}

// step is below 0 where the tier is lies below was, above 0 where above. It is
// measured where both are known: in the new version, else in the old one, else
// by how far from the bottom they are.
func (e *effects) step(was, is string) int {
	n, o := &e.new.Tiers, &e.old.Tiers
	switch {
	case was == is:
		return 0
	case was == "" || is == "":
		return len(is) - len(was)
	case hasLevel(e.new, was):
		return cmp.Compare(n.Index(is), n.Index(was))
	case hasLevel(e.old, is):
		return cmp.Compare(o.Index(is), o.Index(was))
	}
	return cmp.Compare(n.Index(is), o.Index(was))
}

// addPoints lets the new version begin and looks which lots come under other
// dates then.
func (e *effects) addPoints(m loyalty.MemberID, a *loyalty.Account, f loyalty.Facts) error {
	if len(a.Lots) == 0 || !e.follows {
		return nil
	}
	made, err := loyalty.Settle(a, e.new, loyalty.Draft{Member: m, Facts: f, Now: e.begins})
	if err != nil {
		return fmt.Errorf("the account of %s: %w", m, err)
	}
	ends := map[uint64]time.Time{}
	for i := range a.Lots {
		ends[a.Lots[i].Seq] = a.Lots[i].ExpiresAt
	}
	var sooner, late bool
	for i := range made {
		if made[i].Kind != loyalty.KindTerms {
			continue
		}
		for _, p := range made[i].Parts {
			was, is := ends[p.Lot], made[i].Lot.ExpiresAt
			ends[p.Lot] = is
			switch {
			case made[i].Programme != e.new.Version || was.Equal(is):
			case before(is, was):
				e.sooner.add(p.Points, is)
				sooner = true
			default:
				e.late.add(p.Points, is)
				late = true
			}
		}
	}
	e.sooner.count(sooner)
	e.late.count(late)
	return nil
}

func (l *lapse) add(n loyalty.Points, at time.Time) {
	l.points += n
	if l.first.IsZero() || before(at, l.first) {
		l.first = at
	}
}

func (l *lapse) count(touched bool) {
	if touched {
		l.members++
	}
}

// before compares moments of which the zero one is never.
func before(a, b time.Time) bool { return !a.IsZero() && (b.IsZero() || a.Before(b)) }

func hasLevel(p *loyalty.Programme, id string) bool {
	return slices.ContainsFunc(p.Tiers.Levels, func(l loyalty.Level) bool { return l.ID == id })
}

func (e *effects) hasCard(id string) bool {
	return slices.ContainsFunc(e.new.Cards, func(c loyalty.StampCard) bool { return c.ID == id })
}

// nameOf is a tier for operators; the lowest has no name in accounts.
func nameOf(p *loyalty.Programme, level string) string {
	switch {
	case level != "":
		return level
	case len(p.Tiers.Levels) == 0:
		return "no tier"
	}
	return p.Tiers.Levels[0].ID
}

// tell prints what changes for people, a line a fact.
func (e *effects) tell(out Out) {
	said := false
	say := func(format string, args ...any) {
		said = true
		out.Say(format, args...)
	}
	if n := total(e.lose); n > 0 {
		say("%s would lose a tier, each at the end of the time for which it stands: %s", count(n, "member", "members"), moves(e.lose))
	}
	if n := total(e.gain); n > 0 {
		say("%s would gain a tier, each with the next sale: %s", count(n, "member", "members"), moves(e.gain))
	}
	e.tellPoints(say)
	e.tellGone(say)
	if !said {
		out.Say("nothing changes for people: nobody gains or loses a tier, no points go sooner or later, nothing that they have is gone")
	}
}

func (e *effects) tellPoints(say func(string, ...any)) {
	day := func(l lapse) string {
		if l.first.IsZero() {
			return "and never"
		}
		return "the first on " + l.first.In(e.zone()).Format(time.DateOnly)
	}
	if l := e.sooner; l.points > 0 {
		say("%s of %s would lapse sooner, %s", count(l.points, "point", "points"), count(l.members, "member", "members"), day(l))
	}
	if l := e.late; l.points > 0 {
		say("%s of %s would lapse later, %s", count(l.points, "point", "points"), count(l.members, "member", "members"), day(l))
	}
}

func (e *effects) zone() *time.Location { return e.new.Location() }

// tellGone names what the old version has and the new one has not.
func (e *effects) tellGone(say func(string, ...any)) {
	for _, r := range e.old.Rewards {
		if _, ok := e.new.Reward(r.ID); ok {
			continue
		}
		if n := e.vouchers[r.ID]; n > 0 {
			say("the reward %q is gone; %s for it can still be used, until each one's own end", r.ID, count(n, "open voucher", "open vouchers"))
		} else {
			say("the reward %q is gone; nobody has an open voucher for it", r.ID)
		}
	}
	for _, l := range e.old.Tiers.Levels {
		if !hasLevel(e.new, l.ID) {
			say("the tier %q is gone; %s in it at the moment and would be in the lowest at once", l.ID, are(e.stand[l.ID]))
		}
	}
	for _, c := range e.old.Cards {
		if s := e.stamps[c.ID]; s != nil {
			say("the stamp card %q is gone; %s on it that bring nothing any more", c.ID, have(s))
		} else if !e.hasCard(c.ID) {
			say("the stamp card %q is gone; nobody has a stamp on it", c.ID)
		}
	}
	for _, g := range e.old.Gifts {
		if !slices.ContainsFunc(e.new.Gifts, func(n loyalty.Gift) bool { return n.ID == g.ID }) {
			say("the gift %q (%s) is gone", g.ID, g.Kind)
		}
	}
	if e.old.Referral.On() && !e.new.Referral.On() {
		say("bringing friends brings nothing any more")
	}
}

func are(n int) string {
	if n == 1 {
		return "1 member is"
	}
	return fmt.Sprintf("%d members are", n)
}

func have(s *stamp) string {
	verb := "have"
	if s.members == 1 {
		verb = "has"
	}
	return fmt.Sprintf("%s %s %s", count(s.members, "member", "members"), verb, count(s.stamps, "stamp", "stamps"))
}

func total(m map[move]int) (n int) {
	for _, k := range m {
		n += k
	}
	return n
}

// moves lists the moves, the commonest first.
func moves(m map[move]int) string {
	all := slices.SortedFunc(maps.Keys(m), func(a, b move) int {
		return cmp.Or(m[b]-m[a], strings.Compare(a.from, b.from), strings.Compare(a.to, b.to))
	})
	var words []string
	for _, k := range all {
		words = append(words, fmt.Sprintf("%d from %s to %s", m[k], k.from, k.to))
	}
	return strings.Join(words, ", ")
}
