package members

import (
	"errors"
	"strings"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	paid "regulars/loyalty/plan"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// mostOthers bounds whom a search for the other card offers.
const mostOthers = 20

// others are whom the form's search means.
type others struct {
	Asked bool
	Hits  []Hit
}

// offerMerge are whom the other card may be.
func offerMerge(w *work) (any, error) {
	words := w.q.Typed("with")
	if words == "" || w.q.R.Method != "POST" {
		return others{}, nil
	}
	found, _, err := w.meant(w.r, w.q.Now, words, "", mostOthers)
	if err != nil {
		return nil, err
	}
	o := others{Asked: true}
	for _, id := range found {
		if id == w.m.ID {
			continue
		}
		h, err := w.hit(w.r, w.q, id)
		if err != nil {
			return nil, err
		}
		if h.Status == people.Member {
			o.Hits = append(o.Hits, h)
		}
	}
	return o, nil
}

// merge makes two cards of one person one. A form that names no other card yet
// is shown again with whom its search found.
func merge(w *work) (plan, error) {
	id := loyalty.MemberID(w.q.Typed("other"))
	if id == "" {
		if w.q.Typed("with") == "" {
			return refuse(i18n.ConsoleMembersMergeWhom)
		}
		return plan{}, nil
	}
	if tx, ok := w.r.(store.Tx); ok {
		if err := tx.Lock(people.Subject(w.m.ID), people.Subject(id)); err != nil {
			return plan{}, err
		}
	}
	other, err := w.Vault.Get(w.r, id)
	if errors.Is(err, people.ErrNobody) {
		err = people.ErrNotMember
	}
	if err != nil {
		return plan{}, err
	}
	from, into := other, w.m
	if w.q.Typed("keep") == "other" {
		from, into = w.m, other
	}
	if w.q.Me.Member == from.ID || w.q.Me.Member == into.ID {
		return plan{}, loyalty.ErrSelf
	}
	pl := plan{Warn: w.q.Say(i18n.ConsoleMembersMergeHow), do: func(w *work) (done, error) { return w.merge(from, into) }}
	if from.Frozen || into.Frozen {
		pl.Warn += " " + w.q.Say(i18n.MergeFrozen)
	}
	for _, m := range []people.Person{from, into} {
		c, err := w.pair(m, m.ID == from.ID)
		if err != nil {
			return plan{}, err
		}
		pl.Faces = append(pl.Faces, c)
	}
	if tx, ok := w.r.(store.Tx); ok {
		return pl, w.Vault.MayMerge(tx, from.ID, into.ID)
	}
	return pl, nil
}

// pair is one of two who are compared.
func (w *work) pair(m people.Person, goes bool) (c Pair, err error) {
	if c.Hit, err = w.hit(w.r, w.q, m.ID); err != nil {
		return c, err
	}
	c.Goes, c.Chats, c.Joined = goes, len(m.Accounts), w.q.P.Date(w.Local(m.JoinedAt))
	all, err := w.Club.Vouchers.List(w.r, m.ID, w.q.Now)
	for _, v := range all {
		if v.StateAt(w.q.Now) == voucher.Open {
			c.Vouchers++
		}
	}
	return c, err
}

func (w *work) merge(from, into people.Person) (done, error) {
	act, err := w.mergeAct("merge", from.ID, into.ID)
	if err != nil {
		return done{}, err
	}
	m, err := w.Merge(w.call.Tx, from.ID, into.ID, act)
	if err != nil {
		return done{}, err
	}
	out := done{said: w.q.Say(i18n.ConsoleMembersMerged, "Points", w.points(m.Balance.Available), "Ref", string(m.Ref)), note: string(m.Ref), again: m.Replayed}
	if m.Replayed {
		return out, nil
	}
	// The deed is found on the other's page too.
	other := from.ID
	if other == w.m.ID {
		other = into.ID
	}
	if err := w.q.Audit(w.call.Tx, i18n.ConsoleMembersDoMerge, string(other), other, w.reason, string(m.Ref)); err != nil {
		return done{}, err
	}
	return out, w.TellMerged(w.call, m, from, into)
}

// mergeAct is a merge's act, or its undoing's, with the reason sealed for each
// half: each is read, and erased, with its own member's key.
func (w *work) mergeAct(part string, from, into loyalty.MemberID) (act book.Act, err error) {
	act = w.call.Act(part)
	if act.Theirs, err = w.seal(from); err == nil {
		act.Reason, err = w.seal(into)
	}
	return act, err
}

// unmerge takes the newest merge of a member back.
func unmerge(w *work) (plan, error) {
	switch {
	case w.q.Me.Member == w.m.ID:
		return plan{}, loyalty.ErrSelf
	case len(w.m.Parts) == 0:
		return plan{}, loyalty.ErrNotMerged
	}
	id := w.m.Parts[len(w.m.Parts)-1]
	if tx, ok := w.r.(store.Tx); ok {
		if err := tx.Lock(people.Subject(w.m.ID), people.Subject(id)); err != nil {
			return plan{}, err
		}
	}
	from, err := w.Vault.Get(w.r, id)
	if err != nil {
		return plan{}, err
	}
	pl := plan{Rows: []Row{w.row(i18n.ConsoleMembersParted, title(w.q, from))}, Warn: w.q.Say(i18n.ConsoleMembersUnmergeHow)}
	pl.do = func(w *work) (done, error) { return w.unmerge(from) }
	return pl, nil
}

func (w *work) unmerge(from people.Person) (done, error) {
	act := w.call.Act("unmerge")
	m, err := w.Unmerge(w.call.Tx, from.ID, act)
	if err != nil {
		return done{}, err
	}
	said := w.q.Say(i18n.ConsoleMembersUnmerged, "Points", w.points(m.Points), "Ref", string(m.Ref))
	if m.Kept > 0 {
		said += " " + w.q.Say(i18n.UnmergeKept, "Points", w.points(m.Kept))
	}
	out := done{said: said, note: string(m.Ref), again: m.Replayed}
	if m.Replayed {
		return out, nil
	}
	if err := w.q.Audit(w.call.Tx, i18n.ConsoleMembersDoUnmerge, string(from.ID), from.ID, w.reason, string(m.Ref)); err != nil {
		return done{}, err
	}
	b, err := w.Book.Balance(w.call.Tx, from.ID, w.q.Now)
	if err != nil {
		return done{}, err
	}
	return out, w.TellUnmerged(w.call, m, b.Available)
}

// endOf is what must be typed to erase somebody: the end of their number here,
// which stands on the page.
func endOf(id loyalty.MemberID) string { return string(id[max(0, len(id)-4):]) }

// eraseOffer is what erasing somebody takes.
type eraseOffer struct{ End string }

func offerErase(w *work) (any, error) { return eraseOffer{endOf(w.m.ID)}, nil }

// marked is for how long it is kept that an account was here, so that nobody has
// two welcome gifts: as for who leaves by themselves.
func marked(now time.Time) time.Time { return now.AddDate(1, 0, 0) }

// erase ends a membership and erases the person, as /leave does. What waits to be
// said to them is not said any more: the outbox asks before it sends.
func erase(w *work) (plan, error) {
	_, employed, err := w.Vault.StaffOfMember(w.r, w.m.ID)
	switch {
	case err != nil:
		return plan{}, err
	case employed:
		return refuse(i18n.ConsoleMembersEraseStaff)
	case !strings.EqualFold(w.q.Typed("end"), endOf(w.m.ID)):
		return refuse(i18n.ConsoleMembersEraseEnd, "End", endOf(w.m.ID))
	}
	b, err := w.Book.Balance(w.r, w.m.ID, w.q.Now)
	if err != nil {
		return plan{}, err
	}
	c, err := w.pair(w.m, true)
	if err != nil {
		return plan{}, err
	}
	rows := []Row{
		w.row(i18n.ConsoleMembersLosesPoints, w.points(b.Available+b.Held+b.Pending)),
		w.row(i18n.ConsoleMembersLosesVouchers, i18n.Number(int64(c.Vouchers))),
		w.row(i18n.ConsoleMembersLosesParts, i18n.Number(int64(len(w.m.Parts)))),
	}
	x, state, err := w.Plans.Stand(w.r, w.m.ID, w.q.Now)
	switch {
	case err != nil:
		return plan{}, err
	case state != paid.None:
		until := w.LastDay(w.q.P, x.End(w.Rules(w.q.Now)))
		rows = append(rows, w.row(i18n.ConsolePlansLost, w.q.Say(i18n.ConsolePlansLostTo, "Plan", w.PlanName(w.q.P, w.q.Now, x.Plan), "Date", until)))
	}
	return plan{Rows: rows, Warn: w.q.Say(i18n.ConsoleMembersEraseHow), do: func(w *work) (done, error) {
		act := w.call.Act("erase")
		act.Reason = []byte("left") // a word for programs: their key is gone in a moment
		if err := w.Club.Leave(w.call.Tx, w.m.ID, act); err != nil {
			return done{}, err
		}
		return done{said: w.q.Say(i18n.ConsoleMembersErased), after: func() error {
			return w.Vault.Erase(w.call.Tx, w.m.ID, w.q.Now, marked(w.q.Now))
		}}, nil
	}}, nil
}
