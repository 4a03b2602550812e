package whatif

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"regulars/loyalty"
)

// Flow is what came and went, in points.
type Flow struct {
	Issued  loyalty.Points `json:"issued"`     // given by sales, rules and hand
	BySales loyalty.Points `json:"by_sales"`   // of it
	ByGifts loyalty.Points `json:"by_gifts"`   // of it, by rules besides sales
	Back    loyalty.Points `json:"taken_back"` // by refunds and corrections
	Burned  loyalty.Points `json:"burned"`     // used, less what was undone
	Expired loyalty.Points `json:"expired"`
}

// Net is what was given and stayed given.
func (f *Flow) Net() loyalty.Points { return f.Issued - f.Back }

func (f *Flow) add(o Flow) {
	f.Issued += o.Issued
	f.BySales += o.BySales
	f.ByGifts += o.ByGifts
	f.Back += o.Back
	f.Burned += o.Burned
	f.Expired += o.Expired
}

// Tally is how often something was given, and how many points it gave or cost.
type Tally struct {
	Count  int64          `json:"count"`
	Points loyalty.Points `json:"points"`
}

// Month is a local calendar month: 202610.
type Month int

// Figures are the sums of one side.
type Figures struct {
	Flow
	Outstanding loyalty.Points `json:"outstanding"` // at the end: available, pending and held
	Owed        loyalty.Points `json:"owed"`        // debts at the end
	// Redemptions that could not be made: too few points, or not for this tier or
	// not in the catalogue; and vouchers that lapsed before they were used.
	Short  int64 `json:"short"`
	Barred int64 `json:"barred"`
	Lapsed int64 `json:"lapsed"`

	Gifts   map[string]Tally `json:"gifts"`   // by id; "stamp/<card>" for a full card's prize
	Rewards map[string]Tally `json:"rewards"` // redeemed, by id; "" where nobody knows any more
	Months  map[Month]Flow   `json:"months"`
}

func newFigures() *Figures {
	return &Figures{Gifts: map[string]Tally{}, Rewards: map[string]Tally{}, Months: map[Month]Flow{}}
}

func (f *Figures) merge(o *Figures) {
	f.add(o.Flow)
	f.Outstanding += o.Outstanding
	f.Owed += o.Owed
	f.Short += o.Short
	f.Barred += o.Barred
	f.Lapsed += o.Lapsed
	for k, t := range o.Gifts {
		tally(f.Gifts, k, t.Count, t.Points)
	}
	for k, t := range o.Rewards {
		tally(f.Rewards, k, t.Count, t.Points)
	}
	for k, w := range o.Months {
		m := f.Months[k]
		m.add(w)
		f.Months[k] = m
	}
}

// tally counts something; what comes to nothing is not kept.
func tally(all map[string]Tally, key string, n int64, p loyalty.Points) {
	t := all[key]
	t.Count += n
	t.Points += p
	if all[key] = t; t == (Tally{}) {
		delete(all, key)
	}
}

// count adds an entry to the sums, in the month in which it took effect.
func (s *side) count(e *loyalty.Entry) {
	s.see(e)
	var f Flow
	switch issued := -e.In(loyalty.Issued); {
	case issued < 0:
		f.Back = -issued
	case e.Kind == loyalty.KindEarn:
		f.Issued, f.BySales = issued, issued
	case e.Kind == loyalty.KindGift:
		f.Issued, f.ByGifts = issued, issued
	default:
		f.Issued = issued
	}
	f.Burned, f.Expired = e.In(loyalty.Redeemed), e.In(loyalty.Expired)
	if f == (Flow{}) {
		return
	}
	s.mine.add(f)
	s.sum.add(f)
	y, m, _ := e.EffectiveAt.In(s.zone(e.RecordedAt)).Date()
	key := Month(y*100 + int(m))
	w := s.sum.Months[key]
	w.add(f)
	s.sum.Months[key] = w
}

// close settles the account at the end and adds what is left in it.
func (s *side) close(to time.Time) error {
	if err := s.settleAll(to); err != nil {
		return err
	}
	p := s.acct.Pots
	s.sum.Outstanding += p[loyalty.Available] + p[loyalty.Pending] + p[loyalty.Held]
	s.sum.Owed += s.acct.Owed
	return nil
}

// Change is what the other rules would have made of one member.
type Change struct {
	Member loyalty.MemberID `json:"member"`
	Was    loyalty.Points   `json:"was"` // given, and not taken back
	New    loyalty.Points   `json:"new"`
}

func (c *Change) diff() loyalty.Points { return c.New - c.Was }

// Group are members who would have got more, or less.
type Group struct {
	Count   int64          `json:"count"`
	Points  loyalty.Points `json:"points"`  // all of them together, without a sign
	Largest []Change       `json:"largest"` // by the difference, largest first
}

// largest is how many of a group are named.
const largest = 10

// add counts a member in, and keeps them if they are among the largest.
func (g *Group) add(c Change) {
	g.Count++
	g.Points += abs(c.diff())
	g.keep(c)
}

func (g *Group) keep(c Change) {
	i, _ := slices.BinarySearchFunc(g.Largest, c, func(a, b Change) int {
		return cmp.Or(cmp.Compare(abs(b.diff()), abs(a.diff())), cmp.Compare(a.Member, b.Member))
	})
	if g.Largest = slices.Insert(g.Largest, i, c); len(g.Largest) > largest {
		g.Largest = g.Largest[:largest]
	}
}

func (g *Group) merge(o *Group) {
	g.Count += o.Count
	g.Points += o.Points
	for _, c := range o.Largest {
		g.keep(c)
	}
}

func abs(n loyalty.Points) loyalty.Points { return max(n, -n) }

// Move is from which tier to which, by their ids; "" where there are none.
type Move struct {
	Was   string `json:"was"`
	New   string `json:"new"`
	Count int64  `json:"count"`
}

// Band is how many members' differences lie from Low to High, both inclusive;
// the outermost have no end.
type Band struct {
	Low   loyalty.Points `json:"low"`
	High  loyalty.Points `json:"high"`
	Open  bool           `json:"open,omitempty"` // Low below zero: no lower end; above: no upper one
	Count int64          `json:"count"`
}

// bands are the empty ones, least first.
func bands() []Band {
	return []Band{
		{Low: -1000, High: -1000, Open: true}, {Low: -999, High: -100}, {Low: -99, High: -1}, {},
		{Low: 1, High: 99}, {Low: 100, High: 999}, {Low: 1000, High: 1000, Open: true},
	}
}

// band is the place of a difference among bands.
func band(n loyalty.Points) int {
	switch {
	case n <= -1000:
		return 0
	case n <= -100:
		return 1
	case n < 0:
		return 2
	case n == 0:
		return 3
	case n < 100:
		return 4
	case n < 1000:
		return 5
	}
	return 6
}

// Result is the answer.
type Result struct {
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to"`
	Members int64     `json:"members"` // lived again
	Entries int64     `json:"entries"` // of theirs, read
	// LeftOut are members whose points are somebody else's as well: they were merged
	// or share. Theirs are in no figure.
	LeftOut int64 `json:"left_out"`
	// Exact is for how many members the rules that were in force gave again what
	// the ledger has: the balance, the debt and the tier.
	Exact int64 `json:"exact"`
	// Kept are gifts of other desks, which were given on both sides as they were.
	Kept int64 `json:"kept"`

	Was     *Figures `json:"was"`
	New     *Figures `json:"new"`
	Moves   []Move   `json:"moves"` // all members, by their tiers at the end
	Up      int64    `json:"up"`
	Down    int64    `json:"down"`
	Winners Group    `json:"winners"`
	Losers  Group    `json:"losers"`
	Spread  []Band   `json:"spread"`

	moves map[[2]string]int64
}

func newResult(q *Question) *Result {
	return &Result{From: q.From, To: q.To, Was: newFigures(), New: newFigures(), Spread: bands(), moves: map[[2]string]int64{}}
}

// Same reports whether the other rules would have made no difference at all.
func (r *Result) Same() bool {
	for _, m := range r.Moves {
		if m.Was != m.New {
			return false
		}
	}
	a, b := r.Was, r.New
	return r.Winners.Count+r.Losers.Count == 0 && a.Flow == b.Flow && a.Outstanding == b.Outstanding && a.Owed == b.Owed &&
		a.Short == b.Short && a.Barred == b.Barred && a.Lapsed == b.Lapsed &&
		maps.Equal(a.Gifts, b.Gifts) && maps.Equal(a.Rewards, b.Rewards) && maps.Equal(a.Months, b.Months)
}

// Inexact is how many members are not [Result.Exact].
func (r *Result) Inexact() int64 { return r.Members - r.Exact }

// merge adds another worker's part.
func (r *Result) merge(o *Result) {
	r.Members += o.Members
	r.Entries += o.Entries
	r.LeftOut += o.LeftOut
	r.Exact += o.Exact
	r.Kept += o.Kept
	r.Up += o.Up
	r.Down += o.Down
	r.Was.merge(o.Was)
	r.New.merge(o.New)
	r.Winners.merge(&o.Winners)
	r.Losers.merge(&o.Losers)
	for i := range r.Spread {
		r.Spread[i].Count += o.Spread[i].Count
	}
	for k, n := range o.moves {
		r.moves[k] += n
	}
}

// finish puts the moves in the order of the tiers.
func (r *Result) finish(was, is *loyalty.Programme) {
	for k, n := range r.moves {
		r.Moves = append(r.Moves, Move{k[0], k[1], n})
	}
	slices.SortFunc(r.Moves, func(a, b Move) int {
		return cmp.Or(cmp.Compare(was.Tiers.Index(a.Was), was.Tiers.Index(b.Was)), cmp.Compare(is.Tiers.Index(a.New), is.Tiers.Index(b.New)),
			cmp.Compare(a.Was, b.Was), cmp.Compare(a.New, b.New))
	})
}
