package campaign

import (
	"context"
	"errors"
	"slices"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Report is what came of a campaign. Its plain counts stand first; what rests on
// a comparison says itself when it is too little to tell.
//
// Purchases are those in [From, To), whole local days of the shop, net of
// refunds, of everybody who was written down as a recipient, whether or not a
// message reached them: who is left out as a control was drawn from the same
// people, and so only these can be compared.
type Report struct {
	Counts

	At       time.Time // as of when; what is expensive is not reckoned anew at each look
	From, To time.Time // the window; To is later than At while it runs

	Issued int64                  // coupons
	Used   int64                  // of them
	Sales  map[loyalty.Store]Sold // with a coupon, by store

	Taps   map[string]Pressed // by button
	Blocks int64              // recipients who blocked the shop within BlockSpan of its message

	Treated, Control Bought
	// Buyers is how many more of a hundred recipients bought than of those left
	// out; Spend the difference of what one of them paid, in minor units.
	Buyers measure.Verdict
	Spend  measure.Interval
	Spent  measure.Outcome
	Extra  measure.Interval // purchasers beyond those that there would have been

	Variants []Variant
	Billed   int64       // messages paid for, the journey's steps as they were written included
	Cost     outbox.Cost // of these
}

// BlockSpan is for how long after a message a block is laid to it.
const BlockSpan = 48 * time.Hour

// Sold is what was sold with a campaign's coupon.
type Sold struct {
	Coupons int64         `json:"n"` // used
	Sales   int64         `json:"s"` // that they were a part of and that stand
	Money   loyalty.Money `json:"m"` // of these, net
}

// Pressed is how often a button was pressed. Of an address that is opened only
// the number of times is known.
type Pressed struct {
	People int64 `json:"p"`
	Times  int64 `json:"n"`
}

// Bought is what a group of people bought.
type Bought struct {
	People int64         `json:"n"`
	Buyers int64         `json:"b"`
	Money  loyalty.Money `json:"m"`
	Square float64       `json:"q"` // the sum of the squares of what each paid, for the variance
}

// Variant is one of several wordings.
type Variant struct {
	Name   string
	Sent   int64 // messages that went out
	Tapped int64 // people who pressed a button
	Bought Bought
	// Better compares it with the first: by taps where there are buttons, else by
	// buyers. The first one's is zero.
	Better measure.Verdict
}

// reckoned is the stored part of a report: all that is summed over people.
type reckoned struct {
	At       time.Time              `json:"at"`
	Final    bool                   `json:"final,omitempty"` // the window was over
	Issued   int64                  `json:"issued"`
	Used     int64                  `json:"used"`
	Sales    map[loyalty.Store]Sold `json:"sales,omitempty"`
	Taps     map[string]Pressed     `json:"taps,omitempty"`
	Blocks   int64                  `json:"blocks"`
	Treated  Bought                 `json:"treated"`
	Control  Bought                 `json:"control"`
	Variants map[string]*variantSum `json:"variants,omitempty"`
}

type variantSum struct {
	Sent   int64  `json:"s"`
	Tapped int64  `json:"t"`
	Bought Bought `json:"b"`
}

var reports = store.NewTable[reckoned]("campreport/", store.Locked, store.FirstPart("campreport"))

// fresh is for how long a reckoning is shown without another: a look at a
// campaign of a million people reads a million rows.
const fresh = 10 * time.Minute

// Report is what came of a campaign so far; reckoned at most ten minutes ago.
// Refusal: ErrNone.
func (e *Engine) Report(ctx context.Context, id ID) (Report, error) {
	now := e.now()
	var sum reckoned
	known := false
	err := e.DB.View(ctx, func(r store.Reader) (err error) {
		sum, known, err = reports.Get(r, string(id))
		return err
	})
	if err != nil {
		return Report{}, err
	}
	if !known || !sum.Final && now.Sub(sum.At) >= fresh {
		if sum, err = e.reckon(ctx, id, now); err != nil {
			return Report{}, err
		}
	}
	var rep Report
	err = e.DB.View(ctx, func(r store.Reader) (err error) {
		rep, err = e.reported(r, id, sum, now)
		return err
	})
	return rep, err
}

// window is [from, to) in which purchases are counted: whole local days.
func (e *Engine) window(c *Campaign, d *Draft) (from, to time.Time) {
	begin := c.SendingAt
	if begin.IsZero() {
		begin = c.FrozenAt
	}
	local := begin.In(e.zone())
	from = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
	return from, from.AddDate(0, 0, d.Days())
}

// reported puts a reckoning beside the plain counts, and draws what it says.
func (e *Engine) reported(r store.Reader, id ID, sum reckoned, now time.Time) (Report, error) {
	counts, err := e.Counts(r, id)
	if err != nil {
		return Report{}, err
	}
	d, err := e.Draft(r, id, counts.Version)
	if err != nil {
		return Report{}, err
	}
	rep := Report{
		Counts: counts, At: sum.At, Issued: sum.Issued, Used: sum.Used, Sales: sum.Sales, Taps: sum.Taps,
		Blocks: sum.Blocks, Treated: sum.Treated, Control: sum.Control,
	}
	rep.From, rep.To = e.window(&counts.Campaign, &d)
	held, treated := sum.Control.share(), sum.Treated.share()
	rep.Buyers = measure.Compare(held, treated)
	rep.Extra = measure.Extra(held, treated)
	rep.Spend, rep.Spent = measure.CompareMeans(sum.Control.spread(), sum.Treated.spread())
	rep.Variants = variants(&d, sum.Variants)
	rep.Billed = rep.Bulk.Billed
	if rep.Walk != nil {
		rep.Billed += rep.Walk.Paid
	}
	if e.Costs != nil {
		rep.Cost, err = e.billed(r, rep.Billed, now)
	}
	return rep, err
}

// PerExtra is what one purchaser more has cost, in minor units; ok is false where
// it cannot be told that there was any, or what messages cost.
func (r *Report) PerExtra() (money int64, ok bool) {
	if r.Buyers.Outcome != measure.Higher || !r.Cost.Priced || r.Extra.Value < 1 {
		return 0, false
	}
	return int64(float64(r.Cost.Money)/r.Extra.Value + 0.5), true
}

// billed is what so many messages cost, on the channel where they do.
func (e *Engine) billed(r store.Reader, n int64, now time.Time) (outbox.Cost, error) {
	for _, ch := range e.Shop.Channels {
		if ch.Platform == bot.LINE {
			return e.Costs.Cost(r, ch.Name, n, now)
		}
	}
	return outbox.Cost{}, nil
}

func (b Bought) share() measure.Share { return measure.Share{Hits: b.Buyers, Of: b.People} }

// spread is what one of them paid, in minor units.
func (b Bought) spread() measure.Spread {
	if b.People < 2 {
		return measure.Spread{N: b.People}
	}
	n, sum := float64(b.People), float64(b.Money)
	return measure.Spread{N: b.People, Mean: sum / n, Variance: max(0, (b.Square-sum*sum/n)/(n-1))}
}

func (b *Bought) add(days int64, money loyalty.Money) {
	b.People++
	if days > 0 {
		b.Buyers++
	}
	b.Money += money
	b.Square += float64(money) * float64(money)
}

// variants compares each wording with the first.
func variants(d *Draft, sums map[string]*variantSum) (list []Variant) {
	names := d.Names()
	if len(names) < 2 {
		return nil
	}
	hits := func(s *variantSum) measure.Share {
		if len(d.Buttons) > 0 {
			return measure.Share{Hits: s.Tapped, Of: s.Bought.People}
		}
		return s.Bought.share()
	}
	for i, name := range names {
		s := sums[name]
		if s == nil {
			s = &variantSum{}
		}
		v := Variant{Name: name, Sent: s.Sent, Tapped: s.Tapped, Bought: s.Bought}
		if first := sums[names[0]]; i > 0 && first != nil {
			v.Better = measure.Compare(hits(first), hits(s))
		}
		list = append(list, v)
	}
	return list
}

// person is a recipient as the reckoning walks them.
type person struct {
	id      loyalty.MemberID
	variant string // "" of one who was left out
	sent    bool
}

// reckonStep is how many people one View looks at.
const reckonStep = 500

// reckon sums over everybody whom a campaign was meant for, in short Views, and
// keeps what it found.
func (e *Engine) reckon(ctx context.Context, id ID, now time.Time) (reckoned, error) {
	if err := e.Segments.Refresh(ctx, now); err != nil {
		return reckoned{}, err
	}
	x := &reckoning{e: e, sum: reckoned{At: now, Sales: map[loyalty.Store]Sold{}, Taps: map[string]Pressed{}, Variants: map[string]*variantSum{}}}
	var all []person
	err := e.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = x.people(r, id)
		return err
	})
	if err != nil {
		return reckoned{}, err
	}
	for part := range slices.Chunk(all, reckonStep) {
		err := e.DB.View(ctx, func(r store.Reader) error {
			for _, p := range part {
				if err := x.person(r, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return reckoned{}, err
		}
	}
	if err := e.DB.View(ctx, func(r store.Reader) error { return x.offers(r, id) }); err != nil {
		return reckoned{}, err
	}
	// Coupons can be used, and a last day's sale told late, for a while after it.
	x.sum.Final = x.c.Ended() && !x.c.Walking() && now.After(x.to.Add(settled))
	return x.sum, e.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("campreport/" + string(id))); err != nil {
			return err
		}
		return reports.Put(tx, x.sum, string(id))
	})
}

// settled is for how long after its window a report is still reckoned anew.
const settled = 8 * 24 * time.Hour

// reckoning is one walk over a campaign's people.
type reckoning struct {
	e        *Engine
	c        Campaign
	d        Draft
	from, to time.Time
	sum      reckoned
}

// people lists the recipients and those left out, and reads what the walk needs.
func (x *reckoning) people(r store.Reader, id ID) (all []person, err error) {
	if x.c, err = x.e.Get(r, id); err != nil {
		return nil, err
	}
	if x.d, err = x.e.Draft(r, id, x.c.Version); err != nil {
		return nil, err
	}
	x.from, x.to = x.e.window(&x.c, &x.d)
	err = x.e.Bulks.BulkStates(r, bulkID(id), func(who bot.PersonID, wording string, s outbox.State) error {
		_, variant := cutWording(wording)
		all = append(all, person{loyalty.MemberID(who), variant, s == outbox.Sent})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, x.e.Held(r, id, func(m loyalty.MemberID) error {
		all = append(all, person{id: m})
		return nil
	})
}

// person adds what one recipient bought, and whether they blocked the shop for it.
func (x *reckoning) person(r store.Reader, p person) error {
	days, money, err := x.e.Segments.Bought(r, p.id, x.from, x.to)
	if err != nil {
		return err
	}
	if p.variant == "" {
		x.sum.Control.add(days, money)
		return nil
	}
	x.sum.Treated.add(days, money)
	v := x.variant(p.variant)
	v.Bought.add(days, money)
	if !p.sent {
		return nil
	}
	v.Sent++
	who, err := x.e.Shop.Vault.Get(r, p.id)
	if errors.Is(err, people.ErrNobody) {
		return nil
	}
	if err != nil {
		return err
	}
	since := x.c.SendingAt
	for _, a := range who.Accounts {
		if a.Blocked && !a.BlockedAt.Before(since) && a.BlockedAt.Before(since.Add(BlockSpan)) {
			x.sum.Blocks++
			break
		}
	}
	return nil
}

func (x *reckoning) variant(name string) *variantSum {
	v := x.sum.Variants[name]
	if v == nil {
		v = &variantSum{}
		x.sum.Variants[name] = v
	}
	return v
}

// offers sums what was pressed, and what came of coupons.
func (x *reckoning) offers(r store.Reader, id ID) error {
	var err error
	for key, row := range taps.Scan(r, taps.Under(string(id)), &err) {
		m := loyalty.MemberID(key[len(id)+1:])
		for button, n := range row.Count {
			p := x.sum.Taps[button]
			p.People, p.Times = p.People+1, p.Times+n
			x.sum.Taps[button] = p
		}
		if len(row.Count) > 0 {
			if name, out := x.e.Assigned(id, &x.d, m); !out {
				x.variant(name).Tapped++
			}
		}
		if row.Voucher == "" {
			continue
		}
		if err := x.used(r, row); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	for key, n := range opened.Scan(r, opened.Under(string(id)), &err) {
		button := key[len(id)+1:]
		p := x.sum.Taps[button]
		p.Times += n.N
		x.sum.Taps[button] = p
	}
	return err
}

// used adds one coupon.
func (x *reckoning) used(r store.Reader, row tap) error {
	x.sum.Issued++
	v, err := x.e.Shop.Club.Vouchers.Get(r, row.Voucher, x.sum.At)
	if errors.Is(err, voucher.ErrUnknown) {
		return nil // swept with its member
	}
	if err != nil || v.State != voucher.Used {
		return err
	}
	x.sum.Used++
	at := x.sum.Sales[v.UsedStore]
	at.Coupons++
	if row.Sale != "" {
		sale, err := x.e.Shop.Book.ByRef(r, row.Sale)
		if err != nil {
			return err
		}
		back, err := x.e.Shop.Book.Reversed(r, sale)
		if err != nil {
			return err
		}
		if left := sale.Amount - back.Amount; left > 0 {
			at.Sales, at.Money = at.Sales+1, at.Money+left
		}
	}
	x.sum.Sales[v.UsedStore] = at
	return nil
}
