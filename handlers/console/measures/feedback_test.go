package measures_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/handlers/console/consoletest"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// answer has a member answer the café's survey about a visit.
func answer(w *consoletest.World, m loyalty.MemberID, at loyalty.Store, by people.Staff, score int, theme, words string) {
	w.T.Helper()
	now := w.Clock.Now()
	s := w.Shop.Programme(now).Surveys[0]
	w.Do(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(m)); err != nil {
			return err
		}
		if _, err := w.Shop.Surveys.Ask(tx, m, s, survey.Visit{At: now, Store: at, Staff: string(by.ID)}, now, "en", "tg", true); err != nil {
			return err
		}
		if _, _, err := w.Shop.Surveys.Answer(tx, m, s.ID, survey.Given{Score: score}, now, "en", "tg"); err != nil || theme == "" {
			return err
		}
		var sealed []byte
		if words != "" {
			var err error
			if sealed, err = w.Shop.SealWords(tx, m, words); err != nil {
				return err
			}
		}
		_, _, err := w.Shop.Surveys.Explain(tx, m, s.ID, sealed, theme, now)
		return err
	})
}

// TestRecommendationByHand: 20 tens and 10 noughts are +33, within
// 196·√((30−(10)²/30)/30²) = 34 either way; two answers are too few.
func TestRecommendationByHand(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i := range 30 {
		score := 10
		if i%3 == 0 {
			score = 0
		}
		answer(w, w.Join(fmt.Sprint("u", i), "", ""), "main", w.Clerk, score, "", "")
	}
	answer(w, w.Ann, "pier", w.Main, 9, "wait", "")
	answer(w, w.Bob, "pier", w.Main, 9, "wait", "")
	refresh(w)
	b := w.Open(w.Manager)
	b.Get("/console/measures/feedback").Must("+33 ± 34", "too few to tell", "Waiting time", "By employee")
	rows := table(t, b, "/console/measures/feedback?format=csv")
	if len(rows) < 3 || !strings.Contains(fmt.Sprint(rows["Store"], rows["Employee"]), "too few") && rows["Store"] == nil {
		t.Errorf("the file has %v", rows)
	}
	// The manager of main sees no answer of the pier.
	main := w.Open(w.Main).Get("/console/measures/feedback").Must("+33 ± 34")
	if main.Says("Pier") || main.Says("Waiting time") {
		t.Errorf("main's manager sees the pier: %s", main.Text())
	}
	w.Open(w.Manager).Get("/console/measures/feedback?store=pier").Must("too few to tell")
}

// TestWhatPeopleWrote: words with a masked name and a way to the member, by theme
// and class; nothing in them is a page's own.
func TestWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	w := open(t)
	answer(w, w.Ann, "main", w.Clerk, 3, "wait", "Too slow <script>alert(1)</script>\u202e")
	answer(w, w.Bob, "pier", w.Main, 10, "food", "Best cake")
	b := w.Open(w.Owner)
	page := b.Get("/console/measures/words").Must("Too slow <script>alert(1)</script>", "Ann L.", "3 / 10", "Would not", "Best cake", "Waiting time")
	if strings.Contains(page.Body, "<script>alert") || strings.Contains(page.Body, "\u202e") || page.Says("Ann Lee") {
		t.Error("words run, turn the line around, or the name is whole")
	}
	if !strings.Contains(page.Body, `href="/console/members/`+string(w.Ann)+`"`) {
		t.Error("no way to the member")
	}
	for query, want := range map[string]string{"theme=food": "Best cake", "class=promoter": "Best cake", "class=detractor": "Too slow", "store=main": "Too slow"} {
		p := b.Get("/console/measures/words?" + query).Must(want)
		if p.Says("Best cake") && p.Says("Too slow") {
			t.Errorf("%s chooses nothing", query)
		}
	}
	b.Get("/console/measures/words?class=passive").Must("Nobody wrote anything in this window.")
	if p := w.Open(w.Main).Get("/console/measures/words?store=pier").Must("Too slow"); p.Says("Best cake") {
		t.Error("main's manager reads what the pier's guests wrote")
	}
	w.Do(func(tx store.Tx) error {
		return w.Shop.Vault.Erase(tx, w.Ann, w.Clock.Now(), w.Clock.Now())
	})
	if p := b.Get("/console/measures/words").Must("Best cake"); p.Says("Too slow") {
		t.Error("words of somebody who was erased are still there")
	}
}

// TestWhoComesBack: Ann bought in January and in February, Bob in February only.
func TestWhoComesBack(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Clock.Move(30 * 24 * time.Hour) // 5 February
	w.Sell(w.Clerk, w.Ann, 100)
	w.Sell(w.Clerk, w.Bob, 100)
	refresh(w)
	b := w.Open(w.Manager)
	b.Get("/console/measures/cohorts?months=6").Must("Jan 2026", "All months")
	rows := table(t, b, "/console/measures/cohorts?months=6&format=csv")
	if got := strings.Join(rows["2026-01"], " "); got != "2026-01 1 1 1    " {
		t.Errorf("January: %s", got)
	}
	if got := strings.Join(rows["2026-02"], " "); got != "2026-02 1 1     " {
		t.Errorf("February: %s", got)
	}
	// All eleven kinds, each with its way to whom it means.
	page := b.Get("/console/measures/rfm")
	if page.Status != http.StatusOK {
		t.Fatal(page.Text())
	}
	if page.Says("Champions") && !strings.Contains(html.UnescapeString(page.Body), "/console/measures/segment?own="+url.QueryEscape(`rfm == "champions"`)) {
		t.Error("champions lead nowhere")
	}
}

// TestRewards: what was taken for points is counted by reward.
func TestRewards(t *testing.T) {
	t.Parallel()
	w := open(t)
	for range 3 {
		w.Sell(w.Clerk, w.Ann, 5_000)
	}
	all := w.Shop.Rules(w.Clock.Now()).Rewards
	r := all[slices.IndexFunc(all, func(r loyalty.Reward) bool { return r.Cost > 0 && r.Cost < 1500 && r.Kind == loyalty.RewardItem })]
	w.Do(func(tx store.Tx) error {
		act := book.Act{Op: "take", Now: w.Clock.Now(), At: w.Clock.Now(), Actor: loyalty.ByMember(w.Ann)}
		_, _, err := w.Shop.Club.Vouchers.Redeem(tx, w.Ann, act, r.ID)
		return err
	})
	refresh(w)
	b := w.Open(w.Manager)
	b.Get("/console/measures/rewards").Must("How often rewards are taken", "no clear change")
	total := 0
	for _, row := range table(t, b, "/console/measures/rewards?format=csv") {
		n := 0
		fmt.Sscan(row[1], &n)
		total += n
	}
	if total != 1 {
		t.Errorf("%d were taken", total)
	}
}

// TestSettings: the owner decides how figures are counted, with a reason; nobody
// else does.
func TestSettings(t *testing.T) {
	t.Parallel()
	w := open(t)
	b := w.Open(w.Owner)
	form := func() *consoletest.Form {
		return b.Get("/console/measures/settings").Form("/console/measures/settings")
	}
	if p := form().Set("active", "0").Set("reason", "why").Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("from 1 to 730") {
		t.Errorf("nought days gave %d: %s", p.Status, p.Text())
	}
	form().Set("active", "45").Set("merge", "1").Set("point", "0.5").Set("reason", "people come weekly").Send().Must("All figures are counted that way")
	b.Get("/console/measures/m/active").Must("45 days")
	b.Get("/console/measures/m/repeat_rate").Must("All orders of a customer on one day count as one")
	b.Get("/console/measures/m/liability").Must("TWD 0.5, as the shop has set it")
	// Ann bought on two days: three orders are two then.
	w.Open(w.Manager).Get("/console/measures/settings").Must("The owner can change this.", "45")
	m := w.Open(w.Manager)
	if p := m.Post("/console/measures/settings", url.Values{"active": {"1"}}); p.Status != http.StatusForbidden {
		t.Errorf("a manager's change gave %d", p.Status)
	}
}

// TestWhoIsInASegment: how many there are, and some of them by a masked name.
func TestWhoIsInASegment(t *testing.T) {
	t.Parallel()
	w := open(t)
	b := w.Open(w.Manager)
	page := b.Get("/console/measures/segment?segment=own&own="+url.QueryEscape("visits >= 1")).Must("1 in all.", "Ann L.", "visits >= 1")
	if page.Says("Bob") || !strings.Contains(html.UnescapeString(page.Body), "/console/campaigns/new?segment="+url.QueryEscape("visits >= 1")) {
		t.Errorf("who has no order is in it, or no campaign can be made: %s", page.Text())
	}
	b.Get("/console/measures/segment").Must("2 in all.")
	b.Get("/console/measures/segment?segment=champions").Must("Champions: often, much and lately")
}
