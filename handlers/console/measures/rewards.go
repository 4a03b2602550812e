package measures

import (
	"cmp"
	"context"
	"html/template"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/chart"
	"regulars/i18n"
	"regulars/loyalty/metric"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// rewardsData is the page of what becomes of rewards.
type rewardsData struct {
	*Form
	Fatigue *Figure
	Chart   template.HTML
	Rows    []rewardRow
	CSV     string
	Since   time.Time
}

// rewardRow is a reward's line: taken lately, in the time before, and whether
// fewer take it than chance would have.
type rewardRow struct {
	Name                  string
	Taken, Before         string
	Presents, Used, Share string
	Falling, Rising       bool
	id                    string
	counts                voucher.TakeUp
}

// takeMonths is how many months the grid has, takeDays how many days are held
// against as many before.
const (
	takeMonths = 6
	takeDays   = 90
)

// taken is what the page asks for.
type taken struct {
	fatigue both
	ups     map[string]voucher.TakeUp
	months  []time.Time
}

func (p *part) rewards(q *console.Request) (console.Answer, error) {
	a, err := p.asked(q)
	if err != nil {
		return console.Answer{}, err
	}
	today := p.today(q)
	a.Segment, a.Query.Segment = "", ""
	d := rewardsData{Form: p.form(q, a, false, false), CSV: a.at(q.R.URL.Path, "format", "csv"), Since: today.AddDate(0, 0, 1-takeDays)}
	d.Whos = nil // vouchers are counted, not people
	a.Query.From, a.Query.To, a.Beside = d.Since, today.AddDate(0, 0, 1), metric.Query{}
	got, ready, err := of(q.Context(), p.slow, a.key("rewards"), func(ctx context.Context) (*taken, error) { return p.taken(ctx, a, today) })
	if err != nil {
		return console.Answer{}, err
	}
	if d.Pending = !ready; d.Pending {
		return d.page(q, "measures_rewards.html", q.Say(i18n.ConsoleMeasuresRewards), d), nil
	}
	d.Rows = p.rewardRows(q, got)
	if q.WantsCSV() {
		return p.rewardsCSV(q, got, d.Rows), nil
	}
	f := p.figure(q, a, got.fatigue.Now, nil)
	d.Fatigue, d.Pending = &f, got.fatigue.Now.Missing == metric.NotYet
	if len(d.Rows) > 0 {
		d.Chart = p.rewardGrid(q, got, d.Rows)
	}
	return d.page(q, "measures_rewards.html", q.Say(i18n.ConsoleMeasuresRewards), d), nil
}

// taken reads all vouchers, which is why it goes on in the background.
func (p *part) taken(ctx context.Context, a *ask, today time.Time) (*taken, error) {
	all, err := p.values(ctx, a, []metric.Name{metric.Fatigue})
	if err != nil {
		return nil, err
	}
	t := &taken{fatigue: all[0]}
	month := today.AddDate(0, 0, 1-today.Day())
	for i := takeMonths - 1; i >= 0; i-- {
		t.months = append(t.months, month.AddDate(0, -i, 0))
	}
	t.ups, err = voucher.TakeUps(ctx, p.DB, voucher.TakeUpQuery{Until: today.AddDate(0, 0, 1), Days: takeDays, Months: t.months, Store: a.Query.Store})
	return t, err
}

// rewardRows are the programme's rewards and those that people took besides.
func (p *part) rewardRows(q *console.Request, got *taken) (list []rewardRow) {
	seen := map[string]bool{}
	add := func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		u := got.ups[id]
		if u.Months == nil {
			u.Months = make([]int64, len(got.months))
		}
		row := rewardRow{
			id: id, counts: u, Name: cmp.Or(p.Shop.Programme(q.Now).Words(programme.Reward, id, string(q.P.Lang)).Name, id),
			Taken: i18n.Number(u.Taken), Before: i18n.Number(u.Before), Presents: i18n.Number(u.Presents), Used: i18n.Number(u.Used), Share: "–",
		}
		if n := u.Taken + u.Presents; n > 0 {
			row.Share = plain(100*float64(u.UsedOf)/float64(n), 0) + "%"
		}
		z := beyond(u.Taken, u.Before)
		row.Falling, row.Rising = z < -1.96, z > 1.96
		list = append(list, row)
	}
	for _, r := range p.Shop.Rules(q.Now).Rewards {
		add(r.ID)
	}
	for _, id := range sortedKeys(got.ups) {
		add(id)
	}
	return list
}

// beyond is by how many standard deviations two counts of as many days differ, if
// the rate stayed: beyond 1.96 it is chance in one of twenty.
func beyond(now, before int64) float64 {
	if now+before == 0 {
		return 0
	}
	return float64(now-before) / math.Sqrt(float64(now+before))
}

// rewardGrid is how often each was taken, month by month.
func (p *part) rewardGrid(q *console.Request, got *taken, rows []rewardRow) template.HTML {
	g := chart.Grid{ID: "takeup", Title: q.Say(i18n.ConsoleMeasuresTakeUp), Note: q.Say(i18n.ConsoleMeasuresTakeUpNote), Corner: q.Say(i18n.ConsoleMeasuresColReward)}
	for _, m := range got.months {
		g.Columns = append(g.Columns, p.month(q, m))
	}
	for _, r := range rows {
		most := int64(1)
		for _, n := range r.counts.Months {
			most = max(most, n)
		}
		line := chart.GridRow{Label: r.Name}
		for i := range got.months {
			n := r.counts.Months[i]
			line.Cells = append(line.Cells, chart.Cell{Text: i18n.Number(n), Share: float64(n) / float64(most)})
		}
		g.Rows = append(g.Rows, line)
	}
	return g.Draw(q.P)
}

func (p *part) rewardsCSV(q *console.Request, got *taken, rows []rewardRow) console.Answer {
	head := []string{
		q.Say(i18n.ConsoleMeasuresColReward), q.Say(i18n.ConsoleMeasuresTakenNow, "Days", takeDays), q.Say(i18n.ConsoleMeasuresTakenBefore, "Days", takeDays),
		q.Say(i18n.ConsoleMeasuresPresents), q.Say(i18n.ConsoleMeasuresUsed),
	}
	for _, m := range got.months {
		head = append(head, p.fileMonth(m))
	}
	var list [][]string
	for _, r := range rows {
		row := []string{r.Name}
		for _, n := range append([]int64{r.counts.Taken, r.counts.Before, r.counts.Presents, r.counts.Used}, r.counts.Months...) {
			row = append(row, strconv.FormatInt(n, 10))
		}
		list = append(list, row)
	}
	return q.CSV("rewards-"+p.Shop.Local(q.Now).Format(time.DateOnly), head, list)
}

// AtStore reports, for the template, that what was taken in a chat, in no store, is
// not counted.
func (d rewardsData) AtStore() bool { return d.Query.Store != "" }

func sortedKeys(all map[string]voucher.TakeUp) []string { return slices.Sorted(maps.Keys(all)) }
