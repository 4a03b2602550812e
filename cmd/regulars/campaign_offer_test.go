package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/store/bolt"
)

// newsLab is a lab by daylight, in which Ann and Bob agreed to news.
func newsLab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t, bolt.Options{}, nil).staffed()
	l.daytime()
	for _, x := range []sim.Person{l.ann, l.bob} {
		l.agrees(x)
	}
	return l
}

func (l *lab) agrees(x sim.Person) {
	l.t.Helper()
	x.Say("/news on")
	l.hears(x, 1)
	l.passes(10 * time.Second)
}

// joins makes one more member on LINE who agreed to news.
func (l *lab) joins(name string) *sim.LinePerson {
	l.t.Helper()
	x := l.line.Person(name, "en")
	x.Follow()
	l.hears(x, 1)
	l.try(x.Press("Join"))
	l.hears(x, 2)
	l.agrees(x)
	return x
}

// sends sends a campaign by file to the end, and gives its id.
func (l *lab) sends(text string) string {
	l.t.Helper()
	out := l.op("campaign-send", map[string]string{"file": "x.toml", "text": text})
	_, id, _ := strings.Cut(out, "campaign ")
	id, _, _ = strings.Cut(id, " ")
	if !strings.Contains(out, "is on its way") {
		l.t.Fatal(out)
	}
	l.runs()
	l.passes(time.Minute)
	l.runs()
	return id
}

// reports is a campaign's report, made anew.
func (l *lab) reports(id string) string {
	l.t.Helper()
	l.world.Clock.Advance(11 * time.Minute)
	return l.op("campaign-report", map[string]string{"id": id})
}

func (l *lab) wants(text string, all ...string) {
	l.t.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			l.t.Errorf("%s\nwithout %q", text, want)
		}
	}
}

// presses presses a button and gives what comes of it as one text.
func (l *lab) presses(x sim.Person, label string) string {
	l.t.Helper()
	l.try(x.Press(label))
	all := l.hears(x, 1)
	l.passes(time.Second)
	return strings.Join(append(all, l.hears(x, 0)...), "\n")
}

// whole looks that verify finds no fault.
func (l *lab) whole() {
	l.t.Helper()
	if out := l.op("verify", nil); !strings.Contains(out, "all whole") {
		l.t.Error(out)
	}
}

var voucherCode = regexp.MustCompile(`[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}`)

const drink = `name = "Drink"
segment = "everyone"
hold_out = 0
window = 7

[text.en]
text = "A drink for you."

[coupon]
reward = "free-drink"
days = 10
most = 2

[[button]]
id = "get"
label = "Get it"
do = "coupon"

[[button]]
id = "nice"
label = "Nice"
do = "reply"
`

// A coupon is given once a member, as many as there are, to whom it was offered
// and for as long as it is; the report counts coupons and the sales by store.
func TestCampaignCoupon(t *testing.T) {
	t.Parallel()
	l := newsLab(t)
	cara, dora := l.joins("Cara"), l.joins("Dora")
	dora.Say("/news off")
	l.hears(dora, 1)
	l.passes(time.Minute)
	id := l.sends(drink)
	for _, x := range []sim.Person{l.ann, l.bob, cara} {
		l.hears(x, 1)
	}
	got := l.presses(l.ann, "Get it")
	l.wants(got, "Any drink is yours", "Show this at the counter")
	code := voucherCode.FindString(got)
	again := l.presses(l.ann, "Get it")
	if code == "" || voucherCode.FindString(again) != code || strings.Contains(again, "is yours") {
		t.Errorf("pressed twice: %q", again)
	}
	bobs := l.presses(l.bob, "Get it")
	l.wants(bobs, "Any drink is yours")
	l.wants(l.presses(cara, "Get it"), "the last one has just gone")
	dora.Say("tap " + id + " get") // somebody showed her the message
	if got := strings.Join(l.hears(dora, 1), ""); strings.Contains(got, "is yours") {
		t.Errorf("Dora got %q", got)
	}
	l.wants(l.presses(cara, "Nice"), "Thank you, noted.")
	l.sam.Say("/use " + code)
	l.wants(strings.Join(l.hears(l.sam, 1), ""), "Hand this to Ann.")
	l.sam.Say("/sale 0987654321 350 voucher " + voucherCode.FindString(bobs))
	l.hears(l.sam, 1)
	l.passes(time.Minute)
	l.wants(l.reports(id), "sent                 3 of 3", "coupons              2 issued, 2 used", "at main", "1 sale with them",
		"taps on get          4 by 3 people", "taps on nice         1 by 1 person", "blocked within 48 h  0")
	l.whole()
	for range 9 {
		l.world.Clock.Advance(24 * time.Hour)
	}
	l.passes(time.Minute)
	l.wants(l.presses(cara, "Get it"), "This offer has ended")
}

const double = `name = "Double"
segment = "everyone"
hold_out = 0

[text.en]
text = "Double points for two days."

[multiplier]
percent = 200
days = 2

[[button]]
id = "on"
label = "Switch on"
do = "coupon"
`

// A multiplier doubles from the tap to the end of its days, and not beyond; what
// is refunded takes the extra points back, and the books stay whole.
func TestCampaignMultiplier(t *testing.T) {
	t.Parallel()
	l := newsLab(t)
	for l.app.app.shop.Local(l.clock.Now()).Weekday() != time.Thursday { // Wednesdays have a bonus of their own
		l.world.Clock.Advance(24 * time.Hour)
	}
	l.sends(double)
	l.hears(l.ann, 1)
	l.wants(strings.Join(l.sell("100", "BEFORE"), ""), "10 points for Ann")
	l.wants(l.presses(l.ann, "Switch on"), "×2")
	l.presses(l.ann, "Switch on") // it changes nothing
	l.wants(strings.Join(l.sell("100", "DURING"), ""), "20 points for Ann")
	l.sam.Say("/refund 0912345678 DURING 50")
	l.wants(strings.Join(l.hears(l.sam, 1), ""), "10")
	l.whole()
	local := l.app.app.shop.Local(l.clock.Now())
	last := time.Date(local.Year(), local.Month(), local.Day()+1, 23, 50, 0, 0, local.Location())
	l.world.Clock.Advance(last.Sub(local))
	l.wants(strings.Join(l.sell("100", "LAST"), ""), "20 points for Ann")
	l.passes(15 * time.Minute)
	l.wants(strings.Join(l.sell("100", "AFTER"), ""), "10 points for Ann")
	l.sam.Say("/refund 0912345678 LAST 100")
	l.hears(l.sam, 1)
	l.passes(time.Minute)
	l.hears(l.ann, 0)
	l.ann.Say("points")
	if all := strings.Join(l.hears(l.ann, 1), "\n"); !strings.Contains(all, "\n30\n") { // 10 + 20 − 10 + 20 − 20 + 10
		t.Errorf("Ann has %q", all)
	}
	l.whole()
	l.wants(l.op("rebuild", nil), "nothing differed")
	l.whole()
}

const newPage = `name = "Page"
segment = "everyone"
hold_out = 0

[text.en]
text = "See what is new."

[[button]]
id = "see"
label = "See"
do = "open"
value = "https://example.com/new"

[[button]]
id = "nice"
label = "Nice"
do = "reply"
`

// A button's address is opened by way of the program and counted there; it leads
// nowhere but where the shop wrote. Who blocks the shop within two days of the
// message is counted, who does so later is not.
func TestCampaignOpenedAndBlocked(t *testing.T) {
	t.Parallel()
	l := newsLab(t)
	cara, dora := l.joins("Cara"), l.joins("Dora")
	id := l.sends(newPage)
	l.hears(l.ann, 1)
	opens := func(method, path string) string {
		r, err := http.NewRequest(method, l.app.url+path, nil)
		l.try(err)
		w, err := http.DefaultTransport.RoundTrip(r)
		l.try(err)
		w.Body.Close()
		return strings.TrimSpace(http.StatusText(w.StatusCode) + " " + w.Header.Get("Location"))
	}
	for range 2 {
		if got := opens("GET", "/o/"+id+"/see"); got != "Found https://example.com/new" {
			t.Errorf("led to %q", got)
		}
	}
	for _, path := range []string{"/o/" + id + "/nice", "/o/" + id + "/none", "/o/AAAAAA/see", "/o/" + id + "/see/https:/evil.example", "/o/nonsense/see?to=https://evil.example"} {
		if got := opens("GET", path); !strings.HasPrefix(got, "Not Found") || strings.Contains(got, "evil") {
			t.Errorf("%s led to %q", path, got)
		}
	}
	if got := opens("HEAD", "/o/"+id+"/see"); !strings.HasPrefix(got, "Found") { // a look, not counted
		t.Errorf("HEAD: %s", got)
	}
	l.try(l.ann.Press("Nice"))
	l.hears(l.ann, 1)
	l.world.Clock.Advance(40 * time.Hour)
	cara.Block()
	l.passes(time.Minute)
	l.world.Clock.Advance(9 * time.Hour)
	dora.Block()
	l.passes(time.Minute)
	l.wants(l.reports(id), "taps on see          2 by 0 people", "taps on nice         1 by 1 person", "blocked within 48 h  1")
	l.whole()
}

const sample = `name = "Sample"
segment = "everyone"
hold_out = 0

[text.en]
text = "Try our new beans."

[coupon]
reward = "free-drink"
days = 20

[[button]]
id = "get"
label = "Get it"
do = "coupon"

[[journey]]
after = "used"
wait = 24
if = "visits < 2"
[journey.text.en]
text = "How was it, {name}?"

[[journey]]
after = "sale"
wait = 168
exit = "spend_30 >= 5000"
[journey.text.en]
text = "Beans for you, {name}."
`

// Sample first, offer after: each step comes after what it waits for, once, over
// both platforms, and the report counts who came how far.
func TestCampaignJourney(t *testing.T) {
	t.Parallel()
	l := newsLab(t)
	cara := l.joins("Cara")
	id := l.sends(sample)
	for _, x := range []sim.Person{l.ann, l.bob, cara} {
		l.hears(x, 1)
	}
	for _, x := range []sim.Person{l.ann, l.bob} {
		code := voucherCode.FindString(l.presses(x, "Get it"))
		l.sam.Say("/use " + code)
		l.wants(strings.Join(l.hears(l.sam, 1), ""), "Hand this to")
	}
	l.runs() // they are on their way
	l.passes(time.Minute)
	l.hears(l.ann, 0)
	l.hears(l.bob, 0)
	l.world.Clock.Advance(23 * time.Hour)
	l.runs()
	l.passes(time.Minute)
	if all := l.hears(l.ann, 0); count(all, "How was it") > 0 {
		t.Fatalf("an hour early Ann hears %q", all)
	}
	l.stop()
	l.start(bolt.Options{})
	l.world.Clock.Advance(time.Hour)
	l.runs()
	if all := l.hears(l.ann, 1); count(all, "How was it, Ann?") != 1 {
		t.Errorf("Ann hears %q", all)
	}
	if all := l.hears(l.bob, 1); count(all, "How was it, Bob?") != 1 {
		t.Errorf("Bob hears %q", all)
	}
	l.sell("6000", "MUCH")
	l.sam.Say("/sale 0987654321 300")
	l.hears(l.sam, 1)
	l.passes(time.Minute)
	l.hears(l.ann, 0)
	l.hears(l.bob, 0)
	for range 7 { // the café's customers get two such messages a week at most
		l.world.Clock.Advance(24 * time.Hour)
		l.runs()
	}
	l.passes(2 * time.Minute)
	if all := l.hears(l.bob, 1); count(all, "Beans for you, Bob.") != 1 {
		t.Errorf("Bob hears %q", all)
	}
	for x, who := range map[sim.Person]string{l.ann: "Ann, who bought much", cara: "Cara, who did nothing"} {
		if all := l.hears(x, 0); count(all, "Beans")+count(all, "How was") > 0 {
			t.Errorf("%s, hears %q", who, all)
		}
	}
	l.wants(l.reports(id), "journey              3 began, 1 on the way, 1 through", "step 1             written to 2, passed over 0, left 0", "step 2             written to 1, passed over 0, left 1")
	l.whole()
	if out := l.op("campaign-stop", map[string]string{"id": id}); !strings.Contains(out, "stopped") {
		t.Error(out)
	}
	l.runs()
	l.wants(l.reports(id), "journey              3 began, 0 on the way, 1 through")
	l.whole()
}
