package measures

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/console/chart"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/segment"
	"regulars/store"
)

// segmentData is the page of who is in a segment.
type segmentData struct {
	*Form
	Name, When         string
	Members, Reachable string
	Missing            string
	Behind             bool // some members changed and are not counted anew yet
	Charts             []template.HTML
	Some               []console.NavItem // a few of them
	Campaign           string
}

// mostShown is how many members of a segment are named.
const mostShown = 20

// counted is a segment's count and some of its members.
type counted struct {
	segment.Count
	some []loyalty.MemberID
	few  bool // it cannot be told yet
}

func (p *part) segment(q *console.Request) (console.Answer, error) {
	a, err := p.asked(q)
	if err != nil {
		return console.Answer{}, err
	}
	d := segmentData{Form: p.form(q, a, false, false), When: cmp.Or(a.Query.Segment, "true")}
	d.Stores = nil
	d.Name = p.Shop.SegmentName(q.P, q.Now, cmp.Or(a.Query.Segment, "everyone"))
	d.Campaign = campaignTo(cmp.Or(a.Query.Segment, "everyone"))
	got, ready, err := of(q.Context(), p.slow, a.key("segment"), func(ctx context.Context) (*counted, error) { return p.count(ctx, d.When, q.Now) })
	if err != nil {
		return console.Answer{}, err
	}
	switch {
	case !ready:
		d.Pending = true
	case got.few:
		d.Missing = q.Say(i18n.SegmentUntold)
	case q.WantsCSV():
		return p.segmentCSV(q, got), nil
	default:
		d.Members, d.Reachable, d.Behind = i18n.Number(int64(got.Members)), i18n.Number(int64(got.Reachable)), got.Behind > 0
		for _, s := range p.countSplits(q, got) {
			d.Charts = append(d.Charts, s.Draw(q.P))
		}
		if d.Some, err = p.some(q, got.some); err != nil {
			return console.Answer{}, err
		}
	}
	return d.page(q, "measures_segment.html", q.Say(i18n.ConsoleMeasuresSegment), d), nil
}

// count counts a segment of everybody, and picks some of it.
func (p *part) count(ctx context.Context, when string, now time.Time) (*counted, error) {
	desk := p.Shop.Segments
	e, err := desk.Expr(when, now)
	if err != nil {
		return nil, err
	}
	var few *segment.TooFewError
	out := &counted{}
	if out.Count, err = desk.Count(ctx, e, now); errors.As(err, &few) {
		return &counted{few: true}, nil
	} else if err != nil {
		return nil, err
	}
	out.some, err = desk.Sample(ctx, e, mostShown, now)
	return out, err
}

// countSplits are where those who can be reached are, buy and what they speak.
func (p *part) countSplits(q *console.Request, got *counted) (list []chart.Bars) {
	for _, s := range []struct {
		id    string
		title i18n.Key
		all   map[string]int
		name  func(string) string
	}{
		{"by-store", i18n.ConsoleMeasuresNpsStore, got.ByStore, func(id string) string { return p.storeName(q, loyalty.Store(id)) }},
		{"by-lang", i18n.ConsoleMeasuresByLanguage, got.ByLang, func(id string) string { return cmp.Or(i18n.Lang(id).Own(), id) }},
		{"by-channel", i18n.ConsoleMeasuresByChannel, got.ByChannel, func(id string) string { return p.Shop.Label(bot.ChannelName(id)) }},
	} {
		if s.id == "by-store" && q.At != "" {
			continue // how other stores do is not for a manager of one
		}
		b := chart.Bars{ID: s.id, Title: q.Say(s.title), Head: q.Say(s.title), Value: q.Say(i18n.ConsoleMeasuresColPeople)}
		keys := slices.Collect(maps.Keys(s.all))
		slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(s.all[b], s.all[a]), cmp.Compare(a, b)) })
		for _, k := range keys {
			b.Rows = append(b.Rows, chart.Bar{Label: s.name(k), Value: chart.Value{Number: float64(s.all[k]), Known: true, Text: i18n.Number(int64(s.all[k]))}})
		}
		if len(b.Rows) > 0 {
			list = append(list, b)
		}
	}
	return list
}

// some names members, masked, with the way to their pages.
func (p *part) some(q *console.Request, all []loyalty.MemberID) (list []console.NavItem, err error) {
	err = q.View(func(r store.Reader) error {
		list = nil
		for _, m := range all {
			name, err := q.MaskedName(r, m)
			if err != nil {
				return err
			}
			list = append(list, console.NavItem{Label: name, To: "/console/members/" + url.PathEscape(string(m))})
		}
		return nil
	})
	return list, err
}

func (p *part) segmentCSV(q *console.Request, got *counted) console.Answer {
	head := []string{q.Say(i18n.ConsoleMeasuresColBy), q.Say(i18n.ConsoleMeasuresColOf), q.Say(i18n.ConsoleMeasuresColPeople)}
	rows := [][]string{{"", q.Say(i18n.SegmentEveryone), strconv.Itoa(got.Members)}, {"", q.Say(i18n.ConsoleMeasuresNameReachable), strconv.Itoa(got.Reachable)}}
	for _, b := range p.countSplits(q, got) {
		for _, r := range b.Rows {
			rows = append(rows, []string{b.Title, r.Label, strconv.FormatInt(int64(r.Number), 10)})
		}
	}
	return q.CSV("segment-"+p.Shop.Local(q.Now).Format("2006-01-02"), head, rows)
}
