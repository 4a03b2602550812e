package mission

import (
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// State is where a member is with a mission.
type State string

// The states.
const (
	Waiting State = "waiting" // they may begin it
	Running State = "running"
	Done    State = "done" // they have its prize, or had it
	Missed  State = "missed"
)

// Progress is a mission as its member sees it.
type Progress struct {
	Mission loyalty.Mission
	State   State
	Value   int64     // reached so far
	Target  int64     // to be reached
	Ends    time.Time // exclusive; zero: whenever
	Owed    string    // the reward that waits for stock
	Again   bool      // a new period begins when it ends
}

// Left is how much is still missing.
func (p *Progress) Left() int64 { return max(0, p.Target-p.Value) }

// List are the missions that run at now and that a member may take part in, in the
// programme's order. In an Update it locks them.
func (d *Desk) List(r store.Reader, m loyalty.MemberID, now time.Time) (list []Progress, err error) {
	x, err := d.look(r, m, now)
	if err != nil {
		return nil, err
	}
	for i := range x.rules.Missions {
		g := &x.rules.Missions[i]
		if !g.Runs(now) {
			continue
		}
		if may, err := d.may(r, x, g, now); err != nil {
			return nil, err
		} else if !may {
			continue
		}
		p, err := d.progress(r, x, g, now)
		if err != nil {
			return nil, err
		}
		if p.State == Waiting { // who has begun keeps it before their eyes
			if may, err := d.mayBegin(r, x, g, now); err != nil {
				return nil, err
			} else if !may {
				continue
			}
		}
		list = append(list, p)
	}
	return list, nil
}

func (d *Desk) progress(r store.Reader, x *member, g *loyalty.Mission, now time.Time) (p Progress, err error) {
	period, _, _ := g.Period(now, x.zone)
	v, err := x.view(r, g, period)
	if err != nil {
		return p, err
	}
	p = Progress{Mission: *g, State: Running, Value: v.value(), Target: v.target(), Ends: v.ends(), Again: g.Every != ""}
	if v.begun().IsZero() {
		if p.Ends = g.Ends(now, x.zone); g.Above > 0 {
			before, err := x.before(r, g, now)
			if err != nil {
				return p, err
			}
			p.Target = g.Target(before)
		}
	}
	switch i := v.done(); {
	case i >= 0:
		p.State = Done
		if given := v.rows[i].Given; given != nil {
			p.Owed = given.Owed
		}
	case g.OptIn && v.begun().IsZero():
		p.State = Waiting
	case !p.Ends.IsZero() && !now.Before(p.Ends):
		if p.State = Missed; g.Every == "" { // they may try again
			p.State, p.Value, p.Ends = Waiting, 0, g.Ends(now, x.zone)
		}
	}
	return p, nil
}

// StreakAt is a streak as its member sees it.
type StreakAt struct {
	Streak loyalty.Streak
	loyalty.Run
	Ends time.Time // of the span that runs, exclusive
	Owed []string  // rewards that wait for stock
}

// Next is after how many spans in a row the next prize comes.
func (s *StreakAt) Next() int {
	if s.Streak.Length <= 0 {
		return 0
	}
	return (s.Count/s.Streak.Length + 1) * s.Streak.Length
}

// Streaks are a member's at now, in the programme's order. In an Update it locks
// them.
func (d *Desk) Streaks(r store.Reader, m loyalty.MemberID, now time.Time) (list []StreakAt, err error) {
	x, err := d.look(r, m, now)
	if err != nil {
		return nil, err
	}
	for i := range x.rules.Streaks {
		s := &x.rules.Streaks[i]
		rows, err := x.streaks(r, s)
		if err != nil {
			return nil, err
		}
		n := s.Number(now, x.zone)
		var owed []string
		for _, r := range rows {
			owed = append(owed, r.owed()...)
		}
		list = append(list, StreakAt{*s, s.Run(active(rows), n, x.zone), s.Start(n+1, x.zone), owed})
	}
	return list, nil
}

// Badges are when a member got each badge that they have, by its id. In an Update it
// locks them.
func (d *Desk) Badges(r store.Reader, m loyalty.MemberID, now time.Time) (map[string]time.Time, error) {
	x, err := d.look(r, m, now)
	if err != nil {
		return nil, err
	}
	all := map[string]time.Time{}
	for _, owner := range x.all {
		for key, b := range badges.Scan(r, badges.Under(string(owner)), &err) {
			id := key[len(owner)+1:]
			if at, had := all[id]; !had || b.At.Before(at) {
				all[id] = b.At
			}
		}
	}
	return all, err
}

// CheckedIn reports whether a member was checked in at a store on now's local day.
func (d *Desk) CheckedIn(r store.Reader, m loyalty.MemberID, at loyalty.Store, now time.Time) (bool, error) {
	x, err := d.look(r, m, now)
	if err != nil {
		return false, err
	}
	for _, owner := range x.all {
		if _, ok, err := checkIns.Get(r, string(owner), x.rules.Day(now), string(at)); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

// Count is how many take part in a mission's period, and how many have reached it.
type Count struct {
	Mission, Period string
	Began, Done     int64
	Last            time.Time // when it changed last
}

// Counts are the sums of all missions and periods that are kept, of each mission
// the newest period first. It is for a View.
func (d *Desk) Counts(r store.Reader) (list []Count, err error) {
	for key, c := range counts.Scan(r, counts.All(), &err) {
		id, period, _ := split3(key)
		if n := len(list); n == 0 || list[n-1].Mission != id || list[n-1].Period != period {
			list = append(list, Count{Mission: id, Period: period})
		}
		sum := &list[len(list)-1]
		sum.Began, sum.Done = sum.Began+c.Began, sum.Done+c.Done
		if c.Last.After(sum.Last) {
			sum.Last = c.Last
		}
	}
	return list, err
}

// split3 cuts a key into its three parts.
func split3(key string) (a, b, c string) {
	a, rest, _ := strings.Cut(key, "/")
	b, c, _ = strings.Cut(rest, "/")
	return a, b, c
}
