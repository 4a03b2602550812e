package rules

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/programme/edit"
	"regulars/store"
)

// settling is a change on its way: looked at once more, then saved.
type settling struct {
	wish
	T      target
	Title  string
	Action string // where the form goes
	Back   string
	Again  func() (console.Answer, error) // the form once more
	Stray  bool
}

// pair is a hidden field, or a line of what a rate gives.
type pair struct{ Name, Value string }

// review is the page before a save.
type review struct {
	settling
	planned
	Hidden     []pair
	Hunks      [][]edit.Line
	Changes    []edit.Change
	When       string
	Date, Time string
	Gives      []gives
	Ask        string // the whole changed text, for who asks what it would have done
	Reads      string // why the file on disk is another one, of a save that was refused
}

// settle shows what a change comes to, and, once that was confirmed, saves it.
func (p *part) settle(q *console.Request, b Book, g *ground, s settling) (console.Answer, error) {
	if s.Text == nil && len(s.Ops) == 0 {
		return q.Go(s.Back, q.Say(i18n.ConsoleRulesSame)), nil
	}
	at := when(q, b, g)
	bad := q.Bad() // a moment that was not understood
	x, lost, err := plan(b, s.wish, at)
	if err != nil {
		return console.Answer{}, err
	}
	if lost {
		q.Wrong("", q.Say(i18n.ConsoleRulesLost))
		return s.Again()
	}
	for _, text := range x.Texts {
		if _, wrong := programme.Load(text); len(wrong) > 0 {
			tell(q, s.T, wrong)
			return s.Again()
		}
	}
	if q.Typed("confirm") == "" || bad {
		return p.review(q, g, s, x)
	}
	reason, ok := q.Reason()
	if !ok {
		return p.review(q, g, s, x)
	}
	return p.save(q, b, g, s, x, reason)
}

// when is the moment that was chosen, zero for at once.
func when(q *console.Request, b Book, g *ground) time.Time {
	how, day, hour := q.Typed("when"), q.Typed("date"), q.Typed("time")
	switch {
	case how == "" && g.Waits:
		return g.From
	case how != "at":
		return time.Time{}
	}
	if hour == "" {
		hour = "00:00"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+hour, g.P.Rules.Zone)
	switch {
	case err != nil:
		q.Wrong("date", q.Say(i18n.ConsoleRulesDate))
	case !at.After(b.Soon()):
		q.Wrong("date", q.Say(i18n.ConsoleRulesPast))
	default:
		return at
	}
	return time.Time{}
}

// left are what a review does not carry on from the form before it.
var left = []string{"token", "confirm", "reason", "when", "date", "time", "was"}

// carried is what was typed, as hidden fields.
func carried(q *console.Request) (all []pair) {
	for _, name := range slices.Sorted(maps.Keys(q.R.PostForm)) {
		for _, v := range q.R.PostForm[name] {
			if !slices.Contains(left, name) {
				all = append(all, pair{name, v})
			}
		}
	}
	return all
}

func (p *part) review(q *console.Request, g *ground, s settling, x planned) (console.Answer, error) {
	d := review{settling: s, planned: x, When: "now", Hidden: carried(q)}
	was := q.Typed("was")
	if was == "" {
		was = g.Was
	}
	d.Hidden = append(d.Hidden, pair{"was", was}, pair{"confirm", "1"})
	if !x.From.IsZero() {
		at := x.From.In(g.P.Rules.Zone)
		d.When, d.Date, d.Time = "at", at.Format(time.DateOnly), at.Format("15:04")
	}
	base := x.Base.Text
	d.Hunks = edit.Hunks(edit.Diff([]byte(base), x.Texts[0]), 2)
	d.Changes = changed(base, string(x.Texts[0]))
	if changes(q) {
		d.Ask = string(x.Texts[0])
	}
	if s.T.Sheet != nil && s.T.Sheet.Owner {
		d.Gives = compareRates(q, base, string(x.Texts[0]))
	}
	a := q.Page("rules_review.html", s.Title, d)
	if q.Bad() {
		return q.Again(a, nil)
	}
	return a, nil
}

// changed are the keys that differ between two texts.
func changed(was, is string) []edit.Change {
	f, err1 := edit.New([]byte(was))
	g, err2 := edit.New([]byte(is))
	if err1 != nil || err2 != nil {
		return nil
	}
	return edit.Changes(f, g)
}

// save publishes, and writes down who did it and why.
func (p *part) save(q *console.Request, b Book, g *ground, s settling, x planned, reason string) (console.Answer, error) {
	if q.Typed("was") != g.Was {
		return p.meanwhile(q, b, g, s, x)
	}
	number := b.Versions()[len(b.Versions())-1].Number + 1
	note := strconv.Itoa(number)
	for i := range x.Later { // those that took the change over have new numbers too
		note += " " + strconv.Itoa(number+1+i)
	}
	err := b.Publish(Publication{Was: g.Text, Stray: s.Stray, Texts: x.Texts, Update: q.Update, Also: func(tx store.Tx) error {
		return q.Audit(tx, i18n.ConsoleRulesDid, about, "", reason, note)
	}})
	var wrong programme.Mistakes
	var moved *ChangedError
	said := q.Say(i18n.ConsoleRulesSaved, "Version", number)
	if !x.From.IsZero() {
		said = q.Say(i18n.ConsoleRulesSavedFor, "Version", number, "Date", q.P.Date(x.From.In(g.P.Rules.Zone)), "Time", q.P.Time(x.From.In(g.P.Rules.Zone)))
	}
	switch {
	case errors.As(err, &moved):
		return p.meanwhile(q, b, g, s, x)
	case errors.As(err, &wrong):
		tell(q, s.T, wrong)
		return s.Again()
	case errors.Is(err, ErrUnwritten):
		said += " " + q.Say(i18n.ConsoleRulesUnwritten)
	case err != nil:
		return console.Answer{}, err
	}
	return q.Go(s.Back, said), nil
}

// about is how the audit names the programme.
const about = "programme"

// meanwhile says that the file was changed since the form was opened, shows how,
// and keeps what was typed: sent once more it goes on top of that.
func (p *part) meanwhile(q *console.Request, b Book, g *ground, s settling, x planned) (console.Answer, error) {
	now, err := b.File()
	if err != nil {
		return console.Answer{}, err
	}
	q.Wrong("", q.Say(i18n.ConsoleRulesMeanwhile))
	before := g.Version.Text
	for _, v := range b.Versions() { // the file as it was when the form was opened
		if digest([]byte(v.Text)) == q.Typed("was") {
			before = v.Text
		}
	}
	d := review{settling: s, planned: x, Hunks: edit.Hunks(edit.Diff([]byte(before), now), 2), Changes: changed(before, string(now)), Hidden: carried(q)}
	if _, wrong := programme.Load(now); len(wrong) > 0 {
		d.Reads = q.Say(i18n.ConsoleRulesFileWrong)
	}
	return q.Again(q.Page("rules_meanwhile.html", s.Title, d), nil)
}

// gives is what a sale of some amount gives before and after.
type gives struct {
	Amount  loyalty.Money
	Was, Is loyalty.Points
}

// compareRates shows what a change of the rate comes to, at amounts that are
// rung up.
func compareRates(q *console.Request, was, is string) (all []gives) {
	a, wrong1 := programme.Load([]byte(was))
	b, wrong2 := programme.Load([]byte(is))
	if len(wrong1)+len(wrong2) > 0 {
		return nil
	}
	unit := loyalty.Money(1)
	for range b.Rules.Currency.Digits {
		unit *= 10
	}
	for _, n := range []loyalty.Money{5, 20, 50, 100, 350, 1000, 5000} {
		all = append(all, gives{n * unit, earns(a, n*unit), earns(b, n*unit)})
	}
	return all
}

// earns is what the rate alone gives for an amount.
func earns(p *programme.Programme, m loyalty.Money) loyalty.Points {
	r := p.Rules.Rate
	if r.Per <= 0 || m < r.Minimum {
		return 0
	}
	n, rest := int64(m)*int64(r.Points)/int64(r.Per), int64(m)*int64(r.Points)%int64(r.Per)
	switch {
	case r.Rounding == loyalty.RoundUp && rest > 0, r.Rounding == loyalty.RoundNearest && 2*rest >= int64(r.Per):
		n++
	}
	points := loyalty.Points(n)
	if limit := p.Rules.Earning.CapSale; limit > 0 {
		points = min(points, limit)
	}
	return points
}
