package plan

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strconv"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Desk is how one shop keeps its paid plans. It is a value without state and may
// be used by many at once.
type Desk struct {
	Book     *book.Book
	Vouchers *voucher.Desk
	// Key is the key of references, at least 32 bytes.
	Key []byte
	// Programme is the version in force at a moment.
	Programme func(at time.Time) *loyalty.Programme
	// Told is told, in its transaction, of cash-back that was given or taken back by what
	// somebody did; of what time does [Desk.Tick] tells. nil tells nobody.
	Told func(store.Tx, Done) error
	// Changed is told, in the transaction that wrote a member's plan, that whatever is
	// derived from it is out of date; nil tells nobody.
	Changed func(store.Tx, loyalty.MemberID) error
}

// refusal is a refusal without arguments; see [loyalty.Refused].
type refusal string

func (r refusal) Error() string { return "plan: " + string(r) }

// Refusal marks it as an answer.
func (refusal) Refusal() {}

// Refusals without arguments.
var (
	ErrUnknown = refusal("there is no such plan")
	ErrNone    = refusal("no plan runs")
	ErrTried   = refusal("the trial was had before, or there is none")
	ErrRuns    = refusal("the plan runs already")
	ErrEnded   = refusal("the plan was cancelled before")
	ErrLater   = refusal("only the newest payment can be taken back, and none that was refunded")
	ErrRef     = refusal("no payment has this reference")
	ErrNoMoney = refusal("nothing comes back by the rules")
)

// PriceError refuses an amount that is not the plan's price.
type PriceError struct{ Price loyalty.Money }

func (*PriceError) Error() string { return "plan: the amount is not the plan's price" }

// Refusal marks it as an answer.
func (*PriceError) Refusal() {}

// OtherError refuses a plan while another one runs.
type OtherError struct {
	Plan  string
	Until time.Time // exclusive
}

func (*OtherError) Error() string { return "plan: another plan runs" }

// Refusal marks it as an answer.
func (*OtherError) Refusal() {}

// State is where a run is in its life.
type State string

// The states.
const (
	None   State = ""       // there never was one, or it is over
	Runs   State = "runs"   // paid, or on trial
	Trial  State = "trial"  // on trial
	Ending State = "ending" // cancelled: it runs to its end
	Grace  State = "grace"  // past its end; its perks go on for a while
)

// StateAt is the run's state at now, whether or not anybody wrote it down; p are the
// rules in force then.
func (x *Run) StateAt(p *loyalty.Programme, now time.Time) State {
	switch {
	case x.Plan == "" || !x.Over.IsZero() || now.Before(x.From):
		return None
	case now.Before(x.To) && !x.Cancelled.IsZero():
		return Ending
	case now.Before(x.To) && x.Began.IsZero():
		return Trial
	case now.Before(x.To):
		return Runs
	case now.Before(x.End(p)):
		return Grace
	}
	return None
}

// End is when the run's perks end, exclusive: a grace after To, unless it was
// cancelled or is a trial.
func (x *Run) End(p *loyalty.Programme) time.Time {
	if !x.Cancelled.IsZero() || x.Began.IsZero() {
		return x.To
	}
	terms, _ := p.Plan(x.Plan)
	if terms.Grace == 0 {
		return x.To
	}
	// To is a local midnight; so is this, whatever clocks do in between.
	return p.DayEnd(x.To.In(p.Location()).Add(12*time.Hour).AddDate(0, 0, terms.Grace-1)).UTC()
}

// Stand is a person's plan at now: of themselves and who was merged into them, the
// one that runs longest, else the one that ended last. In an Update it locks them.
func (d *Desk) Stand(r store.Reader, m loyalty.MemberID, now time.Time) (Run, State, error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return Run{}, None, err
	}
	x, err := pick(r, d.Programme(now), family, now)
	return x, x.StateAt(d.Programme(now), now), err
}

func pick(r store.Reader, p *loyalty.Programme, family []loyalty.MemberID, now time.Time) (best Run, err error) {
	best.member = family[0]
	var tried []string
	for _, m := range family {
		x, err := run(r, m)
		if err != nil {
			return best, err
		}
		tried = append(tried, x.Tried...)
		runs, ran := x.StateAt(p, now) != None, best.StateAt(p, now) != None
		if runs && !ran || runs == ran && x.To.After(best.To) {
			best = x
		}
	}
	best.Tried = slices.Compact(slices.Sorted(slices.Values(tried)))
	return best, nil
}

// Running are the ids of a person's plans whose perks hold at now. all are the
// member and whoever was merged into them. In an Update it locks them.
func (d *Desk) Running(r store.Reader, all []loyalty.MemberID, now time.Time) ([]string, error) {
	p := d.Programme(now)
	if len(p.Plans) == 0 {
		return nil, nil
	}
	x, err := pick(r, p, all, now)
	if err != nil || x.StateAt(p, now) == None {
		return nil, err
	}
	if _, known := p.Plan(x.Plan); !known { // the shop has it no more
		return nil, nil
	}
	return []string{x.Plan}, nil
}

// Of is [Desk.Running] of a member.
func (d *Desk) Of(r store.Reader, m loyalty.MemberID, now time.Time) ([]string, error) {
	if len(d.Programme(now).Plans) == 0 {
		return nil, nil
	}
	family, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	return d.Running(r, family, now)
}

// Times are when a person's plans ran last: a sale has a plan's points by the moment at
// which it was made, whenever it is told. In an Update it locks them.
func (d *Desk) Times(r store.Reader, m loyalty.MemberID, now time.Time) (list []loyalty.PlanTime, err error) {
	p := d.Programme(now)
	family, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	for _, one := range family {
		x, err := run(r, one)
		if err != nil {
			return nil, err
		}
		if _, known := p.Plan(x.Plan); !known {
			continue
		}
		end := x.End(p)
		if x.Refunded {
			end = x.To
		}
		if !x.Over.IsZero() && x.Over.Before(end) { // ended within its grace
			end = x.Over
		}
		list = append(list, loyalty.PlanTime{Plan: x.Plan, From: x.From, To: end})
	}
	return list, nil
}

// put stores a run, under the instant at which time changes it next, and tells
// who derives something from it.
func (d *Desk) put(tx store.Tx, x Run, now time.Time) error {
	was := x.Due
	x.Due = d.next(x, now)
	if !was.Equal(x.Due) {
		if !was.IsZero() {
			if err := dues.Delete(tx, timeKey(was), string(x.member)); err != nil {
				return err
			}
		}
		if !x.Due.IsZero() {
			if err := dues.Put(tx, struct{}{}, timeKey(x.Due), string(x.member)); err != nil {
				return err
			}
		}
	}
	if err := runs.Put(tx, x, string(x.member)); err != nil || d.Changed == nil {
		return err
	}
	return d.Changed(tx, x.member)
}

// next is when time changes the run: its own end, or that of its year, where that
// comes first. Zero is never.
func (d *Desk) next(x Run, now time.Time) time.Time {
	const retry = 24 * time.Hour
	var again time.Time
	if len(x.Waiting) > 0 {
		again = now.Add(retry).UTC()
	}
	if x.Plan == "" || !x.Over.IsZero() {
		return again
	}
	p := d.Programme(now)
	due := x.End(p)
	if !again.IsZero() && again.Before(due) {
		due = again
	}
	if d.termsOf(&x, now).CashBack.Percent > 0 && !x.Began.IsZero() {
		if _, ends := p.PlanYear(x.Began, x.settled()); ends.Before(due) {
			due = ends
		}
	}
	return due
}

// count adds to what a day brought a plan.
func (d *Desk) count(tx store.Tx, plan string, now time.Time, add func(*Day)) error {
	day := d.Programme(now).Day(now)
	if err := tx.Lock(store.Subject("planday/" + day)); err != nil {
		return err
	}
	row, _, err := days.Get(tx, day, plan)
	if err != nil {
		return err
	}
	add(&row)
	return days.Put(tx, row, day, plan)
}

// newRef draws a payment's reference and notes where it leads.
func (d *Desk) newRef(tx store.Tx, m loyalty.MemberID, n int) (loyalty.Ref, error) {
	for try := range 100 {
		h := hmac.New(sha256.New, d.Key)
		h.Write([]byte(string(m) + "/" + strconv.Itoa(n) + "/" + strconv.Itoa(try)))
		ref := loyalty.NewRef(h.Sum(nil), 6)
		if err := tx.Lock(store.Subject("planref/" + string(ref))); err != nil {
			return "", err
		}
		_, taken, err := refs.Get(tx, string(ref))
		if err != nil {
			return "", err
		}
		if !taken {
			return ref, refs.Put(tx, place{m, n}, string(ref))
		}
	}
	return "", errRefs
}
