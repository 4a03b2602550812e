package members

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// deeds are all that is done about members here.
func (p *page) deeds() []deed {
	return []deed{
		{name: "correct", did: i18n.ConsoleMembersDoCorrect, fields: []string{"way", "points"}, plan: correct},
		{name: "undo", did: i18n.ConsoleMembersDoUndo, fields: []string{"ref"}, offer: offerRef, plan: undo},
		{name: "refund", did: i18n.ConsoleMembersDoRefund, fields: refundFields(), offer: offerRefund, plan: refund},
		{name: "voucher", did: i18n.ConsoleMembersDoVoucher, fields: []string{"voucher"}, offer: offerVoucher, plan: withdraw},
		{name: "paid", did: i18n.ConsoleMembersDoPaid, fields: []string{"plan", "amount", "order"}, offer: offerPaid, plan: payPlan},
		{name: "freeze", did: i18n.ConsoleMembersDoFreeze, fields: []string{"what"}, offer: offerLocks, plan: freeze},
		{name: "thaw", did: i18n.ConsoleMembersDoThaw, plan: thaw},
		{name: "tags", did: i18n.ConsoleMembersDoTags, fields: []string{"add", "away"}, offer: offerTags, plan: tags},
		{name: "merge", did: i18n.ConsoleMembersDoMerge, fields: []string{"with", "other", "keep"}, offer: offerMerge, plan: merge},
		{name: "unmerge", did: i18n.ConsoleMembersDoUnmerge, plan: unmerge},
		{name: "erase", least: eraser, did: i18n.ConsoleMembersDoErase, fields: []string{"end"}, offer: offerErase, plan: erase},
	}
}

// refuse is a refusal in words.
func refuse(key i18n.Key, args ...any) (plan, error) { return plan{}, bot.Refuse(key, args...) }

func (w *work) row(label i18n.Key, value string) Row { return Row{w.q.Say(label), value} }

func (w *work) points(n loyalty.Points) string { return shop.Points(w.q.P, n) }

// correct gives points or takes them away, by hand.
func correct(w *work) (plan, error) {
	n, err := shop.ReadPoints(w.q.Typed("points"))
	if err != nil {
		return plan{}, err
	}
	if w.q.Typed("way") == "less" {
		n = -n
	}
	if w.q.Me.Member == w.m.ID {
		return plan{}, loyalty.ErrSelf
	}
	b, err := w.Book.Balance(w.r, w.m.ID, w.q.Now)
	if err != nil {
		return plan{}, err
	}
	rows := []Row{
		w.row(i18n.ConsoleMembersNow, w.points(b.Available)), w.row(i18n.EntryAdjust, shop.Signed(n)),
		w.row(i18n.ConsoleMembersAfter, w.points(b.Available+n)),
	}
	if b.Available+n < 0 {
		return plan{}, &loyalty.ShortError{Need: -n, Have: b.Available}
	}
	return plan{Rows: rows, Warn: w.q.Say(i18n.ConsoleMembersTellsThem), do: func(w *work) (done, error) {
		sealed, err := w.seal(w.m.ID)
		if err != nil {
			return done{}, err
		}
		u, err := w.Adjust(w.call, w.m, n, sealed)
		if why, ask := shop.AsksSecond(err); ask {
			return w.askSecond(n, sealed, why)
		}
		return done{said: w.q.Say(i18n.ConsoleMembersCorrected, "Points", shop.Signed(n), "Ref", u.Ref), note: u.Ref, again: u.Receipt.Replayed}, err
	}}, nil
}

// askSecond puts points by hand that are more than one person may give to the
// other managers, who say yes or no in the console.
func (w *work) askSecond(n loyalty.Points, sealed []byte, why *loyalty.StopError) (done, error) {
	me, tx := w.q.Me, w.call.Tx
	managers, err := w.Vault.Managers(tx, me.Store)
	if err != nil {
		return done{}, err
	}
	asked := false
	for _, boss := range managers {
		if boss.ID == me.ID || boss.Member == w.m.ID {
			continue // nobody approves what they asked for, or what they get
		}
		asked = true
		if err := w.TellMember(w.call, boss.Member, bot.PushNow, "", func(p i18n.Printer) []bot.Message { return []bot.Message{w.request(p, n, why)} }); err != nil {
			return done{}, err
		}
	}
	if !asked {
		return done{}, bot.Refuse(i18n.ApproveNobody, "Points", w.points(n))
	}
	row := till.Approval{
		ID: string(w.call.Op("approval")), Member: w.m.ID, Points: n, Reason: sealed, By: me.ID, Role: me.Role, Store: w.call.Store,
		At: w.q.Now, Until: w.q.Now.Add(till.ApprovalLife), Why: why,
	}
	row.ID = strings.ReplaceAll(row.ID, "/", "-")
	return done{said: w.q.Say(i18n.ApproveAsked, "Points", w.points(n)), note: shop.Signed(n)}, till.PutApproval(tx, row)
}

// request is what a manager is told of such a request.
func (w *work) request(p i18n.Printer, n loyalty.Points, why *loyalty.StopError) bot.Message {
	return bot.Message{
		Title: p.Say(i18n.ApproveTitle, "Points", shop.Points(p, n)),
		Rows: append([]bot.Row{
			{Label: p.Say(i18n.ApproveBy), Value: shop.Mask(w.q.Me.Name)}, {Label: p.Say(i18n.ApproveFor), Value: till.Called(p, w.m)},
			{Label: p.Say(i18n.ApproveReason), Value: w.reason},
		}, shop.StopRows(p, why)...),
		Buttons: []bot.Button{{Label: p.Say(i18n.ConsoleMembersOpen), Do: bot.DoCommand, Value: "console"}},
	}
}

// theirs is the entry that a form names, if it is the member's or a part's.
func (w *work) theirs() (loyalty.Entry, error) {
	ref, ok := loyalty.ParseRef(w.q.Typed("ref"))
	if !ok {
		return loyalty.Entry{}, loyalty.ErrUnknownRef
	}
	e, err := w.Book.ByRef(w.r, ref)
	if err != nil {
		return e, err
	}
	whose, err := w.Vault.Holder(w.r, e.Member)
	if err == nil && whose != w.m.ID {
		err = loyalty.ErrUnknownRef
	}
	return e, err
}

// offerRef is the entry that the page's address names.
func offerRef(w *work) (any, error) {
	e, err := w.theirs()
	if errors.Is(err, loyalty.ErrUnknownRef) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t, err := w.teller(w.q, w.r, w.m)
	if err != nil {
		return nil, err
	}
	return t.line(entry{Entry: e})
}

// undo takes an entry back.
func undo(w *work) (plan, error) {
	e, err := w.theirs()
	if err != nil {
		return plan{}, err
	}
	mark, err := w.Book.Reversed(w.r, e)
	if err != nil {
		return plan{}, err
	}
	if mark.Whole {
		return plan{}, loyalty.ErrAlreadyReversed
	}
	rows, err := w.entryRows(e)
	return plan{Rows: rows, Warn: w.q.Say(i18n.ConsoleMembersTellsThem), do: func(w *work) (done, error) {
		u, err := w.Undo(w.call, till.Done{Ref: e.Ref})
		return done{said: w.q.Say(i18n.ConsoleMembersUndone, "Ref", string(e.Ref)), note: string(e.Ref), again: u.Receipt.Replayed}, err
	}}, err
}

// entryRows are an entry as a plan shows it.
func (w *work) entryRows(e loyalty.Entry) ([]Row, error) {
	t, err := w.teller(w.q, w.r, w.m)
	if err != nil {
		return nil, err
	}
	l, err := t.line(entry{Entry: e})
	return []Row{
		w.row(i18n.ConsoleMembersRef, string(e.Ref)), w.row(i18n.ConsoleMembersKind, l.Kind),
		w.row(i18n.ConsoleMembersDate, w.day(e.EffectiveAt)), w.row(i18n.KeyPoints, shop.Signed(l.Change)), w.row(i18n.ConsoleMembersBy, l.By),
	}, err
}

// ticket is the voucher that a form names, if it is the member's or a part's.
func (w *work) ticket() (voucher.Voucher, error) {
	v, err := w.Club.Vouchers.Get(w.r, voucher.ID(w.q.Typed("voucher")), w.q.Now)
	if err != nil {
		return v, err
	}
	whose, err := w.Vault.Holder(w.r, v.Member)
	if errors.Is(err, people.ErrNobody) || err == nil && whose != w.m.ID {
		err = voucher.ErrUnknown
	}
	return v, err
}

func offerVoucher(w *work) (any, error) {
	v, err := w.ticket()
	if errors.Is(err, voucher.ErrUnknown) {
		return nil, nil
	}
	return Ticket{v, w.VoucherName(w.q.P, w.q.Now, v), v.StateAt(w.q.Now)}, err
}

// withdraw takes a voucher away that was not used.
func withdraw(w *work) (plan, error) {
	v, err := w.ticket()
	if err != nil {
		return plan{}, err
	}
	if w.q.Me.Member == w.m.ID {
		return plan{}, loyalty.ErrSelf
	}
	if v.StateAt(w.q.Now) != voucher.Open {
		return refuse(i18n.RefuseVoid)
	}
	name := w.VoucherName(w.q.P, w.q.Now, v)
	rows := []Row{w.row(i18n.ConsoleMembersVoucher, name), w.row(i18n.ConsoleMembersBack, w.points(v.Cost))}
	return plan{Rows: rows, Warn: w.q.Say(i18n.ConsoleMembersTellsThem), do: func(w *work) (done, error) {
		_, err := w.Withdraw(w.call, v)
		return done{said: w.q.Say(i18n.ConsoleMembersWithdrawn, "Reward", name)}, err
	}}, nil
}
