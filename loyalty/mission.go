package loyalty

import (
	"slices"
	"time"
)

// Mission is a challenge: so much of something within a time, for a reward.
type Mission struct {
	ID   string
	Goal Goal
	// Count is what reaches it: visits, pieces, stores, check-ins, friends, answers;
	// for GoalSpend an amount in minor units.
	Count int64
	// Above makes it personal: the member's usual count of this mission, the mean of
	// their last four periods rounded down, and so much more; Count at least. 0: the
	// same for all.
	Above int64
	// Items are the items or categories whose pieces, or money, count; none: all.
	Items   []string
	Minimum Money   // of a purchase that counts
	Stores  []Store // in which it counts; none: all
	// Every makes it begin anew with each SpanWeek (from Monday) or SpanMonth; "" is
	// once ever.
	Every Span
	// Days are how long somebody has who began it, the local day on which they did
	// counted; 0: as long as it runs.
	Days     int
	From, To time.Time // From inclusive, To exclusive; zero: no bound
	// OptIn counts only what comes after the member began it; else all take part.
	OptIn  bool
	Levels []string // tiers that may; none: all
	// Segment is the name of one in which somebody must be who begins it; "": anybody
	// may. Who has begun goes on, whatever becomes of them by it: to come again takes
	// somebody out of those who stay away.
	Segment string
	Prize   Prize
}

// Prize is what a mission or a streak gives.
type Prize struct {
	Points Points
	Reward string // "" for no voucher
	Badge  string // "" for no badge
	Go     string // the game at which it gives a free go; "" for none
}

// Goal is what a mission counts.
type Goal string

// The goals.
const (
	GoalVisits   Goal = "visits"    // as the ledger counts them
	GoalSpend    Goal = "spend"     // money, of Items where there are any
	GoalItems    Goal = "items"     // pieces of Items
	GoalKinds    Goal = "kinds"     // different items among Items
	GoalStores   Goal = "stores"    // different stores bought in
	GoalCheckIns Goal = "check_ins" // codes scanned in a store
	GoalFriends  Goal = "friends"   // whom they brought and who bought
	GoalAnswers  Goal = "answers"   // surveys answered
)

// Different reports whether a goal counts each thing once.
func (g Goal) Different() bool { return g == GoalKinds || g == GoalStores }

// Sold reports whether purchases reach a goal.
func (g Goal) Sold() bool {
	switch g {
	case GoalVisits, GoalSpend, GoalItems, GoalKinds, GoalStores:
		return true
	}
	return false
}

// Step is what one deed adds to a mission.
type Step struct {
	Of   string   `json:"of"` // the deed, as in "sale/7KQ2Z9": it counts once
	N    int64    `json:"n,omitempty"`
	What []string `json:"what,omitempty"` // for goals that count what is different
}

// Bought is a purchase as missions see it: what of it stands.
type Bought struct {
	At    time.Time // when it was made
	Store Store
	Left  Money  // of its amount
	Visit bool   // it counts as one
	Lines []Line // what came back taken off
}

// Runs reports whether deeds at t count for anybody.
func (m *Mission) Runs(t time.Time) bool {
	return (m.From.IsZero() || !t.Before(m.From)) && (m.To.IsZero() || t.Before(m.To))
}

// At reports whether what is done in a store counts.
func (m *Mission) At(s Store) bool { return len(m.Stores) == 0 || slices.Contains(m.Stores, s) }

// For reports whether who is of a tier may take part; "" is the lowest of p's.
func (m *Mission) For(level string, p *Programme) bool {
	return len(m.Levels) == 0 || slices.ContainsFunc(m.Levels, func(l string) bool { return p.Tiers.Index(l) == p.Tiers.Index(level) })
}

// Period is the name of the time in which t lies, as in "2026-01-05" for the week
// of that Monday, "2026-01", or "ever", and its first moment and the first after
// it: zero where nothing bounds it.
func (m *Mission) Period(t time.Time, zone *time.Location) (name string, from, to time.Time) {
	day := civilDay(t, zone)
	switch m.Every {
	case SpanWeek:
		first := monday(day)
		return first.Format(time.DateOnly), dayStart(first, zone), dayStart(first.AddDate(0, 0, 7), zone)
	case SpanMonth:
		first := firstOfMonth(day, 0)
		return first.Format("2006-01"), dayStart(first, zone), dayStart(firstOfMonth(day, 1), zone)
	}
	return Ever, m.From, m.To
}

// Ever is the name of the time of what can be had once ever.
const Ever = "ever"

// monday is the first civil day of a day's week.
func monday(day time.Time) time.Time { return day.AddDate(0, 0, -(int(day.Weekday())+6)%7) }

// Ends is when who began a mission at t must have reached it: the earliest of its
// own end, its period's, and its days; zero: whenever.
func (m *Mission) Ends(t time.Time, zone *time.Location) time.Time {
	_, _, to := m.Period(t, zone)
	if !m.To.IsZero() && (to.IsZero() || m.To.Before(to)) {
		to = m.To
	}
	if m.Days > 0 {
		if last := dayStart(civilDay(t, zone).AddDate(0, 0, m.Days), zone); to.IsZero() || last.Before(to) {
			to = last
		}
	}
	return to
}

// Step is what a purchase adds, called of; ok is false when it adds nothing.
func (m *Mission) Step(of string, b Bought) (s Step, ok bool) {
	if b.Left <= 0 || b.Left < m.Minimum || !m.At(b.Store) {
		return s, false
	}
	s.Of = of
	switch m.Goal {
	case GoalVisits:
		if b.Visit {
			s.N = 1
		}
	case GoalStores:
		if b.Store != "" {
			s.What = []string{string(b.Store)}
		}
	case GoalSpend:
		if s.N = int64(b.Left); len(m.Items) > 0 {
			s.N = min(s.N, m.money(b.Lines))
		}
	case GoalItems, GoalKinds:
		m.pieces(&s, b.Lines)
	}
	return s, s.N > 0 || len(s.What) > 0
}

// money is what the lines that count come to.
func (m *Mission) money(lines []Line) (sum int64) {
	for _, l := range lines {
		if m.counts(l) && l.Amount > 0 {
			sum = capped(sum, int64(l.Amount))
		}
	}
	return sum
}

// pieces adds what the lines hold of what counts.
func (m *Mission) pieces(s *Step, lines []Line) {
	for _, l := range lines {
		if !m.counts(l) || l.Quantity <= 0 {
			continue
		}
		if m.Goal == GoalItems {
			s.N = capped(s.N, l.Quantity)
			continue
		}
		kind := l.Item
		if kind == "" {
			kind = l.Category
		}
		if kind != "" && !slices.Contains(s.What, kind) {
			s.What = append(s.What, kind)
		}
	}
}

func (m *Mission) counts(l Line) bool {
	return len(m.Items) == 0 || l.Item != "" && slices.Contains(m.Items, l.Item) || l.Category != "" && slices.Contains(m.Items, l.Category)
}

// Reached is how far steps bring.
func (m *Mission) Reached(steps []Step) (n int64) {
	if !m.Goal.Different() {
		for _, s := range steps {
			n = capped(n, s.N)
		}
		return n
	}
	seen := map[string]bool{}
	for _, s := range steps {
		for _, w := range s.What {
			seen[w] = true
		}
	}
	return int64(len(seen))
}

// usualOf is how many of the last periods make what is usual.
const usualOf = 4

// Target is what a member has to reach, who reached before in the periods before,
// newest first.
func (m *Mission) Target(before []int64) int64 {
	if m.Above <= 0 || len(before) == 0 {
		return m.Count
	}
	before = before[:min(len(before), usualOf)]
	sum := int64(0)
	for _, n := range before {
		sum = capped(sum, n)
	}
	return max(m.Count, capped(sum/int64(len(before)), m.Above))
}

// capped adds and stops at the largest number: no target lies above it.
func capped(a, b int64) int64 {
	sum, err := add(a, b)
	if err != nil {
		return 1<<63 - 1
	}
	return sum
}

// Mission finds a mission by its id.
func (p *Programme) Mission(id string) (Mission, bool) {
	i := slices.IndexFunc(p.Missions, func(m Mission) bool { return m.ID == id })
	if i < 0 {
		return Mission{}, false
	}
	return p.Missions[i], true
}
