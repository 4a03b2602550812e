package rules_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/programme"
)

// TestDoubleTuesday: a manager makes a bonus day by form, sees what it changes,
// saves it with a reason, and it holds; its file keeps everything else.
func TestDoubleTuesday(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	was := s.text()
	b := w.Open(w.Manager)
	f := b.Get("/console/rules").Must("In use: version 1").Click("Bonus days").Must("Double points on Wednesday", "Wed", "×2").Click("Add one").Form("/+")
	for name, values := range f.Values {
		if name != "token" && name != "was" && values[0] != "" {
			t.Errorf("a new one begins with %s = %q", name, values)
		}
	}
	f.Set("name.zh-TW", "週二雙倍").Set("name.en", "Double Tuesday").Set("weekdays.tue", "on").Set("multiply", "2").Set("hours.from", "14:00").Set("hours.to", "17:00")
	review := f.Send().Must("bonus[double-tuesday]")
	if s.text() != was {
		t.Fatal("the review saved something")
	}
	confirm(review, "/+").Must("Saved as version 2", "Double Tuesday", "Tue", "14:00-17:00")
	got := s.now().Rules.Earning.Bonuses
	if len(got) != 2 || got[1].ID != "double-tuesday" || got[1].Percent != 200 || got[1].Weekdays[0] != time.Tuesday || got[1].FromHour != 14*60 {
		t.Errorf("the bonus is %+v", got)
	}
	alone(t, was, s.text(), "version", "[[bonus]]", "double-tuesday", "週二雙倍", `"tue"`, "multiply", "hours", "weekdays")
	if file, _ := os.ReadFile(s.path); string(file) != s.text() {
		t.Error("the file is not the newest version")
	}
	b.Get("/console/rules/versions").Must("mia", "as agreed", "in use", "by the file")

	b.Get("/console/rules/list/bonus/double-tuesday").Must("Double Tuesday").Form("/double-tuesday").Set("multiply", "3").Set("from", "2026-03-01").Set("to", "2026-02-01").Send()
	again := b.Get("/console/rules/list/bonus/double-tuesday").Form("/double-tuesday").Set("multiply", "x").Set("points", "5").Send()
	if again.Status != http.StatusUnprocessableEntity || !again.Says("A number such as 100") || again.Form("/double-tuesday").Values.Get("points") != "5" {
		t.Errorf("what was typed is not kept: %d %s", again.Status, again.Text())
	}
	dates := b.Get("/console/rules/list/bonus/double-tuesday").Form("/double-tuesday").Set("from", "2026-03-01").Set("to", "2026-02-01").Send()
	if dates.Status != http.StatusUnprocessableEntity || !dates.Says("The last day lies before the first") {
		t.Errorf("dates that lie wrong: %s", dates.Text())
	}
	confirm(b.Get("/console/rules/list/bonus/double-tuesday").Form("/drop").Send(), "/drop").Must("Saved as version 3")
	if n := len(s.now().Rules.Earning.Bonuses); n != 1 {
		t.Errorf("%d bonuses are left", n)
	}
}

// TestRewards: a reward is added, changed and ended.
func TestRewards(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	b := w.Open(w.Owner)
	f := b.Get("/console/rules/list/reward/+").Form("/+").Set("kind", "item").Send().Form("/+")
	f.Set("name.zh-TW", "司康").Set("name.en", "Scone").Set("cost", "１２０").Set("stock", "40").Set("picture", "")
	confirm(f.Send(), "/+").Must("Scone", "40 left, 0 gone")
	r, ok := s.now().Rules.Reward("scone")
	if !ok || r.Cost != 120 || r.Stock == nil || *r.Stock != 40 || s.now().Words(programme.Reward, "scone", "zh-TW").Name != "司康" {
		t.Fatalf("the reward is %+v", r)
	}
	was := s.text()
	confirm(b.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("cost", "75").Set("to", "2026-02-28").Send().Must("reward[cookie].cost", "60", "75"), "/cookie")
	alone(t, was, s.text(), "version", "75", "2026-02-28")
	if r, _ := s.now().Rules.Reward("cookie"); r.Cost != 75 || r.To.IsZero() {
		t.Errorf("the cookie is %+v", r)
	}
	if p := b.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("cost", "").Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("Without a cost nobody can have it") {
		t.Errorf("a reward that nobody can have: %d %s", p.Status, p.Text())
	}
	if p := b.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("name.zh-TW", strings.Repeat("餅", 41)).Send(); !p.Says("Too long: at most 40 letters") {
		t.Errorf("a name that is too long: %s", p.Text())
	}
	b.Get("/console/rules/list/reward/cookie").Form("/cookie").Send().Must("Nothing is different")
	csv := b.Get("/console/rules/list/reward?format=csv")
	if !strings.Contains(csv.Body, "Cookie,75,") {
		t.Error(csv.Body)
	}
}

// TestScheduled: a change from a day on waits, one for now does not undo it, and
// it can be withdrawn with a reason.
func TestScheduled(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	b := w.Open(w.Owner)
	latte := func(cost string, more ...string) {
		f := b.Get("/console/rules/list/reward/latte").Form("/latte").Set("cost", cost)
		confirm(f.Send(), "/latte", more...).Must("Saved as version")
	}
	past := b.Get("/console/rules/list/reward/latte").Form("/latte").Set("cost", "150").Send().Form("/latte").
		Set("reason", "x").Set("when", "at").Set("date", "2025-12-01").Send()
	if past.Status != http.StatusUnprocessableEntity || !past.Says("That moment is over") || past.Form("/latte").Values.Get("cost") != "150" {
		t.Errorf("a day gone by: %d %s", past.Status, past.Text())
	}
	latte("150", "when", "at", "date", "2026-02-01", "time", "14:00")
	b.Get("/console/rules").Must("Waiting for their day", "1 Feb 2026")
	f := b.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("cost", "50")
	confirm(f.Send().Must("The change is made to these versions too"), "/cookie")
	at := func(day, hour int) *loyalty.Programme {
		return &s.At(time.Date(2026, 2, day, hour, 0, 0, 0, s.now().Rules.Zone)).Rules
	}
	cost := func(p *loyalty.Programme, id string) loyalty.Points { r, _ := p.Reward(id); return r.Cost }
	if p := at(1, 13); cost(p, "cookie") != 50 || cost(p, "latte") != 140 {
		t.Errorf("before: %d, %d", cost(p, "cookie"), cost(p, "latte"))
	}
	if p := at(1, 15); cost(p, "cookie") != 50 || cost(p, "latte") != 150 {
		t.Errorf("after: %d, %d", cost(p, "cookie"), cost(p, "latte"))
	}
	all := s.Versions()
	last := all[len(all)-1]
	if file, _ := os.ReadFile(s.path); string(file) != last.Text || !strings.Contains(last.Text, "effective = 2026-02-01T14:00:00") {
		t.Error("the file is not what begins last")
	}
	p := b.Get("/console/rules/list/reward/latte?v=" + "4").Must("which waits for its day").Form("/latte")
	if p.Values.Get("cost") != "150" {
		t.Errorf("the form shows %q", p.Values.Get("cost"))
	}
	b.Get("/console/rules/versions/4").Form("/withdraw").Set("reason", "too dear").Send().Must("is withdrawn")
	if p := at(1, 15); cost(p, "latte") != 140 || cost(p, "cookie") != 50 {
		t.Error("the withdrawn version holds")
	}
	if file, _ := os.ReadFile(s.path); string(file) != s.text() {
		t.Error("the file still has it")
	}
	b.Get("/console/rules/compare?a=1&b=3").Must("reward[cookie].cost")
}

// TestMeanwhile: what somebody changed by hand since a form was opened is never
// overwritten, and what was typed is kept and goes on top of it.
func TestMeanwhile(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	b := w.Open(w.Manager)
	review := b.Get("/console/rules/list/reward/latte").Form("/latte").Set("cost", "155").Send().Form("/latte").Set("reason", "dearer beans")
	byHand := strings.NewReplacer("version   = 1 ", "version   = 2 ", "cost  = 60 ", "cost  = 65 ").Replace(s.text())
	s.offer(byHand)
	w.Clock.Move(time.Minute)
	refused := review.Send()
	if refused.Status != http.StatusUnprocessableEntity || !refused.Says("was changed since you opened this form") || !refused.Says("reward[cookie].cost") || s.text() != byHand {
		t.Fatalf("saved over it: %d %s", refused.Status, refused.Text())
	}
	confirm(refused.Form("/latte").Send(), "/latte").Must("Saved as version 3")
	if !strings.Contains(s.text(), "cost  = 155\n") || !strings.Contains(s.text(), "cost  = 65 ") {
		t.Error("one of the two changes is lost")
	}

	stray := s.text() + "\nodd = 1\n" // written, and not taken in
	os.WriteFile(s.path, []byte(stray), 0o600)
	b.Get("/console/rules").Must("was changed by hand", "no such key")
	p := confirm(b.Get("/console/rules/list/reward/latte").Form("/latte").Set("cost", "160").Send(), "/latte")
	if file, _ := os.ReadFile(s.path); p.Status != http.StatusUnprocessableEntity || string(file) != stray {
		t.Errorf("saved over a file with mistakes: %d", p.Status)
	}
	o := w.Open(w.Owner)
	f := o.Get("/console/rules/file").Must("no such key").Form("/file")
	confirm(f.Set("text", strings.Replace(stray, "odd = 1\n", "", 1)).Send(), "/file").Must("Saved as version 4")
}

// TestFile: the owner's whole file is checked before it is saved.
func TestFile(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	o := w.Open(w.Owner)
	if d := o.Get("/console/rules/file/download"); d.Body != s.text() || !strings.Contains(d.Header.Get("Content-Disposition"), "attachment") {
		t.Error("the download is another text")
	}
	wrong := strings.Replace(s.text(), "per      = 10", "per      = \"ten\"\nprr = 1", 1)
	p := o.Get("/console/rules/file").Form("/file").Set("text", wrong).Send()
	if p.Status != http.StatusUnprocessableEntity || !p.Says("Line 29, earn.prr") || p.Form("/file").Values.Get("text") != wrong {
		t.Fatalf("%d %s", p.Status, p.Text())
	}
	right := strings.Replace(s.text(), "per      = 10", "per      = 20", 1)
	confirm(p.Form("/file").Set("text", right).Send().Must("earn.per"), "/file").Must("Saved as version 2")
	if s.now().Rules.Rate.Per != 20 {
		t.Error("the file does not hold")
	}
	alone(t, right, s.text(), "version")
	o.Get("/console/rules/versions/1").Must("per = 10")
	if d := o.Get("/console/rules/versions/1/download"); !strings.Contains(d.Body, "per      = 10") {
		t.Error("the older version is another text")
	}
}

// TestEarning: the owner sees what a rate gives before it is saved.
func TestEarning(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	o := w.Open(w.Owner)
	confirm(o.Get("/console/rules/earn").Form("/earn").Set("earn.per", "20").Send().Must("What a sale gives", "NT$350", "35 points", "17 points"), "/earn")
	if s.now().Rules.Rate.Per != 20 {
		t.Error("the rate does not hold")
	}
}

// TestGiftsNudgesSurveysShop: the other everyday things.
func TestGiftsNudgesSurveysShop(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	b := w.Open(w.Manager)
	f := b.Get("/console/rules/list/gift/+").Form("/+").Set("kind", "welcome").Send().Form("/+").Set("points", "50").Set("name.zh-TW", "見面禮")
	confirm(f.Send(), "/+")
	confirm(b.Get("/console/rules/list/gift/birthday").Form("/birthday").Set("around", "day").Send(), "/birthday")
	f = b.Get("/console/rules/list/nudge/comeback").Must("{points}").Form("/comeback")
	f.Set("on", "on").Set("text.zh-TW", "{name}，好久不見！\n想念您，{name}").Set("text.en", "{name}, we miss you").Set("after_days", "60")
	f.Set("look", "1")
	look := f.Send()
	if !look.Says("we miss you") || !strings.Contains(look.Body, "d-telegram") || !strings.Contains(look.Body, "d-line") {
		t.Error("no preview of what was typed")
	}
	f.Values.Del("look")
	confirm(f.Send(), "/comeback")
	if p := b.Get("/console/rules/list/nudge/thanks").Form("/thanks").Set("text.en", "Thanks for {vists}").Send(); !p.Says("{vists} is not filled in") {
		t.Error(p.Text())
	}
	confirm(b.Get("/console/rules/list/nudge/voucher-lapse").Form("/voucher-lapse").Set("days", "14, 3").Send(), "/voucher-lapse")
	confirm(b.Get("/console/rules/list/survey/visit").Form("/visit").Set("question.en", "Would you come again?").Set("share", "50").Send(), "/visit")
	confirm(b.Get("/console/rules/shop").Form("/shop").Set("name.en", "Corner").Set("quiet_hours.from", "22:00").Set("contact.week", "1").Send(), "/shop")
	p := s.now()
	if len(p.Rules.Gifts) != 2 || p.Rules.Gifts[1].Points != 50 || p.Rules.Gifts[0].Around != loyalty.SpanDay {
		t.Errorf("gifts %+v", p.Rules.Gifts)
	}
	if got := p.NudgeTexts("comeback", "zh-TW"); len(got) != 2 || got[1] != "想念您，{name}" {
		t.Errorf("wordings %q", got)
	}
	for _, n := range p.Nudges {
		if n.Kind == loyalty.NudgeComeback && n.After != 60 || n.Kind == loyalty.NudgeVouchers && (len(n.Days) != 2 || n.Days[0] != 14) {
			t.Errorf("%s: %+v", n.Kind, n)
		}
	}
	if q, _ := p.Questions("visit", "en"); q != "Would you come again?" || p.Surveys[0].Share != 50 {
		t.Errorf("the survey asks %q", q)
	}
	if p.ShopName("en") != "Corner" || p.Quiet.From != 22*60 || p.Contact.Week != 1 {
		t.Errorf("the shop is %q, quiet from %d", p.ShopName("en"), p.Quiet.From)
	}
}

// TestWaitingStaysAsWritten: a version that somebody wrote into the file for a
// day takes a change of now over, and its day stays as they wrote it.
func TestWaitingStaysAsWritten(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	s.offer(strings.NewReplacer("version   = 1 ", "version   = 2 ", "#effective = 2026-01-01 ", "effective = 2026-03-01 ").Replace(s.text()))
	b := w.Open(w.Manager)
	confirm(b.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("cost", "55").Send(), "/cookie")
	if all := s.Versions(); len(all) != 3 || !strings.Contains(s.text(), "\neffective = 2026-03-01 ") || !strings.Contains(s.text(), "cost  = 55 ") || strings.Contains(all[1].Text, "\neffective") {
		t.Errorf("%d versions, the last is\n%s", len(all), s.text()[:700])
	}
	if csv := b.Get("/console/rules/versions?format=csv"); strings.Count(csv.Body, ",mia,as agreed,") != 2 {
		t.Error(csv.Body)
	}
}
