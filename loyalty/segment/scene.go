package segment

import (
	"context"
	"math"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// scene is the moment at which members are looked at, and the shop around them.
type scene struct {
	second     int64
	today      int32
	month      int
	unit       float64 // minor units in a major one
	lowest     string  // the id of the lowest tier
	shopLang   string
	shopZone   string
	platformOf func(string) (string, bool)
	fit        *Population // nil: the expression asks for nothing of it
}

// scene is the one at a moment, with the population reckoned now where the
// expression asks for it and that was never done.
func (d *Desk) scene(ctx context.Context, e *Expr, now time.Time) (s *scene, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		s, err = d.sceneIn(r, now)
		return err
	})
	if err == nil && s.fit == nil && e.compares() {
		var fit Population
		fit, err = d.Fit(ctx, now)
		s.fit = &fit
	}
	if err != nil {
		return nil, err
	}
	return s, s.lacks(e)
}

// sceneIn is the scene at a moment as far as it is stored.
func (d *Desk) sceneIn(r store.Reader, now time.Time) (*scene, error) {
	p := d.Programme(now)
	local := now.In(p.Location())
	s := &scene{
		second: now.Unix(), today: DayOf(now, p.Location()), month: int(local.Month()),
		unit: math.Pow10(p.Currency.Digits), shopLang: d.Lang, shopZone: p.Location().String(), platformOf: d.Platform,
	}
	if len(p.Tiers.Levels) > 0 {
		s.lowest = p.Tiers.Levels[0].ID
	}
	fit, known, err := fits.Get(r, populationKey)
	if known {
		s.fit = &fit
	}
	return s, err
}

// compares says that the expression compares a member with all others.
func (e *Expr) compares() bool { return e.Uses("rfm") || e.Uses("alive") || e.Uses("clv") }

// lacks tells what an expression asks for that the scene cannot tell.
func (s *scene) lacks(e *Expr) error {
	switch {
	case e.Uses("rfm") && s.fit == nil:
		return &TooFewError{"rfm"}
	case e.Uses("alive") && (s.fit == nil || s.fit.Buying == nil):
		return &TooFewError{"alive"}
	case e.Uses("clv") && (s.fit == nil || s.fit.Buying == nil || s.fit.Spending == nil):
		return &TooFewError{"clv"}
	}
	return nil
}

// window is the days over which RFM counts.
const window = 365

// kind is the member's among the eleven of RFM, over the last 365 days; "" for
// who bought nothing in them.
func (f *facts) kind() measure.Kind {
	visits, money := f.roll.bought(f.today, window)
	if visits <= 0 {
		return ""
	}
	return f.fit.Scale.Of(int64(f.roll.Last), visits, int64(money)).Kind()
}

// history is what the model of purchases asks for; ok is false for who never
// came.
func (r *Roll) history(today int32) (h measure.History, ok bool) {
	if r.First == 0 || r.VisitDays < 1 || (r.VisitDays > 1) != (r.Last > r.First) {
		return h, false
	}
	return measure.History{X: int(r.VisitDays) - 1, Last: float64(r.Last-r.First) / 7, Known: float64(max(today, r.Last)-r.First) / 7}, true
}

// spender is what the model of spending asks for, in major units.
func (r *Roll) spender(unit float64) measure.Spender {
	s := measure.Spender{X: int(r.VisitDays) - 1}
	if r.VisitDays > 0 {
		s.Mean = max(float64(r.Money)/unit/float64(r.VisitDays), 0)
	}
	return s
}

// alive is the chance that the member is still a customer.
func (f *facts) alive() float64 {
	h, ok := f.roll.history(f.today)
	if !ok {
		return math.NaN()
	}
	return f.fit.Buying.PAlive(h)
}

// discount is what a month takes off what is yet to come.
const discount = 0.01

// worth is what the member's purchases of the next twelve months come to, in
// major units of the currency, no margin taken off.
func (f *facts) worth() float64 {
	h, ok := f.roll.history(f.today)
	if !ok {
		return math.NaN()
	}
	return measure.CLV(*f.fit.Buying, *f.fit.Spending, h, f.roll.spender(f.unit), discount)
}

// The weights and caps of engagement. They are published in the manual; there is
// no standard for it.
const (
	visitWeight, visitCap       = 3, 12 // in the last 90 days
	answerWeight, answerCap     = 6, 1  // to the question whether they would recommend us
	tapWeight, tapCap           = 1, 10 // on what campaigns offered
	referralWeight, referralCap = 4, 3  // friends for whom they were rewarded
)

// engagement is from 0 to 1 how much the member has to do with the shop.
func (f *facts) engagement() float64 {
	sum := visitWeight*min(f.visits(90), visitCap) + answerWeight*min(int(f.roll.Answers), answerCap) +
		tapWeight*min(int(f.roll.Taps), tapCap) + referralWeight*min(int(f.roll.Referrals), referralCap)
	return float64(max(sum, 0)) / (visitWeight*visitCap + answerWeight*answerCap + tapWeight*tapCap + referralWeight*referralCap)
}

// Row is a member whom a segment has found, with what a sender must know.
type Row struct {
	Member  loyalty.MemberID
	Channel string // where they spoke last and can be written to; "" nowhere
	Chats   string // all channels where they can be written to, a space between, that one first; "" where there is no other
	Lang    string // theirs, or the shop's
	Zone    string // IANA: of their number's country, or the shop's
	Store   string // where they buy most; "" nowhere yet
	Promo   bool   // agreed to marketing messages
	Blocked bool   // blocked the shop wherever they are
	Quiet   bool   // wants nothing that they did not ask for
	Frozen  bool
}

// Reachable says that an offer could be sent to the member now.
func (r *Row) Reachable() bool { return r.Promo && !r.Quiet && !r.Frozen && r.Channel != "" }

func (f *facts) row(m loyalty.MemberID) Row {
	r := f.roll
	row := Row{
		Member: m, Channel: f.channel(), Lang: f.lang(), Zone: r.Zone, Store: r.branch(),
		Promo: r.Promo, Blocked: r.Blocked, Quiet: r.Quiet, Frozen: r.Frozen,
	}
	if len(r.Chats) > 1 {
		row.Chats = strings.Join(r.Chats, " ")
	}
	if row.Zone == "" {
		row.Zone = f.shopZone
	}
	return row
}
