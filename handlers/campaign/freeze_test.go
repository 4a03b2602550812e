package campaign

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/mem"
)

// recipients are who a campaign is sent to, by wording, each once.
func (w *world) recipients(id ID) map[bot.PersonID]string {
	w.t.Helper()
	by := map[bot.PersonID]string{}
	w.view(func(r store.Reader) error {
		return w.out.BulkStates(r, outbox.BulkID(id), func(p bot.PersonID, wording string, s outbox.State) error {
			if _, twice := by[p]; twice {
				w.t.Errorf("%s is written down twice", p)
			}
			by[p] = wording
			return nil
		})
	})
	return by
}

// Everybody is written down once, under their own language's words, but for the
// control, which is about a tenth.
func TestEverybodyOnce(t *testing.T) {
	w := newWorld(t)
	w.join(1100, "line", "en")
	w.join(450, "line", "ja")
	w.join(50, "tg", "th") // no words in Thai: they read the shop's language, or English
	d := plain()
	d.HoldOut = nil
	d.Text["ja"] = map[string]Words{"a": {Text: "温かい飲み物"}, "b": {Text: "寒い日に"}}
	d.Text["en"]["b"] = Words{Text: "Cold outside?"}
	id := w.save(d)
	a, err := w.e.Count(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	if c := w.send(id); c.State != Scheduled {
		t.Fatal(c.State)
	}
	w.run()
	got, c := w.recipients(id), w.counts(id)
	if c.State != Sending || c.Campaign.Held < 110 || c.Campaign.Held > 210 || int64(len(got))+c.Campaign.Held != 1600 || c.Audience() != 1600 {
		t.Fatalf("%s: %d recipients, %d held out", c.State, len(got), c.Campaign.Held)
	}
	if a.People != int64(len(got)) || a.Held != c.Campaign.Held || a.ByChannel["line"]+a.ByChannel["tg"] != a.People || a.ByLang["ja"] == 0 {
		t.Errorf("counted %+v, written down %d and %d", a, len(got), c.Campaign.Held)
	}
	words := map[string]int{}
	for p, wording := range got {
		words[wording]++
		if v, out := w.e.Assigned(id, &d, loyalty.MemberID(p)); out || !strings.HasSuffix(wording, "/"+v) {
			t.Fatalf("%s got %s, drawn %s, %v", p, wording, v, out)
		}
	}
	w.view(func(r store.Reader) error {
		return w.e.Held(r, id, func(m loyalty.MemberID) error {
			if _, sent := got[bot.PersonID(m)]; sent {
				t.Errorf("%s is held out, and written down", m)
			}
			return nil
		})
	})
	if len(words) != 4 || words["en/a"] < 350 || words["en/b"] < 350 || words["ja/a"] < 120 || words["ja/b"] < 120 {
		t.Error(words)
	}
	// 1,600 people of a few kinds fit into few parts.
	if c.Parts > 8 {
		t.Errorf("%d parts", c.Parts)
	}
	w.whole()
}

// Who would not be sent anything is counted with the reason, and not written
// down.
func TestSkippedWithReason(t *testing.T) {
	w := newWorld(t)
	ids := w.join(4, "line", "en")
	w.join(1, "tg", "en")
	v := w.e.Shop.Vault
	w.update(func(tx store.Tx) error {
		if err := v.SetConsent(tx, ids[0], people.ForPromo, false, "1", w.clock.at, w.e.Shop.Rand); err != nil {
			return err
		}
		if err := v.SetQuiet(tx, ids[1], true, w.e.Shop.Rand); err != nil {
			return err
		}
		return v.SetBlocked(tx, people.Identity{Channel: "line", User: "lineen2"}, true, w.clock.at, w.e.Shop.Rand)
	})
	d := plain()
	d.Channels = []bot.ChannelName{"line"}
	id := w.save(d)
	w.send(id)
	w.run()
	c := w.counts(id)
	want := map[string]int64{WhyConsent: 1, WhyQuiet: 1, WhyBlocked: 1, WhyChannel: 1}
	if fmt.Sprint(c.Suppressed()) != fmt.Sprint(want) || c.People != 1 || c.Audience() != 5 {
		t.Errorf("%v, %d recipients", c.Suppressed(), c.People)
	}
	w.whole()
}

// rowsOf are the rows of campaigns and bulks.
func rowsOf(db *mem.DB) string {
	var b strings.Builder
	for _, row := range db.Dump() {
		for _, p := range []string{"camp", "bulk"} {
			if strings.HasPrefix(string(row.Key), p) {
				fmt.Fprintf(&b, "%s\t%x\n", row.Key, row.Value)
			}
		}
	}
	return b.String()
}

// TestFreezeCutAnywhere kills the process at every write of the writing down,
// before and after each commit: what stands in the end is the same to the byte.
func TestFreezeCutAnywhere(t *testing.T) {
	make := func() (*world, ID) {
		w := newWorld(t)
		w.e.Step = 40
		for i := range 130 { // ids that are the same each time
			id := loyalty.MemberID(fmt.Sprintf("01JH00000000000000000%05d", i))
			w.members = append(w.members, id)
		}
		w.e.Segments = listed{w.members}
		d := plain()
		d.HoldOut = nil
		d.Text["ja"] = map[string]Words{"a": {Text: "冬"}}
		id := w.save(d)
		w.send(id)
		return w, id
	}
	w, id := make()
	before := w.db.Writes()
	w.run()
	want, writes := rowsOf(w.db), w.db.Writes()-before
	if w.counts(id).State != Sending || writes < 20 {
		t.Fatalf("%s after %d writes", w.counts(id).State, writes)
	}
	for n := 1; n <= writes; n++ {
		for _, order := range []func(*mem.DB){func(db *mem.DB) { db.CrashAt(n) }, func(db *mem.DB) { db.CrashAfterCommit(n) }} {
			w, _ := make()
			order(w.db)
			if _, err := w.e.RunDue(context.Background()); err != nil && !errors.Is(err, mem.ErrCrash) {
				t.Fatal(err)
			}
			w.db.Reopen()
			w.clock.at = w.clock.at.Add(time.Hour) // the restart is later
			w.run()
			w.whole()
			got := rowsOf(w.db)
			if strip(got) != strip(want) {
				t.Fatalf("killed at %d, other rows:\n%s\nwant\n%s", n, got, want)
			}
		}
	}
}

// strip leaves out the head rows: they say when.
func strip(rows string) string {
	var kept []string
	for _, line := range strings.Split(rows, "\n") {
		if !strings.HasPrefix(line, "campaign/") && !strings.HasPrefix(line, "bulk/") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// listed is a segment of members of whom nothing else is known.
type listed struct{ ids []loyalty.MemberID }

func (listed) Check(string) error { return nil }

func (s listed) Each(_ context.Context, _ string, _ time.Time, after loyalty.MemberID, limit int, f func(Who) error) (next loyalty.MemberID, err error) {
	n := 0
	for i, id := range s.ids {
		if id <= after {
			continue
		}
		if n == limit {
			return next, nil
		}
		n, next = n+1, id
		lang := []string{"en", "ja"}[i%2]
		if err := f(Who{Member: id, Channel: []bot.ChannelName{"line", "tg"}[i%3%2], Lang: lang, Promo: i%10 > 0}); err != nil {
			return "", err
		}
	}
	return "", nil
}

// Two processes that freeze one campaign write each page once.
func TestTwoProcessesFreeze(t *testing.T) {
	w := newWorld(t)
	w.join(330, "line", "en")
	id := w.save(plain())
	w.send(id)
	w.e.Step = 10
	var errs [2]chan error
	for i := range errs {
		other := *w.e
		errs[i] = make(chan error, 1)
		go func() {
			_, err := other.RunDue(context.Background())
			errs[i] <- err
		}()
	}
	for _, c := range errs {
		if err := <-c; err != nil {
			t.Fatal(err)
		}
	}
	if got := w.recipients(id); len(got) != 330 {
		t.Errorf("%d recipients", len(got))
	}
	w.whole()
}

// In each person's zone: a part for each moment, and nobody in their night.
func TestEachInTheirZone(t *testing.T) {
	w := newWorld(t)
	ids := w.join(3, "line", "en")
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	w.seg.zone[ids[0]], w.seg.zone[ids[1]] = "Asia/Tokyo", "Europe/London"
	d := plain()
	d.When.Local = "2026-01-06 10:00"
	id := w.save(d)
	c := w.send(id)
	if want := time.Date(2026, 1, 5, 20, 0, 0, 0, time.UTC); !c.Start.Equal(want) {
		t.Fatalf("begins at %v, want %v: when it is ten on the first island", c.Start, want)
	}
	w.run()
	if n := w.counts(id).People; n != 0 {
		t.Fatalf("%d recipients before the start", n)
	}
	w.clock.at = c.Start
	w.run()
	var parts []string
	for _, row := range w.db.Dump() {
		if key, ok := strings.CutPrefix(string(row.Key), "bulkdue/line/"+string(id)+"/"); ok {
			us, _, _ := strings.Cut(key, "/")
			var n int64
			fmt.Sscan(us, &n)
			parts = append(parts, time.UnixMicro(n).UTC().Format("2 15:04"))
		}
	}
	if want := "[6 01:00 6 02:00 6 10:00]"; fmt.Sprint(parts) != want { // Tokyo, Taipei, London
		t.Errorf("%v, want %s", parts, want)
	}
	now := plain()
	now.Name = "At night"
	if s := w.e.sorter("X", &now, time.Date(2026, 1, 5, 22, 30, 0, 0, zone("Europe/London"))); s.notBefore("Europe/London") != time.Date(2026, 1, 6, 9, 0, 0, 0, zone("Europe/London")).Unix() || s.notBefore("America/New_York") != 0 {
		t.Error("quiet hours are each recipient's own")
	}
}

func (listed) Refresh(context.Context, time.Time) error { return nil }

func (listed) Bought(store.Reader, loyalty.MemberID, time.Time, time.Time) (int64, loyalty.Money, error) {
	return 0, 0, nil
}

func (listed) Fits(context.Context, string, []loyalty.MemberID, time.Time) ([]bool, error) {
	return nil, nil
}
