package programme

import (
	"net/url"
	"regexp"

	"regulars/loyalty"
)

// Room is the part of a [[room]]'s words.
const Room Part = "room"

// roomID is shorter than others: beside a member's id it has to fit the 64 bytes of a
// button.
var roomID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,27}$`)

// rooms reads the groups that a tier, or a paid plan, opens.
func (r *reader) rooms(root *table, p *Programme) {
	var ids []string
	for _, t := range r.each(root, "room", 20) {
		x := loyalty.Room{ID: r.id(t, roomID, ownForm+", 28 of them at most", ids)}
		ids = append(ids, x.ID)
		p.say(Room, x.ID, said{name: r.name(t, "what the group is called"), about: r.texts(t, "about", longAbout)})
		x.Levels, x.Plans = r.tierIDs(t), r.plansOf(t)
		if len(x.Levels)+len(x.Plans) == 0 && !t.written("tiers") && !t.written("plans") {
			r.complain(t.line, t.join("tiers"), "is missing", tierList+", or plans = [ … ]: a group for everybody needs no room")
		}
		x.Grace = int(r.whole(t, "grace_days", 7, 0, 90))
		x.LINE = r.truth(t, "line", false)
		x.Link = r.address(t, "line_link")
		if !x.LINE {
			r.unfit(t, []string{"line_link"}, nil, "line is not true")
		}
		p.Rules.Rooms = append(p.Rules.Rooms, x)
	}
}

// address reads a web address that people's phones open; "" where none is written.
func (r *reader) address(t *table, key string) string {
	const allowed = `an address that begins with https://`
	u, line := r.text(t, key, allowed)
	if line == 0 {
		return ""
	}
	if x, err := url.Parse(u); err != nil || x.Scheme != "https" || x.Hostname() == "" || x.User != nil || len(u) > 1000 {
		r.complain(line, t.join(key), quote(u)+" is no address", allowed)
	}
	return u
}
