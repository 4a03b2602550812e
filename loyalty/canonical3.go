package loyalty

// third writes what form 3 added.
func (b *canon) third(c *Carry) {
	b.flag(c != nil)
	if c == nil {
		return
	}
	b.text(string(c.With))
	b.num(uint64(c.Wing))
	b.num(uint64(len(c.Lots)))
	for i := range c.Lots {
		b.lot(&c.Lots[i])
	}
	b.num(uint64(len(c.Marks)))
	for i := range c.Marks {
		b.mark(&c.Marks[i])
	}
	b.num(uint64(len(c.Holds)))
	for _, h := range c.Holds {
		b.num(h.Seq)
		b.parts(h.Parts)
		b.time(h.Deadline)
		b.flag(h.Forfeit)
	}
	b.num(uint64(len(c.Waits)))
	for _, w := range c.Waits {
		b.num(w.Seq)
		b.text(string(w.Order))
		b.num(uint64(w.Amount))
		b.lines(w.Lines)
		b.time(w.Since)
	}
	b.flag(c.Frozen)
	b.counters(&c.Count)
	b.standing(&c.Standing)
	b.tallies(c.Buckets)
	b.tallies(c.Days)
	b.num(uint64(len(c.Cards)))
	for _, s := range c.Cards {
		b.text(s.Card)
		b.num(uint64(s.Have))
		b.num(uint64(s.Filled))
	}
}

func (b *canon) lot(l *Lot) {
	b.num(l.Seq)
	b.num(uint64(l.Granted))
	b.num(uint64(l.Rule))
	b.time(l.Base)
	b.time(l.ActiveAt)
	b.time(l.ExpiresAt)
	b.flag(l.Idle)
	b.text(l.Level)
	b.flag(l.Pending)
	for _, n := range []Points{l.Remaining, l.Held, l.Consumed, l.Expired, l.Reversed, l.Moved} {
		b.num(uint64(n))
	}
}

func (b *canon) mark(m *Marked) {
	b.num(m.Seq)
	b.num(uint64(m.Points))
	b.num(uint64(m.Amount))
	b.flag(m.Whole)
	b.lines(m.Lines)
	b.num(uint64(m.Nights))
	b.num(uint64(m.Qualified))
	b.num(uint64(len(m.Stamps)))
	for _, s := range m.Stamps {
		b.text(s.Card)
		b.num(uint64(s.Stamps))
		b.num(uint64(s.Filled))
	}
}

func (b *canon) parts(list []Part) {
	b.num(uint64(len(list)))
	for _, p := range list {
		b.num(p.Lot)
		b.num(uint64(p.Points))
		b.flag(p.Expired)
	}
}

func (b *canon) lines(list []Line) {
	b.num(uint64(len(list)))
	for _, l := range list {
		b.text(l.Item)
		b.text(l.Category)
		b.num(uint64(l.Quantity))
		b.num(uint64(l.Amount))
	}
}

func (b *canon) counters(c *Counters) {
	b.num(uint64(c.Earned))
	b.num(uint64(c.Spent))
	b.num(uint64(c.Visits))
	b.num(uint64(c.Money))
	b.time(c.First)
	b.time(c.Activity)
}

func (b *canon) standing(s *Standing) {
	b.text(s.Level)
	b.time(s.Since)
	b.time(s.Until)
	b.time(s.Window)
	b.text(s.Floor)
	b.time(s.FloorUntil)
}

func (b *canon) tallies(list []Tally) {
	b.num(uint64(len(list)))
	for _, t := range list {
		b.num(uint64(int64(t.Bucket)))
		b.num(uint64(int64(t.Day)))
		b.num(uint64(t.Visits))
		b.num(uint64(t.Nights))
		b.num(uint64(t.Money))
		b.num(uint64(t.Points))
		b.num(uint64(t.Earned))
	}
}

// third reads what form 3 added.
func (r *parser) third() *Carry {
	if !r.flag() {
		return nil
	}
	c := &Carry{With: MemberID(r.text()), Wing: r.int()}
	for range r.count(92) {
		l := Lot{Seq: r.num(), Opening: Opening{
			Granted: Points(r.num()), Rule: r.int(), Base: r.time(), ActiveAt: r.time(), ExpiresAt: r.time(), Idle: r.flag(), Level: r.text(),
		}, Pending: r.flag()}
		for _, n := range []*Points{&l.Remaining, &l.Held, &l.Consumed, &l.Expired, &l.Reversed, &l.Moved} {
			*n = Points(r.num())
		}
		c.Lots = append(c.Lots, l)
	}
	for range r.count(57) {
		m := Marked{Seq: r.num(), Mark: Mark{Points: Points(r.num()), Amount: Money(r.num()), Whole: r.flag(), Lines: r.lines(), Nights: int64(r.num()), Qualified: Points(r.num())}}
		for range r.count(24) {
			m.Stamps = append(m.Stamps, Stamping{r.text(), int64(r.num()), int64(r.num())})
		}
		c.Marks = append(c.Marks, m)
	}
	for range r.count(18) {
		c.Holds = append(c.Holds, HoldState{r.num(), r.parts(), r.time(), r.flag()})
	}
	for range r.count(33) {
		c.Waits = append(c.Waits, Wait{r.num(), Order(r.text()), Money(r.num()), r.lines(), r.time()})
	}
	c.Frozen = r.flag()
	c.Count = Counters{Points(r.num()), Points(r.num()), int64(r.num()), Money(r.num()), r.time(), r.time()}
	c.Standing = Standing{r.text(), r.time(), r.time(), r.time(), r.text(), r.time()}
	c.Buckets, c.Days = r.tallies(), r.tallies()
	for range r.count(24) {
		c.Cards = append(c.Cards, CardState{r.text(), Stamps{int64(r.num()), int64(r.num())}})
	}
	return c
}

func (r *parser) parts() (list []Part) {
	for range r.count(17) {
		list = append(list, Part{r.num(), Points(r.num()), r.flag()})
	}
	return list
}

func (r *parser) lines() (list []Line) {
	for range r.count(32) {
		list = append(list, Line{r.text(), r.text(), int64(r.num()), Money(r.num())})
	}
	return list
}

func (r *parser) tallies() (list []Tally) {
	for range r.count(56) {
		list = append(list, Tally{r.short(), r.short(), int64(r.num()), int64(r.num()), Money(r.num()), Points(r.num()), Points(r.num())})
	}
	return list
}
