package campaigns

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"regulars/bot"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/segment"
	"regulars/store"
)

// examples is how many members of a segment are shown as examples.
const examples = 5

// seenFor is for how long a segment's count is shown without counting again.
const seenFor = 5 * time.Minute

// counted is a segment as it was counted last.
type counted struct {
	At     time.Time
	Count  segment.Count
	Sample []loyalty.MemberID
	TooFew bool // it cannot be told of anybody yet
}

// memory are the segments that were counted lately, by expression. It is the
// process's own: what is not there is counted again.
type memory struct {
	mu  sync.Mutex
	all map[string]counted
}

func (m *memory) get(text string, now time.Time) (counted, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.all[text]
	return c, ok && now.Sub(c.At) < seenFor
}

// mostSeen bounds what is remembered; beyond it, it begins anew.
const mostSeen = 100

func (m *memory) put(text string, c counted) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil || len(m.all) >= mostSeen {
		m.all = map[string]counted{}
	}
	m.all[text] = c
}

// count counts a segment, if that was not done lately. Refusal:
// *segment.Complaint.
func (d *desk) count(ctx context.Context, text string, now time.Time) (counted, error) {
	e, err := d.segments().Expr(text, now)
	if err != nil {
		return counted{}, err
	}
	if c, ok := d.seen.get(e.String(), now); ok {
		return c, nil
	}
	c := counted{At: now}
	if c.Count, err = d.segments().Count(ctx, e, now); err == nil {
		c.Sample, err = d.segments().Sample(ctx, e, examples, now)
	}
	var few *segment.TooFewError
	if c.TooFew = errors.As(err, &few); err != nil && !c.TooFew {
		return counted{}, err
	}
	d.seen.put(e.String(), c)
	return c, nil
}

// split is one line of how a count is divided.
type split struct {
	Label string
	N     int
}

// example is a member with a name that is shortened.
type example struct{ Name, Lang, Channel string }

// audience is what the page shows of whom a draft is for.
type audience struct {
	Known   bool // it was counted; else the page asks for it
	Wrong   string
	Count   counted
	Splits  []splits
	Example []example

	// Cost and what goes with it are known of a draft that could be sent.
	Priced  bool
	Gets    campaign.Audience
	Cost    string
	Caution string
	Why     []split
	Sizes   []string // what comparisons can show with so many
}

// splits is a count divided by one thing.
type splits struct {
	By    string
	Lines []split
}

// audience is what is known of a draft's audience; walk says that it may be
// counted now if nobody has yet.
func (d *desk) audience(q *console.Request, row *campaign.Campaign, n *campaign.Draft, walk bool) (a audience, err error) {
	if n.Segment == "" {
		return a, nil
	}
	e, err := d.segments().Expr(n.Segment, q.Now)
	var wrong *segment.Complaint
	if errors.As(err, &wrong) {
		a.Wrong = shop.SegmentWrong(q.P, wrong)
		return a, nil
	}
	if err != nil {
		return a, err
	}
	if a.Count, a.Known = d.seen.get(e.String(), q.Now); !a.Known {
		if !walk {
			if walk, err = d.small(q); err != nil || !walk {
				return a, err
			}
		}
		if a.Count, err = d.count(q.Context(), n.Segment, q.Now); err != nil {
			return a, err
		}
		a.Known = true
	}
	if err := d.describe(q, &a); err != nil {
		return a, err
	}
	return a, d.cost(q, row, n, &a)
}

// small reports whether the shop has so few members that a page may count them.
func (d *desk) small(q *console.Request) (ok bool, err error) {
	err = q.View(func(r store.Reader) error {
		_, ok, err = d.segments().TallyIn(r, []segment.Named{{ID: "everyone", When: "true"}}, q.Now)
		return err
	})
	return ok, err
}

// describe divides a count for the page, and names the examples.
func (d *desk) describe(q *console.Request, a *audience) error {
	by := func(key i18n.Key, all map[string]int, name func(string) string) {
		s := splits{By: q.Say(key)}
		for _, k := range slices.Sorted(maps.Keys(all)) {
			s.Lines = append(s.Lines, split{name(k), all[k]})
		}
		slices.SortStableFunc(s.Lines, func(x, y split) int { return y.N - x.N })
		if len(s.Lines) > 0 {
			a.Splits = append(a.Splits, s)
		}
	}
	by(i18n.ConsoleCampaignsByChannel, a.Count.Count.ByChannel, func(ch string) string { return d.Shop.Label(bot.ChannelName(ch)) })
	by(i18n.ConsoleCampaignsByLang, a.Count.Count.ByLang, func(l string) string { return i18n.Lang(l).Own() })
	stores := a.Count.Count.ByStore
	if q.At != "" {
		stores = nil // how other stores do is not for a manager of one
	}
	by(i18n.ConsoleCampaignsByStore, stores, func(s string) string {
		if s == "" {
			return q.Say(i18n.ConsoleCampaignsNoStore)
		}
		return d.Shop.StoreName(loyalty.Store(s))
	})
	return q.View(func(r store.Reader) error {
		a.Example = nil
		for _, id := range a.Count.Sample {
			p, err := d.Shop.Vault.Get(r, id)
			if err != nil || p.Called() == "" {
				continue // gone since
			}
			a.Example = append(a.Example, example{shop.Mask(p.Called()), i18n.Lang(p.Language).Own(), d.Shop.Label(bot.ChannelName(p.Home.Channel))})
		}
		return nil
	})
}

// cost says what it would cost, if the draft could be sent: as it was counted
// when it was saved, or, of what is being typed in a small shop, as it is now.
func (d *desk) cost(q *console.Request, row *campaign.Campaign, n *campaign.Draft, a *audience) error {
	switch {
	case row != nil && row.Current(q.Now):
		a.Gets = row.Counted.Audience
	case a.Count.Count.Members > segment.LiveMost:
		return nil
	default:
		now, err := d.Audience(q.Context(), n)
		var unfit *campaign.DraftError
		if errors.As(err, &unfit) {
			return nil
		}
		if err != nil {
			return err
		}
		a.Gets = now
	}
	a.Priced, a.Cost, a.Caution = true, d.CostWords(q.P, q.Now, &a.Gets), d.Caution(q.P, q.Now, n, &a.Gets, by(q))
	a.Why = whys(q, a.Gets.Skipped)
	a.Sizes = sizes(q, n, a.Gets.People+a.Gets.Held)
	return nil
}

// whys names who is left out and why, those that are most first.
func whys(q *console.Request, by map[string]int64) (list []split) {
	sums := map[string]int64{}
	for why, n := range by {
		sums[q.Say(campaign.WhyWord(why))] += n
	}
	for _, word := range slices.Sorted(maps.Keys(sums)) {
		if sums[word] > 0 {
			list = append(list, split{word, int(sums[word])})
		}
	}
	slices.SortStableFunc(list, func(x, y split) int { return y.N - x.N })
	return list
}

// usual is the share that buys anyway where nothing is known of it: the hint says
// so.
const usual = 0.10

// sizes say what the comparisons of a draft can show with so many people: with
// those left out, and between the wordings.
func sizes(q *console.Request, n *campaign.Draft, people int64) (list []string) {
	say := func(what i18n.Key, least int64) {
		lift, ok := seeable(least)
		if !ok {
			list = append(list, q.Say(what)+" "+q.Say(i18n.ConsoleCampaignsSizeFew))
			return
		}
		list = append(list, q.Say(what)+" "+q.Say(i18n.ConsoleCampaignsSize, "Lift", lift))
	}
	held := people * int64(n.Held()) / 100
	if n.Held() > 0 {
		say(i18n.ConsoleCampaignsSizeHeld, min(held, people-held))
	}
	if names := n.Names(); len(names) > 1 {
		all, least := 0, 0
		for _, name := range names {
			share := max(n.Variants[name], 1)
			if all += share; least == 0 || share < least {
				least = share
			}
		}
		say(i18n.ConsoleCampaignsSizeWordings, (people-held)*int64(least)/int64(all))
	}
	return list
}

// seeable is the least difference, in people of a hundred, that so many on each
// side show where the usual share buys anyway.
func seeable(n int64) (lift int, ok bool) {
	for lift := 1; lift <= 30; lift++ {
		if need := measure.SampleSize(usual, float64(lift)/100, 0.05, 0.8); need > 0 && need <= n {
			return lift, true
		}
	}
	return 0, false
}

// countPiece counts what stands in the form, which is not saved.
func (d *desk) countPiece(q *console.Request) (console.Answer, error) {
	var n campaign.Draft
	err := q.View(func(r store.Reader) error {
		old, err := d.typedOver(r, q)
		if err == nil {
			n = d.read(q, old.D, old.State == campaign.Paused)
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	a, err := d.audience(q, nil, &n, true)
	return q.Piece("campaigns_count.html", a), err
}

// named are the segments that have a name, with how many of each can be written
// to, and the choice of a condition of one's own.
func (d *desk) named(r store.Reader, q *console.Request) ([]console.Option, error) {
	all := d.segments().All(q.Now)
	found, live, err := d.segments().TallyIn(r, all, q.Now)
	if err == nil && !live {
		found, err = d.segments().Tallied(r)
	}
	if err != nil {
		return nil, err
	}
	options := []console.Option{option("", q.Say(i18n.ConsoleCampaignsChoose))}
	for _, n := range all {
		label := d.Shop.SegmentName(q.P, q.Now, n.ID)
		if tally, ok := found.When[n.When]; ok {
			label += " · " + i18n.Number(int64(tally.Reachable))
		}
		options = append(options, console.Option{Value: n.ID, Label: label})
	}
	return append(options, option(ownSegment, q.Say(i18n.ConsoleCampaignsOwn))), nil
}
