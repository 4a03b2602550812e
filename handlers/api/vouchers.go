package api

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

type redeemBody struct {
	place
	whom
	Reward string `json:"reward"`
}

// redeemAnswer is a reward that was exchanged for points.
type redeemAnswer struct {
	Ref     loyalty.Ref      `json:"ref"`
	Member  loyalty.MemberID `json:"member"`
	Points  loyalty.Points   `json:"points"`
	Balance pointsAnswer     `json:"balance"`
	Voucher voucherAnswer    `json:"voucher"`
	Lines   []string         `json:"lines"`
}

// redeem exchanges a member's points for a reward, and tells them at once.
func (d *deed) redeem(b redeemBody) (any, error) {
	m, err := d.spender(b.whom)
	if err != nil {
		return nil, err
	}
	if m.Frozen {
		return nil, loyalty.ErrFrozen
	}
	v, rec, err := d.till.Club.Vouchers.Redeem(d.Tx, m.ID, d.Act("redeem"), b.Reward)
	if err != nil {
		return nil, err
	}
	e := rec.Entry()
	a := redeemAnswer{Ref: e.Ref, Member: m.ID, Points: v.Cost, Balance: *pointsOf(rec.Balance), Voucher: d.s.voucher(d.Printer, d.Now, v)}
	if v.Kind == loyalty.RewardCode {
		if a.Voucher.Digital, err = d.till.Club.Vouchers.Digital(v); err != nil {
			return nil, err
		}
	} else {
		a.Voucher.Code = d.till.Club.Vouchers.CodeOf(v).String()
	}
	said := func(p i18n.Printer) string {
		return p.Say(i18n.ApiRedeemed, "Reward", d.till.Reward(p, d.Now, v.Reward), "Points", shop.Points(p, v.Cost))
	}
	a.Lines = lines(said(d.Printer))
	return a, d.till.TellMember(d.Call, m.ID, bot.PushNow, string(e.Ref), func(p i18n.Printer) []bot.Message {
		return []bot.Message{{
			Text: said(p), Note: d.till.RefNote(p, d.Now, string(e.Ref)),
			Rows: []bot.Row{{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(rec.Balance.Available))}},
			Buttons: []bot.Button{
				{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"},
				{Label: p.Say(i18n.UseNotMe), Do: bot.DoCommand, Value: "talk"},
			},
		}}
	})
}

type useBody struct {
	place
	Code    string     `json:"code,omitempty"` // that was scanned or typed
	Voucher voucher.ID `json:"voucher,omitempty"`
	Card    string     `json:"card,omitempty"` // with an id: that the member shows
}

// use takes a voucher.
func (d *deed) use(b useBody) (any, error) {
	which, err := d.which(b)
	if err != nil {
		return nil, err
	}
	used, err := d.till.Use(d.Call, which)
	if err != nil {
		return nil, err
	}
	d.member = used.Member.ID
	what := d.till.VoucherName(d.Printer, d.Now, used.Voucher)
	a := d.done(used.Ref, bot.Message{Title: what, Text: d.Printer.Say(i18n.UseDone, "Name", till.Called(d.Printer, used.Member))})
	a.Points = used.Voucher.Cost
	a.Vouchers = append(a.Vouchers, d.s.voucher(d.Printer, d.Now, used.Voucher))
	return a, nil
}

// which is the voucher that is meant. An id needs its owner: by the card, or one
// who may spend without it.
func (d *deed) which(b useBody) (w till.Which, err error) {
	if (b.Code == "") == (b.Voucher == "") || b.Code != "" && b.Card != "" {
		return w, badField("code")
	}
	if b.Code != "" {
		code, ok := voucherCode(b.Code)
		if !ok {
			return w, bot.Refuse(i18n.UseForm)
		}
		return till.Which{Code: code}, nil
	}
	v, err := d.till.Club.Vouchers.Get(d.Tx, b.Voucher, d.Now)
	if err != nil {
		return w, err
	}
	owner, err := d.opened(v.Member)
	if err != nil {
		return w, err
	}
	if b.Card == "" {
		if !maySpend(owner) {
			return w, errShowCard
		}
		return till.Which{ID: v.ID}, nil
	}
	d.spends = true
	shows, err := d.whom(whom{Card: b.Card})
	if err == nil && shows.ID != owner.ID {
		err = voucher.ErrUnknown
	}
	return till.Which{ID: v.ID}, err
}

type reopenBody struct {
	place
	Code    string     `json:"code,omitempty"`
	Voucher voucher.ID `json:"voucher,omitempty"`
}

// reopen takes a voucher's use back that was a mistake: a present's use has no
// reference to go by.
func (d *deed) reopen(b reopenBody) (any, error) {
	if (b.Code == "") == (b.Voucher == "") {
		return nil, badField("code")
	}
	id := b.Voucher
	if b.Code != "" {
		code, ok := voucherCode(b.Code)
		if !ok {
			return nil, bot.Refuse(i18n.UseForm)
		}
		v, err := d.till.ByCode(d.Call, code)
		if err != nil {
			return nil, err
		}
		id = v.ID
	}
	v, err := d.till.Club.Vouchers.Get(d.Tx, id, d.Now)
	switch {
	case err != nil:
		return nil, err
	case v.State == voucher.Used && d.key.Store != "" && v.UsedStore != d.key.Store:
		return nil, errOtherStore
	}
	u, err := d.till.Undo(d.Call, till.Done{Voucher: id})
	if err != nil {
		return nil, err
	}
	return d.undone(u), nil
}

// vouchers are a member's, the open ones first.
func (s *Server) vouchers(r store.Reader, q *request) (any, error) {
	m, err := s.reads(r, q)
	if err != nil {
		return nil, err
	}
	all, err := s.Shop.Club.Vouchers.List(r, m.ID, q.now)
	a := struct {
		Vouchers []voucherAnswer `json:"vouchers"`
	}{[]voucherAnswer{}}
	for _, v := range all[:min(len(all), mostVouchers)] {
		a.Vouchers = append(a.Vouchers, s.voucher(q.printer, q.now, v))
	}
	return a, err
}

// mostVouchers bounds a list; the open ones stand first.
const mostVouchers = 100
