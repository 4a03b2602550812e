package voucher

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// model is the desk in the plainest way that there is: a list of everything
// that was given out, and a purse for each member. It knows the rules from the
// package comment, and shares no code with what it tries.
type model struct {
	purse map[loyalty.MemberID]int
	given []*paper
	pool  []string // codes not given yet
	known map[string]bool
}

// paper is one voucher; state is open, used, void or expired.
type paper struct {
	v         Voucher
	who       loyalty.MemberID
	what      string
	cost      int
	present   bool
	issued    time.Time
	until     time.Time
	state     string
	code      string // a digital one
	usedTimes int
}

// life plays one desk against its model.
type life struct {
	*shop
	m    *model
	pick func(int) int // 0 ≤ pick(n) < n
	n    int
	log  []string
}

var people = []loyalty.MemberID{ann, bo, "01HCLEO0000000000000000000"}

func newLife(t testing.TB, db store.DB, pick func(int) int) *life {
	p := plan()
	p.Expiry.Kind = loyalty.Never
	reward(p, "mug", func(r *loyalty.Reward) { r.Stock = count(int64(pick(4))) })
	s := newShop(t, p)
	s.db = db
	return &life{shop: s, m: &model{purse: map[loyalty.MemberID]int{}, known: map[string]bool{}}, pick: pick}
}

func (l *life) fatalf(format string, args ...any) {
	l.t.Helper()
	for _, line := range l.log {
		l.t.Log(line)
	}
	l.t.Fatalf(format, args...)
}

// advance does what time alone does.
func (l *life) advance() {
	for _, p := range l.m.given {
		if p.state == "open" && !l.now.Before(p.until) {
			p.state = "expired"
			if p.what != "cake" {
				l.m.purse[p.who] += p.cost
			}
		}
	}
}

// left is how many mugs there are.
func (m *model) left(stock int) int {
	for _, p := range m.given {
		if p.what == "mug" && (p.state == "open" || p.state == "used") {
			stock--
		}
	}
	return max(0, stock)
}

// had is how many of a reward count for a member's limit.
func (l *life) had(who loyalty.MemberID, what string, day bool) (n int) {
	for _, p := range l.m.given {
		same := !day || p.issued.In(taipei).YearDay() == l.now.In(taipei).YearDay()
		if p.who == who && p.what == what && !p.present && same && (p.state == "open" || p.state == "used") {
			n++
		}
	}
	return n
}

func (l *life) stock() int {
	r, _ := l.p.Reward("mug")
	return int(*r.Stock)
}

// mayRedeem is why not, in the model's words.
func (l *life) mayRedeem(who loyalty.MemberID, what string, cost int) string {
	switch {
	case what == "once" && l.had(who, what, false) >= 1, what == "daily" && l.had(who, what, true) >= 2:
		return "limit"
	case what == "mug" && l.m.left(l.stock()) == 0, what == "song" && len(l.m.pool) == 0:
		return "sold"
	case l.m.purse[who] < cost:
		return "short"
	}
	return ""
}

// why is a refusal in the model's words.
func why(err error) string {
	var sold *SoldOutError
	var limit *LimitError
	var short *loyalty.ShortError
	var used *UsedError
	var lapsed *LapsedError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &sold):
		return "sold"
	case errors.As(err, &limit):
		return "limit"
	case errors.As(err, &short):
		return "short"
	case errors.As(err, &used):
		return "used"
	case errors.As(err, &lapsed):
		return "lapsed"
	case errors.Is(err, ErrVoid):
		return "void"
	case errors.Is(err, ErrForfeit):
		return "forfeit"
	case errors.Is(err, ErrNotUsed):
		return "not used"
	}
	return err.Error()
}

// told compares a refusal with the model's.
func (l *life) told(what string, err error, want string) bool {
	l.t.Helper()
	l.log = append(l.log, fmt.Sprintf("%s %s: %q", l.now.Format(time.DateTime), what, want))
	if got := why(err); got != want {
		l.fatalf("%s: refused %q, want %q", what, got, want)
	}
	return want == ""
}

func (l *life) step() {
	l.t.Helper()
	switch l.pick(6) {
	case 0:
		l.now = l.now.Add(time.Duration(l.pick(20*24)) * time.Hour)
	case 1:
	default:
		l.now = l.now.Add(time.Duration(l.pick(40)) * time.Minute)
	}
	l.advance()
	if l.pick(5) == 0 {
		l.expire()
	}
	who := people[l.pick(len(people))]
	switch l.pick(10) {
	case 0, 1:
		n := 1 + l.pick(200)
		l.earn(who, loyalty.Money(n))
		l.m.purse[who] += n
	case 2, 3, 4:
		l.takes(who, []string{"latte", "mug", "cake", "song", "once", "daily"}[l.pick(6)])
	case 5:
		l.gets(who, []string{"mug", "prize", "song"}[l.pick(3)])
	case 6:
		l.codes()
	default:
		if len(l.m.given) > 0 {
			l.again(l.m.given[l.pick(len(l.m.given))])
		}
	}
	l.compare()
}

// takes redeems.
func (l *life) takes(who loyalty.MemberID, what string) {
	r, _ := l.p.Reward(what)
	want := l.mayRedeem(who, what, int(r.Cost))
	v, err := l.redeem(who, what)
	if l.told(fmt.Sprint(who, " redeems ", what), err, want) {
		l.m.purse[who] -= int(r.Cost)
		l.keep(&paper{v: v, who: who, what: what, cost: int(r.Cost)})
	}
}

// gets receives a present.
func (l *life) gets(who loyalty.MemberID, what string) {
	want := ""
	if what == "mug" && l.m.left(l.stock()) == 0 || what == "song" && len(l.m.pool) == 0 {
		want = "sold"
	}
	l.n++
	v, err := l.present(who, what, fmt.Sprint("present ", l.n))
	if l.told(fmt.Sprint(who, " gets ", what), err, want) {
		l.keep(&paper{v: v, who: who, what: what, present: true})
	}
}

func (l *life) keep(p *paper) {
	l.t.Helper()
	p.issued, p.until, p.state = l.now, p.v.Until, "open"
	if p.what == "song" {
		p.state, p.usedTimes = "used", 1
		p.code, l.m.pool = l.m.pool[0], l.m.pool[1:]
		if got, err := l.d.Digital(p.v); got != p.code || err != nil {
			l.fatalf("got code %q, %v, want %q", got, err, p.code)
		}
	}
	l.m.given = append(l.m.given, p)
}

// codes loads some, of which some are known.
func (l *life) codes() {
	var list []string
	fresh := 0
	for range l.pick(4) {
		c := fmt.Sprint("S-", l.pick(30))
		if list = append(list, c); !l.m.known[c] {
			l.m.known[c], l.m.pool, fresh = true, append(l.m.pool, c), fresh+1
		}
	}
	if added, twice := addCodes(l.shop, list...); added != fresh || twice != len(list)-fresh {
		l.fatalf("%v: %d added, %d known", list, added, twice)
	}
}

// shut is why an open voucher's verb is refused.
func (p *paper) shut() string {
	return map[string]string{"open": "", "used": "used", "void": "void", "expired": "lapsed"}[p.state]
}

// again does something to what was given out.
func (l *life) again(p *paper) {
	verb := []string{"use", "use", "cancel", "void", "undo", "reopen"}[l.pick(6)]
	if p.what == "song" && verb == "use" {
		verb = "undo" // nobody can show a code for it
	}
	want := p.shut()
	var v Voucher
	var err error
	switch verb {
	case "use":
		v, err = l.use(p.v)
	case "cancel":
		v, err = l.cancel(p.who, p.v)
		if want == "" && p.what == "cake" {
			want = "forfeit"
		}
	case "void":
		v, err = l.void(p.v)
	case "undo", "reopen":
		if want = ""; p.state != "used" {
			want = "not used"
		} else if p.what != "song" && verb == "undo" && !l.now.Before(p.until) {
			want = "lapsed"
		}
		if verb == "undo" {
			v, err = l.undo(p.v)
		} else {
			v, err = l.reopen(p.v)
		}
	}
	if !l.told(fmt.Sprint(p.who, "'s ", p.what, ": ", verb), err, want) {
		return
	}
	switch {
	case verb == "use":
		p.state = "used"
		p.usedTimes++
	case verb == "cancel", verb == "void":
		p.state = "void"
		l.m.purse[p.who] += p.cost
	case p.what == "song":
		p.state = "void"
		p.usedTimes--
		l.m.purse[p.who] += p.cost
	default:
		p.state, p.until = "open", v.Until
		p.usedTimes--
		if verb == "reopen" && v.Until.Before(l.now.Add(7*24*time.Hour)) {
			l.fatalf("reopened until %s only", v.Until)
		}
	}
}
