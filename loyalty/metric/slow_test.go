package metric

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/people"
	"regulars/loyalty/segment"
	"regulars/loyalty/survey"
	"regulars/store"
)

// slow is the shop as its ledger's entries, persons and answers tell, read from
// the beginning, and its metrics by their definitions, however long that takes.
type slow struct {
	w        *world
	holder   map[loyalty.MemberID]loyalty.MemberID // who each member is now
	persons  map[loyalty.MemberID]*slowPerson      // by holder
	orders   []*slowOrder
	moves    []slowMove
	answers  []survey.Answer
	today    int32
	settings Settings
	buying   *measure.BGNBD
	spending *measure.GammaGamma
	scale    measure.Scale
}

type slowOrder struct {
	who   loyalty.MemberID
	store loyalty.Store
	day   int32
	money loyalty.Money
	void  bool
}

// slowMove is points that one entry moved.
type slowMove struct {
	who                            loyalty.MemberID
	store                          loyalty.Store
	day                            int32
	given, spent, expired, unspent loyalty.Points
	use                            int64
}

type slowPerson struct {
	id            loyalty.MemberID
	joined        int32
	joinStore     loyalty.Store
	reachable     bool
	orders        []*slowOrder
	newest        *survey.Answer
	engaged       float64
	main          loyalty.Store // where they buy most
	first, last   int32
	days, year    int64 // with an order, ever; orders of 365 days
	money, lately loyalty.Money
}

func newSlow(w *world) *slow {
	s := &slow{w: w, holder: map[loyalty.MemberID]loyalty.MemberID{}, persons: map[loyalty.MemberID]*slowPerson{}, today: segment.DayOf(w.now, taipei)}
	s.readPersons()
	s.readEntries()
	w.view(func(r store.Reader) (err error) {
		for a := range survey.All(r, &err) {
			if a.State != survey.Answered || a.Late {
				continue
			}
			a.Member = s.holder[a.Member]
			s.answers = append(s.answers, a)
			if p := s.persons[a.Member]; a.Kind == loyalty.SurveyNPS && (p.newest == nil || a.At.After(p.newest.At)) {
				p.newest = &a
			}
		}
		return err
	})
	s.fit()
	return s
}

func (w *world) view(f func(store.Reader) error) {
	w.t.Helper()
	if err := w.db.View(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (s *slow) readPersons() {
	s.w.view(func(r store.Reader) error {
		var err error
		if s.settings, err = s.w.desk.Settings(r); err != nil {
			return err
		}
		ids, err := people.Page(r, "", 10_000)
		if err != nil {
			return err
		}
		for _, m := range ids {
			p, err := s.w.vault.Get(r, m)
			if err != nil {
				return err
			}
			s.holder[m] = m
			if p.Into != "" {
				s.holder[m] = p.Into
				continue
			}
			s.persons[m] = &slowPerson{id: m, joined: segment.DayOf(p.JoinedAt, taipei), reachable: p.Consents[people.ForPromo].Given}
		}
		return nil
	})
	for m, into := range s.holder { // chains
		for s.holder[into] != into {
			into = s.holder[into]
		}
		s.holder[m] = into
	}
}

func (s *slow) readEntries() {
	type key struct {
		m   loyalty.MemberID
		seq uint64
	}
	orders, uses, first := map[key]*slowOrder{}, map[key]int{}, map[loyalty.MemberID]bool{}
	// A sale may stand behind what takes it back, as members are in the order of their
	// ids and one may be merged into one before.
	err := s.w.book.EachEntry(context.Background(), s.w.db, func(_ store.Reader, e loyalty.Entry) error {
		if e.Kind == loyalty.KindEarn {
			o := &slowOrder{s.holder[e.Member], e.Store, segment.DayOf(e.EffectiveAt, taipei), e.Amount, false}
			s.orders, orders[key{e.Member, e.Seq}] = append(s.orders, o), o
		}
		return nil
	})
	if err != nil {
		s.w.t.Fatal(err)
	}
	undone := map[key]bool{}
	err = s.w.book.EachEntry(context.Background(), s.w.db, func(r store.Reader, e loyalty.Entry) error {
		m := slowMove{
			who: s.holder[e.Member], store: e.Store, day: segment.DayOf(e.EffectiveAt, taipei), expired: e.In(loyalty.Expired), spent: e.In(loyalty.Redeemed),
			given: -e.In(loyalty.Issued), unspent: e.In(loyalty.Available) + e.In(loyalty.Pending) + e.In(loyalty.Held),
		}
		switch e.Kind {
		case loyalty.KindSpend, loyalty.KindCapture:
			m.use, uses[key{e.Member, e.Seq}] = 1, len(s.moves)
		case loyalty.KindReverse, loyalty.KindUndo:
			of, err := s.w.book.Numbered(r, e.Member, e.Of)
			if err != nil {
				return err
			}
			k := key{of.Member, of.Seq}
			m.store = of.Store
			if o := orders[k]; o != nil {
				o.money -= e.Amount
				o.void = o.void || e.Whole && e.Sale
			} else {
				undone[k] = true
			}
		case loyalty.KindMerge, loyalty.KindUnmerge, loyalty.KindAdopt:
			m.given, m.spent, m.expired = 0, 0, 0
		}
		if p := s.persons[e.Member]; p != nil && e.Actor.Staff() && m.day == p.joined && !first[e.Member] &&
			e.Kind != loyalty.KindUndo && e.Kind != loyalty.KindReverse {
			p.joinStore = e.Store
		}
		first[e.Member] = first[e.Member] || e.Actor.Staff()
		s.moves = append(s.moves, m)
		return nil
	})
	if err != nil {
		s.w.t.Fatal(err)
	}
	for k, i := range uses {
		if undone[k] {
			s.moves[i].use = 0
		}
	}
}

// fit is what members are compared with.
func (s *slow) fit() {
	var recency, frequency, money []int64
	var past []measure.History
	var spent []measure.Spender
	for _, id := range slices.Sorted(maps.Keys(s.persons)) {
		p := s.persons[id]
		s.add(p)
		if p.year > 0 {
			recency, frequency, money = append(recency, int64(p.last)), append(frequency, p.year), append(money, int64(p.lately))
		}
		if p.days > 0 {
			past, spent = append(past, s.history(p)), append(spent, s.spender(p))
		}
	}
	s.scale = measure.Scale{Recency: measure.CutsOf(recency), Frequency: measure.CutsOf(frequency), Money: measure.CutsOf(money)}
	if m, err := measure.FitBGNBD(past); err == nil {
		s.buying = &m
		if g, err := measure.FitGammaGamma(spent); err == nil {
			s.spending = &g
		}
	} else if !errors.Is(err, measure.ErrTooFew) && !errors.Is(err, measure.ErrNoFit) {
		s.w.t.Fatal(err)
	}
}

func (s *slow) add(p *slowPerson) {
	visits, days, recent := map[loyalty.Store]int{}, map[int32]bool{}, 0
	for _, o := range s.orders {
		if o.who != p.id {
			continue
		}
		p.orders = append(p.orders, o)
		p.money += o.money
		if o.day > s.today-365 {
			p.lately += o.money
		}
		if o.void {
			continue
		}
		visits[o.store]++
		days[o.day] = true
		if o.day > s.today-365 {
			p.year++
		}
		if o.day > s.today-90 {
			recent++
		}
	}
	p.days = int64(len(days))
	for _, at := range slices.Sorted(maps.Keys(visits)) {
		if p.main == "" || visits[at] > visits[p.main] {
			p.main = at
		}
	}
	if list := slices.Sorted(maps.Keys(days)); len(list) > 0 {
		p.first, p.last = list[0], list[len(list)-1]
	}
	answered := 0
	if p.newest != nil {
		answered = 1
	}
	// The published weights: visits of 90 days 3 each up to 12, an answer 6, taps 1
	// each up to 10, friends 4 each up to 3.
	p.engaged = float64(3*min(recent, 12)+6*answered+min(int(s.w.taps[p.id]), 10)) / (36 + 6 + 10 + 12)
}

func (s *slow) history(p *slowPerson) measure.History {
	return measure.History{X: int(p.days) - 1, Last: float64(p.last-p.first) / 7, Known: float64(s.today-p.first) / 7}
}

func (s *slow) spender(p *slowPerson) measure.Spender {
	return measure.Spender{X: int(p.days) - 1, Mean: float64(p.money) / 100 / float64(p.days)}
}

// traits are what a loyalty score is made of, NaN where that is not known.
func (s *slow) traits(p *slowPerson) []float64 {
	list := []float64{float64(p.last), float64(p.year), float64(p.lately), math.NaN(), math.NaN(), p.engaged}
	if s.buying != nil && p.days > 0 {
		list[3] = s.buying.PAlive(s.history(p))
	}
	if p.newest != nil {
		list[4] = float64(p.newest.Score)
	}
	return list
}

// score is a member's loyalty score, everybody compared with everybody.
func (s *slow) score(p *slowPerson) float64 {
	weights := []float64{2, 2, 2, 2, 1, 1}
	sum, weight := 0.0, 0.0
	for i, mine := range s.traits(p) {
		if math.IsNaN(mine) {
			continue
		}
		below, n := 0.0, 0.0
		for _, other := range s.persons {
			switch v := s.traits(other)[i]; {
			case math.IsNaN(v):
				continue
			case v < mine:
				below++
			case v == mine:
				below += 0.5
			}
			n++
		}
		sum, weight = sum+weights[i]*100*below/n, weight+weights[i]
	}
	return sum / weight
}

// slice is the part of the shop that a query means.
type slice struct {
	*slow
	q        Query
	from, to int32
	in       func(*slowPerson) bool // of the segment
}

// bought is who bought in a span, by their orders.
func (s *slice) bought(from, to int32) map[loyalty.MemberID][]*slowOrder {
	all := map[loyalty.MemberID][]*slowOrder{}
	for _, o := range s.orders {
		if s.meant(o.who) && (s.q.Store == "" || o.store == s.q.Store) && !o.void && o.day >= from && o.day < to {
			all[o.who] = append(all[o.who], o)
		}
	}
	return all
}

func (s *slice) meant(m loyalty.MemberID) bool { return s.persons[m] != nil && s.in(s.persons[m]) }

// people are who a census counts.
func (s *slice) people() (list []*slowPerson) {
	for _, p := range s.persons {
		if s.in(p) && (s.q.Store == "" || p.main == s.q.Store) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *slowPerson) int { return cmp.Compare(a.id, b.id) })
	return list
}

// answer is a number or why there is none.
type answer struct {
	number float64
	why    string
}

func number(v float64) answer { return answer{number: v} }

// ratio is a/b, or why not.
func ratio(a, b float64, why string) answer {
	if b == 0 {
		return answer{why: why}
	}
	return number(a / b)
}

// all are the metrics of the slice by their definitions.
func (s *slice) all() map[Name]answer {
	out := map[Name]answer{}
	s.sales(out)
	s.stays(out)
	s.points(out)
	s.surveys(out)
	s.census(out)
	for _, n := range []Name{Billed, Saved} {
		out[n] = answer{why: NoPrices}
	}
	out[PlanChurn] = answer{why: NoPlans}
	for _, info := range Names() {
		if s.q.Store != "" && !info.PerStore || s.q.Segment != "" && !info.PerSegment {
			out[info.Name] = answer{why: WholeShopOnly}
		}
	}
	return out
}

func (s *slice) sales(out map[Name]answer) {
	who := s.bought(s.from, s.to)
	orders, money, again := 0.0, 0.0, 0.0
	for _, list := range who {
		orders += float64(len(list))
		for _, o := range list {
			money += float64(o.money)
		}
		if len(list) >= 2 {
			again++
		}
	}
	ever, more := s.bought(0, s.to), 0.0
	for _, list := range ever {
		if len(list) >= 2 {
			more++
		}
	}
	n := float64(len(who))
	out[Revenue], out[Orders], out[Customers] = number(money), number(orders), number(n)
	out[AverageOrder], out[Frequency] = ratio(money, orders, NoOrders), ratio(orders, n, NoOrders)
	out[RepeatRate], out[RepeatEver] = ratio(100*again, n, NoOrders), ratio(100*more, float64(len(ever)), NoOrders)
	month, sum := s.bought(s.to-30, s.to), 0.0
	for day := s.to - 30; day < s.to; day++ {
		sum += float64(len(s.bought(day, day+1)))
	}
	out[Stickiness] = ratio(100*sum/30, float64(len(month)), NoOrders)
}

func (s *slice) stays(out map[Name]answer) {
	d := int32(s.settings.ActiveDays)
	now, before, past := s.bought(s.to-d, s.to), s.bought(s.to-2*d, s.to-d), s.bought(0, s.to-2*d)
	both, away, back := 0.0, 0.0, 0.0
	for m := range before {
		if now[m] != nil {
			both++
		}
	}
	for m := range past {
		if before[m] != nil {
			continue
		}
		if away++; now[m] != nil {
			back++
		}
	}
	n := float64(len(before))
	out[Active] = number(float64(len(now)))
	out[Retention], out[Churn], out[Reactivation] = ratio(100*both, n, NobodyBefore), ratio(100*(n-both), n, NobodyBefore), ratio(100*back, away, NobodyBefore)
	switch orders, buyers := out[Orders].number, out[Customers].number; {
	case orders == 0:
		out[CLVSimple] = answer{why: NoOrders}
	case n == 0:
		out[CLVSimple] = answer{why: NobodyBefore}
	case both == n:
		out[CLVSimple] = answer{why: NobodyLeft}
	default:
		stop := 1 - math.Pow(both/n, 365.25/float64(d))
		aYear := orders / buyers / (float64(s.to-s.from) / 365.25)
		out[CLVSimple] = number(out[Revenue].number / orders * aYear / stop * s.settings.Margin)
	}
}

func (s *slice) points(out map[Name]answer) {
	var given, spent, expired, owed, yearSpent, yearExpired, uses, joined float64
	for _, m := range s.moves {
		if !s.meant(m.who) || s.q.Store != "" && m.store != s.q.Store || m.day >= s.to {
			continue
		}
		owed += float64(m.unspent)
		if m.day >= s.to-365 {
			yearSpent, yearExpired = yearSpent+float64(m.spent), yearExpired+float64(m.expired)
		}
		if m.day >= s.from {
			given, spent, expired, uses = given+float64(m.given), spent+float64(m.spent), expired+float64(m.expired), uses+float64(m.use)
		}
	}
	for _, p := range s.persons {
		if s.in(p) && p.joined >= s.from && p.joined < s.to && (s.q.Store == "" || p.joinStore == s.q.Store) {
			joined++
		}
	}
	out[Given], out[Spent], out[Expired], out[Vouchers], out[Joined] = number(given), number(spent), number(expired), number(uses), number(joined)
	out[Outstanding], out[Liability] = number(owed), number(owed*0.5)
	share := ratio(yearExpired, yearSpent+yearExpired, NoneLeft)
	out[Breakage], out[LiabilityNet] = answer{100 * share.number, share.why}, answer{owed * 0.5 * (1 - share.number), share.why}
}

func (s *slice) surveys(out map[Name]answer) {
	up, down, n, good, sum, rated, all := 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
	for _, a := range s.answers {
		if day := segment.DayOf(a.At, taipei); !s.meant(a.Member) || s.q.Store != "" && a.Visit.Store != s.q.Store || day < s.from || day >= s.to {
			continue
		}
		all++
		if a.Kind == loyalty.SurveyCSAT {
			if rated, sum = rated+1, sum+float64(a.Score); a.Score >= 4 {
				good++
			}
			continue
		}
		switch n++; {
		case a.Score >= 9:
			up++
		case a.Score <= 6:
			down++
		}
	}
	out[Answers] = number(all)
	few := func(x answer, n float64) answer {
		if n > 0 && n < 30 {
			return answer{why: TooFew}
		}
		return x
	}
	out[NPS] = few(ratio(100*(up-down), n, NoAnswers), n)
	out[CSAT], out[CSATMean] = few(ratio(100*good, rated, NoAnswers), rated), few(ratio(sum, rated, NoAnswers), rated)
}

func (s *slice) census(out map[Name]answer) {
	var n, reach, tired, lively, engaged, scores, buyers, alive, worth float64
	for _, p := range s.people() {
		n, engaged, scores = n+1, engaged+p.engaged, scores+s.score(p)
		if p.reachable {
			reach++
			if s.w.ignored[p.id] >= 3 {
				tired++
			}
			if p.days > 0 && p.last > s.today-int32(s.settings.ActiveDays) {
				lively++
			}
		}
		if p.days == 0 {
			continue
		}
		buyers++
		if s.buying != nil {
			alive += s.buying.PAlive(s.history(p))
		}
		if s.spending != nil {
			worth += measure.CLV(*s.buying, *s.spending, s.history(p), s.spender(p), 0.01)
		}
	}
	out[Members], out[Reachable] = number(n), number(reach)
	out[Activity], out[Fatigue] = ratio(100*lively, reach, Nobody), ratio(100*tired, reach, Nobody)
	out[Engagement], out[LoyaltyScore] = ratio(100*engaged, n, Nobody), ratio(scores, n, Nobody)
	if s.q.Store == "" && s.q.Segment == "" {
		out[LoyaltyScore] = answer{why: PartOnly}
	}
	out[Alive], out[CLV] = number(alive), number(100*worth/buyers*s.settings.Margin)
	switch {
	case buyers == 0:
		out[Alive], out[CLV] = answer{why: NoOrders}, answer{why: NoOrders}
	case s.buying == nil:
		out[Alive], out[CLV] = answer{why: NeedsRepeat}, answer{why: NeedsRepeat}
	case s.spending == nil:
		out[CLV] = answer{why: NeedsRepeat}
	case !s.spending.Independent():
		out[CLV] = answer{why: SpendTied}
	case buyers < 30:
		out[CLV] = answer{why: TooFew}
	}
	if !s.q.To.After(dayOf(s.w.now)) { // nobody counted then
		why := NotKept
		if s.q.Store != "" || s.q.Segment != "" {
			why = NowOnly
		}
		for _, name := range []Name{Members, Reachable, Activity, Fatigue, Engagement, Alive, CLV, LoyaltyScore} {
			if out[name] = (answer{why: why}); name == LoyaltyScore && why == NotKept {
				out[name] = answer{why: PartOnly}
			}
		}
	}
}

func dayOf(t time.Time) time.Time {
	y, m, d := t.In(taipei).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, taipei)
}
