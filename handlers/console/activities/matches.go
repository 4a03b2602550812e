package activities

import (
	"errors"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/household"
	"regulars/loyalty/match"
	"regulars/loyalty/people"
	"regulars/store"
)

// matchesTab is what tiers members ask for, and householdsTab who pools points.
func matchesTab() tab {
	return tab{
		Name: "matches", Title: i18n.KeyMatches, On: func(r *loyalty.Programme) bool { return r.Match.On() },
		Routes: func(h *page) []console.Route {
			at := root + "/matches"
			return []console.Route{
				{Method: "GET", Path: at, Do: h.matches},
				{Method: "POST", Path: at + "/{ref}/yes", Least: people.Manager, Do: h.matchYes},
				{Method: "POST", Path: at + "/{ref}/no", Least: people.Manager, Do: h.matchNo},
			}
		},
	}
}

func householdsTab() tab {
	return tab{
		Name: "households", Title: i18n.KeyFamily, On: func(r *loyalty.Programme) bool { return r.Household.On() },
		Routes: func(h *page) []console.Route {
			return []console.Route{{Method: "GET", Path: root + "/households", Do: h.households}}
		},
	}
}

// mostListed is how many requests, or households, one page shows.
const mostListed = 200

// matchRow is one request's line.
type matchRow struct {
	match.Request
	Who, Tier, Words, Day string
}

type matchesData struct {
	head
	Rows []matchRow
	May  bool
}

func (h *page) matches(q *console.Request) (console.Answer, error) {
	d := matchesData{head: h.head(q), May: people.AtLeast(q.Me.Role, people.Manager)}
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Matches.Open(r, mostListed)
		for _, m := range all {
			if err != nil {
				break
			}
			row := matchRow{Request: m, Tier: h.Shop.LevelName(q.P, q.Now, m.Level), Day: q.P.Date(h.Shop.Local(m.At))}
			if row.Who, err = q.MaskedName(r, m.Member); err != nil {
				break
			}
			row.Words, err = h.Shop.MatchWords(r, m)
			d.Rows = append(d.Rows, row)
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		var list [][]string
		for _, m := range d.Rows {
			list = append(list, []string{string(m.Ref), string(m.Member), m.Tier, h.Shop.Local(m.At).Format("2006-01-02 15:04")})
		}
		return q.CSV("matches", []string{"ref", q.Say(i18n.CaseWho), q.Say(i18n.PointsLevel), q.Say(i18n.ConsoleMatchAsked)}, list), nil
	}
	return q.Page("activities_matches.html", q.Say(i18n.KeyMatches), d), nil
}

func (h *page) matchYes(q *console.Request) (console.Answer, error) {
	return h.decideMatch(q, func(tx store.Tx, ref loyalty.Ref, l *shop.Letters) error {
		m, err := h.Shop.Matches.Find(tx, ref)
		if err != nil {
			return err
		}
		act := q.Act("match/"+string(ref), "")
		if act.Reason, err = h.Shop.MatchReason(tx, m); err != nil {
			return err
		}
		if m, _, err = h.Shop.Matches.Grant(tx, ref, act); err != nil {
			return err
		}
		if _, err := l.To(m.Member, string(m.Entry), func(p i18n.Printer) bot.Message { return h.Shop.MatchNews(p, q.Now, m) }); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleMatchDidGive, string(m.Member), m.Member, "", string(ref))
	})
}

func (h *page) matchNo(q *console.Request) (console.Answer, error) {
	return h.decideMatch(q, func(tx store.Tx, ref loyalty.Ref, l *shop.Letters) error {
		m, err := h.Shop.Matches.Refuse(tx, ref, q.Act("match/"+string(ref), "").Actor, q.Now)
		if err != nil {
			return err
		}
		if _, err := l.To(m.Member, "", func(p i18n.Printer) bot.Message { return h.Shop.MatchNews(p, q.Now, m) }); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleMatchDidRefuse, string(m.Member), m.Member, "", string(ref))
	})
}

func (h *page) decideMatch(q *console.Request, f func(store.Tx, loyalty.Ref, *shop.Letters) error) (console.Answer, error) {
	ref, ok := loyalty.ParseRef(q.R.PathValue("ref"))
	if !ok {
		return q.Gone(), nil
	}
	err := h.update(q, "match-"+string(ref), func(tx store.Tx, l *shop.Letters) error { return f(tx, ref, l) })
	if errors.Is(err, match.ErrUnknown) {
		return q.Gone(), nil
	}
	if q.WrongBy("", err) {
		return q.Again(h.matches(q))
	}
	return q.Go(root+"/matches", q.Say(i18n.ConsoleMatchDone)), err
}

// houseRow is one household's line.
type houseRow struct {
	household.House
	Names, Day string
	Sharing    int
}

type housesData struct {
	head
	Rows []houseRow
	Size int
}

func (h *page) households(q *console.Request) (console.Answer, error) {
	d := housesData{head: h.head(q), Size: h.Shop.Rules(q.Now).Household.Size}
	err := q.View(func(r store.Reader) error {
		all, err := household.All(r, "", mostListed)
		for _, x := range all {
			row := houseRow{House: x, Day: q.P.Date(h.Shop.Local(x.Made))}
			var names []string
			for _, m := range x.Members {
				name, err := q.MaskedName(r, m.Member)
				if err != nil {
					return err
				}
				names = append(names, shop.Tidy(name))
				if !m.Alone {
					row.Sharing++
				}
			}
			row.Names = strings.Join(names, ", ")
			d.Rows = append(d.Rows, row)
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		var list [][]string
		for _, x := range d.Rows {
			list = append(list, []string{x.ID, x.Names, strconv.Itoa(len(x.Members)), strconv.Itoa(x.Sharing), h.Shop.Local(x.Made).Format("2006-01-02")})
		}
		return q.CSV("households", []string{"id", q.Say(i18n.CaseWho), q.Say(i18n.ConsoleHouseholdsOf), q.Say(i18n.ConsoleHouseholdsSharing), q.Say(i18n.ConsoleHouseholdsMade)}, list), nil
	}
	return q.Page("activities_households.html", q.Say(i18n.KeyFamily), d), nil
}
