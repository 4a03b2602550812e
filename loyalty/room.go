package loyalty

import "slices"

// Room is a group that some members may be in: of a tier, or with a paid plan.
type Room struct {
	ID     string
	Levels []string // tiers that may; "" is the lowest; empty: all
	Plans  []string // paid plans of which one must run; empty: none is needed
	// Grace is how many days somebody stays who may not any more, counted from when
	// they were told; 0: they go at once.
	Grace int
	// LINE says that the shop has a LINE group too, into which its staff let people:
	// no program can do that there. Link leads to it, "" where staff invite.
	LINE bool
	Link string
}

// MayEnter reports whether who has a level, and these running plans, may be in a
// room. A level that is no more is the lowest.
func (p *Programme) MayEnter(x *Room, level string, plans []string) bool {
	at, own := p.Tiers.Index(level), ""
	if at < len(p.Tiers.Levels) {
		own = p.Tiers.Levels[at].ID
	}
	if len(x.Levels) > 0 && !slices.Contains(x.Levels, own) && !(at == 0 && slices.Contains(x.Levels, "")) {
		return false
	}
	return len(x.Plans) == 0 || slices.ContainsFunc(x.Plans, func(id string) bool { return slices.Contains(plans, id) })
}

// Room finds a room by its id.
func (p *Programme) Room(id string) (*Room, bool) {
	i := slices.IndexFunc(p.Rooms, func(x Room) bool { return x.ID == id })
	if i < 0 {
		return nil, false
	}
	return &p.Rooms[i], true
}
