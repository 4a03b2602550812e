package loyalty

// Recommend is how a programme tells members what may please them next: what
// others took who had what they had. The zero one tells nobody anything.
type Recommend struct {
	// Rewards, Categories and Items are what is told of; goods only where they have
	// a name that members can read. With none of them nothing is told.
	Rewards, Categories, Items bool
	Days                       int   // how far back what members had counts
	Least                      int64 // members who must have had both before anything is said
}

// On reports whether the programme recommends anything.
func (r *Recommend) On() bool { return r.Rewards || r.Categories || r.Items }
