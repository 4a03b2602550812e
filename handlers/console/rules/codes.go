package rules

import (
	"strconv"
	"strings"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/store"
)

// called is what a reward is called.
func called(q *console.Request, id string) string {
	return q.Shop().Programme(q.Now).Words(programme.Reward, id, string(q.P.Lang)).Name
}

// pool is a reward that gives codes.
type pool struct {
	ID, Name    string
	Left, Total int64
}

func (p *part) codes(q *console.Request, _ Book) (console.Answer, error) {
	var all []pool
	for _, r := range q.Shop().Rules(q.Now).Rewards {
		if r.Kind == loyalty.RewardCode {
			all = append(all, pool{ID: r.ID, Name: called(q, r.ID)})
		}
	}
	err := q.View(func(rd store.Reader) (err error) {
		for i := range all {
			if all[i].Left, all[i].Total, err = q.Shop().Club.Vouchers.Pool(rd, all[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	if q.WantsCSV() {
		var rows [][]string
		for _, c := range all {
			rows = append(rows, []string{c.Name, strconv.FormatInt(c.Left, 10), strconv.FormatInt(c.Total, 10)})
		}
		return q.CSV("codes", []string{q.Say(key("f_", "reward")), q.Say(key("f_", "left")), q.Say(key("f_", "total"))}, rows), err
	}
	return q.Page("rules_codes.html", q.Say(key("l_", "codes")), all), err
}

type poolPage struct {
	pool
	Can bool
}

// poolOf is the pool that the address names.
func poolOf(q *console.Request) (d poolPage, ok bool, err error) {
	r, ok := q.Shop().Rules(q.Now).Reward(q.R.PathValue("id"))
	if !ok || r.Kind != loyalty.RewardCode {
		return d, false, nil
	}
	d.pool, d.Can = pool{ID: r.ID, Name: called(q, r.ID)}, changes(q)
	err = q.View(func(rd store.Reader) (err error) {
		d.Left, d.Total, err = q.Shop().Club.Vouchers.Pool(rd, r.ID)
		return err
	})
	return d, true, err
}

func (p *part) codesOf(q *console.Request, _ Book) (console.Answer, error) {
	d, ok, err := poolOf(q)
	if !ok {
		return q.Gone(), err
	}
	return q.Page("rules_pool.html", d.Name, d), err
}

// together is how many codes go into one transaction, longCode how many bytes
// one may have, and mostCodes how many come at once: each is sealed by itself.
const (
	together  = 500
	longCode  = 1024
	mostCodes = 20_000
)

// addCodes puts codes into a pool: those that were pasted, a line each, or a
// file's first column. They are never shown again.
func (p *part) addCodes(q *console.Request, _ Book) (console.Answer, error) {
	d, ok, err := poolOf(q)
	if !ok || err != nil {
		return q.Gone(), err
	}
	again := func() (console.Answer, error) { return q.Again(p.codesOf(q, nil)) }
	if !mayChange(q) {
		return again()
	}
	text := q.Text("codes")
	if strings.TrimSpace(text) == "" {
		_, body, ok := q.Upload("file")
		if !ok {
			return again()
		}
		text = string(body)
	}
	codes, long := splitCodes(text)
	switch {
	case long > 0:
		q.Wrong("codes", q.Say(i18n.ConsoleRulesCodeLong, "Line", long, "Most", longCode))
	case len(codes) == 0:
		q.Wrong("codes", q.Say(i18n.ConsoleRulesNoCodes))
	case len(codes) > mostCodes:
		q.Wrong("codes", q.Say(i18n.ConsoleRulesManyCodes, "Most", i18n.Number(mostCodes)))
	}
	if q.Bad() {
		return again()
	}
	added, twice := 0, 0
	for i := 0; i < len(codes); i += together {
		var more, known int
		err := q.Update(func(tx store.Tx) (err error) {
			more, known, err = q.Shop().Club.Vouchers.AddCodes(tx, d.ID, codes[i:min(i+together, len(codes))], q.Now)
			if err != nil {
				return err
			}
			return q.Audit(tx, i18n.ConsoleRulesDidCodes, about, "", "", d.ID+" +"+strconv.Itoa(more))
		})
		if err != nil {
			return console.Answer{}, err
		}
		added, twice = added+more, twice+known
	}
	d, _, err = poolOf(q)
	return q.Go("/console/rules/codes", q.Say(i18n.ConsoleRulesCodesAdded, "Added", i18n.Number(int64(added)), "Twice", i18n.Number(int64(twice)),
		"Name", shop.Tidy(d.Name), "Left", i18n.Number(d.Left))), err
}

// splitCodes are the lines' first columns that say something; long is the number
// of the first one that is too long, 0 for none.
func splitCodes(text string) (codes []string, long int) {
	n := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		n++
		first, _, _ := strings.Cut(strings.TrimRight(line, "\r"), ",")
		first, _, _ = strings.Cut(first, "\t")
		first = strings.Trim(strings.TrimSpace(first), `"`)
		if first == "" {
			continue
		}
		if len(first) > longCode && long == 0 {
			long = n
		}
		codes = append(codes, first)
	}
	return codes, long
}
