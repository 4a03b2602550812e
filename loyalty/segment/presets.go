package segment

// Named is a segment that has a name: one of Presets, or one of the programme.
type Named struct {
	ID   string // small letters, digits and hyphens
	When string // the expression
}

// presets are in the order in which they are offered.
var presets = []Named{
	{"everyone", "true"},
	{"new", "joined <= 30"},
	{"active", "last_visit <= 30"},
	{"at-risk", "visits >= 2 and last_visit > 45 and last_visit <= 120"},
	{"lapsed", "last_visit > 120"},
	{"once", "visits == 1"},
	{"never", "visits == 0"},
	{"champions", `rfm == "champions"`},
	{"promoters", `nps == "promoter"`},
	{"detractors", `nps == "detractor"`},
	{"birthday-this-month", "birthday_month == this_month"},
	{"birthday-next-month", "birthday_month == next_month"},
	{"points-lapsing", "lapsing(30) > 0"},
}

// Presets are the segments that come with the program, in the order in which
// they are offered. Their names for people stand in the catalogue.
func Presets() []Named { return append([]Named(nil), presets...) }
