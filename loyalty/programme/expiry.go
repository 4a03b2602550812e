package programme

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"regulars/loyalty"
)

// fits says which keys go with which kind of expiry, besides kind.
var fits = map[loyalty.ExpiryKind][]string{
	loyalty.Never:       {},
	loyalty.NextYearEnd: {},
	loyalty.AfterMonths: {"months", "round_to"},
	loyalty.Idle:        {"months", "round_to"},
	loyalty.FixedDate:   {"date", "safe_months"},
}

// expiry reads when points go, and whether older ones follow.
func (r *reader) expiry(t *table, p *Programme) {
	follow := r.truth(t, "follow", true)
	p.Rules.Expiry = r.expiryRule(t, p.Rules.Version)
	p.Rules.Expiry.Follow = follow
}

// notices reads how many days before points go their members are told.
func (r *reader) notices(t *table, p *Programme) {
	const allowed = "up to 5 whole numbers from 1 to 365, the largest first, as in [30, 7, 1]"
	v := t.ask("days")
	if v == nil {
		return
	}
	last := 366
	for _, item := range v.items {
		n, err := strconv.Atoi(item.text)
		if item.kind != unstable.Integer || err != nil || n < 1 || n >= last {
			r.complain(v.line, t.join("days"), "the days do not fall", allowed)
			return
		}
		last = n
		p.Rules.NoticeDays = append(p.Rules.NoticeDays, n)
	}
	if v.kind != unstable.Array || len(v.items) > 5 {
		r.complain(v.line, t.join("days"), "must be a short list in brackets", allowed)
	}
}

// expiryRule reads one rule of when points go.
func (r *reader) expiryRule(t *table, version int) loyalty.Expiry {
	x := loyalty.Expiry{Version: version}
	kinds := []string{"never", "after_months", "fixed_date", "next_year_end", "idle"}
	r.need(t, "kind", list(kinds))
	x.Kind = loyalty.ExpiryKind(r.oneOf(t, "kind", "", kinds...))
	months := r.whole(t, "months", 0, 1, 1200)
	x.RoundTo = loyalty.Period(r.oneOf(t, "round_to", "day", "day", "month", "quarter", "half_year", "year"))
	safe := r.whole(t, "safe_months", 0, 0, 1200)
	x.Month, x.Day = r.yearly(t)
	if wanted, known := fits[x.Kind]; known {
		r.unfit(t, []string{"months", "round_to", "date", "safe_months"}, wanted, fmt.Sprintf("kind is %q", x.Kind))
	}
	switch x.Kind {
	case loyalty.AfterMonths, loyalty.Idle:
		r.need(t, "months", "a whole number from 1 to 1200")
		x.Months = int(months)
	case loyalty.FixedDate:
		r.need(t, "date", `a month and day in quotes, as in "03-31"`)
		x.Months = int(safe)
	}
	if x.Kind != loyalty.AfterMonths && x.Kind != loyalty.Idle {
		x.RoundTo = ""
	}
	return x
}

// yearly is a month and a day that comes every year.
func (r *reader) yearly(t *table) (time.Month, int) {
	const allowed = `a month and day in quotes, as in "03-31"`
	s, line := r.text(t, "date", allowed)
	if line == 0 {
		return 0, 0
	}
	day, err := time.Parse("2006-01-02", "2000-"+s) // a leap year: 29 February is clamped in others
	if err != nil {
		r.complain(line, t.join("date"), quote(s)+" is not a day of the year", allowed)
	}
	return day.Month(), day.Day()
}
