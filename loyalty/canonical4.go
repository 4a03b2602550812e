package loyalty

// fourth writes what form 4 added: the other half, and of the lots that the entry
// carries those that are borrowed.
func (b *canon) fourth(e *Entry) {
	b.flag(e.Peer != nil)
	if p := e.Peer; p != nil {
		b.text(string(p.With))
		b.num(p.Seq)
		b.num(p.Lot)
	}
	if e.Carry == nil {
		return
	}
	for i := range e.Carry.Lots {
		l := &e.Carry.Lots[i]
		b.text(string(l.From))
		b.num(l.Of)
	}
}

// fourth reads what form 4 added.
func (r *parser) fourth(e *Entry) {
	if r.flag() {
		e.Peer = &Peer{With: MemberID(r.text()), Seq: r.num(), Lot: r.num()}
	}
	if e.Carry == nil {
		return
	}
	for i := range e.Carry.Lots {
		l := &e.Carry.Lots[i]
		l.From, l.Of = MemberID(r.text()), r.num()
	}
}
