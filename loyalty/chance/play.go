package chance

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Field is a prize as it stands now.
type Field struct {
	loyalty.GamePrize
	// Left is how many there still are; nil is any number. At 0 Instead is given.
	Left *int64
}

// Drawn are a member's draws of a local day, and those of whoever was merged into them,
// the earliest first. In an Update it locks them.
func (d *Desk) Drawn(r store.Reader, m loyalty.MemberID, day string) (list []Draw, err error) {
	family, err := d.family(r, m)
	for _, one := range family {
		for _, x := range draws.Scan(r, draws.Under(string(one), day), &err) {
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(a, b Draw) int { return a.At.Compare(b.At) })
	return list, err
}

// Offer is a game as it stands for a member.
type Offer struct {
	loyalty.Game
	Fields []Field
	// FreeNow is how many goes cost nothing at this moment, and More how many goes
	// the member may still have within the game's limit, -1 for any number.
	FreeNow, More int64
	// Price is what the next go takes; 0 for a free one.
	Price loyalty.Points
	// Commitment is the present day's.
	Commitment string
	// Err is why the next go cannot be had, nil when it can: ErrLevel, ErrOver,
	// ErrNoGo, *NotYetError, *ManyError.
	Err error
}

// Offers are the programme's games as they stand for a member at now; a game that
// is over, or for other tiers, is left out. In an Update it locks the member.
func (d *Desk) Offers(r store.Reader, m loyalty.MemberID, now time.Time) (all []Offer, err error) {
	for _, g := range d.Programme(now).Play.Games {
		o, _, err := d.offer(r, m, g, now)
		if err != nil {
			return nil, err
		}
		if o.Err != ErrOver && o.Err != ErrLevel {
			all = append(all, o)
		}
	}
	return all, nil
}

// chance is what a go would use.
type chance struct {
	family []loyalty.MemberID
	day    string
	n      int // which go of the day it would be
	// purchase is whose go it would be, or what else brought it: its row's owner and
	// reference.
	owner    loyalty.MemberID
	purchase string
}

// offer is one game as it stands.
func (d *Desk) offer(r store.Reader, m loyalty.MemberID, g loyalty.Game, now time.Time) (o Offer, c chance, err error) {
	p := d.Programme(now)
	o.Game, c.day = g, p.Day(now)
	o.Commitment = d.Commitment(c.day)
	if c.family, err = d.family(r, m); err != nil {
		return o, c, err
	}
	if o.Fields, err = d.fields(r, &g, now); err != nil {
		return o, c, err
	}
	had, free, err := d.had(r, p, &g, m, &c, now)
	if err != nil {
		return o, c, err
	}
	o.More = g.Left(had)
	if o.FreeNow, err = d.waiting(r, &g, &c, now); err != nil {
		return o, c, err
	}
	if own := max(0, g.Free-free); own > 0 && g.FreePer != "" && g.FreePer != loyalty.SpanVisit {
		o.FreeNow += own
		c.owner, c.purchase = "", "" // the day's own are used first: tomorrow they are gone
	}
	if o.More >= 0 {
		o.FreeNow = min(o.FreeNow, o.More)
	}
	if o.FreeNow == 0 {
		o.Price = g.Cost
	}
	if err == nil {
		o.Err, err = d.mayNot(r, p, m, &o, now)
	}
	return o, c, err
}

// fields are a game's prizes with what is left of each.
func (d *Desk) fields(r store.Reader, g *loyalty.Game, now time.Time) (all []Field, err error) {
	for _, z := range g.Prizes {
		f := Field{GamePrize: z}
		if z.Stock != nil {
			taken, _, err := stocks.Get(r, g.ID, z.ID)
			if err != nil {
				return nil, err
			}
			left := max(0, *z.Stock-taken)
			f.Left = &left
		}
		if w, ok := d.Programme(now).Reward(z.Reward); ok {
			left, _, err := d.Vouchers.Left(r, w, now)
			if err != nil {
				return nil, err
			}
			if left != nil && (f.Left == nil || *left < *f.Left) {
				f.Left = left
			}
		}
		all = append(all, f)
	}
	return all, nil
}

// had counts the goes within the game's limit and the free ones within their
// span, of the member and of whoever they were merged with.
func (d *Desk) had(r store.Reader, p *loyalty.Programme, g *loyalty.Game, m loyalty.MemberID, c *chance, now time.Time) (had, free int64, err error) {
	from := now.In(p.Location()).AddDate(0, 0, -31).Format(time.DateOnly)
	if g.Per == loyalty.SpanYear {
		from = now.In(p.Location()).AddDate(-1, 0, 0).Format(time.DateOnly)
	}
	c.n = 1
	for _, one := range c.family {
		for _, x := range draws.Scan(r, draws.Between(string(one)+"/"+from, string(one)+"/~"), &err) {
			if x.Game != g.ID {
				continue
			}
			if p.PeriodOf(g.Per, x.At) == p.PeriodOf(g.Per, now) {
				had++
			}
			if x.Free && x.Go == "" && p.PeriodOf(g.FreePer, x.At) == p.PeriodOf(g.FreePer, now) {
				free++
			}
			if one == m && x.Day == c.day {
				c.n = max(c.n, x.N+1)
			}
		}
		if err != nil {
			return 0, 0, err
		}
	}
	f, err := d.facts(r, m)
	if err != nil || !f.Returned {
		return had, free, err
	}
	// What they had before they left is forgotten: in the span in which they came
	// back they count as having had it all.
	if p.PeriodOf(g.Per, f.Joined) == p.PeriodOf(g.Per, now) {
		had = max(had, g.PerPerson)
	}
	if p.PeriodOf(g.FreePer, f.Joined) == p.PeriodOf(g.FreePer, now) {
		free = max(free, g.Free)
	}
	return had, free, nil
}

// waiting counts the goes that purchases and missions brought, and finds what brought
// those that end first, the oldest of several.
func (d *Desk) waiting(r store.Reader, g *loyalty.Game, c *chance, now time.Time) (n int64, err error) {
	var first goes
	for _, one := range c.family {
		for key, x := range gos.Scan(r, gos.Under(string(one), g.ID), &err) {
			if x.Undone || x.Used >= x.Have || !now.Before(x.Until) {
				continue
			}
			n += x.Have - x.Used
			sooner := x.Until.Compare(first.Until)
			if first.Have == 0 || sooner < 0 || sooner == 0 && x.At.Before(first.At) {
				first, c.owner, c.purchase = x, one, key[len(one)+len(g.ID)+2:]
			}
		}
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// mayNot is why the member cannot have the next go.
func (d *Desk) mayNot(r store.Reader, p *loyalty.Programme, m loyalty.MemberID, o *Offer, now time.Time) (refused, err error) {
	switch {
	case now.Before(o.From):
		return &NotYetError{o.From}, nil
	case !o.To.IsZero() && !now.Before(o.To):
		return ErrOver, nil
	}
	if len(o.Levels) > 0 {
		pr, _, err := d.Book.Progress(r, m, now)
		if err != nil {
			return nil, err
		}
		level := pr.Standing.Level
		if rank := p.Tiers.Index(level); rank < len(p.Tiers.Levels) {
			level = p.Tiers.Levels[rank].ID // "" is the lowest
		}
		if !slices.Contains(o.Levels, level) {
			return ErrLevel, nil
		}
	}
	switch {
	case o.More == 0:
		return &ManyError{o.PerPerson, o.Per}, nil
	case o.FreeNow == 0 && o.Cost == 0:
		return ErrNoGo, nil
	}
	return nil, nil
}

// Play has one go at a game: it pays for it where it is not free, draws, and gives
// the prize. Refusals: ErrNoGame, what [Offer].Err says, *loyalty.ShortError,
// loyalty.ErrFrozen, loyalty.ErrFull; after each the transaction holds nothing
// that is to stand.
func (d *Desk) Play(tx store.Tx, m loyalty.MemberID, act book.Act, game string) (Draw, error) {
	p := d.Programme(act.Now)
	g, ok := p.Play.Game(game)
	if !ok {
		return Draw{}, ErrNoGame
	}
	o, c, err := d.offer(tx, m, g, act.Now)
	if err == nil {
		err = o.Err
	}
	if err != nil {
		return Draw{}, err
	}
	if err := d.commit(tx, c.day, act.Now); err != nil {
		return Draw{}, err
	}
	x := Draw{Game: g.ID, Member: m, Day: c.day, N: c.n, At: act.Now.Round(0).UTC(), Version: p.Version, Free: o.FreeNow > 0, Cost: o.Price}
	if err := d.pay(tx, act, &c, &x); err != nil {
		return Draw{}, err
	}
	x.Ticket = d.ticket(g.ID, c.day, m, c.n)
	x.Number = d.Seed(c.day).Number(x.Ticket, loyalty.AllOdds)
	z := g.Pick(x.Number)
	x.Drawn = z.ID
	if err := d.give(tx, act, &g, z, &x); err != nil {
		return Draw{}, err
	}
	if err := drawDays.Put(tx, struct{}{}, x.Day, x.Game, string(m), number(x.N)); err != nil {
		return Draw{}, err
	}
	return x, draws.Put(tx, x, string(m), x.Day, x.Game, number(x.N))
}

// commit writes down a day's commitment, and that of the day after, before the
// first draw: both were told by then.
func (d *Desk) commit(tx store.Tx, day string, now time.Time) error {
	noon, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	for _, one := range []string{day, noon.AddDate(0, 0, 1).Format(time.DateOnly)} {
		if _, known, err := seeds.Get(tx, one); err != nil || known {
			if err != nil {
				return err
			}
			continue
		}
		if err := tx.Lock(store.Subject("drawseed/" + one)); err != nil {
			return err
		}
		if _, known, err := seeds.Get(tx, one); err != nil || known { // by another, meanwhile
			if err != nil {
				return err
			}
			continue
		}
		if err := seeds.Put(tx, seedRow{d.Commitment(one), now.UTC()}, one); err != nil {
			return err
		}
	}
	return nil
}

// pay uses a go that a purchase brought, or points; one of the day's free goes is
// used by the draw's own row.
func (d *Desk) pay(tx store.Tx, act book.Act, c *chance, x *Draw) error {
	switch {
	case x.Free && c.purchase != "":
		row, _, err := gos.Get(tx, string(c.owner), x.Game, c.purchase)
		if err != nil {
			return err
		}
		row.Used++
		x.Go = c.purchase
		return gos.Put(tx, row, string(c.owner), x.Game, c.purchase)
	case x.Free:
		return nil
	}
	act.Op += "/go"
	rec, err := d.Book.Spend(tx, x.Member, act, x.Cost)
	x.Paid = rec.Entry().Ref
	return err
}

// give gives the prize, or what stands in the place of one that has run out.
func (d *Desk) give(tx store.Tx, act book.Act, g *loyalty.Game, z *loyalty.GamePrize, x *Draw) error {
	act = by(act, "prize")
	out := false
	if z.Stock != nil {
		if err := tx.Lock(store.Subject("drawstock/" + g.ID + "/" + z.ID)); err != nil {
			return err
		}
		taken, _, err := stocks.Get(tx, g.ID, z.ID)
		if err != nil {
			return err
		}
		x.Place, out = taken+1, taken >= *z.Stock
	}
	if z.Reward != "" && !out {
		v, err := d.Vouchers.Present(tx, x.Member, act, z.Reward, "draw/"+x.Ticket)
		if err != nil && !loyalty.Refused(err) {
			return err
		}
		x.Voucher, out = v.ID, err != nil
	}
	if out {
		x.Place = 0
		if z = g.Prize(z.Instead); z == nil { // the reader of programmes asks for it
			return ErrNoGame
		}
	}
	x.Given, x.Points = z.ID, z.Points
	if x.Place > 0 {
		if err := stocks.Put(tx, x.Place, g.ID, z.ID); err != nil {
			return err
		}
	}
	if x.Points == 0 {
		return nil
	}
	rec, err := d.Book.Grant(tx, x.Member, act, "draw/"+x.Ticket, x.Points, nil)
	x.Ref = rec.Entry().Ref
	return err
}
