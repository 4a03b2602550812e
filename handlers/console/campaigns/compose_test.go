package campaigns

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/campaign"
	"regulars/i18n"
	"regulars/store"
)

// TestComposedWithoutAScript: a draft is written, kept, counted and seen on both
// platforms by forms alone.
func TestComposedWithoutAScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	b := w.Open(w.Manager)
	f := w.draft(b).Set("text.ja.a.text", "温かい飲み物があります。").Set("present", "coupon").Set("coupon.days", "7")
	p := f.Send().Must("Kept.", "Hello mia, warm drinks are here.", "温かい飲み物があります。", "Get it", "LINE", "Telegram",
		"5 in all. An offer can be sent to 3 of them.", "Member 1", "Will get it 3", "Nothing", "so they read English")
	c, d := w.get(w.idOf(p))
	if c.State != campaign.Drafted || d.Segment != "everyone" || d.Text["en"]["a"].Title != "Warm" || d.Coupon == nil || d.Coupon.Days != 7 ||
		len(d.Buttons) != 1 || d.Buttons[0].Do != campaign.DoCoupon || d.Held() != 0 {
		t.Errorf("kept was %+v", d)
	}
	if strings.Contains(p.Body, "style=") || strings.Contains(p.Body, "<style") {
		t.Error("the page has looks of its own, which the policy forbids")
	}
	if b.Get("/console/campaigns").Must("Winter", "Draft"); len(p.Body) > 150_000 {
		t.Errorf("the page has %d bytes", len(p.Body))
	}
}

// TestEverythingCanBeComposed: what a draft can say the form can say, and saving
// the form as it comes changes nothing.
func TestEverythingCanBeComposed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.Shop.Channels = append(w.Shop.Channels, w.Shop.Channels[0])
	w.Shop.Channels[1].Name, w.Shop.Channels[1].Platform = "line", bot.LINE
	w.e.Groups = groupsOf("G1", "G2")
	w.e.Group = groupOf
	b := w.Open(w.Manager)
	f := w.draft(b).Set("segment", "-").Set("condition", "points > 5 and consent").Set("text.en.b.text", "Another wording").
		Set("when", "local").Set("time", "2026-01-07T18:30").Set("not_after", "2026-01-09T10:00").Set("hold_out", "20").Set("window", "30").
		Set("budget.messages", "500").Set("budget.money", "1,200").Set("present", "multiplier").Set("multiplier.percent", "300").Set("multiplier.days", "2").
		Set("button.0.do", "coupon").Set("button.0.label", "Three times").
		Set("journey.0.text.en.a.text", "Still warm?").Set("journey.0.wait", "48").Set("journey.0.after", "tap").Set("journey.0.if", "visits > 1").
		Set("journey.0.exit", "points == 0").Set("journey.0.button.0.do", "open").Set("journey.0.button.0.value", "https://example.com/").Set("channels", "tg").Set("groups", "G2")
	id := w.idOf(f.Send().Must("Kept."))
	_, d := w.get(id)
	twenty := 20
	want := campaign.Draft{
		Name: "Winter", Segment: "points > 5 and consent",
		Text:    map[string]map[string]campaign.Words{"en": {"a": {Title: "Warm", Text: "Hello {name}, warm drinks are here."}, "b": {Text: "Another wording"}}},
		Buttons: []campaign.Button{{ID: "main", Label: map[string]string{"": "Three times"}, Do: campaign.DoCoupon}},
		Boost:   &campaign.Multiplier{Percent: 300, Days: 2}, When: campaign.When{Local: "2026-01-07 18:30"}, HoldOut: &twenty,
		Channels: []bot.ChannelName{"tg"}, Groups: []string{"G2"}, Budget: campaign.Budget{Messages: 500, Money: 1200}, Window: 30, NotAfter: "2026-01-09 10:00",
		Journey: []campaign.Step{{
			Wait: 48, If: "visits > 1", Exit: "points == 0", After: "tap", Text: map[string]map[string]campaign.Words{"en": {"a": {Text: "Still warm?"}}},
			Buttons: []campaign.Button{{ID: "b2", Label: campaign.UsualLabels(campaign.DoOpen, true), Do: campaign.DoOpen, Value: "https://example.com/"}},
		}},
	}
	if !reflect.DeepEqual(d, want) {
		t.Fatalf("kept was\n%+v, not\n%+v", d, want)
	}
	page := b.Get("/console/campaigns/"+string(id)).Must("Message 2", "Another wording")
	page.Form("/save").Set("variants.a", "1").Set("variants.b", "3").Send()
	page = b.Get("/console/campaigns/" + string(id))
	before, d := w.get(id)
	if d.Variants["b"] != 3 {
		t.Errorf("the shares are %v", d.Variants)
	}
	page.Form("/save").Send()
	if after, same := w.get(id); after.Version != before.Version || !reflect.DeepEqual(same, d) {
		t.Errorf("saving what is there made version %d of %d: %+v", after.Version, before.Version, same)
	}
	page.Form("/save").Set("journey.0.drop", "1").Send()
	if _, d := w.get(id); len(d.Journey) != 0 {
		t.Error("the step is still there")
	}
}

// TestWhatIsWrongStandsAtItsField: a draft need not be fit, and says at its fields
// what keeps it from being sent; what no draft can hold comes back as typed.
func TestWhatIsWrongStandsAtItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	b := w.Open(w.Manager)
	p := w.draft(b).Set("segment", "-").Set("condition", "pionts > 5").Set("text.en.a.text", "Hi {nmae}").Set("button.0.do", "open").Set("button.0.value", "example.com").Send()
	p.Must("Before it can go out:", "Did you mean “points”?", "{nmae} is nothing I can fill in. Did you mean {name}?", "An address begins with https://")
	for _, at := range []string{"condition", "text.en.a.text", "button.0.value"} {
		if !strings.Contains(p.Body, `id="f-`+at+`-wrong"`) {
			t.Errorf("nothing stands at %s", at)
		}
	}
	id := w.idOf(p)
	if q := b.Get("/console/campaigns/" + string(id) + "/send"); !q.Says("It has to be counted first") {
		t.Errorf("it can be sent: %s", q.Text())
	}
	p = w.draft(b).Set("name", "").Set("hold_out", "70").Set("when", "at").Set("time", "").Set("text.en.a.text", "kept as typed").Send()
	status(t, p, refused, "A name is one line", "A number from 0 to 50, please.", "I can't read that as a time")
	if v := p.Form("/new").Values; v.Get("hold_out") != "70" || v.Get("text.en.a.text") != "kept as typed" || v.Get("when") != "at" {
		t.Errorf("typed came back as %v", v)
	}
	if p := w.draft(b).Set("when", "at").Set("time", "2026-01-04T10:00").Send(); p.Status != refused || !p.Says("That's in the past") {
		t.Errorf("a time that is over gave %d: %s", p.Status, p.Text())
	}
}

// TestPiecesChangeNothing: what is typed is drawn and counted without being kept.
func TestPiecesChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	b := w.Open(w.Manager)
	f := w.draft(b).Set("text.en.a.text", "Not kept <b>yet</b>")
	for piece, want := range map[string]string{"preview": "Not kept <b>yet</b>", "count": "4 in all"} {
		p := w.piece(b, "/console/campaigns/piece/"+piece, f.Values)
		if p.Status != http.StatusOK || !p.Says(want) || strings.Contains(p.Body, "<nav") {
			t.Errorf("%s gave %d: %s", piece, p.Status, p.Body)
		}
		if strings.Contains(p.Body, "<b>yet") {
			t.Error("what was typed is drawn as a page's own")
		}
	}
	f.Set("segment", "-").Set("condition", "points >")
	if p := w.piece(b, "/console/campaigns/piece/count", f.Values); !p.Says("I can't read that") {
		t.Errorf("a wrong condition gave %s", p.Text())
	}
	if b.Get("/console/campaigns").Must("There are no campaigns yet."); w.Log.Len() > 0 {
		t.Errorf("the log has %s", w.Log)
	}
	if p := b.Post("/console/campaigns/piece/count", url.Values{"name": {"x"}}); p.Status != http.StatusForbidden {
		t.Errorf("a piece without the form's token gave %d", p.Status)
	}
}

// TestTwoEditors: who saves what somebody else has changed since is told.
func TestTwoEditors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	mia, olga := w.Open(w.Manager), w.Open(w.Owner)
	id := w.idOf(w.draft(mia).Send())
	late := mia.Get("/console/campaigns/" + string(id)).Form("/save")
	olga.Get("/console/campaigns/"+string(id)).Form("/save").Set("name", "Winter by Olga").Send().Must("Kept.")
	p := status(t, late.Set("name", "Winter by Mia").Send(), refused, "It was changed after that.")
	if got := p.Form("/save").Values.Get("name"); got != "Winter by Mia" {
		t.Errorf("what Mia typed is %q", got)
	}
	if _, d := w.get(id); d.Name != "Winter by Olga" {
		t.Errorf("kept is %q", d.Name)
	}
}

// TestFatigueIsShownBeforeSending: who is about to send an offer reads how many let
// their last ones go by, once that was counted.
func TestFatigueIsShownBeforeSending(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	b := w.Open(w.Manager)
	if _, err := w.Shop.Segments.Refresh(context.Background(), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Shop.Metrics.Refresh(context.Background(), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	const told = "can be reached, 0% let their last 3 offers go by"
	b.Get("/console/campaigns/new").Must(told)
	// In chat it is said as it was counted last, for two days.
	for at, want := range map[time.Time]bool{w.Clock.Now().Add(time.Hour): true, w.Clock.Now().Add(49 * time.Hour): false} {
		w.Do(func(tx store.Tx) error {
			said, err := w.Shop.TiredLately(tx, i18n.For(i18n.En), "", at)
			if strings.Contains(said, told) != want {
				t.Errorf("at %s the chat says %q", at, said)
			}
			return err
		})
	}
}
