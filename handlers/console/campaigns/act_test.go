package campaigns

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/handlers/campaign"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

// TestTwoManagers: what is large waits for a second manager, never for the same
// one, and is approved or declined in the version that was looked at.
func TestTwoManagers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	mia, olga := w.Open(w.Manager), w.Open(w.Main)
	f := w.draft(mia)
	f.Values.Set("act", "send")
	p := f.Send().Must("Send “Winter”?", "Will get it 5", "It's so large that a second manager has to agree.")
	id := w.idOf(p)
	p = p.Form("/send").Send().Must("Waits for a manager", "Somebody else has to agree")
	w.state(id, campaign.Waiting)
	if told := w.queued(".may."); len(told) != 2 { // Olga and Max: Mia asked
		t.Errorf("the managers were told %v", told)
	}
	if strings.Contains(p.Body, "/approve\"") {
		t.Error("who asked may agree too")
	}
	page := olga.Get("/console/campaigns/"+string(id)).Must("Yes, send it", "Will get it 5")
	own := mia.Get("/console/campaigns/" + string(id)).Form("/console/language").Values
	status(t, w.piece(mia, "/console/campaigns/"+string(id)+"/approve", url.Values{"token": own["token"]}), refused, "Somebody else has to agree")
	page.Form("/decline").Set("reason", "the wrong week").Send().Must("isn't sent", "Draft")
	w.state(id, campaign.Drafted)
	old := olga.Get("/console/campaigns/" + string(id) + "/send").Form("/send")
	mia.Get("/console/campaigns/"+string(id)).Form("/save").Set("text.en.a.title", "Warmer").Send().Must("Kept.")
	status(t, old.Send(), refused, "It was changed after that.")
	mia.Get("/console/campaigns/" + string(id) + "/send").Form("/send").Send().Must("Waits for a manager")
	olga.Get("/console/campaigns/"+string(id)).Form("/approve").Send().Must("was approved", "agreed", "asked for it to be sent", "the wrong week", "mia")
	if c := w.state(id, campaign.Scheduled); len(c.Yes) != 2 {
		t.Errorf("agreed have %v", c.Yes)
	}
	if w.Log.Len() > 0 {
		t.Errorf("the log has %s", w.Log)
	}
}

// TestUnderWay: a campaign is watched, paused, given other words, let go on and
// stopped by forms, and each deed is written down.
func TestUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	b := w.Open(w.Owner)
	f := w.draft(b)
	f.Values.Set("act", "send")
	p := f.Send().Form("/send").Send().Must("“Winter” is on its way.", "Scheduled", "Refresh")
	id := w.idOf(p)
	w.run()
	at := "/console/campaigns/" + string(id)
	b.Get(at).Must("Going out", "0 of 3", "Still to go 3").Form("/pause").Send().Must("Paused. Nobody more gets it", "paused it")
	w.state(id, campaign.Paused)
	p = b.Get(at + "/edit").Must("Its people are chosen already")
	p.Form("/save").Set("text.en.a.text", "New words").Send().Must("The new words are kept", "New words", "changed the words under way")
	if c, d := w.get(id); c.State != campaign.Paused || d.Text["en"]["a"].Text != "New words" || d.Segment != "everyone" || d.Held() != 0 {
		t.Errorf("it is %s and says %+v", c.State, d)
	}
	bad := b.Get(at+"/edit").Form("/save").Set("text.en.a.text", "Now {points} of your own").Send()
	status(t, bad, refused, "only the words and the picture can change")
	b.Get(at).Form("/resume").Send().Must("Going out")
	b.Get(at + "/stop").Must("Stop “Winter” for good?")
	w.state(id, campaign.Sending)
	b.Get(at+"/stop").Form("/stop").Set("reason", "the machine broke").Send().Must("Stopped", "the machine broke")
	w.state(id, campaign.Stopped)
	b.Get("/console/campaigns").Must("0 of 3")
	if p := b.Get("/console/campaigns?format=csv"); !strings.Contains(p.Body, "Winter,Stopped,2026-01-05 10:00,0,3") {
		t.Errorf("the list as a file is %q", p.Body)
	}
}

// TestDiscard: a draft is thrown away after being asked, and leaves a line of who
// did it.
func TestDiscard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	b := w.Open(w.Manager)
	id := w.idOf(w.draft(b).Send())
	b.Get("/console/campaigns/" + string(id) + "/discard").Must("Throw the draft “Winter” away?").Form("/discard").Send().Must("“Winter” is gone.")
	w.gone(id)
	if p := b.Get("/console/campaigns/" + string(id)); p.Status != http.StatusNotFound {
		t.Errorf("its page gave %d", p.Status)
	}
}

// TestLive: the browser is sent the figures as they change, and that it is over.
func TestLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	b := w.Open(w.Owner)
	f := w.draft(b)
	f.Values.Set("act", "send")
	id := w.idOf(f.Send().Form("/send").Send())
	w.run()
	if p := b.Get("/console/campaigns/" + string(id)); !strings.Contains(p.Body, `sse-connect="/console/campaigns/`+string(id)+`/live"`) {
		t.Error("the page does not watch")
	}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/console/campaigns/"+string(id)+"/live", nil)
	res, err := b.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("its kind is %s", kind)
	}
	var events []string
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "event: "):
			events = append(events, line[7:])
		case strings.Contains(line, "0 of 3"):
			w.bulks.all.Store(true)
			w.run()
		case strings.Contains(line, "3 of 3"):
			events = append(events, "all")
		}
	}
	if got := strings.Join(events, " "); !strings.Contains(got, "figures all") || !strings.HasSuffix(got, "over") {
		t.Errorf("the browser was sent %s, then %v", got, lines.Err())
	}
}

// TestReport: the report opens with what was counted; its tables are files too.
func TestReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 16) // so that the lot leaves somebody out and somebody in
	b := w.Open(w.Owner)
	f := w.draft(b).Set("hold_out", "50").Set("text.en.b.text", "Or this").Set("present", "coupon").Set("segment", "everyone")
	f.Values.Set("act", "send")
	p := f.Send().Must("They are too few to tell").Form("/send").Send().Must("Waits for a manager")
	id := w.idOf(p)
	w.Open(w.Manager).Get(p.Path).Form("/approve").Send().Must("Scheduled")
	at := "/console/campaigns/" + string(id)
	if p := b.Get(at + "/report"); p.Status != http.StatusNotFound {
		t.Errorf("a report before it was sent gave %d", p.Status)
	}
	w.run()
	w.bulks.all.Store(true)
	w.run()
	w.Clock.Move(24 * time.Hour)
	b = w.Open(w.Owner)
	c, _ := w.get(id)
	if c.State != campaign.Done {
		t.Fatalf("it is %s", c.State)
	}
	p = b.Get(at).Must("Sent").Click("Report").Must("What came of “Winter”", "Coupons taken 0", "Blocked us within 48 hours 0", "Get it 0 0",
		"Too few to tell", "Left out to compare", "Nothing", "Purchases from 5 Jan")
	if strings.Index(p.Text(), "Coupons taken") > strings.Index(p.Text(), "Blocked us") {
		t.Error("what was taken stands after what went wrong")
	}
	for table, want := range map[string]string{"": "Coupons taken,0", "taps": "Get it,0,0", "wordings": "A,", "compared": "Left out to compare,", "stores": "Store,"} {
		if p := b.Get(at + "/report?format=csv&table=" + table); !strings.Contains(p.Body, want) {
			t.Errorf("the table %q is %q", table, p.Body)
		}
	}
}

// TestSentToMyself: the manager gets what a recipient would, and only they do.
func TestSentToMyself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	b := w.Open(w.Manager)
	f := w.draft(b)
	f.Values.Set("act", "test")
	id := w.idOf(f.Send().Must("It is on its way to your own chat."))
	w.state(id, campaign.Drafted)
	if left := w.queued("."); len(left) != 1 || !strings.Contains(left[0], string(id)+".test.a.") {
		t.Errorf("sent was %v", left)
	}
}

// TestWrongRole: a clerk, and whoever has no session or no token, changes nothing
// at any address of the section.
func TestWrongRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	b, clerk := w.Open(w.Manager), w.Open(w.Main)
	w.Do(func(tx store.Tx) error { return w.Shop.Vault.MoveStaff(tx, w.Main.ID, people.Clerk, "") })
	id := w.idOf(w.draft(b).Send())
	before, _ := w.get(id)
	for _, r := range w.routes {
		path := strings.NewReplacer("{id}", string(id), "{name}", "x.png").Replace(r.Path)
		if r.Method == "GET" {
			if p := clerk.Get(path); p.Status != http.StatusUnauthorized {
				t.Errorf("a clerk got %d from %s", p.Status, path)
			}
			continue
		}
		if p := w.piece(clerk, path, url.Values{}); p.Status != http.StatusUnauthorized {
			t.Errorf("a clerk posted to %s and got %d", path, p.Status)
		}
		if p := w.piece(b, path, url.Values{"token": {"no"}}); p.Status != http.StatusForbidden {
			t.Errorf("a forged form to %s gave %d", path, p.Status)
		}
	}
	if after, _ := w.get(id); after.Version != before.Version || after.State != before.State {
		t.Errorf("it became %+v", after)
	}
}

// TestInEveryLanguage: every page speaks each language, whole.
func TestInEveryLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	b := w.Open(w.Owner)
	id := w.idOf(w.draft(b).Send())
	for _, l := range i18n.Langs {
		b.Get("/console/sessions").Form("/console/language").Set("lang", string(l)).Send()
		for _, path := range []string{"", "/new", "/upload", "/" + string(id), "/" + string(id) + "/send", "/" + string(id) + "/discard"} {
			p := b.Get("/console/campaigns" + path)
			if p.Status != http.StatusOK || strings.Contains(p.Body, "console_campaigns.") || strings.Contains(p.Body, "no value") || strings.Contains(p.Body, "camp.") {
				t.Errorf("%s: %s gave %d: %s", l, path, p.Status, p.Text())
			}
		}
	}
}
