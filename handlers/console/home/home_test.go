package home_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/home"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// told is an outbox that keeps what is said.
type told struct{ said []bot.Intent }

func (o *told) Put(store.Tx, time.Time, ...bot.Intent) error       { return nil }
func (o *told) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (o *told) Nudge(in ...bot.Intent)                             { o.said = append(o.said, in...) }
func (o *told) to(m loyalty.MemberID) (n int) {
	for _, in := range o.said {
		if in.Person == bot.PersonID(m) {
			n++
		}
	}
	return n
}

func open(t testing.TB) (*consoletest.World, *told) {
	out := &told{}
	return consoletest.New(t, consoletest.Options{Strict: true, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{home.Part(w.Console, home.Deps{Outbox: out})}
	}}), out
}

// count brings the rollups up to date.
func count(t *testing.T, w *consoletest.World) {
	t.Helper()
	if _, err := w.Shop.Rollups.Refresh(t.Context(), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
}

// TestFigures: today, yesterday, the same weekday, the month and the one before
// as far, each with its own sales; the file has the same numbers.
func TestFigures(t *testing.T) {
	w, _ := open(t)
	b := w.Open(w.Manager)
	b.Get("/console/").Must("still being counted", "Nothing waits for you")
	// The world opens on 5 January; it is 12 January when the page is read.
	w.Sell(w.Clerk, w.Ann, 1000)
	w.Clock.Move(6 * 24 * time.Hour)
	w.Sell(w.Clerk, w.Bob, 200)
	w.Clock.Move(24 * time.Hour)
	w.Sell(w.Clerk, w.Ann, 30)
	w.Sell(w.Clerk, w.Ann, 4)
	count(t, w)
	b = w.Open(w.Manager)
	csv := b.Get("/console/?format=csv").Body
	for _, want := range []string{"Today,Yesterday,A week ago,This month,Last month", "Takings,34,200,1000,1234,0", "Sales,2,1,1,4,0"} {
		if !strings.Contains(csv, want) {
			t.Errorf("the file lacks %q: %s", want, csv)
		}
	}
	b.Get("/console/").Must("NT$1,234", "As of", "How things stand", "No goal is set")
	if p := b.Get("/console/nothing"); p.Status != http.StatusNotFound {
		t.Errorf("nothing gave %d", p.Status)
	}
}

// TestGoals: a goal stands on the first page with the way to it, and goes.
func TestGoals(t *testing.T) {
	w, _ := open(t)
	count(t, w)
	b := w.Open(w.Manager)
	f := b.Get("/console/goals").Form("/set").Set("metric", "revenue").Set("target", "ten").Set("by", "2026-01-14")
	if p := f.Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("Please write a number") {
		t.Errorf("no number: %d", p.Status)
	}
	if p := f.Set("target", "1,000").Set("by", "2026-01-04").Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("from tomorrow on") {
		t.Errorf("yesterday: %d %s", p.Status, p.Text())
	}
	f.Set("by", "2026-01-14").Send().Must("The goal is set", "NT$1,000 by")
	w.Clock.Move(time.Hour)
	w.Sell(w.Clerk, w.Ann, 900)
	count(t, w)
	b.Get("/console/").Must("NT$900 of NT$1,000 by 14 Jan 2026", "Ahead: by now it should be", "9 days left")
	b.Get("/console/goals").Form("/drop").Send().Must("The goal is dropped", "No goal is set")
}

// ask puts a gift to the managers as the chat does.
func ask(w *consoletest.World, id string, by people.Staff, m loyalty.MemberID, n loyalty.Points) {
	w.Do(func(tx store.Tx) error {
		reason, err := w.Shop.Vault.SealFor(tx, m, "reason", []byte("late order"), w.Shop.Rand)
		if err != nil {
			return err
		}
		return till.PutApproval(tx, till.Approval{ID: id, Member: m, Points: n, Reason: reason, By: by.ID, Role: by.Role, At: w.Clock.Now(), Until: w.Clock.Now().Add(till.ApprovalLife)})
	})
}

// TestApprovals: yes gives the points once and tells both sides, no gives none;
// who asked does not decide.
func TestApprovals(t *testing.T) {
	w, out := open(t)
	count(t, w)
	ask(w, "a1", w.Clerk, w.Ann, 40)
	ask(w, "a2", w.Clerk, w.Bob, 50)
	ask(w, "a3", w.Manager, w.Bob, 60)
	b := w.Open(w.Manager)
	p := b.Get("/console/").Must("2 Approvals").Click("Approvals").Must("Ann Lee", "late order", "sam", "1 more wait for another manager")
	yes := p.Form("/points") // the newest first, and both are as old: by their ids
	yes.Values.Set("id", "a1")
	yes.Values.Set("answer", "yes")
	yes.Send().Must("yes, by mia")
	if w.Points(w.Ann) != 40 || out.to(w.Ann) != 1 || out.to(w.Clerk.Member) != 1 {
		t.Errorf("Ann has %d; told %d and %d", w.Points(w.Ann), out.to(w.Ann), out.to(w.Clerk.Member))
	}
	if p := yes.Send(); p.Status != http.StatusUnprocessableEntity || w.Points(w.Ann) != 40 {
		t.Errorf("yes twice: %d, %d points", p.Status, w.Points(w.Ann))
	}
	no := b.Get("/console/approvals").Form("/points")
	no.Values.Set("id", "a2")
	no.Values.Set("answer", "no")
	no.Send().Must("no, by mia", "Nothing waits for your yes or no")
	own := yes
	own.Values.Set("id", "a3")
	if p := own.Send(); p.Status != http.StatusUnprocessableEntity || w.Points(w.Bob) != 0 {
		t.Errorf("one's own: %d, Bob has %d", p.Status, w.Points(w.Bob))
	}
	w.Clock.Move(25 * time.Hour)
	w.Open(w.Owner).Get("/console/approvals").Must("nobody answered in time")
}

// TestNotOnesOwn: what a card was to get that has become a part of the manager's
// own is another manager's to decide.
func TestNotOnesOwn(t *testing.T) {
	w, _ := open(t)
	ask(w, "a1", w.Clerk, w.Bob, 40)
	yes := w.Open(w.Manager).Get("/console/approvals").Form("/points")
	w.Do(func(tx store.Tx) error {
		if _, err := w.Shop.Vault.Join(tx, w.Manager.Member, shop.Wording, w.Clock.Now(), w.Shop.Rand); err != nil {
			return err
		}
		_, err := w.Shop.Merge(tx, w.Bob, w.Manager.Member, book.Act{Op: "merge", Now: w.Clock.Now(), At: w.Clock.Now(), Actor: w.Owner.ID.Actor(), Role: people.Owner, Reason: []byte("x"), Theirs: []byte("x")})
		return err
	})
	yes.Values.Set("answer", "yes")
	if p := yes.Send(); p.Status != http.StatusUnprocessableEntity || w.Points(w.Manager.Member) != 0 {
		t.Errorf("it gave %d, and %d points to oneself", p.Status, w.Points(w.Manager.Member))
	}
}

// TestCases: an unhappy customer is written to, and the case closed with what was
// done.
func TestCases(t *testing.T) {
	w, out := open(t)
	count(t, w)
	var ref loyalty.Ref
	w.Do(func(tx store.Tx) error {
		k, _, err := w.Shop.Surveys.Alert(tx, survey.Answer{Member: w.Ann, Survey: "visit", Wave: "1", Kind: loyalty.SurveyNPS, Score: 2, Visit: survey.Visit{At: w.Clock.Now()}}, w.Clock.Now())
		ref = k.Ref
		return err
	})
	b := w.Open(w.Manager)
	p := b.Get("/console/").Must("1 Unhappy customers").Click("Unhappy").Must("Ann Lee").Click(string(ref))
	if p := p.Form("/answer").Set("words", "  ").Send(); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("nothing to say: %d", p.Status)
	}
	sorry := p.Form("/answer").Set("words", "We are sorry <b>")
	sorry.Send()
	p = sorry.Send().Must("We are sorry <b>") // a second press of the button
	if out.to(w.Ann) != 1 {
		t.Errorf("Ann was told %d times", out.to(w.Ann))
	}
	if p := p.Form("/close").Send(); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("closed without how: %d", p.Status)
	}
	p.Form("/close").Set("how", string(survey.Called)).Send().Must("is closed")
	if p := b.Get("/console/"); p.Says("Unhappy customers") {
		t.Error("the case still waits")
	}
	if p := b.Get("/console/cases/NONE22"); p.Status != http.StatusNotFound {
		t.Errorf("no case: %d", p.Status)
	}
}

// TestOwnCase: nobody answers or closes what they complain of themselves; an owner,
// who has nobody above them, may.
func TestOwnCase(t *testing.T) {
	w, _ := open(t)
	count(t, w)
	of := func(who people.Staff) string {
		var ref loyalty.Ref
		w.Do(func(tx store.Tx) error {
			k, _, err := w.Shop.Surveys.Alert(tx, survey.Answer{Member: who.Member, Survey: "visit", Wave: "1", Kind: loyalty.SurveyNPS, Score: 2, Visit: survey.Visit{At: w.Clock.Now()}}, w.Clock.Now())
			ref = k.Ref
			return err
		})
		return "/console/cases/" + string(ref)
	}
	own := of(w.Manager)
	p := w.Open(w.Manager).Get(own)
	for _, f := range []*consoletest.Form{p.Form("/answer").Set("words", "well done, me"), p.Form("/close").Set("how", string(survey.Called))} {
		if p := f.Send(); p.Status != http.StatusUnprocessableEntity || p.Says("is closed") {
			t.Errorf("one's own: %d", p.Status)
		}
	}
	w.Open(w.Owner).Get(own).Form("/close").Set("how", string(survey.Called)).Send().Must("is closed")
	w.Open(w.Owner).Get(of(w.Owner)).Form("/close").Set("how", string(survey.Called)).Send().Must("is closed")
}

// TestCalls: who asked for a person is listed until somebody is done, and no
// longer than the bot is quiet.
func TestCalls(t *testing.T) {
	w, _ := open(t)
	count(t, w)
	now := w.Clock.Now()
	call := func(m loyalty.MemberID) {
		w.Do(func(tx store.Tx) error {
			return w.Shop.Calling(tx, shop.Call{Member: m, Channel: "tg", Lane: bot.Lane{1}, At: now, Until: now.Add(bot.MuteFor)})
		})
	}
	call(w.Ann)
	call(w.Bob)
	b := w.Open(w.Manager)
	p := b.Get("/console/").Must("2 People who want to talk").Click("People who want").Must("Ann Lee", "Bob", "Telegram")
	p.Form("/done").Send().Must("The bot speaks there again")
	b.Get("/console/").Must("1 People who want to talk")
	w.Clock.Move(bot.MuteFor)
	if p := w.Open(w.Manager).Get("/console/"); p.Says("People who want to talk") {
		t.Error("a call outlives the silence")
	}
}

// TestOwnersOnly: what a restore holds back is an owner's.
func TestOwnersOnly(t *testing.T) {
	w, _ := open(t)
	if p := w.Open(w.Manager).Get("/console/held"); p.Status != http.StatusForbidden {
		t.Errorf("a manager: %d", p.Status)
	}
	w.Open(w.Owner).Get("/console/held").Must("Nothing is held back")
}
