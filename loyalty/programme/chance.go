package programme

import (
	"fmt"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"regulars/loyalty"
)

// The parts of what is played: a game and its prizes ("<game>/<prize>"), a quiz,
// whose question is its About, and its choices ("<quiz>/<choice>").
const (
	Game   Part = "game"
	Prize  Part = "prize"
	Quiz   Part = "quiz"
	Answer Part = "answer"
)

// games reads wheels and scratch cards.
func (r *reader) games(root *table, p *Programme) {
	var ids []string
	for _, kind := range []loyalty.GameKind{loyalty.GameWheel, loyalty.GameScratch} {
		for _, t := range r.each(root, string(kind), 5) {
			g := r.game(t, kind, ids, p)
			ids = append(ids, g.ID)
			p.Rules.Play.Games = append(p.Rules.Play.Games, g)
		}
	}
}

func (r *reader) game(t *table, kind loyalty.GameKind, ids []string, p *Programme) loyalty.Game {
	g := loyalty.Game{ID: r.id(t, ownID, ownForm, ids), Kind: kind}
	p.say(Game, g.ID, said{name: r.name(t, "the game's name"), about: r.texts(t, "about", longAbout)})
	g.Cost = loyalty.Points(r.points(t, "cost"))
	r.freeGoes(t, &g, p)
	g.PerPerson = r.whole(t, "per_person", 0, 1, 1000)
	g.Per = loyalty.Span(r.oneOf(t, "per", "day", "day", "week", "month", "year"))
	if g.PerPerson == 0 && !t.written("per_person") {
		r.unfit(t, []string{"per"}, nil, "per_person is missing")
		g.Per = ""
	}
	g.Levels = r.tierIDs(t)
	g.From, g.To = r.dates(t, p.Rules.Zone)
	r.gamePrizes(t, &g, p)
	r.lawful(t, &g, p)
	return g
}

// freeGoes reads the goes that cost nothing.
func (r *reader) freeGoes(t *table, g *loyalty.Game, p *Programme) {
	g.Free = r.whole(t, "free", 0, 1, 100)
	g.FreePer = loyalty.Span(r.oneOf(t, "free_per", "day", "day", "week", "month", "visit"))
	least, _ := r.money(t, "minimum", p.Rules.Currency.Digits)
	days := r.whole(t, "good_days", 14, 1, 366)
	switch {
	case g.Free == 0 && !t.written("free"):
		r.unfit(t, []string{"free_per", "minimum", "good_days"}, nil, "free is missing")
		g.FreePer = ""
		if g.Cost == 0 {
			r.complain(t.line, t.join("cost"), "nobody can have a go", "cost = 20, free = 1, or both")
		}
	case g.FreePer == loyalty.SpanVisit:
		g.Minimum, g.GoodFor = loyalty.Money(least), int(days)
	default:
		r.unfit(t, []string{"minimum", "good_days"}, nil, fmt.Sprintf("free_per is %q", g.FreePer))
	}
}

// gamePrizes reads a game's, whose odds must sum to 100 in a hundred: whoever plays
// is told them before.
func (r *reader) gamePrizes(t *table, g *loyalty.Game, p *Programme) {
	var ids []string
	var tables []*table
	sum := int64(0)
	for _, pt := range r.each(t, "prize", 12) {
		z := r.gamePrize(pt, g.ID, ids, p)
		ids, tables = append(ids, z.ID), append(tables, pt)
		g.Prizes = append(g.Prizes, z)
		sum += z.Odds
	}
	switch {
	case len(tables) < 2:
		r.complain(t.line, t.join("prize"), fmt.Sprintf("there are %d", len(tables)), fmt.Sprintf("two to twelve [[%s]], each with id and odds", t.join("prize")))
	case slices.ContainsFunc(g.Prizes, func(z loyalty.GamePrize) bool { return z.Odds == 0 }): // complained of
	case sum != loyalty.AllOdds:
		last := tables[len(tables)-1]
		v := last.of["odds"]
		line := last.line
		if v != nil {
			line = v.line
		}
		r.complain(line, t.join("prize.odds"), "the odds sum to "+percentOf(sum), "100 in all")
	}
	for i := range g.Prizes {
		r.instead(tables[i], g, &g.Prizes[i])
	}
}

// percentOf writes odds as the file does: "12.5".
func percentOf(odds int64) string {
	s := fmt.Sprintf("%d.%02d", odds/100, odds%100)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

func (r *reader) gamePrize(t *table, game string, ids []string, p *Programme) loyalty.GamePrize {
	z := loyalty.GamePrize{ID: r.id(t, ownID, ownForm, ids)}
	if name := r.texts(t, "name", longName); name != nil {
		p.say(Prize, game+"/"+z.ID, said{name: name})
	}
	z.Odds = r.odds(t)
	z.Points = loyalty.Points(r.points(t, "points"))
	z.Reward = r.gives(t, "reward")
	if v := t.ask("stock"); v != nil {
		n := r.whole(t, "stock", 0, 0, manyPoints)
		z.Stock = &n
	}
	return z
}

// odds are percent with up to two decimals.
func (r *reader) odds(t *table) int64 {
	const allowed = "percent from 0.01 to 100, as in 12.5"
	v := r.need(t, "odds", allowed)
	if v == nil {
		return 0
	}
	n, ok := minor(v.text, 2)
	number := v.kind == unstable.Integer || v.kind == unstable.Float
	if !number || !ok || n < 1 || n > loyalty.AllOdds {
		r.complain(v.line, t.join("odds"), quote(v.text)+" are no odds", allowed)
		return 0
	}
	return n
}

// instead reads what is given once a prize has run out: a prize that never does,
// so that it can be told before.
func (r *reader) instead(t *table, g *loyalty.Game, z *loyalty.GamePrize) {
	var lasting []string
	for _, o := range g.Prizes {
		if o.Stock == nil && o.Reward == "" && o.ID != z.ID {
			lasting = append(lasting, o.ID)
		}
	}
	z.Instead = r.one(t, "instead", "the id of a prize without stock and reward", lasting)
	if (z.Stock != nil || z.Reward != "") && !t.written("instead") {
		r.complain(t.line, t.join("instead"), "is missing: this prize may run out", "the id of a prize without stock and reward, which is given then")
	}
	if z.Stock == nil && z.Reward == "" {
		r.unfit(t, []string{"instead"}, nil, "there is neither stock nor reward: it never runs out")
	}
}

// What the law lets a prize be worth that is drawn among customers.
//
// Japan, 景品表示法, 懸賞による景品類の提供に関する事項の制限 (1977 公取委告示 3) §2: twenty
// times the purchase, and ¥100,000 at most; where no purchase is asked for it
// counts as ¥100 (懸賞運用基準, Consumer Affairs Agency). Taiwan, 事業提供贈品贈獎額度辦法 §6
// (公平交易法 §23): NT$5,000,000.
const (
	japanTimes = 20
	japanLeast = 100
	japanMost  = 100_000
	taiwanMost = 5_000_000
)

// lawful complains of prizes that are worth more than the country allows. What a
// year's prizes may be worth together depends on its sales, which no file knows;
// that the odds are told before is this program's own doing.
func (r *reader) lawful(t *table, g *loyalty.Game, p *Programme) {
	if g.Cost == 0 && g.FreePer != loyalty.SpanVisit {
		return // open to all without a purchase
	}
	var most int64
	var law string
	switch {
	case p.Country == "JP" && p.Rules.Currency.Code == "JPY":
		most = min(japanMost, japanTimes*max(japanLeast, int64(g.Minimum)))
		law = "景品表示法 allows 20 times the least purchase, 100 yen where none is asked for, and 100000 yen"
	case p.Country == "TW" && p.Rules.Currency.Code == "TWD":
		most, law = taiwanMost, "事業提供贈品贈獎額度辦法 §6"
	default:
		return
	}
	for i, pt := range r.tablesOf(t, "prize") {
		if i >= len(g.Prizes) {
			break
		}
		if w, _ := p.Rules.Reward(g.Prizes[i].Reward); int64(w.Worth) > most {
			r.complain(pt.of["reward"].line, t.join("prize.reward"), fmt.Sprintf("%s is worth %d", quote(w.ID), w.Worth),
				fmt.Sprintf("at most %d where a go costs points or a purchase (%s)", most, law))
		}
	}
}

// tablesOf are the tables under a key that was read before.
func (*reader) tablesOf(t *table, key string) (all []*table) {
	if v := t.of[key]; v != nil {
		for _, item := range v.items {
			if item.table != nil {
				all = append(all, item.table)
			}
		}
	}
	return all
}

// packets reads what managers may hand out in groups.
func (r *reader) packets(root *table, p *Programme) {
	_, written := root.of["packets"]
	t := r.sub(root, "packets")
	var k loyalty.Packets
	if written {
		r.need(t, "most", "how many points one packet may hold, as in 500")
	}
	k.Most = loyalty.Points(r.whole(t, "most", 0, 1, manyPoints))
	k.Day = r.atMost(t, "day")
	k.Pieces = int(r.whole(t, "pieces", 50, 1, 500))
	k.OpenFor = time.Duration(r.whole(t, "hours", 24, 1, 168)) * time.Hour
	if v := t.of["day"]; v != nil && k.Day > 0 && k.Day < k.Most {
		r.complain(v.line, t.join("day"), fmt.Sprintf("%d is less than one packet may hold (most)", k.Day), "as many or more")
	}
	if k.On() {
		p.Rules.Play.Packets = k
	}
}

// quizzes reads the shop's questions, and whether managers may ask their own.
func (r *reader) quizzes(root *table, p *Programme) {
	_, written := root.of["quizzes"]
	t := r.sub(root, "quizzes")
	var own loyalty.QuizTerms
	if written {
		r.need(t, "most", "how many points one quiz of a manager's own may give in all, as in 300")
	}
	own.Most = loyalty.Points(r.whole(t, "most", 0, 1, manyPoints))
	own.Day = r.atMost(t, "day")
	own.OpenFor = time.Duration(r.whole(t, "hours", 24, 1, 168)) * time.Hour
	if own.Most > 0 {
		p.Rules.Play.Quiz = own
	}
	var ids []string
	for _, qt := range r.each(root, "quiz", 60) {
		q := r.quiz(qt, ids, p)
		ids = append(ids, q.ID)
		p.Rules.Play.Quizzes = append(p.Rules.Play.Quizzes, q)
	}
}

func (r *reader) quiz(t *table, ids []string, p *Programme) loyalty.Quiz {
	q := loyalty.Quiz{ID: r.id(t, ownID, ownForm, ids)}
	r.need(t, "question", "what is asked, in quotes, or one in each language")
	p.say(Quiz, q.ID, said{name: r.texts(t, "name", longName), about: r.texts(t, "question", longQuestion)})
	var known []string
	q.Choices = r.choices(t, "choices", 5, p, Answer, q.ID+"/", &known)
	if len(q.Choices) < 2 {
		r.complain(t.line, t.join("choices"), fmt.Sprintf("there are %d", len(q.Choices)), `two to five, as in [{ id = "a", name = "Kenya" }, { id = "b", name = "Brazil" }]`)
	}
	r.need(t, "answer", "the id of the right one of choices")
	q.Answer = r.one(t, "answer", "the id of one of choices", q.Choices)
	r.need(t, "points", "points for each of the first right answers, as in 10")
	q.Points = loyalty.Points(r.whole(t, "points", 0, 1, manyPoints))
	q.First = int(r.whole(t, "first", 10, 1, 1000))
	q.OpenFor = time.Duration(r.whole(t, "hours", 24, 1, 168)) * time.Hour
	return q
}

// QuizWords are a quiz's question and its choices, in their order, in a language.
func (p *Programme) QuizWords(id, lang string) (question string, choices []string) {
	i := slices.IndexFunc(p.Rules.Play.Quizzes, func(q loyalty.Quiz) bool { return q.ID == id })
	if i < 0 {
		return id, nil
	}
	for _, c := range p.Rules.Play.Quizzes[i].Choices {
		choices = append(choices, p.Words(Answer, id+"/"+c, lang).Name)
	}
	return p.Words(Quiz, id, lang).About, choices
}
