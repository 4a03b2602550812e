package loyalty

import "time"

// Play is what members play for and what is given away in groups. The zero one
// is nothing of it.
type Play struct {
	Games   []Game
	Packets Packets
	Quizzes []Quiz
	// Quiz bounds what managers may ask of their own.
	Quiz QuizTerms
}

// GameKind is how a game is shown; the rules are the same.
type GameKind string

// The kinds of games.
const (
	GameWheel   GameKind = "wheel"
	GameScratch GameKind = "scratch"
)

// SpanVisit is the span of free goes that purchases bring.
const SpanVisit Span = "visit"

// Game is a wheel, or a scratch card: one of its prizes is drawn at each go, by
// odds that are told before. No money can be staked: a go is free or costs points.
type Game struct {
	ID   string
	Kind GameKind
	// Prizes have odds that sum to [AllOdds].
	Prizes []GamePrize
	// Cost is what a go takes once the free ones are used; 0 is that only free
	// ones can be had.
	Cost Points
	// Free goes come each day, week or month, or with each purchase (SpanVisit);
	// 0 is none.
	Free    int64
	FreePer Span
	// Minimum is the least purchase that brings goes, and GoodFor how many days
	// such goes can be used, the day of the purchase included.
	Minimum Money
	GoodFor int
	// PerPerson bounds the goes of one member within Per, the free ones too; 0 is
	// no bound.
	PerPerson int64
	Per       Span
	Levels    []string // tiers that may; empty: all
	From, To  time.Time
}

// AllOdds is what a game's odds sum to: they are hundredths of a percent.
const AllOdds = 10_000

// GamePrize is one field of a wheel. With neither Points nor Reward it is no prize.
type GamePrize struct {
	ID     string
	Odds   int64 // in hundredths of a percent, 1 to AllOdds
	Points Points
	Reward string // whose voucher it is
	// Stock is how many there are of it, ever; nil is no bound.
	Stock *int64
	// Instead is the prize that is given when this one has run out; it has no
	// stock and no reward of its own, so that it never runs out.
	Instead string
}

// Nothing reports whether the prize is none.
func (p *GamePrize) Nothing() bool { return p.Points == 0 && p.Reward == "" }

// Game finds a game by its id.
func (p *Play) Game(id string) (Game, bool) {
	for _, g := range p.Games {
		if g.ID == id {
			return g, true
		}
	}
	return Game{}, false
}

// Prize finds a prize by its id; nil is none.
func (g *Game) Prize(id string) *GamePrize {
	for i := range g.Prizes {
		if g.Prizes[i].ID == id {
			return &g.Prizes[i]
		}
	}
	return nil
}

// Pick is the prize that a number from 0 up to, not including, AllOdds falls on:
// the fields lie one after the other, each as wide as its odds.
func (g *Game) Pick(number int64) *GamePrize {
	for i := range g.Prizes {
		if number -= g.Prizes[i].Odds; number < 0 {
			return &g.Prizes[i]
		}
	}
	return nil
}

// PeriodOf names the local day, week or month of t: "2026-11-22", "2026-W47",
// "2026-11"; and the year, "2026". Other spans are for ever, "".
func (p *Programme) PeriodOf(span Span, t time.Time) string {
	local := t.In(p.Location())
	switch span {
	case SpanDay:
		return local.Format(time.DateOnly)
	case SpanWeek:
		return (&Survey{Wave: SpanWeek}).WaveAt(local)
	case SpanMonth:
		return local.Format("2006-01")
	case SpanYear:
		return local.Format("2006")
	}
	return ""
}

// Left is how many more goes a limit allows to who had had within its span; -1
// is any number.
func (g *Game) Left(had int64) int64 {
	if g.PerPerson <= 0 {
		return -1
	}
	return max(0, g.PerPerson-had)
}

// Packets are the terms of red packets, which a manager hands out in a group. The
// zero one is that there are none.
type Packets struct {
	// Most points are in one packet, and Day in all packets of a day.
	Most, Day Points
	// Pieces is the largest number of pieces of one.
	Pieces int
	// OpenFor is how long pieces can be taken; what is left then goes back to the
	// day's budget.
	OpenFor time.Duration
}

// On reports whether the programme has red packets.
func (p *Packets) On() bool { return p.Most > 0 }

// QuizTerms bound what a manager may ask of their own in a group. The zero one
// is that only questions of the programme are asked.
type QuizTerms struct {
	Most, Day Points // of one quiz in all; of all quizzes of a day
	OpenFor   time.Duration
}

// Quiz is one question for a group: the first right answers get points.
type Quiz struct {
	ID      string
	Choices []string // ids, in their order
	Answer  string   // the right one's
	Points  Points   // for each of the first
	First   int      // how many those are
	OpenFor time.Duration
}

// QuizOf finds a quiz by its id.
func (p *Play) QuizOf(id string) (Quiz, bool) {
	for _, q := range p.Quizzes {
		if q.ID == id {
			return q, true
		}
	}
	return Quiz{}, false
}

// Asks reports whether anything can be asked in a group.
func (p *Play) Asks() bool { return len(p.Quizzes) > 0 || p.Quiz.Most > 0 }

// Total is what a quiz gives away at most, or ErrOverflow.
func (q *Quiz) Total() (Points, error) {
	n, err := mulDiv(int64(q.Points), int64(q.First), 1, RoundDown)
	return Points(n), err
}

// Fits holds a packet against the terms. budget is what the other packets of the
// day hold. Refusals: ErrAmount for fewer points than pieces, or no piece;
// *LimitError for too many points, *PiecesError for too many pieces.
func (p *Packets) Fits(n, budget Points, pieces int) error {
	switch {
	case pieces < 1 || n < Points(pieces):
		return ErrAmount
	case pieces > p.Pieces:
		return &PiecesError{Most: p.Pieces, Asked: pieces}
	case n > p.Most:
		return &LimitError{SpanAct, p.Most, 0, n}
	}
	if sum, err := add(budget, n); err != nil || p.Day > 0 && sum > p.Day {
		return &LimitError{SpanDay, p.Day, budget, n}
	}
	return nil
}

// PiecesError refuses a packet with too many pieces.
type PiecesError struct{ Most, Asked int }

func (e *PiecesError) Error() string { return "loyalty: too many pieces in a red packet" }

// Refusal marks it as an answer, see [Refused].
func (*PiecesError) Refusal() {}
