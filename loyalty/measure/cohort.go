package measure

// Cohorts is who came back: a row a period (a month) of first purchases, a column
// a period since.
type Cohorts struct {
	Size []int64   // how many first bought in the period
	Kept [][]int64 // Kept[c][k]: of them, who bought k periods later; [c][0] is Size[c]
}

// NewCohorts is an empty table of n periods, the last of which may still run. A
// row ends with that one: what has not come yet is not in it.
func NewCohorts(n int) *Cohorts {
	c := &Cohorts{Size: make([]int64, n), Kept: make([][]int64, n)}
	for i := range n {
		c.Kept[i] = make([]int64, n-i)
	}
	return c
}

// First counts somebody whose first purchase ever was in the period.
func (c *Cohorts) First(period int) {
	if period >= 0 && period < len(c.Size) {
		c.Size[period]++
	}
}

// Bought counts, once a person and period, somebody of a cohort who bought in a
// period; a cohort before the table is in no row of it.
func (c *Cohorts) Bought(cohort, period int) {
	if cohort >= 0 && cohort <= period && period < len(c.Size) {
		c.Kept[cohort][period-cohort]++
	}
}

// Rate is which share of a cohort bought so many periods later; [ErrNone] of a
// cohort of nobody and of what has not come yet.
func (c *Cohorts) Rate(cohort, later int) (float64, error) {
	if cohort < 0 || cohort >= len(c.Size) || later < 0 || later >= len(c.Kept[cohort]) {
		return 0, ErrNone
	}
	return Share{Hits: c.Kept[cohort][later], Of: c.Size[cohort]}.rateOrNone()
}

// Mean is the share of all cohorts together that bought so many periods later,
// those for whom that has not come yet left out.
func (c *Cohorts) Mean(later int) (float64, error) {
	var s Share
	for i, kept := range c.Kept {
		if later >= 0 && later < len(kept) {
			s.Hits, s.Of = s.Hits+kept[later], s.Of+c.Size[i]
		}
	}
	return s.rateOrNone()
}

func (s Share) rateOrNone() (float64, error) { return over(float64(s.Hits), float64(s.Of)) }

// Cell is the buyers of one place of a [Grid].
type Cell struct {
	People int64
	Money  float64
}

// Grid is the buyers by recency (row 0 the longest away, 4 the latest) and by the
// mean of frequency and money (column 0 the least), as [RFM.Kind] tells them
// apart.
type Grid [5][5]Cell

// Add counts a buyer; one who bought nothing is in no cell.
func (g *Grid) Add(f RFM, money float64) {
	if f.Kind() == "" {
		return
	}
	c := &g[f.R-1][(f.F+f.M+1)/2-1]
	c.People++
	c.Money += money
}

// KindAt is the kind of buyer that a cell of a [Grid] is; "" outside of it.
func KindAt(row, column int) Kind {
	if row < 0 || row > 4 || column < 0 || column > 4 {
		return ""
	}
	return kinds[row][column]
}

// Kinds sums the cells by kind.
func (g *Grid) Kinds() map[Kind]Cell {
	all := map[Kind]Cell{}
	for r := range g {
		for c := range g[r] {
			sum := all[kinds[r][c]]
			sum.People, sum.Money = sum.People+g[r][c].People, sum.Money+g[r][c].Money
			all[kinds[r][c]] = sum
		}
	}
	return all
}
