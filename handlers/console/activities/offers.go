package activities

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/offer"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// offersTab is what members claim for nothing, and how it goes.
func offersTab() tab {
	return tab{
		Name: "offers", Title: i18n.ConsoleOffers, On: func(r *loyalty.Programme) bool { return shop.Has(r, "offers") },
		Routes: func(h *page) []console.Route {
			return []console.Route{
				{Method: "GET", Path: root + "/offers", Do: h.offers},
				{Method: "GET", Path: root + "/offers/{id}", Do: h.offer},
			}
		},
	}
}

// offerDays are the days that an offer's claims are held against as many before.
const offerDays = 30

// offerRow is an offer's line.
type offerRow struct {
	ID, Name, Gives, State string
	Left                   string // of how many, where there is a number
	offer.Count
	Gone bool // the programme has it no more
}

// offersData is the page of all offers.
type offersData struct {
	head
	Rows  []offerRow
	Days  int
	Tired string // how many let their last offers go by; "" where that is not known
}

func (h *page) offers(q *console.Request) (console.Answer, error) {
	counts, err := h.Shop.Offers().Counts(q.Context(), h.DB, q.Now, offerDays)
	if err != nil {
		return console.Answer{}, err
	}
	d := offersData{head: h.head(q), Days: offerDays}
	if d.Tired, err = h.Shop.Tired(q.Context(), q.P, q.At, q.Now); err != nil {
		return console.Answer{}, err
	}
	err = q.View(func(r store.Reader) error {
		d.Rows, err = h.offerRows(q, r, counts)
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		return h.offersCSV(q, d.Rows), nil
	}
	return q.Page("activities_offers.html", q.Say(i18n.ConsoleOffers), d), nil
}

// offerRows are the programme's offers in its order, and those that it had.
func (h *page) offerRows(q *console.Request, r store.Reader, counts map[string]offer.Count) (list []offerRow, err error) {
	rules := h.Shop.Rules(q.Now)
	for i := range rules.Offers {
		o := &rules.Offers[i]
		row := offerRow{ID: o.ID, Name: h.offerName(q, o.ID), Count: counts[o.ID]}
		turn := rules.OfferAt(o, q.Now)
		row.Gives = h.rewardName(q, turn.Reward)
		row.State = h.offerState(q, &turn)
		if o.Number > 0 {
			left, err := h.Shop.Offers().Left(r, o.ID, q.Now)
			if err != nil {
				return nil, err
			}
			row.Left = i18n.Number(left) + " / " + i18n.Number(o.Number)
		}
		list = append(list, row)
		delete(counts, o.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, offerRow{ID: id, Name: id, State: q.Say(i18n.ConsoleOffersGone), Count: counts[id], Gone: true})
	}
	return list, nil
}

// offerState is in a few words whether an offer can be claimed.
func (h *page) offerState(q *console.Request, t *loyalty.OfferTurn) string {
	switch {
	case t.Open && t.Until.IsZero():
		return q.Say(i18n.ConsoleOffersOpen)
	case t.Open:
		return q.Say(i18n.ConsoleOffersUntil, "Date", q.P.ShortDate(h.Shop.LastMoment(t.Until)))
	case t.Next.IsZero():
		return q.Say(i18n.ConsoleOffersOver)
	}
	return q.Say(i18n.ConsoleOffersFrom, "Date", q.P.ShortDate(h.Shop.Local(t.Next)))
}

func (h *page) offerName(q *console.Request, id string) string {
	return cmp.Or(h.Shop.Programme(q.Now).Words(programme.Offer, id, string(q.P.Lang)).Name, id)
}

func (h *page) rewardName(q *console.Request, id string) string {
	return cmp.Or(h.Shop.Programme(q.Now).Words(programme.Reward, id, string(q.P.Lang)).Name, id)
}

func (h *page) offersCSV(q *console.Request, rows []offerRow) console.Answer {
	var list [][]string
	for _, r := range rows {
		line := []string{r.ID, r.Name, r.Gives, r.State, r.Left}
		for _, n := range []int64{r.Claims, r.Members, r.Lately, r.Before, r.Used, r.Open} {
			line = append(line, strconv.FormatInt(n, 10))
		}
		list = append(list, line)
	}
	head := []string{"id"}
	for _, k := range []i18n.Key{
		i18n.ConsoleOffersName, i18n.ConsoleOffersGives, i18n.ConsoleOffersState, i18n.ConsoleOffersLeft, i18n.ConsoleOffersClaims,
		i18n.ConsoleOffersMembers,
	} {
		head = append(head, q.Say(k))
	}
	head = append(head, q.Say(i18n.ConsoleOffersLately, "Days", offerDays), q.Say(i18n.ConsoleOffersBefore, "Days", offerDays), q.Say(i18n.ConsoleOffersUsed), q.Say(i18n.ConsoleOffersUnused))
	return q.CSV("offers-"+h.Shop.Local(q.Now).Format(time.DateOnly), head, list)
}

// claimRow is a claim's line.
type claimRow struct {
	offer.Made
	Who, What, Became, Where string
}

// offerData is the page of one offer.
type offerData struct {
	head
	ID, Name, State string
	States          []console.Option
	Rows            []claimRow
	Most            int
}

// mostClaims is how many of an offer's claims its page shows.
const mostClaims = 200

// becameWords are the words for what became of a claim's voucher.
var becameWords = map[voucher.State]i18n.Key{
	voucher.Open: i18n.ConsoleOffersUnused, voucher.Used: i18n.ConsoleOffersUsed,
	voucher.Expired: i18n.ConsoleOffersLapsed, voucher.Void: i18n.ConsoleOffersVoid,
}

// offer is who claimed one offer: the newest claims, all or in one state.
func (h *page) offer(q *console.Request) (console.Answer, error) {
	id := q.R.PathValue("id")
	made, err := h.Shop.Offers().Of(q.Context(), h.DB, id, q.Now, mostClaims)
	if err != nil {
		return console.Answer{}, err
	}
	if _, ok := h.Shop.Rules(q.Now).Offer(id); !ok && len(made) == 0 {
		return q.Gone(), nil
	}
	d := offerData{head: h.head(q), ID: id, Name: h.offerName(q, id), State: q.R.URL.Query().Get("state"), Most: mostClaims}
	d.States = []console.Option{{Value: "", Label: q.Say(i18n.ConsoleOffersAll)}}
	for _, s := range []voucher.State{voucher.Open, voucher.Used, voucher.Expired, voucher.Void} {
		d.States = append(d.States, console.Option{Value: string(s), Label: q.Say(becameWords[s])})
	}
	err = q.View(func(r store.Reader) error {
		for _, m := range made {
			if d.State != "" && string(m.State) != d.State {
				continue
			}
			who, err := q.MaskedName(r, m.Member)
			if err != nil {
				return err
			}
			row := claimRow{Made: m, Who: who, What: h.rewardName(q, m.Reward)}
			if key, ok := becameWords[m.State]; ok {
				row.Became = q.Say(key)
			}
			if m.Store != "" {
				row.Where = h.Shop.StoreName(m.Store)
			}
			d.Rows = append(d.Rows, row)
		}
		return nil
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		return h.claimsCSV(q, &d), nil
	}
	return q.Page("activities_offer.html", d.Name, d), nil
}

func (h *page) claimsCSV(q *console.Request, d *offerData) console.Answer {
	var list [][]string
	for _, r := range d.Rows {
		list = append(list, []string{h.Shop.Local(r.At).Format("2006-01-02 15:04"), string(r.Member), r.What, r.Became, r.Where})
	}
	return q.CSV("offer-"+d.ID, []string{
		q.Say(i18n.ConsoleOffersAt), q.Say(i18n.ConsoleOffersWho), q.Say(i18n.ConsoleOffersGives), q.Say(i18n.ConsoleOffersState), q.Say(i18n.ConsoleOffersWhere),
	}, list)
}
