package metric

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"

	"regulars/loyalty"
	"regulars/loyalty/measure"
)

// draw is at most mostValued buyers, always the same of those there are: the ones
// whose lots, a hash of who they are, are the lowest.
type draw struct{ list []drawn }

type drawn struct {
	lot   uint64
	past  measure.History
	spent measure.Spender
}

func (d *draw) add(m loyalty.MemberID, h measure.History, s measure.Spender) {
	lot := fnv.New64a()
	_, _ = lot.Write([]byte(m)) // never fails
	d.list = append(d.list, drawn{lot.Sum64(), h, s})
	if len(d.list) >= 4*mostValued {
		d.cut()
	}
}

func (d *draw) cut() {
	slices.SortFunc(d.list, func(a, b drawn) int { return cmp.Compare(a.lot, b.lot) })
	d.list = d.list[:min(len(d.list), mostValued)]
}

func (d *draw) plus(o *draw) {
	d.list = append(d.list, o.list...)
	d.cut()
}

// worth is what the drawn are worth in the next twelve months, each, in major
// units.
func (d *draw) worth(m measure.BGNBD, g measure.GammaGamma, discount float64) measure.Spread {
	each := make([]float64, 0, len(d.list))
	for _, x := range d.list {
		if v := measure.CLV(m, g, x.past, x.spent, discount); !math.IsNaN(v) && !math.IsInf(v, 0) {
			each = append(each, v)
		}
	}
	return measure.SpreadOf(each)
}
