package home_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/till"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// doubt lets a member say that a line is wrong which by entered; "" is nobody's.
func doubt(w *consoletest.World, m loyalty.MemberID, by people.StaffID) (k survey.Case) {
	return w.Doubt(m, survey.Visit{At: w.Clock.Now(), Staff: string(by)})
}

// caseNow is a case as it stands.
func caseNow(w *consoletest.World, ref loyalty.Ref) (k survey.Case) {
	w.See(func(r store.Reader) (err error) {
		k, _, err = w.Shop.Surveys.Case(r, ref)
		return err
	})
	return k
}

// askFor puts the correction of a case to the managers, as the chat does.
func askFor(w *consoletest.World, id string, by people.Staff, k survey.Case, n loyalty.Points) {
	w.Do(func(tx store.Tx) error {
		reason, err := w.Shop.Vault.SealFor(tx, k.Member, "reason", []byte("a complaint"), w.Shop.Rand)
		if err != nil {
			return err
		}
		now := w.Clock.Now()
		return till.PutApproval(tx, till.Approval{
			ID: id, Member: k.Member, Points: n, Reason: reason, By: by.ID, Role: by.Role, At: now, Until: now.Add(till.ApprovalLife), Case: k.Ref,
		})
	})
}

// heard says whether somebody was told words.
func (o *told) heard(m loyalty.MemberID, words string) bool {
	return slices.ContainsFunc(o.said, func(in bot.Intent) bool {
		return in.Person == bot.PersonID(m) && slices.ContainsFunc(in.Letter.Messages, func(msg bot.Message) bool { return strings.Contains(msg.Text, words) })
	})
}

// TestApprovedCorrection: a yes in the console puts the line right and closes its case,
// with the entry that did it; a no leaves the case open, and who asked is told of both.
func TestApprovedCorrection(t *testing.T) {
	for answer, want := range map[string]struct {
		open      bool
		points    loyalty.Points
		toldAnn   int
		toldAsker string
	}{
		"yes": {false, 40, 2, "is closed"},
		"no":  {true, 0, 0, "is still open"},
	} {
		t.Run(answer, func(t *testing.T) {
			w, out := open(t)
			k := doubt(w, w.Ann, "")
			askFor(w, "a1", w.Clerk, k, 40)
			f := w.Open(w.Manager).Get("/console/approvals").Form("/points")
			f.Values.Set("answer", answer)
			f.Send().Must(answer + ", by mia")
			is := caseNow(w, k.Ref)
			if is.IsOpen() != want.open || want.open != (is.Fixed == "") || w.Points(w.Ann) != want.points {
				t.Errorf("the case is %+v, and Ann has %d", is, w.Points(w.Ann))
			}
			if out.to(w.Ann) != want.toldAnn || !out.heard(w.Clerk.Member, want.toldAsker) {
				t.Errorf("Ann was told %d times; all that was said: %+v", out.to(w.Ann), out.said)
			}
		})
	}
}

// TestOwnLine: who entered a line does not close a complaint about it while a colleague
// could; who is alone does, and the page says so.
func TestOwnLine(t *testing.T) {
	w, _ := open(t)
	closing := func(who people.Staff, k survey.Case) *consoletest.Page {
		return w.Open(who).Get("/console/cases/"+string(k.Ref)).Form("/close").Set("how", string(survey.Explained)).Send()
	}
	managers, owners := doubt(w, w.Ann, w.Manager.ID), doubt(w, w.Bob, w.Owner.ID)
	for _, k := range []survey.Case{managers, owners} {
		who := w.Manager
		if k.Ref == owners.Ref {
			who = w.Owner
		}
		if p := closing(who, k); p.Status != http.StatusUnprocessableEntity || !p.Says("You entered this line yourself") {
			t.Errorf("%s: %d", who.Name, p.Status)
		}
	}
	closing(w.Owner, managers).Must("is closed")
	for _, s := range []people.Staff{w.Manager, w.Main} {
		w.Do(func(tx store.Tx) error { return w.Shop.Vault.Dismiss(tx, s.ID, w.Clock.Now()) })
	}
	closing(w.Owner, owners).Must("is closed", "by the one who entered the line, as nobody else could")
}
