package activities

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/mission"
	"regulars/loyalty/programme"
	"regulars/store"
)

// missionsTab is how members do with what they are challenged to, and the codes with
// which they check in.
func missionsTab() tab {
	return tab{
		Name: "missions", Title: i18n.ConsoleMissions,
		On: func(r *loyalty.Programme) bool { return shop.Has(r, "missions") || shop.Has(r, "checkin") },
		Routes: func(h *page) []console.Route {
			return []console.Route{{Method: "GET", Path: root + "/missions", Do: h.missions}}
		},
	}
}

// mostPeriods is how many lines the page shows; the file has all.
const mostPeriods = 100

// missionRow is a mission in one of its periods.
type missionRow struct {
	mission.Count
	Name, When string
	Share      float64
	Gone       bool // the programme has it no more
}

// codeRow is a store's code of now.
type codeRow struct {
	Store, Code string
	Until       time.Time
}

// missionsData is the page.
type missionsData struct {
	head
	Rows  []missionRow
	Codes []codeRow
	Only  string // the mission that alone is shown
	More  bool
}

func (h *page) missions(q *console.Request) (console.Answer, error) {
	d := missionsData{head: h.head(q), Only: q.Typed("mission")}
	err := q.View(func(r store.Reader) error {
		counts, err := h.Shop.Missions.Counts(r)
		for _, c := range counts {
			if d.Only == "" || c.Mission == d.Only {
				d.Rows = append(d.Rows, h.missionRow(q, c))
			}
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	// What moved last stands first; of one day, in the order of their names.
	slices.SortStableFunc(d.Rows, func(a, b missionRow) int {
		return cmp.Or(-cmp.Compare(a.Last.Truncate(24*time.Hour).Unix(), b.Last.Truncate(24*time.Hour).Unix()), cmp.Compare(a.Name, b.Name), -cmp.Compare(a.Period, b.Period))
	})
	if q.WantsCSV() {
		return h.missionsCSV(q, d.Rows), nil
	}
	if d.More = len(d.Rows) > mostPeriods; d.More {
		d.Rows = d.Rows[:mostPeriods]
	}
	if h.Shop.Has("checkin", q.Now) {
		d.Codes = h.codes(q)
	}
	return q.Page("activities_missions.html", q.Say(i18n.ConsoleMissions), d), nil
}

func (h *page) missionRow(q *console.Request, c mission.Count) missionRow {
	row := missionRow{Count: c, Name: h.Shop.Programme(q.Now).Words(programme.Mission, c.Mission, q.Lang()).Name, When: c.Period}
	_, known := h.Shop.Rules(q.Now).Mission(c.Mission)
	row.Gone = !known
	if c.Began > 0 {
		row.Share = float64(c.Done) / float64(c.Began)
	}
	zone := h.Shop.Rules(q.Now).Location()
	if c.Period == "ever" {
		row.When = q.Say(i18n.ConsoleMissionsOnce)
	} else if day, err := time.ParseInLocation(time.DateOnly, c.Period, zone); err == nil {
		row.When = q.Say(i18n.ConsoleMissionsWeek, "Date", q.P.Date(day))
	}
	return row
}

func (h *page) missionsCSV(q *console.Request, rows []missionRow) console.Answer {
	var lines [][]string
	for _, r := range rows {
		lines = append(lines, []string{r.Mission, r.Name, r.Period, strconv.FormatInt(r.Began, 10), strconv.FormatInt(r.Done, 10)})
	}
	return q.CSV("missions", []string{
		q.Say(i18n.ConsoleMissionsID), q.Say(i18n.ConsoleMissionsName), q.Say(i18n.ConsoleMissionsPeriod), q.Say(i18n.ConsoleMissionsBegan), q.Say(i18n.ConsoleMissionsDone),
	}, lines)
}

// codes are the stores that the employee sees, with what their customers check in
// with at this moment.
func (h *page) codes(q *console.Request) (list []codeRow) {
	for _, s := range h.Shop.Programme(q.Now).Stores {
		if q.Sees(s.ID) {
			code, until := h.Shop.Missions.Code(s.ID, q.Now)
			list = append(list, codeRow{s.Name, code, until})
		}
	}
	return list
}
