package api

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// What a caller is told. Amounts are in the currency's minor units, times in
// UTC, names and lines in the caller's language.
type (
	pointsAnswer struct {
		Available loyalty.Points `json:"available"`
		Pending   loyalty.Points `json:"pending"`
		Held      loyalty.Points `json:"held"`
		Owed      loyalty.Points `json:"owed"`
	}
	levelAnswer struct {
		ID    string     `json:"id"`
		Name  string     `json:"name"`
		Until *time.Time `json:"until,omitempty"`
	}
	stampsAnswer struct {
		Card string `json:"card"`
		Name string `json:"name"`
		Have int64  `json:"have"`
		Size int64  `json:"size"`
	}
	giftAnswer struct {
		Name    string         `json:"name"`
		Points  loyalty.Points `json:"points"`
		Voucher *voucherAnswer `json:"voucher,omitempty"`
	}
	voucherAnswer struct {
		ID     voucher.ID     `json:"id"`
		Reward string         `json:"reward"`
		Name   string         `json:"name"`
		State  voucher.State  `json:"state"`
		Points loyalty.Points `json:"points"`
		Issued time.Time      `json:"issued"`
		Until  *time.Time     `json:"until,omitempty"`
		// Code is told to who just got it for the member; a list has none.
		Code    string          `json:"code,omitempty"`
		Digital string          `json:"digital,omitempty"`
		Stores  []loyalty.Store `json:"stores,omitempty"`
		UsedAt  *time.Time      `json:"used_at,omitempty"`
	}
	memberAnswer struct {
		ID       loyalty.MemberID `json:"id"`
		Name     string           `json:"name"`
		Phone    string           `json:"phone"`
		Joined   time.Time        `json:"joined"`
		Frozen   bool             `json:"frozen"`
		MaySpend bool             `json:"may_spend"`
	}
	// doneAnswer is what came of an act.
	doneAnswer struct {
		Ref      string           `json:"ref"`
		Member   loyalty.MemberID `json:"member,omitempty"`
		Of       loyalty.Ref      `json:"of,omitempty"`
		At       time.Time        `json:"at"`
		Store    loyalty.Store    `json:"store,omitempty"`
		Amount   loyalty.Money    `json:"amount"`
		Points   loyalty.Points   `json:"points"`
		Balance  *pointsAnswer    `json:"balance,omitempty"`
		Level    *levelAnswer     `json:"level,omitempty"`
		Stamps   []stampsAnswer   `json:"stamps"`
		Gifts    []giftAnswer     `json:"gifts"`
		Taken    []giftAnswer     `json:"taken"`
		Vouchers []voucherAnswer  `json:"vouchers"`
		Waits    bool             `json:"waits"`
		Lines    []string         `json:"lines"`
	}
)

func pointsOf(b loyalty.Balance) *pointsAnswer {
	return &pointsAnswer{Available: b.Available, Pending: b.Pending, Held: b.Held, Owed: b.Debt}
}

// instant is a moment for an answer; nil for none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// done begins an answer with what every act has.
func (d *deed) done(ref string, msg bot.Message) doneAnswer {
	return doneAnswer{
		Ref: ref, At: d.Act("").At.UTC(), Store: d.Store, Member: d.member, Lines: lines(msg.Title, msg.Text),
		Stamps: []stampsAnswer{}, Gifts: []giftAnswer{}, Taken: []giftAnswer{}, Vouchers: []voucherAnswer{},
	}
}

// came adds what an operation did besides its points.
func (d *deed) came(a *doneAnswer, out club.Outcome, cards []till.Stamps) {
	if len(out.Receipt.Entries) > 0 {
		a.Balance = pointsOf(out.Receipt.Balance)
	}
	if out.From != out.To {
		a.Level = &levelAnswer{ID: out.To, Name: d.till.LevelName(d.Printer, d.Now, out.To)}
	}
	a.Stamps = append(a.Stamps, d.s.stamps(d.Printer, d.Now, cards)...)
	a.Gifts, a.Taken = append(a.Gifts, d.gifts(out.Gifts)...), append(a.Taken, d.gifts(out.Taken)...)
}

func (d *deed) gifts(all []club.Given) (list []giftAnswer) {
	for _, g := range all {
		a := giftAnswer{Name: d.till.GiftName(d.Printer, d.Now, g), Points: g.Points}
		if g.Voucher.ID != "" {
			v := d.s.voucher(d.Printer, d.Now, g.Voucher)
			a.Voucher = &v
		}
		list = append(list, a)
	}
	return list
}

func (s *Server) stamps(p i18n.Printer, now time.Time, cards []till.Stamps) (list []stampsAnswer) {
	for _, k := range cards {
		list = append(list, stampsAnswer{Card: k.Card, Name: s.till().PartName(p, now, programme.Card, k.Card), Have: k.Have, Size: k.Size})
	}
	return list
}

// voucher is a voucher without its code.
func (s *Server) voucher(p i18n.Printer, now time.Time, v voucher.Voucher) voucherAnswer {
	return voucherAnswer{
		ID: v.ID, Reward: v.Reward, Name: s.till().Reward(p, now, v.Reward), State: v.StateAt(now), Points: v.Cost,
		Issued: v.Issued.UTC(), Until: instant(v.Until), Stores: v.Stores, UsedAt: instant(v.UsedAt),
	}
}

// member is a member as a till may see them: masked.
func (s *Server) member(r store.Reader, q i18n.Printer, now time.Time, m people.Person) (memberAnswer, error) {
	b, err := s.Shop.Book.Balance(r, m.ID, now)
	return memberAnswer{
		ID: m.ID, Name: till.Called(q, m), Phone: m.Phone.String(), Joined: m.JoinedAt.UTC(),
		Frozen: m.Frozen || b.Frozen, MaySpend: maySpend(m),
	}, err
}

// lines are the lines of texts, empty ones left out.
func lines(texts ...string) []string {
	list := []string{}
	for line := range strings.SplitSeq(strings.Join(texts, "\n"), "\n") {
		if strings.TrimSpace(line) != "" {
			list = append(list, line)
		}
	}
	return list
}
