package loyalty

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// Peer is the other half of an entry that moves points between two accounts: of
// each pair one gives what the other gets, through the pot [Joined].
type Peer struct {
	With MemberID `json:"with"` // whose account the other half is in
	// Seq is the other half's number there, 0 in the first half of a [KindHome],
	// which is written before the other is known.
	Seq uint64 `json:"seq,omitempty"`
	Lot uint64 `json:"lot"` // there, to which or from which the points move
}

// errPeer is an entry that no lending can have made.
var errPeer = errors.New("the other half that the entry names does not fit its kind")

// paired reports an entry that names another half and must not, or does not and
// must.
func (e *Entry) paired() error {
	if two := e.Kind == KindTransfer || e.Kind == KindHome; two != (e.Peer != nil) {
		return errPeer
	}
	return nil
}

// goHome moves points that go home: out of a borrowed lot, or into the one that
// lent them.
func (l *Lot) goHome(n Points, out bool) {
	if out {
		n = -n
	}
	l.Remaining, l.Moved = l.Remaining+n, l.Moved-n
}

// Lender is an account whose points another may use. It must be settled as of the
// draft's Now: what time alone does to it is not looked at here.
type Lender struct {
	Account *Account
	Draft   Draft
}

// Use is what points are wanted for.
type Use struct {
	Points Points
	Kind   Kind   // KindSpend: they are used at once; KindHold: they are set aside on Terms
	Terms  Terms  // of a hold
	Most   Points // of others' points at most so many; 0 is no bound
}

// Together decides to use points, or to set them aside: the account's own, and what is missing of them from the
// lenders, whose lots that expire first lend first. Each lot lends by a pair of
// entries of kind transfer; the borrower's lot has the lender's rule, base and
// end, so that the points fare as they would have. Lenders who are frozen or owe
// lend nothing, and nobody lends what is pending or borrowed. When the points come
// free again they go home ([KindHome]) to the very lots. lent are the entries of
// each lender, in their order. Refusals: as Spend and SetAside; *ShortError counts
// what could be lent.
func Together(a *Account, p *Programme, d Draft, u Use, others []Lender) (lent [][]Entry, here []Entry, err error) {
	w, err := mayUse(a, p, d, u.Points, u.Kind)
	if err != nil {
		return nil, nil, err
	}
	lent = make([][]Entry, len(others))
	if missing := u.Points - w.has(w.now()); missing > 0 && w.a.Owed == 0 {
		if lent, err = w.borrow(p, missing, u, others); err != nil {
			return nil, nil, err
		}
	}
	to := Redeemed
	if u.Kind == KindHold {
		to = Held
	}
	here, err = w.use(u.Points, u.Kind, to, u.Terms)
	return lent, here, err
}

// lendable are the lots that another may use at t, in the order of spending.
func (w *work) lendable(t time.Time) []*Lot {
	if w.a.Frozen || w.a.Owed > 0 || w.a.Into != "" {
		return nil
	}
	return slices.DeleteFunc(w.spendable(t), func(l *Lot) bool { return l.From != "" })
}

// has is how many points can be spent at t.
func (w *work) has(t time.Time) (n Points) {
	for _, l := range w.spendable(t) {
		n += l.Remaining
	}
	return n
}

// offer is a lot that a lender has.
type offer struct {
	lender int
	lot    Lot
}

// borrow brings the points into the account that are missing of what is wanted.
func (w *work) borrow(p *Programme, missing Points, u Use, others []Lender) ([][]Entry, error) {
	var all []offer
	var have Points
	from := make([]*work, len(others))
	for i := range others {
		o := &work{a: others[i].Account.Clone(), p: p, d: others[i].Draft}
		o.d.Now, o.d.At = w.d.Now, w.d.At
		from[i] = o
		for _, l := range o.lendable(later(w.now(), o.now())) {
			all, have = append(all, offer{i, *l}), have+l.Remaining
		}
	}
	if u.Most > 0 {
		have = min(have, u.Most)
	}
	if have < missing {
		return nil, &ShortError{u.Points, u.Points - missing + have}
	}
	slices.SortFunc(all, func(x, y offer) int {
		if x.lot.ExpiresAt.Equal(y.lot.ExpiresAt) {
			return cmp.Or(cmp.Compare(x.lender, y.lender), cmp.Compare(x.lot.Seq, y.lot.Seq))
		}
		return x.lot.order(&y.lot)
	})
	for _, o := range all {
		k := min(missing, o.lot.Remaining)
		if k == 0 {
			break
		}
		if len(w.a.Lots) >= maxLots {
			return nil, ErrFull
		}
		if err := w.lend(from[o.lender], &o.lot, k); err != nil {
			return nil, err
		}
		missing -= k
	}
	lent := make([][]Entry, len(others))
	for i := range from {
		lent[i] = from[i].out
	}
	return lent, nil
}

// lend writes the two halves of what one lot lends: out of it, and into a lot of
// the account's.
func (w *work) lend(from *work, l *Lot, n Points) error {
	out, in := from.entry(KindTransfer), w.entry(KindTransfer)
	out.Parts, out.Legs = parts(l.Seq, n), []Leg{{Available, -n}, {Joined, n}}
	out.Peer = &Peer{With: w.d.Member, Seq: w.a.Seq + 1, Lot: w.a.Seq + 1}
	in.Peer = &Peer{With: from.d.Member, Seq: from.a.Seq + 1, Lot: l.Seq}
	o := l.Opening
	o.Granted, o.ActiveAt = n, time.Time{}
	in.Lot, in.Legs = &o, []Leg{{Joined, -n}, {Available, n}}
	if err := from.put(out); err != nil {
		return err
	}
	return w.put(in)
}

// putHome writes an entry by which points come free, and sends home those of them
// that are borrowed, before they can pay or buy anything here.
func (w *work) putHome(e Entry) error {
	if err := w.put(e); err != nil {
		return err
	}
	return w.home(e.Parts, w.now())
}

// home sends home what of the parts is borrowed and free, as of at.
func (w *work) home(list []Part, at time.Time) error {
	for _, p := range list {
		i := slices.IndexFunc(w.a.Lots, func(l Lot) bool { return l.Seq == p.Lot })
		if i < 0 || !w.borrowed(&w.a.Lots[i]) {
			continue
		}
		l := w.a.Lots[i]
		err := w.put(Entry{
			Kind: KindHome, EffectiveAt: at, Actor: ByJob("settle"), Of: l.Seq, Parts: parts(l.Seq, p.Points),
			Legs: []Leg{{Available, -p.Points}, {Joined, p.Points}}, Peer: &Peer{With: l.From, Lot: l.Of},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// borrowed reports whether a lot's points are somebody else's.
func (w *work) borrowed(l *Lot) bool {
	return l.From != "" && !w.merging && !slices.Contains(w.d.Kin, l.From)
}

// homeAll sends home what lies free in borrowed lots: points of who was one person
// with the member when they came free, and is no more.
func (w *work) homeAll() error {
	if w.d.pointsOnly { // who is one with whom is not known
		return nil
	}
	var list []Part
	for _, l := range w.a.Lots {
		if l.From != "" && l.Remaining > 0 {
			list = append(list, Part{Lot: l.Seq, Points: l.Remaining})
		}
	}
	return w.home(list, w.now())
}

// ComeHome decides the other half of out, by which points leave an account to which
// they were lent: they are back in the lot that out's Peer names, which the caller
// puts on the account if it is closed. What is past its end is gone at once, what
// is owed is paid.
func ComeHome(a *Account, p *Programme, d Draft, out *Entry) ([]Entry, error) {
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	n := out.In(Joined)
	err = w.put(Entry{
		Kind: KindHome, EffectiveAt: out.EffectiveAt, Actor: ByJob("settle"), Of: out.Peer.Lot, Parts: parts(out.Peer.Lot, n),
		Legs: []Leg{{Joined, -n}, {Available, n}}, Peer: &Peer{With: out.Member, Seq: out.Seq, Lot: out.Of},
	})
	return w.finish(err)
}
