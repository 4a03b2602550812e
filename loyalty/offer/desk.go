package offer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Desk is how one shop gives its offers. It is a value without state and may be
// used by many at once.
type Desk struct {
	Book     *book.Book
	Vouchers *voucher.Desk
	// Programme is the version in force at a moment, the Book's own.
	Programme func(at time.Time) *loyalty.Programme
	// Facts is what is known of a member besides the ledger: which plans run, and
	// whether they were one before. It is asked under the member's lock; nil: nothing
	// is known of anybody.
	Facts func(store.Reader, loyalty.MemberID) (loyalty.Facts, error)
	// In says whether a member is in a segment; nil: nobody is in any.
	In InSegment
	// Reopen makes a used voucher good again, with all that follows from it, as
	// [voucher.Desk.Reopen] does; nil: that one alone.
	Reopen func(store.Tx, voucher.ID, book.Act) error
	// Took is told, in its transaction, of each voucher that a neighbour handed in, with
	// its owner's balance after that; nil tells nobody.
	Took func(tx store.Tx, v voucher.Voucher, act book.Act, b loyalty.Balance) error
}

// InSegment says whether a member is in the segment of this name.
type InSegment func(r store.Reader, m loyalty.MemberID, name string, now time.Time) (bool, error)

// Claim is one time that a member claimed an offer.
type Claim struct {
	Member  loyalty.MemberID `json:"-"`
	Offer   string           `json:"-"`
	At      time.Time        `json:"at"`
	Reward  string           `json:"reward"`
	Voucher voucher.ID       `json:"voucher"`
}

// count is how many of an offer were claimed within a span.
type count struct {
	Taken int64     `json:"taken"`
	End   time.Time `json:"end,omitzero"` // of the span; zero: none
}

var (
	claims = store.NewTable[Claim]("offerclaim/", store.Locked, store.FirstPart("member"))
	// What is shown of a count may change a moment later; who claims locks first.
	counts = store.NewTable[count]("offercount/", store.Readable, store.FirstPart("offer"))
)

var errAct = errors.New("offer: an act needs an operation id and a now")

// Source is the source of an offer's vouchers, before what tells one claim from
// another.
const Source = "offer/"

// OfferOf is the offer that brought a voucher; "" where none did.
func OfferOf(v *voucher.Voucher) string {
	rest, ok := strings.CutPrefix(v.Source, Source)
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// Claim gives the member what an offer has, for nothing: a voucher that is used
// where the offer says. The same operation gives the same voucher. Refusals:
// *loyalty.OfferError, loyalty.ErrFrozen, *voucher.SoldOutError.
func (d *Desk) Claim(tx store.Tx, m loyalty.MemberID, act book.Act, id string) (voucher.Voucher, error) {
	var none voucher.Voucher
	if act.Op == "" || act.Now.IsZero() {
		return none, errAct
	}
	if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
		return none, err
	}
	source := Source + id + "/" + string(act.Op)
	if v, ok, err := d.Vouchers.BySource(tx, m, source); err != nil || ok {
		v.State = v.StateAt(act.Now)
		return v, err
	}
	p := d.Programme(act.Now)
	o, ok := p.Offer(id)
	if !ok {
		return none, &loyalty.OfferError{Offer: id, Why: loyalty.OfferUnknown}
	}
	if o.Number > 0 {
		if err := tx.Lock(store.Subject("offer/" + id)); err != nil {
			return none, err
		}
	}
	c, err := d.claimant(tx, p, o, m, act.Now)
	if err != nil {
		return none, err
	}
	if err := p.MayClaim(o, &c, act.Now); err != nil {
		return none, err
	}
	turn := p.OfferAt(o, act.Now)
	v, err := d.Vouchers.PresentAt(tx, m, act, turn.Reward, source, o.OpenTo(c.Bought))
	if err != nil {
		return none, err
	}
	return v, d.note(tx, p, o, Claim{Member: m, Offer: id, At: act.Now.UTC(), Reward: turn.Reward, Voucher: v.ID})
}

// note writes a claim down.
func (d *Desk) note(tx store.Tx, p *loyalty.Programme, o *loyalty.Offer, c Claim) error {
	_, tail, _ := strings.Cut(string(c.Voucher), "-")
	if err := claims.Put(tx, c, string(c.Member), o.ID, c.At.Format("20060102T150405.000000000")+"-"+tail); err != nil {
		return err
	}
	if o.Number <= 0 {
		return nil
	}
	span, end := p.Within(o.NumberPer, c.At)
	n, _, err := counts.Get(tx, o.ID, span)
	if err != nil {
		return err
	}
	return counts.Put(tx, count{n.Taken + 1, end}, o.ID, span)
}

// claimant is what an offer asks of a member, as of now.
func (d *Desk) claimant(r store.Reader, p *loyalty.Programme, o *loyalty.Offer, m loyalty.MemberID, now time.Time) (c loyalty.Claimant, err error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return c, err
	}
	progress, _, err := d.Book.Progress(r, m, now)
	if err != nil {
		return c, err
	}
	c.Level = progress.Standing.Level
	a, err := d.Book.Account(r, m)
	if err != nil {
		return c, err
	}
	c.Frozen = a.Frozen
	if (len(o.Plans) > 0 || o.Once()) && d.Facts != nil {
		facts, err := d.Facts(r, m)
		if err != nil {
			return c, err
		}
		c.Plans, c.Returned = facts.PlansAt(now), facts.Returned
	}
	if c.Outside, err = d.outside(r, o, family[0], now); err != nil {
		return c, err
	}
	span, _ := p.Within(o.Per, now)
	for _, one := range family {
		for _, had := range claims.Scan(r, claims.Under(string(one), o.ID), &err) {
			if in, _ := p.Within(o.Per, had.At); in == span {
				c.Had++
			}
		}
	}
	if err != nil {
		return c, err
	}
	if c.Taken, err = d.taken(r, p, o, now); err != nil || o.Untried == "" {
		return c, err
	}
	return c, d.tried(r, o, family, &c)
}

// outside reports whether an offer is for a segment that a member is not in.
func (d *Desk) outside(r store.Reader, o *loyalty.Offer, m loyalty.MemberID, now time.Time) (bool, error) {
	if o.Segment == "" || d.In == nil {
		return o.Segment != "", nil
	}
	in, err := d.In(r, m, o.Segment, now)
	return !in, err
}

// taken is how many of an offer with a number were claimed within now's span.
func (d *Desk) taken(r store.Reader, p *loyalty.Programme, o *loyalty.Offer, now time.Time) (int64, error) {
	if o.Number <= 0 {
		return 0, nil
	}
	span, _ := p.Within(o.NumberPer, now)
	n, _, err := counts.Get(r, o.ID, span)
	return n.Taken, err
}

// entriesAPage is how many entries tried reads at a time.
const entriesAPage = 200

// tried finds in the ledger which of an offer's stores or items somebody has
// bought at or of: purchases that stand. It stops where nothing is left to find.
func (d *Desk) tried(r store.Reader, o *loyalty.Offer, family []loyalty.MemberID, c *loyalty.Claimant) error {
	for _, m := range family {
		for after := uint64(0); ; {
			page, err := d.Book.Since(r, m, after, entriesAPage)
			if err != nil {
				return err
			}
			for i := range page {
				if err := d.note1(r, o, &page[i], c); err != nil {
					return err
				}
				if c.HadItem || o.Untried == loyalty.UntriedStore && len(o.OpenTo(c.Bought)) == 0 {
					return nil
				}
			}
			if len(page) < entriesAPage {
				break
			}
			after = page[len(page)-1].Seq
		}
	}
	return nil
}

// note1 adds what one entry tells of where and what somebody bought.
func (d *Desk) note1(r store.Reader, o *loyalty.Offer, e *loyalty.Entry, c *loyalty.Claimant) error {
	if e.Amount <= 0 || e.Kind != loyalty.KindEarn && e.Kind != loyalty.KindOpening {
		return nil
	}
	at := o.Untried == loyalty.UntriedStore && slices.Contains(o.Stores, e.Store) && !slices.Contains(c.Bought, e.Store)
	of := o.Untried == loyalty.UntriedItems && slices.ContainsFunc(e.Lines, func(l loyalty.Line) bool {
		return slices.Contains(o.Items, l.Item) || l.Category != "" && slices.Contains(o.Items, l.Category)
	})
	if !at && !of {
		return nil
	}
	mark, err := d.Book.Reversed(r, *e)
	if err != nil || mark.Whole {
		return err
	}
	if at {
		c.Bought = append(c.Bought, e.Store)
	}
	c.HadItem = c.HadItem || of
	return nil
}

// Shown is an offer as one member sees it now.
type Shown struct {
	Offer loyalty.Offer
	Turn  loyalty.OfferTurn
	// Left is how many there are now for all together, nil for no bound; Mine how
	// many more this member may claim within the span, nil for no bound.
	Left, Mine *int64
	// Stores are where what they would get is used; empty: where the reward is.
	Stores []loyalty.Store
	// Err is why the member cannot claim it now, nil when they can:
	// *loyalty.OfferError, *voucher.SoldOutError, loyalty.ErrFrozen.
	Err error
}

// List is the offers for one member at now: what they can claim in the programme's
// order, then the rest; what is over is left out. It decides nothing: Claim looks
// again. In an Update it locks the member.
func (d *Desk) List(r store.Reader, m loyalty.MemberID, now time.Time) (list []Shown, err error) {
	p := d.Programme(now)
	for i := range p.Offers {
		s, err := d.show(r, p, &p.Offers[i], m, now)
		if err != nil {
			return nil, err
		}
		var no *loyalty.OfferError
		if errors.As(s.Err, &no) && (no.Why == loyalty.OfferOver || no.Why == loyalty.OfferOther) {
			continue // nobody is told of whom the shop thinks apart
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b Shown) int { return cmp.Compare(later(a.Err), later(b.Err)) })
	return list, nil
}

func later(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

func (d *Desk) show(r store.Reader, p *loyalty.Programme, o *loyalty.Offer, m loyalty.MemberID, now time.Time) (s Shown, err error) {
	s = Shown{Offer: *o, Turn: p.OfferAt(o, now)}
	c, err := d.claimant(r, p, o, m, now)
	if err != nil {
		return s, err
	}
	if s.Err = p.MayClaim(o, &c, now); s.Err != nil && !loyalty.Refused(s.Err) {
		return s, s.Err
	}
	s.Stores = o.OpenTo(c.Bought)
	if o.Number > 0 {
		n := max(0, o.Number-c.Taken)
		s.Left = &n
	}
	if o.PerPerson > 0 {
		n := max(0, o.PerPerson-c.Had)
		if c.Returned && o.Once() {
			n = 0
		}
		s.Mine = &n
	}
	return s, d.stocked(r, p, &s, now)
}

// stocked takes the reward's own stock into account, of which there may be less.
func (d *Desk) stocked(r store.Reader, p *loyalty.Programme, s *Shown, now time.Time) error {
	w, ok := p.Reward(s.Turn.Reward)
	if !ok {
		return fmt.Errorf("offer: %s gives a reward that the programme does not have", s.Offer.ID)
	}
	left, _, err := d.Vouchers.Left(r, w, now)
	if err != nil || left == nil || !s.Turn.Open {
		return err
	}
	if s.Left == nil || *left < *s.Left {
		s.Left = left
	}
	if *left <= 0 && s.Err == nil {
		s.Err = &voucher.SoldOutError{Reward: w.ID}
	}
	return nil
}

// Claims are a member's claims, theirs too with whom they were merged, the newest
// first. In an Update it locks the member.
func (d *Desk) Claims(r store.Reader, m loyalty.MemberID) (list []Claim, err error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	for _, one := range family {
		for key, c := range claims.Scan(r, claims.Under(string(one)), &err) {
			list = append(list, c.keyed(key))
		}
	}
	slices.SortStableFunc(list, func(a, b Claim) int { return b.At.Compare(a.At) })
	return list, err
}

// keyed fills in what stands in a claim's key.
func (c Claim) keyed(key string) Claim {
	m, rest, _ := strings.Cut(key, "/")
	c.Member = loyalty.MemberID(m)
	c.Offer, _, _ = strings.Cut(rest, "/")
	return c
}

// countsKept is how long a count is kept after its span.
const countsKept = 400 * 24 * time.Hour

// Sweep deletes the counts of spans that ended long ago. It returns how many rows
// went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	return store.Sweep(ctx, db, counts.All(), 100, func(row store.Row) bool {
		var n count
		return store.Decode(row.Key, row.Value, &n) == nil && !n.End.IsZero() && now.Sub(n.End) > countsKept
	})
}

// Public is what anybody may know of the offers that can be claimed now: of no
// member in particular. What all claimed already is left out.
func (d *Desk) Public(r store.Reader, now time.Time) (list []Shown, err error) {
	p := d.Programme(now)
	for i := range p.Offers {
		o := &p.Offers[i]
		s := Shown{Offer: *o, Turn: p.OfferAt(o, now), Stores: o.Stores}
		if !s.Turn.Open || o.Segment != "" {
			continue
		}
		if o.Number > 0 {
			taken, err := d.taken(r, p, o, now)
			if err != nil {
				return nil, err
			}
			n := max(0, o.Number-taken)
			s.Left = &n
		}
		if err := d.stocked(r, p, &s, now); err != nil {
			return nil, err
		}
		if s.Left == nil || *s.Left > 0 {
			list = append(list, s)
		}
	}
	return list, nil
}
