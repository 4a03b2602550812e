package survey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// fataler is a test, or a property's run.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

type world struct {
	t    fataler
	db   store.DB
	desk *Desk
	now  time.Time
	list []loyalty.Survey
}

var taipei = time.FixedZone("Taipei", 8*60*60)

func newWorld(t fataler, list ...loyalty.Survey) *world {
	w := &world{t: t, db: mem.New(mem.Twice), now: time.Date(2026, 3, 2, 12, 0, 0, 0, taipei), list: list}
	w.desk = &Desk{
		Key: []byte("0123456789abcdef0123456789abcdef"), Surveys: func(time.Time) []loyalty.Survey { return w.list },
		Zone: func(time.Time) *time.Location { return taipei },
	}
	return w
}

func nps(id string) loyalty.Survey {
	return loyalty.Survey{
		ID: id, Kind: loyalty.SurveyNPS, After: loyalty.AfterVisit, Delay: 3 * time.Hour, Share: 100, Fatigue: 90, Wave: loyalty.SpanMonth,
		OpenFor: 14 * 24 * time.Hour, FollowUp: true, AlertAt: 6, ThankAfter: 7 * 24 * time.Hour,
	}
}

func (w *world) do(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) view(f func(store.Reader) error) {
	w.t.Helper()
	if err := w.db.View(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) visit(m loyalty.MemberID) {
	w.t.Helper()
	w.do(func(tx store.Tx) error {
		return w.desk.Plan(tx, m, loyalty.AfterVisit, Visit{At: w.now, Store: "main", Staff: "sam"}, w.now)
	})
}

// tick asks whoever is due, as the job does, and tells whom.
func (w *world) tick() (asked []Answer) {
	w.t.Helper()
	var list []loyalty.MemberID
	w.view(func(r store.Reader) (err error) {
		list, _, err = w.desk.Due(r, w.now, 1000, "")
		return err
	})
	for _, m := range list {
		var a Answer
		ok := false
		w.do(func(tx store.Tx) error {
			p, s, due, err := w.desk.Take(tx, m, w.now)
			if ok = due; err != nil || !due {
				return err
			}
			a, err = w.desk.Ask(tx, m, s, p.Visit, w.now, "en", "line", true)
			return err
		})
		if ok {
			asked = append(asked, a)
		}
	}
	return asked
}

func (w *world) answer(m loyalty.MemberID, id string, score int) (a Answer, how Outcome) {
	w.t.Helper()
	w.do(func(tx store.Tx) (err error) {
		a, how, err = w.desk.Answer(tx, m, id, Given{Score: score}, w.now, "en", "line")
		return err
	})
	return a, how
}

func (w *world) count(q Query) (t Tally) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		t, err = Count(r, q)
		return err
	})
	return t
}

// Whatever people do and whenever the job runs: nobody is asked twice within the
// fatigue, or twice in a wave; a score stands after an hour; what is counted is
// what was answered in time.
func TestRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := nps("visit"), nps("taste")
		a.Fatigue, b.Fatigue = rapid.IntRange(0, 100).Draw(rt, "fatigue"), rapid.IntRange(0, 100).Draw(rt, "other fatigue")
		b.Kind, b.AlertAt, b.Wave, b.After = loyalty.SurveyCSAT, 2, loyalty.SpanWeek, loyalty.AfterVisit
		a.Share = rapid.SampledFrom([]int{30, 100}).Draw(rt, "share")
		least := min(a.Fatigue, b.Fatigue)
		w := newWorld(rt, a, b)
		type said struct {
			score int
			at    time.Time
			until time.Time
			late  bool
		}
		newest := map[string]Answer{}            // asked, by survey and member
		model := map[string]said{}               // by survey, wave, member
		last := map[loyalty.MemberID]time.Time{} // asked, of any survey
		for range rapid.IntRange(5, 60).Draw(rt, "steps") {
			m := loyalty.MemberID(rapid.SampledFrom([]string{"ann", "bob", "cy"}).Draw(rt, "who"))
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0:
				w.visit(m)
			case 1:
				w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 50, 200, 60 * 24, 60 * 24 * 15, 60 * 24 * 40}).Draw(rt, "minutes")) * time.Minute)
			case 2:
				for _, x := range w.tick() {
					if was, ok := last[x.Member]; ok && w.now.Before(was.AddDate(0, 0, least)) {
						rt.Fatalf("%s is asked at %v and at %v", x.Member, was, w.now)
					}
					key := x.Survey + "/" + x.Wave + "/" + string(x.Member)
					if _, twice := model[key]; twice {
						rt.Fatalf("%s is asked twice", key)
					}
					last[x.Member], newest[x.Survey+string(x.Member)] = w.now, x
					s, _ := w.desk.Find(w.now, x.Survey)
					model[key] = said{score: -1, until: w.now.Add(s.OpenFor)}
				}
			default:
				id := rapid.SampledFrom([]string{"visit", "taste"}).Draw(rt, "survey")
				score := rapid.IntRange(1, 5).Draw(rt, "score")
				_, how := w.answer(m, id, score)
				x, asked := newest[id+string(m)]
				key := x.Survey + "/" + x.Wave + "/" + string(m)
				had := model[key]
				want := First
				switch {
				case !asked:
					want = Unasked
				case had.score >= 0 && (w.now.Sub(had.at) >= time.Hour || had.score == score):
					want = Already
				case had.score >= 0:
					want, had.score = Changed, score
				default:
					if had.score, had.at, had.late = score, w.now, !w.now.Before(had.until); had.late {
						want = Late
					}
				}
				if how != want {
					rt.Fatalf("%s answers %s: %s, want %s", m, id, how, want)
				}
				if asked {
					model[key] = had
				}
			}
		}
		want, sum := 0, int64(0)
		for _, x := range model {
			if x.score >= 0 && !x.late {
				want, sum = want+1, sum+int64(x.score)
			}
		}
		if got := w.count(Query{}); got.Answers != want || got.Sum != sum {
			rt.Fatalf("%d answers counted of sum %d, want %d of %d", got.Answers, got.Sum, want, sum)
		}
	})
}

func TestScoresByStoreEmployeeAndWeek(t *testing.T) {
	w := newWorld(t, nps("visit"))
	for i, score := range []int{10, 9, 7, 3} {
		w.visit(loyalty.MemberID(fmt.Sprint("m", i)))
		w.now = w.now.Add(3 * time.Hour)
		if n := len(w.tick()); n != 1 {
			t.Fatalf("%d asked", n)
		}
		w.answer(loyalty.MemberID(fmt.Sprint("m", i)), "visit", score)
		w.now = w.now.Add(7 * 24 * time.Hour)
	}
	first := time.Date(2026, 3, 2, 0, 0, 0, 0, taipei)
	for _, c := range []struct {
		q       Query
		p, n, d int
	}{
		{Query{}, 2, 1, 1},
		{Query{Store: "main", Employee: "sam", ID: "visit"}, 2, 1, 1},
		{Query{Store: "pier"}, 0, 0, 0},
		{Query{Employee: "sue"}, 0, 0, 0},
		{Query{From: first, To: first.AddDate(0, 0, 7)}, 1, 0, 0},
		{Query{From: first.AddDate(0, 0, 7), To: first.AddDate(0, 0, 21)}, 1, 1, 0},
	} {
		if got := w.count(c.q); got.Promoters != c.p || got.Passives != c.n || got.Detractors != c.d {
			t.Errorf("%+v: %+v", c.q, got)
		}
	}
	w.view(func(r store.Reader) error {
		if g, ok, err := Latest(r, "m3"); !ok || err != nil || g.Score != 3 {
			t.Errorf("latest: %v %v %v", g, ok, err)
		}
		n, err := Wave(r, "visit", "2026-03")
		if n != (Reached{Asked: 4, Answered: 4}) {
			t.Errorf("the wave: %+v", n)
		}
		return err
	})
}

// Of two who became one, each question is answered by the one who is left, and
// none is asked anew too soon.
func TestMerged(t *testing.T) {
	w := newWorld(t, nps("visit"))
	w.visit("ann")
	w.now = w.now.Add(3 * time.Hour)
	w.tick()
	w.desk.Family = func(store.Reader, loyalty.MemberID) ([]loyalty.MemberID, error) {
		return []loyalty.MemberID{"anna", "ann"}, nil
	}
	w.visit("anna")
	w.now = w.now.Add(4 * time.Hour)
	if n := len(w.tick()); n != 0 {
		t.Errorf("asked again after four hours, %d times", n)
	}
	if a, how := w.answer("anna", "visit", 2); how != First || a.Member != "ann" {
		t.Errorf("%s of %s", how, a.Member)
	}
	w.do(func(tx store.Tx) error {
		a, _, err := w.desk.Of(tx, "anna", "visit")
		if err != nil {
			return err
		}
		for i, want := range []bool{true, false} {
			if ok, err := w.desk.Reward(tx, a); err != nil || ok != want {
				return fmt.Errorf("reward %d: %v %w", i, ok, err)
			}
		}
		return nil
	})
}

func TestShare(t *testing.T) {
	s := nps("visit")
	s.Share = 30
	w := newWorld(t, s)
	n, twice := 0, 0
	for i := range 5000 {
		m := loyalty.MemberID(fmt.Sprint("m", i))
		a, b := w.desk.chosen(&s, "2026-03", m), w.desk.chosen(&s, "2026-04", m)
		if a {
			n++
		}
		if a && b {
			twice++
		}
	}
	if n < 1350 || n > 1650 || twice < 350 || twice > 550 {
		t.Errorf("%d of 5,000 are chosen, %d of them again", n, twice)
	}
}

func TestCaseLife(t *testing.T) {
	w := newWorld(t, nps("visit"))
	w.visit("ann")
	w.now = w.now.Add(3 * time.Hour)
	w.tick()
	a, _ := w.answer("ann", "visit", 2)
	var k Case
	w.do(func(tx store.Tx) (err error) {
		k, _, err = w.desk.Alert(tx, a, w.now)
		return err
	})
	open := func() (refs []loyalty.Ref) {
		w.view(func(r store.Reader) error {
			list, err := OpenCases(r, "main")
			for _, o := range list {
				refs = append(refs, o.Ref)
			}
			return err
		})
		return refs
	}
	thanks := func() (said int) {
		var due []loyalty.Ref
		w.view(func(r store.Reader) (err error) {
			due, _, err = w.desk.DueThanks(r, w.now, 10, "")
			return err
		})
		for _, ref := range due {
			w.do(func(tx store.Tx) error {
				_, ok, err := w.desk.Thank(tx, ref, w.now)
				if ok {
					said++
				}
				return err
			})
		}
		return min(said, len(due)) // each Update runs twice here
	}
	step := func(f func(store.Tx, Case) (Case, error)) {
		w.do(func(tx store.Tx) error {
			c, _, err := w.desk.Case(tx, k.Ref)
			if err != nil {
				return err
			}
			_, err = f(tx, c)
			return err
		})
	}
	if !slices.Equal(open(), []loyalty.Ref{k.Ref}) {
		t.Fatal(open())
	}
	step(func(tx store.Tx, c Case) (Case, error) { return w.desk.Close(tx, c, "boss", Resolved, w.now) })
	if len(open()) != 0 {
		t.Fatal("a closed case is listed")
	}
	// The customer writes again: it is open, and nobody is thanked meanwhile.
	step(func(tx store.Tx, c Case) (Case, error) {
		return w.desk.Note(tx, c, Note{At: w.now, Sealed: []byte("x")})
	})
	w.now = w.now.AddDate(0, 0, 8)
	if len(open()) != 1 || thanks() != 0 {
		t.Fatal("a case to which its customer wrote is not open")
	}
	step(func(tx store.Tx, c Case) (Case, error) { return w.desk.Close(tx, c, "boss", Nothing, w.now) })
	w.now = w.now.AddDate(0, 0, 8)
	if thanks() != 0 {
		t.Error("thanked where nothing was done")
	}
	step(func(tx store.Tx, c Case) (Case, error) { return w.desk.Close(tx, c, "boss", Gifted, w.now) })
	w.now = w.now.AddDate(0, 0, 8)
	if n := thanks(); n != 1 {
		t.Errorf("thanked %d times", n)
	}
	if n := thanks(); n != 0 {
		t.Errorf("thanked %d times more", n)
	}
	for range mostNotes + 5 {
		step(func(tx store.Tx, c Case) (Case, error) { return w.desk.Note(tx, c, Note{At: w.now, By: "boss"}) })
	}
	step(func(_ store.Tx, c Case) (Case, error) {
		if len(c.Notes) != mostNotes || string(c.Notes[0].Sealed) != "x" {
			return c, errors.New("the first note went, or none did")
		}
		return c, nil
	})
}

func TestOpens(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, taipei)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct {
		from, to  int
		now, want string
	}{
		{0, 0, "2026-03-02 03:00", "2026-03-02 03:00"},
		{600, 1230, "2026-03-02 09:59", "2026-03-02 10:00"},
		{600, 1230, "2026-03-02 10:00", "2026-03-02 10:00"},
		{600, 1230, "2026-03-02 20:30", "2026-03-03 10:00"},
		{1320, 150, "2026-03-02 12:00", "2026-03-02 22:00"},
		{1320, 150, "2026-03-02 01:00", "2026-03-02 01:00"},
		{1320, 150, "2026-03-02 02:30", "2026-03-02 22:00"},
	} {
		s := loyalty.Survey{From: c.from, To: c.to}
		if got := s.Opens(at(c.now)); !got.Equal(at(c.want)) {
			t.Errorf("%d–%d at %s: %v", c.from, c.to, c.now, got)
		}
	}
	quarter, week := loyalty.Survey{Wave: loyalty.SpanQuarter}, loyalty.Survey{Wave: loyalty.SpanWeek}
	if q, w := quarter.WaveAt(at("2026-12-31 23:59")), week.WaveAt(at("2027-01-01 00:00")); q != "2026-Q4" || w != "2026-W53" {
		t.Error(q, w)
	}
}

func TestSweep(t *testing.T) {
	w := newWorld(t, nps("visit"))
	w.visit("ann")
	w.now = w.now.Add(3 * time.Hour)
	w.tick()
	w.answer("ann", "visit", 9)
	if n, err := Sweep(context.Background(), w.db, w.now.AddDate(0, 0, 1099)); n != 0 || err != nil {
		t.Errorf("%d rows went early, %v", n, err)
	}
	if n, err := Sweep(context.Background(), w.db, w.now.AddDate(0, 0, 1101)); n != 2 || err != nil {
		t.Errorf("%d rows went, want the answer and its day; %v", n, err)
	}
}
