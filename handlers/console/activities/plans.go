package activities

import (
	"errors"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/store"
)

// plansTab is who pays for a membership, and how it goes.
func plansTab() tab {
	return tab{
		Name: "plans", Title: i18n.ConsolePlans, On: func(r *loyalty.Programme) bool { return shop.Has(r, "plan") },
		Routes: func(h *page) []console.Route {
			return []console.Route{
				{Method: "GET", Path: root + "/plans", Do: h.plans},
				{Method: "POST", Path: root + "/plans/take", Least: people.Manager, Do: h.takePlan},
			}
		},
	}
}

const (
	planDays = 30  // that a plan's figures look back
	mostHeld = 200 // members on the page
)

// planRow is a plan's line.
type planRow struct {
	ID, Name, Price, Paid, Back, Churn string
	plan.Counts
}

// heldRow is a member's line.
type heldRow struct {
	plan.Held
	Who, Name, Became, Until, Paid string
	Takes                          bool // its newest payment can be taken back
}

type plansData struct {
	head
	Plans []planRow
	Rows  []heldRow
	State string
	All   []console.Option
	Days  int
}

// planStates are the words for a plan's states.
var planStates = map[plan.State]i18n.Key{
	plan.Runs: i18n.ConsolePlansRuns, plan.Trial: i18n.ConsolePlansTrial, plan.Ending: i18n.ConsolePlansEnding,
	plan.Grace: i18n.ConsolePlansGrace, plan.None: i18n.ConsolePlansOver,
}

// overState stands for [plan.None] in the address.
const overState = "over"

func (h *page) plans(q *console.Request) (console.Answer, error) {
	d := plansData{head: h.head(q), Days: planDays, State: q.R.URL.Query().Get("state")}
	d.All = []console.Option{{Value: "", Label: q.Say(i18n.ConsolePlansAll)}}
	for _, s := range []plan.State{plan.Runs, plan.Trial, plan.Ending, plan.Grace} {
		d.All = append(d.All, console.Option{Value: string(s), Label: q.Say(planStates[s])})
	}
	d.All = append(d.All, console.Option{Value: overState, Label: q.Say(planStates[plan.None])})
	held, err := h.Shop.Plans.List(q.Context(), h.DB, q.Now, "", mostHeld)
	if err != nil {
		return console.Answer{}, err
	}
	err = q.View(func(r store.Reader) error {
		if d.Plans, err = h.planRows(q, r); err != nil {
			return err
		}
		d.Rows, err = h.heldRows(q, r, held, d.State)
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		return h.plansCSV(q, d.Rows), nil
	}
	return q.Page("activities_plans.html", q.Say(i18n.ConsolePlans), d), nil
}

// planRows are the programme's plans, with what the last days brought.
func (h *page) planRows(q *console.Request, r store.Reader) (list []planRow, err error) {
	from := q.Now.AddDate(0, 0, 1-planDays)
	for _, x := range h.Shop.Rules(q.Now).Plans {
		c, err := h.Shop.Plans.Count(r, x.ID, from, q.Now)
		if err != nil {
			return nil, err
		}
		money := func(m loyalty.Money) string { return h.Shop.Money(q.P, q.Now, m) }
		row := planRow{ID: x.ID, Name: h.Shop.PlanName(q.P, q.Now, x.ID), Price: money(x.Price), Paid: money(c.Paid), Back: money(c.Back), Counts: c}
		if c.Before > 0 {
			row.Churn = strconv.FormatFloat(100*float64(c.Ended)/float64(c.Before), 'f', 1, 64) + " %"
		}
		list = append(list, row)
	}
	return list, nil
}

// heldRows are the members with plans, of one state or of all; of a manager of one
// store those who paid there.
func (h *page) heldRows(q *console.Request, r store.Reader, held []plan.Held, state string) (list []heldRow, err error) {
	for _, x := range held {
		is := string(x.State)
		if x.State == plan.None {
			is = overState
		}
		if state != "" && state != is || !q.Sees(x.Last.Store) {
			continue
		}
		row := heldRow{Held: x, Name: h.Shop.PlanName(q.P, q.Now, x.Run.Plan), Became: q.Say(planStates[x.State]), Until: h.Shop.LastDay(q.P, x.Run.To)}
		if row.Who, err = q.MaskedName(r, x.Member); err != nil {
			return nil, err
		}
		if x.Last.Ref != "" && !x.Last.Trial {
			row.Paid = h.Shop.Money(q.P, q.Now, x.Last.Amount)
			row.Takes = x.State != plan.None && x.Last.BackAt.IsZero() && people.AtLeast(q.Me.Role, people.Manager)
		}
		list = append(list, row)
	}
	return list, nil
}

func (h *page) plansCSV(q *console.Request, rows []heldRow) console.Answer {
	var list [][]string
	for _, r := range rows {
		list = append(list, []string{string(r.Member), r.Run.Plan, r.Became, h.Shop.Local(r.Run.To.Add(-1)).Format(time.DateOnly), r.Paid, string(r.Last.Ref)})
	}
	return q.CSV("plans-"+h.Shop.Local(q.Now).Format(time.DateOnly), []string{
		q.Say(i18n.ConsolePlansWho), q.Say(i18n.ConsolePlansPlan), q.Say(i18n.ConsolePlansState), q.Say(i18n.ConsolePlansUntil),
		q.Say(i18n.ConsolePlansLast), q.Say(i18n.ConsolePlansRef),
	}, list)
}

// takePlan takes a payment back that was recorded by mistake, and tells the member.
func (h *page) takePlan(q *console.Request) (console.Answer, error) {
	const to = root + "/plans"
	ref, ok := loyalty.ParseRef(q.Text("ref"))
	if !ok {
		return q.Gone(), nil
	}
	var z plan.Payment
	err := h.update(q, "plan-"+string(ref), func(tx store.Tx, l *shop.Letters) (err error) {
		if z, err = h.Shop.Plans.Payment(tx, ref); err != nil {
			return err
		}
		if !q.Sees(z.Store) {
			return plan.ErrRef
		}
		c := &till.Call{
			Tx: tx, Now: q.Now, Me: q.Me, Store: z.Store, Printer: q.P, Tell: l.Tell,
			Op: func(part string) loyalty.OpID { return loyalty.OpID("console/" + part + "/" + string(ref)) },
		}
		if z, err = (till.Till{Shop: h.Shop}).TakePlanBack(c, ref); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsolePlansTake, string(z.Member), z.Member, "", string(ref))
	})
	if errors.Is(err, plan.ErrRef) {
		return q.Gone(), nil
	}
	if err != nil {
		if no := h.Shop.Words(err); no != nil {
			return q.Go(to, q.P.Print(no.Text)), nil
		}
		return console.Answer{}, err
	}
	return q.Go(to, q.Say(i18n.PlanStaffTaken, "Money", h.Shop.Money(q.P, q.Now, z.Amount), "Plan", h.Shop.PlanName(q.P, q.Now, z.Plan))), nil
}
