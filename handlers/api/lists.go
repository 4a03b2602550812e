package api

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Pages of a member's history.
const (
	usualPage = 50
	mostPage  = 200
)

type entryAnswer struct {
	Seq     uint64         `json:"seq"`
	Ref     loyalty.Ref    `json:"ref,omitempty"`
	Kind    loyalty.Kind   `json:"kind"`
	Points  loyalty.Points `json:"points"`
	Amount  loyalty.Money  `json:"amount,omitempty"`
	Order   loyalty.Order  `json:"order,omitempty"`
	Store   loyalty.Store  `json:"store,omitempty"`
	At      time.Time      `json:"at"`
	Told    time.Time      `json:"recorded_at"`
	Expires *time.Time     `json:"expires,omitempty"`
}

type entriesAnswer struct {
	Entries []entryAnswer `json:"entries"`
	Before  uint64        `json:"before,omitempty"` // of the next page; none is the last
}

// entries are what changed a member's points, newest first, by pages.
func (s *Server) entries(r store.Reader, q *request) (any, error) {
	m, err := s.reads(r, q)
	if err != nil {
		return nil, err
	}
	before, err := number(q, "before", 0, 1<<62)
	if err != nil {
		return nil, err
	}
	limit, err := number(q, "limit", usualPage, mostPage)
	if err != nil {
		return nil, err
	}
	a := entriesAnswer{Entries: []entryAnswer{}}
	for from := before; ; {
		page, err := s.Shop.Book.History(r, m.ID, from, int(limit)+1)
		if err != nil || len(page) == 0 {
			return a, err
		}
		for _, e := range page {
			if e.Change() == 0 {
				continue
			}
			if len(a.Entries) == int(limit) {
				a.Before = a.Entries[limit-1].Seq
				return a, nil
			}
			a.Entries = append(a.Entries, entryOf(e))
		}
		if from = page[len(page)-1].Seq; from <= 1 {
			return a, nil
		}
	}
}

func entryOf(e loyalty.Entry) entryAnswer {
	a := entryAnswer{
		Seq: e.Seq, Ref: e.Ref, Kind: e.Kind, Points: e.Change(), Amount: e.Amount, Order: e.Order, Store: e.Store,
		At: e.EffectiveAt.UTC(), Told: e.RecordedAt.UTC(),
	}
	if e.Lot != nil {
		a.Expires = instant(e.Lot.ExpiresAt)
	}
	return a
}

// number reads a whole number of the address; usual where it is not there.
func number(q *request, name string, usual, most uint64) (uint64, error) {
	text := q.r.URL.Query().Get(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 || n > most {
		return 0, badField(name)
	}
	return n, nil
}

type rewardAnswer struct {
	ID     string          `json:"id"`
	Name   string          `json:"name"`
	About  string          `json:"about,omitempty"`
	Points loyalty.Points  `json:"points"`
	Left   *int64          `json:"left"` // null: no bound
	From   *time.Time      `json:"from,omitempty"`
	To     *time.Time      `json:"to,omitempty"`
	Stores []loyalty.Store `json:"stores,omitempty"`
	// May and Why are for the member who was named.
	May *bool    `json:"may,omitempty"`
	Why *Problem `json:"why,omitempty"`
}

// rewards is what points can be exchanged for; with ?member= what that member
// can have now, and why not the rest.
func (s *Server) rewards(r store.Reader, q *request) (any, error) {
	id := q.r.URL.Query().Get("member")
	offers, err := s.offers(r, q, id)
	if err != nil {
		return nil, err
	}
	a := struct {
		Rewards []rewardAnswer `json:"rewards"`
	}{[]rewardAnswer{}}
	for _, o := range offers {
		if !errors.Is(o.Err, voucher.ErrOver) {
			a.Rewards = append(a.Rewards, s.offer(q, o, id != ""))
		}
	}
	return a, nil
}

// offers is the catalogue as a member sees it, or as it stands in the programme.
func (s *Server) offers(r store.Reader, q *request, id string) (list []voucher.Offer, err error) {
	if id == "" {
		for _, w := range s.Shop.Rules(q.now).Rewards {
			o := voucher.Offer{Reward: w}
			if w.Cost <= 0 || !w.To.IsZero() && !q.now.Before(w.To) {
				continue
			}
			if o.Left, o.Taken, err = s.Shop.Club.Vouchers.Left(r, w, q.now); err != nil {
				return nil, err
			}
			list = append(list, o)
		}
		return list, nil
	}
	q.r.SetPathValue("member", id)
	m, err := s.reads(r, q)
	if err != nil {
		return nil, err
	}
	b, err := s.Shop.Book.Balance(r, m.ID, q.now)
	if err != nil {
		return nil, err
	}
	way, _, err := s.Shop.Book.Progress(r, m.ID, q.now)
	if err != nil {
		return nil, err
	}
	return s.Shop.Club.Vouchers.Offers(r, m.ID, q.now, way.Standing.Level, b)
}

func (s *Server) offer(q *request, o voucher.Offer, asked bool) rewardAnswer {
	words := s.Shop.Programme(q.now).Words(programme.Reward, o.Reward.ID, string(q.printer.Lang))
	a := rewardAnswer{
		ID: o.Reward.ID, Name: words.Name, About: words.About, Points: o.Reward.Cost, Left: o.Left,
		From: instant(o.Reward.From), To: instant(o.Reward.To), Stores: o.Reward.Stores,
	}
	if asked {
		may := o.Err == nil
		a.May, a.Why = &may, s.problem(q, o.Err)
	}
	return a
}

// levels are the tiers of the programme, lowest first; none where it has none.
func (s *Server) levels(_ store.Reader, q *request) (any, error) {
	a := struct {
		Levels []levelAnswer `json:"levels"`
	}{[]levelAnswer{}}
	if s.Shop.Has("level", q.now) {
		for _, l := range s.Shop.Rules(q.now).Tiers.Levels {
			a.Levels = append(a.Levels, levelAnswer{ID: l.ID, Name: s.Shop.LevelName(q.printer, q.now, l.ID)})
		}
	}
	return a, nil
}

type storeAnswer struct {
	ID   loyalty.Store `json:"id"`
	Name string        `json:"name"`
}

type shopAnswer struct {
	Name     string        `json:"name"`
	Currency string        `json:"currency"`
	Digits   int           `json:"digits"`
	TimeZone string        `json:"time_zone"`
	Stores   []storeAnswer `json:"stores"`
	Wording  string        `json:"wording"`
	Notice   string        `json:"notice"`
	Key      keyAnswer     `json:"key"`
	Items    []storeAnswer `json:"items"`
}

type keyAnswer struct {
	ID     KeyID         `json:"id"`
	Name   string        `json:"name"`
	Store  loyalty.Store `json:"store,omitempty"`
	Scopes []Scope       `json:"scopes"`
}

// shopOf is what a till must know of the shop and of its own key before it
// begins.
func (s *Server) shopOf(_ store.Reader, q *request) (any, error) {
	p, rules := s.Shop.Programme(q.now), s.Shop.Rules(q.now)
	a := shopAnswer{
		Name: s.Shop.Name(q.now, q.printer.Lang), Currency: rules.Currency.Code, Digits: rules.Currency.Digits,
		TimeZone: rules.Location().String(), Stores: []storeAnswer{}, Items: []storeAnswer{}, Wording: shop.Wording,
		Notice: q.printer.Say(i18n.WelcomeNotice, "Shop", s.Shop.Name(q.now, q.printer.Lang)),
		Key:    keyAnswer{ID: q.key.ID, Name: q.key.Name, Store: q.key.Store, Scopes: slices.Clone(q.key.Scopes)},
	}
	for _, st := range p.Stores {
		a.Stores = append(a.Stores, storeAnswer{st.ID, s.Shop.StoreName(st.ID)})
	}
	for _, it := range rules.Earning.Items {
		a.Items = append(a.Items, storeAnswer{loyalty.Store(it.ID), s.till().PartName(q.printer, q.now, programme.Item, it.ID)})
	}
	return a, nil
}
