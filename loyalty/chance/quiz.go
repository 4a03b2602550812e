package chance

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Question is what is asked: one of the programme's by its id, or a manager's own
// with its words.
type Question struct {
	Quiz    string         `json:"quiz,omitempty"`    // the programme's
	Text    string         `json:"text,omitempty"`    // a manager's own
	Choices []string       `json:"choices,omitempty"` // of the programme's their ids, else their words
	Answer  int            `json:"answer"`            // the right one, from 0
	Points  loyalty.Points `json:"points"`            // for each of the first
	First   int            `json:"first"`
	At      time.Time      `json:"at,omitzero"` // of a draft: when it was written
	By      loyalty.Actor  `json:"by,omitempty"`
}

// total is what a question gives at most, or loyalty.ErrOverflow.
func (q *Question) total() (loyalty.Points, error) {
	one := loyalty.Quiz{Points: q.Points, First: q.First}
	return one.Total()
}

// Run is a question that was asked in a group.
type Run struct {
	Question
	ID     string           `json:"id"`
	Day    string           `json:"day"`
	At     time.Time        `json:"at"`
	Until  time.Time        `json:"until"` // exclusive
	By     loyalty.Actor    `json:"by"`
	Self   loyalty.MemberID `json:"self,omitempty"` // the member that the asker is, who gets nothing
	Store  loyalty.Store    `json:"store,omitempty"`
	Group  string           `json:"group,omitempty"`
	Given  int              `json:"given,omitempty"`  // how many got points
	Heard  int              `json:"heard,omitempty"`  // how many answered
	Rights int              `json:"rights,omitempty"` // how many of them were right
	Closed bool             `json:"closed,omitempty"` // what was left went back to the day's budget
}

// Open reports whether answers are taken at now.
func (q *Run) Open(now time.Time) bool { return !q.Closed && now.Before(q.Until) }

// Guess is somebody's answer.
type Guess struct {
	At     time.Time      `json:"at"`
	Choice int            `json:"choice"`
	Right  bool           `json:"right,omitempty"`
	Place  int            `json:"place,omitempty"` // among those who got points, from 1
	Points loyalty.Points `json:"points,omitempty"`
	Ref    loyalty.Ref    `json:"ref,omitempty"`
}

// Draft keeps a manager's own question until it is asked in a group, and gives the
// id that asks it. Refusals: ErrOff; loyalty.ErrAmount for no points, nobody to get
// them, or fewer than two choices; *loyalty.LimitError.
func (d *Desk) Draft(tx store.Tx, act book.Act, q Question) (id string, err error) {
	own := d.Programme(act.Now).Play.Quiz
	if own.Most == 0 {
		return "", ErrOff
	}
	n, err := q.total()
	switch {
	case err != nil:
		return "", err
	case n <= 0 || len(q.Choices) < 2 || q.Answer < 0 || q.Answer >= len(q.Choices) || q.Text == "":
		return "", loyalty.ErrAmount
	case n > own.Most:
		return "", &loyalty.LimitError{Span: loyalty.SpanAct, Limit: own.Most, Asked: n}
	}
	id = d.name("draft", act.Op)
	q.At, q.By = act.Now.UTC(), act.Actor
	if err := tx.Lock(store.Subject("quizdraft/" + id)); err != nil {
		return "", err
	}
	return id, drafts.Put(tx, q, id)
}

// Find is the question with an id: one of the programme's, or the speaker's own.
// Refusal: ErrNoQuiz.
func (d *Desk) Find(r store.Reader, id string, who loyalty.Actor, now time.Time) (Question, error) {
	if q, ok := d.Programme(now).Play.QuizOf(id); ok {
		return Question{Quiz: q.ID, Choices: q.Choices, Answer: slices.Index(q.Choices, q.Answer), Points: q.Points, First: q.First}, nil
	}
	q, ok, err := drafts.Get(r, id)
	if err == nil && (!ok || q.By != who) {
		err = ErrNoQuiz
	}
	return q, err
}

// Ask asks a question in the group with that code. Refusals: ErrNoQuiz,
// *loyalty.LimitError.
func (d *Desk) Ask(tx store.Tx, act book.Act, group, id string) (Run, error) {
	p := d.Programme(act.Now)
	q, err := d.Find(tx, id, act.Actor, act.Now)
	if err != nil {
		return Run{}, err
	}
	open := p.Play.Quiz.OpenFor
	if own, ok := p.Play.QuizOf(q.Quiz); ok {
		open = own.OpenFor
	}
	run := Run{
		Question: q, ID: d.name("quiz", act.Op), Day: p.Day(act.Now), At: act.Now.UTC(), Until: act.Now.Add(open).UTC(),
		By: act.Actor, Self: act.Self, Store: act.Store, Group: group,
	}
	n, err := q.total()
	if err != nil {
		return run, err
	}
	row, err := budget(tx, run.Day)
	if err != nil {
		return run, err
	}
	if most := p.Play.Quiz.Day; most > 0 && row.Quizzes+n > most {
		return run, &loyalty.LimitError{Span: loyalty.SpanDay, Limit: most, Used: row.Quizzes, Asked: n}
	}
	if err := d.Book.Pledge(tx, act, n); err != nil {
		return run, err
	}
	row.Quizzes += n
	if err := playDays.Put(tx, row, run.Day); err != nil {
		return run, err
	}
	if err := tx.Lock(store.Subject("quizrun/" + run.ID)); err != nil {
		return run, err
	}
	if err := dues.Put(tx, struct{}{}, timeKey(run.Until), "quiz", run.ID); err != nil {
		return run, err
	}
	return run, runs.Put(tx, run, run.ID)
}

// RunOf is a question that was asked, as it stands; false where there is none.
func (d *Desk) RunOf(r store.Reader, id string) (Run, bool, error) { return runs.Get(r, id) }

// Answer takes a member's answer, the first one only; a second gives that one
// again, with ErrGuessed. Refusals: ErrNoQuiz, ErrLate, ErrGuessed,
// loyalty.ErrSelf for the one who asked, ErrReturned for who left the shop and came
// back since it was asked, loyalty.ErrFull.
func (d *Desk) Answer(tx store.Tx, m loyalty.MemberID, act book.Act, id string, choice int) (Run, Guess, error) {
	if err := tx.Lock(store.Subject("quizrun/" + id)); err != nil {
		return Run{}, Guess{}, err
	}
	run, ok, err := runs.Get(tx, id)
	if err == nil && (!ok || choice < 0 || choice >= len(run.Choices)) {
		err = ErrNoQuiz
	}
	if err != nil {
		return run, Guess{}, err
	}
	family, err := d.family(tx, m)
	if err != nil {
		return run, Guess{}, err
	}
	for _, one := range family {
		if had, ok, err := guesses.Get(tx, id, string(one)); err != nil || ok {
			if err == nil {
				err = ErrGuessed
			}
			return run, had, err
		}
		if one == run.Self {
			return run, Guess{}, loyalty.ErrSelf
		}
	}
	if !run.Open(act.Now) {
		return run, Guess{}, ErrLate
	}
	if err := d.hereSince(tx, m, run.At); err != nil {
		return run, Guess{}, err
	}
	g := Guess{At: act.Now.UTC(), Choice: choice, Right: choice == run.Question.Answer}
	run.Heard++
	if g.Right {
		run.Rights++
		if d.Right != nil {
			if err := d.Right(tx, m, id, act.Now); err != nil {
				return run, g, err
			}
		}
	}
	if g.Right && run.Given < run.First {
		rec, err := d.Book.Grant(tx, m, by(act, "guess"), "quiz/"+id, run.Points, nil)
		if err != nil {
			return run, g, err
		}
		run.Given++
		g.Place, g.Points, g.Ref = run.Given, run.Points, rec.Entry().Ref
	}
	if err := guesses.Put(tx, g, id, string(m)); err != nil {
		return run, g, err
	}
	return run, g, runs.Put(tx, run, id)
}

// closeRun gives what nobody won back to the day's budget; closed says that it did
// just now.
func (d *Desk) closeRun(tx store.Tx, id string, now time.Time) (run Run, closed bool, err error) {
	if err := tx.Lock(store.Subject("quizrun/" + id)); err != nil {
		return run, false, err
	}
	run, ok, err := runs.Get(tx, id)
	if err != nil || !ok || run.Closed || now.Before(run.Until) {
		return run, false, err
	}
	run.Closed = true
	if err := dues.Delete(tx, timeKey(run.Until), "quiz", id); err != nil {
		return run, false, err
	}
	rest := run.Points * loyalty.Points(run.First-run.Given) // no more than was held, which did not overflow
	if err := d.giveBack(tx, run.Day, run.By, func(row *playDay) *loyalty.Points { return &row.Quizzes }, rest); err != nil {
		return run, false, err
	}
	return run, true, runs.Put(tx, run, id)
}

// Mix puts choices, of which the first is right, in an order that says nothing of
// it, and tells where the right one went.
func (d *Desk) Mix(op loyalty.OpID, choices []string) (mixed []string, right int) {
	mixed = slices.Clone(choices)
	seed := loyalty.Seed(d.mac("mix", string(op)))
	for i := len(mixed) - 1; i > 0; i-- { // Fisher and Yates
		j := int(seed.Number(number(i), int64(i+1)))
		mixed[i], mixed[j] = mixed[j], mixed[i]
	}
	return mixed, slices.Index(mixed, choices[0])
}
