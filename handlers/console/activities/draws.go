package activities

import (
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/chance"
	"regulars/store"
)

// drawsTab is what wheels and scratch cards drew, day by day, held against the
// day's seed, and the red packets and quizzes of the last weeks.
func drawsTab() tab {
	return tab{
		Name: "draws", Title: i18n.ConsolePlayTitle,
		On: func(r *loyalty.Programme) bool {
			return shop.Has(r, "play") || shop.Has(r, "packet") || shop.Has(r, "quiz")
		},
		Routes: func(h *page) []console.Route {
			return []console.Route{{Method: "GET", Path: root + "/draws", Do: h.draws}}
		},
	}
}

const (
	mostDraws  = 100_000             // of a day in the file
	mostGroups = 50                  // packets, and quizzes, on the page
	groupsBack = 30 * 24 * time.Hour // how far back they are looked for
)

// prizeRow is how often a prize was given on a day, and what its odds are.
type prizeRow struct {
	Game, Prize, Odds string
	Given             int
}

// packetRow is a red packet.
type packetRow struct {
	At            time.Time
	Store         string
	Taken, Pieces int64
	Given, Total  int64
	Open          bool
}

// quizRow is a question that was asked.
type quizRow struct {
	At            time.Time
	Question      string
	Heard, Rights int64
	Given         int64
	Open          bool
}

// drawsData is the page.
type drawsData struct {
	head
	Day     string
	Report  chance.Report
	Prizes  []prizeRow
	Packets []packetRow
	Quizzes []quizRow
}

func (h *page) draws(q *console.Request) (console.Answer, error) {
	d := drawsData{head: h.head(q), Day: q.Typed("day")}
	if _, err := time.Parse(time.DateOnly, d.Day); err != nil {
		d.Day = h.Shop.Rules(q.Now).Day(q.Now)
	}
	if q.WantsCSV() {
		return h.drawsCSV(q, d.Day)
	}
	var err error
	if d.Report, err = h.Shop.Chance.Verify(q.Context(), h.DB, d.Day, q.Now); err != nil {
		return console.Answer{}, err
	}
	if d.Report.Commitment == "" { // nothing was drawn yet; it is told beforehand all the same
		d.Report.Commitment = h.Shop.Chance.Commitment(d.Day)
	}
	d.Prizes = h.prizeRows(q, d.Report.Won)
	err = q.View(func(r store.Reader) error {
		if d.Packets, err = h.packetRows(q, r); err == nil {
			d.Quizzes, err = h.quizRows(q, r)
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	return q.Page("activities_draws.html", q.Say(i18n.ConsolePlayTitle), d), nil
}

// prizeRows are the prizes of the programme's games, in its order.
func (h *page) prizeRows(q *console.Request, won map[string]int) (list []prizeRow) {
	for _, g := range h.Shop.Rules(q.Now).Play.Games {
		for i := range g.Prizes {
			z := &g.Prizes[i]
			list = append(list, prizeRow{
				Game: h.Shop.GameName(q.P, q.Now, g.ID), Prize: h.Shop.PrizeName(q.P, q.Now, g.ID, z), Odds: shop.Odds(z.Odds) + "%", Given: won[g.ID+"/"+z.ID],
			})
		}
	}
	return list
}

// packetRows are the newest red packets of the stores that the employee sees.
func (h *page) packetRows(q *console.Request, r store.Reader) (list []packetRow, err error) {
	all, err := h.Shop.Chance.Packets(r, q.Now.Add(-groupsBack), mostGroups, func(k *chance.Packet) bool { return q.Sees(k.Store) })
	for _, k := range all {
		list = append(list, packetRow{
			At: k.At, Store: h.Shop.StoreName(k.Store), Taken: int64(k.Taken), Pieces: int64(k.Pieces), Given: int64(k.Given), Total: int64(k.Total), Open: k.Open(q.Now),
		})
	}
	return list, err
}

func (h *page) quizRows(q *console.Request, r store.Reader) (list []quizRow, err error) {
	all, err := h.Shop.Chance.Runs(r, q.Now.Add(-groupsBack), mostGroups, func(k *chance.Run) bool { return q.Sees(k.Store) })
	for _, run := range all {
		list = append(list, quizRow{
			At: run.At, Question: h.Shop.QuizText(q.P, q.Now, run.Question), Heard: int64(run.Heard), Rights: int64(run.Rights),
			Given: int64(run.Points) * int64(run.Given), Open: run.Open(q.Now),
		})
	}
	return list, err
}

// drawsCSV is a day's draws, each by its ticket: who had it is not in the file, so
// that it can be shown to whoever wants to draw again.
func (h *page) drawsCSV(q *console.Request, day string) (console.Answer, error) {
	var all []chance.Draw
	err := q.View(func(r store.Reader) (err error) {
		all, err = h.Shop.Chance.DayDraws(r, day, mostDraws)
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	var rows [][]string
	for _, x := range all {
		rows = append(rows, []string{x.Ticket, strconv.FormatInt(x.Number, 10), x.Game, x.Drawn, x.Given, strconv.FormatInt(int64(x.Points), 10)})
	}
	return q.CSV("draws-"+day, []string{
		q.Say(i18n.ConsolePlayTicket), q.Say(i18n.ConsolePlayNumber), q.Say(i18n.ConsolePlayGame), q.Say(i18n.ConsolePlayDrawn), q.Say(i18n.ConsolePlayGiven), q.Say(i18n.ConsolePlayPoints),
	}, rows), nil
}
