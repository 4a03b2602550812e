package home

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/console/measures"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/metric"
	"regulars/store"
)

// goal is a goal in words: where it is, where it should be by now.
type goal struct {
	metric.Progress
	Title, Target, Now, Expected, Place string
	State                               i18n.Key // ahead, behind, reached, over, or that there is no number
	Percent                             int      // of the way, 0 to 100
}

// ways are the goals of who asks.
func (h *page) ways(q *console.Request) (list []goal, err error) {
	all, err := h.progress(q.Context(), q.Now)
	for _, p := range all {
		if q.At == "" || p.Goal.Store == q.At {
			list = append(list, h.way(q, p))
		}
	}
	return list, err
}

func (h *page) way(q *console.Request, p metric.Progress) goal {
	n := p.Goal.Metric
	g := goal{
		Progress: p, Title: measures.Title(q.P, n), Target: measures.Number(h.Console, q, n, p.Goal.Target),
		Now: measures.Text(h.Console, q, p.Value), Expected: measures.Number(h.Console, q, n, p.Expected),
		Percent: int(math.Round(100 * min(max(p.Share, 0), 1))),
	}
	if p.Goal.Store != "" {
		g.Place = h.Shop.StoreName(p.Goal.Store)
	}
	switch {
	case !p.Value.Known():
		g.State = i18n.ConsoleHomeGoalNone
	case p.Reached:
		g.State = i18n.ConsoleHomeGoalReached
	case p.Over:
		g.State = i18n.ConsoleHomeGoalMissed
	case p.Ahead:
		g.State = i18n.ConsoleHomeGoalAhead
	default:
		g.State = i18n.ConsoleHomeGoalBehind
	}
	return g
}

// goalsData is the page of goals.
type goalsData struct {
	Goals            []goal
	Metrics, Places  []console.Option
	Tomorrow, Latest string // the days that a goal can be by
	Money            string // what the currency's main unit is called
}

func (h *page) goals(q *console.Request) (console.Answer, error) {
	list, err := h.ways(q)
	today := h.Shop.Local(q.Now)
	d := goalsData{
		Goals: list, Money: h.Shop.Rules(q.Now).Currency.Code,
		Tomorrow: today.AddDate(0, 0, 1).Format(time.DateOnly), Latest: today.AddDate(9, 0, 0).Format(time.DateOnly),
	}
	for _, info := range metric.Names() {
		if !info.Advanced && (q.At == "" || info.PerStore) {
			d.Metrics = append(d.Metrics, console.Option{Value: string(info.Name), Label: measures.Title(q.P, info.Name)})
		}
	}
	if q.At == "" {
		d.Places = append(d.Places, console.Option{Label: q.Say(i18n.ConsoleHomeWholeShop)})
	}
	for _, s := range h.Shop.Programme(q.Now).Stores {
		if q.Sees(s.ID) {
			d.Places = append(d.Places, console.Option{Value: string(s.ID), Label: s.Name})
		}
	}
	return q.Page("home_goals.html", q.Say(i18n.ConsoleHomeGoals), &d), err
}

// setGoal keeps a goal. Where it starts is read before: that may take long.
func (h *page) setGoal(q *console.Request) (console.Answer, error) {
	g := h.readGoal(q)
	if q.Bad() {
		return q.Again(h.goals(q))
	}
	start, err := h.Shop.Metrics.StartOf(q.Context(), g, q.Now)
	if g.Start = start; err == nil {
		err = q.Update(func(tx store.Tx) error {
			if _, err := h.Shop.Metrics.SetGoal(tx, g, q.Now, q.Rand()); err != nil {
				return err
			}
			return q.Audit(tx, i18n.ConsoleHomeDidGoal, "", "", "", string(g.Metric)+" "+strconv.FormatFloat(g.Target, 'f', -1, 64))
		})
	}
	h.keepGoals(nil)
	if h.badGoal(q, err) {
		return q.Again(h.goals(q))
	}
	return q.Go("/console/goals", q.Say(i18n.ConsoleHomeGoalSet)), err
}

// badGoal words what is wrong with a goal, and reports whether that was it.
func (h *page) badGoal(q *console.Request, err error) bool {
	switch {
	case errors.Is(err, metric.ErrGoal):
		q.Wrong("metric", q.Say(i18n.ConsoleHomeGoalWrong))
	case errors.Is(err, metric.ErrGoalDay):
		q.Wrong("by", q.Say(i18n.ConsoleHomeGoalDay))
	case errors.Is(err, metric.ErrManyGoals):
		q.Wrong("", q.Say(i18n.ConsoleHomeGoalMany, "Most", metric.MostGoals))
	default:
		return q.WrongBy("", err)
	}
	return true
}

// readGoal reads the form. Money is typed in the currency's main unit.
func (h *page) readGoal(q *console.Request) metric.Goal {
	g := metric.Goal{Metric: metric.Name(q.Typed("metric")), Store: loyalty.Store(q.Typed("store")), SetBy: q.Me.ID.Actor()}
	info, ok := metric.InfoOf(g.Metric)
	if !ok || info.Advanced {
		q.Wrong("metric", q.Say(i18n.ConsoleHomeGoalWrong))
	}
	if _, known := h.Shop.Programme(q.Now).Store(g.Store); g.Store != "" && !known || !q.Sees(g.Store) || g.Store != "" && !info.PerStore {
		q.Wrong("store", q.Say(i18n.ConsoleHomeGoalStoreWrong))
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(q.Typed("target"), ",", ""), 64)
	if err != nil || math.IsNaN(n) || math.Abs(n) > 1e12 {
		q.Wrong("target", q.Say(i18n.ConsoleHomeGoalNumber))
	}
	if g.Target = n; info.Unit == metric.Money {
		g.Target = math.Round(n * math.Pow10(h.Shop.Rules(q.Now).Currency.Digits))
	}
	now := h.Shop.Local(q.Now)
	day, err := time.ParseInLocation(time.DateOnly, q.Typed("by"), now.Location())
	if err != nil {
		q.Wrong("by", q.Say(i18n.ConsoleHomeGoalDay))
	}
	g.By = day.Add(12 * time.Hour) // an instant of that day, whatever the clock does at night
	return g
}

func (h *page) dropGoal(q *console.Request) (console.Answer, error) {
	err := q.Update(func(tx store.Tx) error {
		g, ok, err := h.Shop.Metrics.GoalByID(tx, q.Typed("id"))
		if err != nil || !ok {
			return err
		}
		if !q.Sees(g.Store) || g.Store == "" && q.At != "" {
			return bot.Refuse(i18n.ConsoleTeamNotYours)
		}
		if err := h.Shop.Metrics.DropGoal(tx, g.ID); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleHomeDidDropGoal, "", "", "", string(g.Metric))
	})
	h.keepGoals(nil)
	return q.Go("/console/goals", q.Say(i18n.ConsoleHomeGoalDropped)), err
}
