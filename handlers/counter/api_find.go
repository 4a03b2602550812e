package counter

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
	"regulars/loyalty/voucher"
	"regulars/store"
)

type findBody struct {
	Session string `json:"session"`
	Q       string `json:"q"`
	Scan    string `json:"scan"`
}

// What the page is told of a member, as an employee may see them.
type (
	findAnswer struct {
		Members []memberAnswer `json:"members"`
		Voucher *voucherAnswer `json:"voucher,omitempty"` // the one that was shown
		Code    string         `json:"code,omitempty"`    // it was a receipt's
	}
	memberAnswer struct {
		Member   string          `json:"member"`
		Name     string          `json:"name"`
		Phone    string          `json:"phone"`
		Level    string          `json:"level"`
		Points   loyalty.Points  `json:"points"`
		Pending  loyalty.Points  `json:"pending"`
		Owed     loyalty.Points  `json:"owed"`
		Note     string          `json:"note"`
		Frozen   bool            `json:"frozen"`
		Plan     *hasAnswer      `json:"plan,omitempty"`
		Cards    []cardAnswer    `json:"cards"`
		Vouchers []voucherAnswer `json:"vouchers"`
	}
	voucherAnswer struct {
		ID    string     `json:"id"`
		Name  string     `json:"name"`
		Until *time.Time `json:"until"`
		Here  bool       `json:"here"`
	}
)

// mostFound bounds the people of one answer.
const mostFound = 6

// search is a look-up while it runs.
type search struct {
	c      *Counter
	call   *till.Call
	device people.Device
}

// find tells whom something means. A wrong code counts as a try, so the
// transaction commits whatever it says.
func (c *Counter) find(ctx context.Context, q *request, b findBody) (any, error) {
	var answer findAnswer
	var refused error
	err := c.DB.Update(ctx, func(tx store.Tx) error {
		answer, refused = findAnswer{}, nil
		d, me, err := c.live(tx, q, b.Session)
		if err != nil {
			return err
		}
		s := &search{c, &till.Call{Tx: tx, Now: q.now, Me: me, Store: d.Store, Printer: q.printer}, d}
		answer, err = s.find(b)
		if err != nil && c.failure(q.printer, err) != nil {
			refused, err = err, nil
		}
		return err
	})
	if err == nil {
		err = refused
	}
	return answer, err
}

func (s *search) find(b findBody) (a findAnswer, err error) {
	at := till.ReadScan(b.Scan)
	if b.Scan == "" {
		at = till.Scanned{Typed: strings.TrimSpace(b.Q)}
		if len(at.Typed) > 200 {
			return a, errNone
		}
	}
	switch {
	case at.Card != "":
		id, err := s.c.byScan(s.call, b.Scan, s.call.Now)
		if err != nil {
			return a, err
		}
		return s.show([]loyalty.MemberID{id})
	case at.Voucher != "":
		return s.byVoucher(at.Voucher)
	}
	return s.typed(at.Typed)
}

// typed is whom typed words mean, in the order in which chat reads them.
func (s *search) typed(text string) (a findAnswer, err error) {
	phone, err := people.ParsePhone(text, s.c.Shop.Programme(s.call.Now).Regions()...)
	switch {
	case errors.Is(err, people.ErrPhoneAmbiguous):
		return a, err
	case err == nil:
		claims, err := s.c.Shop.Vault.ByPhone(s.call.Tx, phone)
		if err != nil {
			return a, err
		}
		var ids []loyalty.MemberID
		for _, claim := range claims {
			if claims[0].Proven && !claim.Proven { // it is the number of who proved it
				break
			}
			ids = append(ids, claim.Member)
		}
		if len(ids) == 0 {
			return a, &failure{Status: 404, Code: "none", Text: s.call.Printer.Say(i18n.WhoNoPhone, "Phone", phone.String())}
		}
		return s.show(ids)
	}
	if code, err := people.ParseCardCode(text); err == nil {
		id, err := s.c.byCard(s.call, code)
		if err != nil {
			return a, noneOf(err)
		}
		return s.show([]loyalty.MemberID{id})
	}
	if code, ok := voucher.ParseCode(text); ok {
		return s.byVoucher(code)
	}
	if code, ok := receipt.ParseCode(text); ok {
		return findAnswer{Members: []memberAnswer{}, Code: code.String()}, nil
	}
	ids, err := s.c.Shop.Vault.ByName(s.call.Tx, text, mostFound)
	if err != nil {
		return a, err
	}
	if len(ids) == 0 {
		return a, errNone
	}
	return s.show(ids)
}

// noneOf is err, as "nobody" where it is a wrong number that was counted.
func noneOf(err error) error {
	var wrong till.Counted
	if errors.As(err, &wrong) {
		return errNone
	}
	return err
}

// byVoucher is the owner of a voucher that was shown.
func (s *search) byVoucher(code voucher.Code) (a findAnswer, err error) {
	v, err := s.c.till().ByCode(s.call, code)
	if err != nil {
		var wrong till.Counted
		if errors.As(err, &wrong) {
			return a, &failure{Status: 404, Code: "none", Text: s.call.Printer.Say(i18n.RefuseVoucherCode)}
		}
		return a, err
	}
	switch v.State { // say what is wrong with it at once
	case voucher.Used:
		return a, &voucher.UsedError{At: v.UsedAt, Store: v.UsedStore, By: v.UsedBy, Ref: v.Use}
	case voucher.Void:
		return a, voucher.ErrVoid
	case voucher.Expired:
		return a, &voucher.LapsedError{At: v.Until}
	}
	if a, err = s.show([]loyalty.MemberID{v.Member}); err != nil {
		return a, err
	}
	shown, err := s.voucher(v)
	a.Voucher = &shown
	return a, err
}

// show tells of members by their ids.
func (s *search) show(ids []loyalty.MemberID) (a findAnswer, err error) {
	a.Members = []memberAnswer{}
	for _, id := range ids[:min(len(ids), mostFound)] {
		m, err := s.c.memberOf(s.call, id)
		var no *bot.Refusal
		if errors.As(err, &no) { // of several, one who has left is not there
			continue
		}
		if err != nil {
			return a, err
		}
		one, err := s.member(m)
		if err != nil {
			return a, err
		}
		a.Members = append(a.Members, one)
		if err := s.c.shows(s.call, s.device, m.ID); err != nil {
			return a, err
		}
	}
	if len(a.Members) == 0 {
		return a, bot.Refuse(i18n.WhoNotMember)
	}
	return a, nil
}

// member is one member as an employee may see them: masked.
func (s *search) member(m people.Person) (a memberAnswer, err error) {
	p, now, tx := s.call.Printer, s.call.Now, s.call.Tx
	b, err := s.c.Shop.Book.Balance(tx, m.ID, now)
	if err != nil {
		return a, err
	}
	a = memberAnswer{
		Name: till.Called(p, m), Phone: m.Phone.String(), Frozen: m.Frozen || b.Frozen,
		Points: b.Available, Pending: b.Pending, Owed: b.Debt, Vouchers: []voucherAnswer{},
	}
	if a.Member, err = s.c.seal(handle{Device: s.device.ID, Member: m.ID}, now); err != nil {
		return a, err
	}
	way, tiers, err := s.c.Shop.Book.Progress(tx, m.ID, now)
	if err != nil {
		return a, err
	}
	if tiers && s.c.Shop.Has("level", now) {
		a.Level = s.c.Shop.LevelName(p, now, way.Standing.Level)
	}
	account, err := s.c.Shop.Book.Account(tx, m.ID)
	if err != nil {
		return a, err
	}
	if a.Plan, err = s.has(m); err != nil {
		return a, err
	}
	a.Cards = s.c.cards(p, now, s.c.till().AllStamps(now, &account))
	if a.Frozen {
		a.Note = p.Say(i18n.FindFrozen)
		return a, nil
	}
	gifts, err := s.c.Shop.Club.Open(tx, m.ID, now)
	if err != nil {
		return a, err
	}
	if len(gifts) > 0 {
		a.Note = p.Say(i18n.FindGifts) + " " + i18n.Number(int64(len(gifts)))
	}
	return a, s.vouchers(m, &a)
}

// vouchers adds the member's vouchers that can be used.
func (s *search) vouchers(m people.Person, a *memberAnswer) error {
	all, err := s.c.Shop.Club.Vouchers.List(s.call.Tx, m.ID, s.call.Now)
	if err != nil {
		return err
	}
	for _, v := range all {
		if v.State != voucher.Open {
			continue
		}
		one, err := s.voucher(v)
		if err != nil {
			return err
		}
		a.Vouchers = append(a.Vouchers, one)
	}
	return nil
}

func (s *search) voucher(v voucher.Voucher) (a voucherAnswer, err error) {
	a = voucherAnswer{
		Name: s.c.till().Reward(s.call.Printer, s.call.Now, v.Reward),
		Here: len(v.Stores) == 0 || slices.Contains(v.Stores, s.device.Store),
	}
	if !v.Until.IsZero() {
		until := v.Until.UTC()
		a.Until = &until
	}
	a.ID, err = s.c.seal(handle{Device: s.device.ID, Voucher: v.ID}, s.call.Now)
	return a, err
}

// lines are the lines of texts, empty ones left out.
func lines(texts ...string) []string {
	list := []string{}
	for _, line := range strings.Split(strings.Join(texts, "\n"), "\n") {
		if strings.TrimSpace(line) != "" {
			list = append(list, line)
		}
	}
	return list
}
