package measure

// Liability is what a shop owes in points.
type Liability struct {
	Points float64 // that members could still spend: unspent, pending and held
	Value  float64 // of one point, in any unit of money
	// Spent and Expired are the points that left members' accounts in a span long
	// enough to tell (a year), for what is expected of those still there.
	Spent, Expired float64
}

// Gross is what all points would cost if each were spent.
func (l Liability) Gross() float64 { return max(l.Points, 0) * l.Value }

// Breakage is the share of points that expires unspent, 0 to 1: of those that
// left accounts, those that expired. [ErrNone] where none left yet.
func (l Liability) Breakage() (float64, error) {
	return over(max(l.Expired, 0), max(l.Expired, 0)+max(l.Spent, 0))
}

// Net is the gross less the expected breakage; [ErrNone] where that is not known.
func (l Liability) Net() (float64, error) {
	b, err := l.Breakage()
	return l.Gross() * (1 - b), err
}

// FatigueAfter is how many offers in a row somebody must have let go by to count
// as tired of them.
const FatigueAfter = 3

// Fatigue counts those who could be sent an offer, and of them those who did
// nothing after the last k.
type Fatigue struct {
	After int // k; 0 is [FatigueAfter]
	Share Share
}

// Add counts one reachable person by how many offers in a row they ignored.
func (f *Fatigue) Add(ignored int) {
	f.Share.Of++
	k := f.After
	if k == 0 {
		k = FatigueAfter
	}
	if ignored >= k {
		f.Share.Hits++
	}
}

// TakeUp says whether a reward's take-up fell: who took it of those who could, in
// a span against the one before. [Lower] is falling.
func TakeUp(before, now Share) Verdict { return Compare(before, now) }
