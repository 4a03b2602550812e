package intake

import (
	"fmt"
	"strings"

	"regulars/loyalty/people"
)

// understand finds out what a file is from its first rows, and says so.
func (r *run) understand(s *sheet, first []row) error {
	p := r.shop.Programme(r.now)
	see := func(cell string) (people.Phone, error) { return people.ParsePhone(cell, p.Regions()...) }
	columns, err := findColumns(first, r.opt.Map, see)
	if err != nil {
		return err
	}
	kind, err := kindOf(&columns, r.opt.Kind)
	if err != nil {
		return err
	}
	r.reader = &reader{
		kind: kind, columns: columns, dates: datesOf(first, &columns, p.Country, r.opt.Dates), source: r.opt.Source, store: r.opt.Store,
		stores: storesOf(p), regions: p.Regions(), digits: p.Rules.Currency.Digits, rules: &p.Rules, now: r.now, vault: r.shop.Vault, rand: r.rand,
	}
	r.reader.dates.zone = p.Rules.Location()
	r.say("%s: %s, taken as %s of the source %q", s.name, s.format, kind, r.opt.Source)
	for _, l := range columns.Lines() {
		r.say("  %s", l)
	}
	if kind == Members && columns.has(Points) {
		r.say("  the points are left alone; --kind balances takes them over")
	}
	return nil
}

func (r *run) say(format string, args ...any) {
	if r.Say != nil {
		r.Say(fmt.Sprintf(format, args...))
	}
}

// kindOf is what a file is about by its columns, or what it is asked to be.
func kindOf(c *Columns, asked Kind) (Kind, error) {
	kind := asked
	switch {
	case asked != "":
	case c.has(Amount) && c.has(Date) && !c.has(Points):
		kind = Purchases
	case c.has(Points):
		kind = Balances
	default:
		kind = Members
	}
	needs := map[Kind][]Field{Members: nil, Balances: {Points}, Purchases: {Amount, Date}}
	list, ok := needs[kind]
	if !ok {
		return "", fmt.Errorf("there is no kind %q; there are members, balances and purchases", kind)
	}
	var missing []string
	for _, f := range list {
		if !c.has(f) {
			missing = append(missing, string(f))
		}
	}
	if !c.has(Phone) && !c.has(ID) {
		missing = append(missing, "phone or id")
	}
	if len(missing) > 0 {
		return "", fmt.Errorf("no column for %s was found among %s; name it with --map COLUMN=FIELD", strings.Join(missing, ", "), strings.Join(c.Lines(), "; "))
	}
	return kind, nil
}

// datesOf is how a file writes dates: told, or by the cells that can be read in
// one way only, or as the shop's country does.
func datesOf(first []row, c *Columns, country, told string) dates {
	d := dates{order: told, roc: country == "TW"}
	var cells []string
	for _, f := range []Field{Birthday, Joined, Expires, Date} {
		for _, r := range first {
			if cell := c.cell(r, f); cell != "" {
				cells = append(cells, cell)
			}
		}
	}
	if d.order == "" {
		d.order = dayFirst(cells)
	}
	if d.order == "" && (country == "TH" || country == "HK" || country == "MO" || country == "SG") {
		d.order = "dmy"
	}
	return d
}
