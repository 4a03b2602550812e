package measures_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/chart"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/measures"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/measure"
	"regulars/loyalty/metric"
	"regulars/loyalty/segment"
	"regulars/store"
)

// open is the café after a handful of sales:
//
//	5 Jan   Ann 1,000, Ann 500, Bob 300
//	6 Jan   Ann 200; Bob's 300 come back whole
//
// So January has 3 orders of 1 customer for 1,700: Bob's is none.
func open(t testing.TB) *consoletest.World {
	t.Helper()
	w := consoletest.New(t, consoletest.Options{Change: twoStores, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{measures.Part(w.Console), {Name: "chart", Files: chart.Files}}
	}})
	w.Sell(w.Clerk, w.Ann, 1000)
	w.Sell(w.Clerk, w.Ann, 500)
	bob := w.Sell(w.Clerk, w.Bob, 300)
	w.Clock.Move(24 * time.Hour)
	w.Sell(w.Clerk, w.Ann, 200)
	back(w, bob)
	refresh(w)
	return w
}

// twoStores gives the café a second branch.
var twoStores = []string{"[[store]] ", "[[store]]\nid = \"pier\"\nname = \"Pier\"\n\n[[store]] "}

// back takes a whole sale back.
func back(w *consoletest.World, sale book.Receipt) {
	w.T.Helper()
	act := book.Act{Op: "back-" + loyalty.OpID(sale.Entries[0].Ref), Now: w.Clock.Now(), At: w.Clock.Now(), Actor: w.Manager.ID.Actor(), Role: w.Manager.Role, Reason: []byte("cold")}
	w.Do(func(tx store.Tx) error {
		_, err := w.Shop.Book.RefundRef(tx, sale.Entries[0].Ref, act, loyalty.Return{Amount: 300})
		return err
	})
}

// refresh brings rows up to date that jobs keep.
func refresh(w *consoletest.World) {
	w.T.Helper()
	ctx := context.Background()
	if _, err := w.Shop.Rollups.Refresh(ctx, w.Clock.Now()); err != nil {
		w.T.Fatal(err)
	}
	if _, err := w.Shop.Metrics.Refresh(ctx, w.Clock.Now()); err != nil {
		w.T.Fatal(err)
	}
}

// table reads a file that a page gives: rows by their first cell.
func table(t testing.TB, b *consoletest.Browser, path string) map[string][]string {
	t.Helper()
	p := b.Get(path)
	if p.Status != http.StatusOK || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/csv") {
		t.Fatalf("%s gave %d, %s", path, p.Status, p.Header.Get("Content-Type"))
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.Body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, r := range rows {
		all[r[0]] = r
	}
	return all
}

// TestFiguresByHand: what the overview says is what a pencil says, on the page
// and in its file.
func TestFiguresByHand(t *testing.T) {
	t.Parallel()
	w := open(t)
	b := w.Open(w.Manager)
	b.Get("/console/measures?w=month").Must("NT$1,700", "NT$567", "n/a: no answers", "1 Jan 2026 – 6 Jan 2026")
	rows := table(t, b, "/console/measures?w=month&c=none&format=csv")
	for name, want := range map[string]string{
		"Revenue": "1700", "Orders": "3", "Customers": "1", "Orders a customer": "3", "Repeat purchase rate": "100", "New members": "2", "Members": "2",
	} {
		if got := rows[name]; got == nil || got[2] != want {
			t.Errorf("%s is %v, not %s", name, got, want)
		}
	}
	// 5 Jan alone had Bob's order, which came back: 2 orders for 1,500.
	rows = table(t, b, "/console/measures?w=own&from=2026-01-05&to=2026-01-05&c=none&format=csv")
	if rows["Revenue"][2] != "1500" || rows["Orders"][2] != "2" {
		t.Errorf("5 Jan: %v, %v", rows["Revenue"], rows["Orders"])
	}
}

// TestPagesSayWhatTheDeskSays: every metric's page, for every value that there is
// and every reason why there is none.
func TestPagesSayWhatTheDeskSays(t *testing.T) {
	t.Parallel()
	w := open(t)
	b := w.Open(w.Owner)
	today := time.Date(2026, 1, 6, 0, 0, 0, 0, w.Shop.Local(w.Clock.Now()).Location())
	x := metric.Query{From: today.AddDate(0, 0, -27), To: today.AddDate(0, 0, 1)}
	p := i18n.For(i18n.En)
	sheet := table(t, b, "/console/measures?c=none&format=csv")
	maps.Copy(sheet, table(t, b, "/console/measures/advanced?c=none&format=csv"))
	terms := map[metric.Name]string{metric.NPS: " NPS", metric.CSAT: " CSAT", metric.CSATMean: " CSAT", metric.CLV: " CLV", metric.CLVSimple: " CLV"}
	for _, info := range metric.Names() {
		v, err := w.Shop.Metrics.Value(context.Background(), info.Name, x)
		if err != nil {
			t.Fatal(err)
		}
		row, number := sheet[p.Say(i18n.Key("console.measures.name."+string(info.Name)))+terms[info.Name]], math.NaN()
		if row == nil || row[6] != v.Missing {
			t.Errorf("%s: the sheet has %v, the desk %+v", info.Name, row, v)
			continue
		}
		if fmt.Sscan(row[2], &number); v.Known() && !(math.Abs(number-v.Number) <= max(0.01, 0.0005*math.Abs(v.Number))) {
			t.Errorf("%s: the sheet has %v, the desk %v", info.Name, number, v.Number)
		}
		page := b.Get("/console/measures/m/" + string(info.Name))
		if !v.Known() {
			page.Must(p.Say(i18n.Key("console.measures.why." + v.Missing)))
			continue
		}
		page.Must(p.Say(i18n.Key("console.measures.name." + string(info.Name))))
		if info.Unit == metric.Count {
			page.Must(i18n.Number(int64(v.Number + 0.5)))
		}
		// The file's days add up to the value where the metric does.
		sum := 0.0
		for day, row := range table(t, b, "/console/measures/m/"+string(info.Name)+"?c=none&step=day&format=csv") {
			var n float64
			if fmt.Sscan(row[3], &n); strings.HasPrefix(day, "20") {
				sum += n
			}
		}
		if got := v.Number; info.Sums && sum != got {
			t.Errorf("%s: the days add up to %v, not %v", info.Name, sum, got)
		}
	}
	if b.Get("/console/measures/m/luck").Status != http.StatusNotFound {
		t.Error("there is a metric called luck")
	}
}

// TestEverythingHasWords: names, definitions and reasons in all languages.
func TestEverythingHasWords(t *testing.T) {
	said := func(key string) {
		for _, l := range i18n.Langs {
			if s := i18n.For(l).Say(i18n.Key("console.measures."+key), "Days", 1, "Offers", 1, "Few", 1, "Margin", 1, "Discount", 1, "Model", 1, "Spend", 1); s == "" || strings.Contains(s, "console.measures") {
				t.Errorf("%s: %s has no words: %q", l, key, s)
			}
		}
	}
	for _, info := range metric.Names() {
		said("name." + string(info.Name))
		said("def." + string(info.Name))
	}
	for _, why := range []string{
		metric.NoOrders, metric.NoAnswers, metric.TooFew, metric.NeedsRepeat, metric.NoFit, metric.SpendTied, metric.NobodyBefore, metric.NobodyLeft, metric.Nobody,
		metric.NoPointValue, metric.NoneLeft, metric.NoPrices, metric.WholeShopOnly, metric.PartOnly, metric.NowOnly, metric.NotKept, metric.NotYet,
	} {
		said("why." + why)
	}
	for _, k := range measure.Kinds {
		said("kind." + strings.ReplaceAll(string(k), "-", "_"))
		said("about." + strings.ReplaceAll(string(k), "-", "_"))
	}
	for _, x := range segment.EngagementWeights() {
		said("part." + x.Name)
	}
	for _, x := range metric.ScoreParts() {
		said("part." + x.Name)
	}
}

// TestWindowsStoresAndSegments: what was chosen is what is counted, and what
// cannot be read is said at the form.
func TestWindowsStoresAndSegments(t *testing.T) {
	t.Parallel()
	w := open(t)
	b := w.Open(w.Manager)
	b.Get("/console/measures?w=today").Must("NT$200", "before: NT$1,500", "▼ −86.7%")
	b.Get("/console/measures?w=7&segment=own&own=" + url.QueryEscape("visits == 0")).Must("n/a: no orders")
	b.Get("/console/measures?segment=once").Must("Came once", "Figures that only the whole shop has are left out here.")
	if p := b.Get("/console/measures?segment=own&own=" + url.QueryEscape("vists > 3")); p.Status != http.StatusUnprocessableEntity || !p.Says("“visits”") {
		t.Errorf("a slip gave %d: %s", p.Status, p.Text())
	}
	if p := b.Get("/console/measures?w=own&from=2026-02-01&to=2026-01-01"); p.Status != http.StatusUnprocessableEntity || !p.Says("The last day lies before the first.") {
		t.Errorf("days turned around gave %d: %s", p.Status, p.Text())
	}
	// Phones make curly quotes of straight ones.
	if p := b.Get("/console/measures?segment=own&own=" + url.QueryEscape("rfm == “champions”")); p.Status != http.StatusOK {
		t.Errorf("curly quotes gave %d", p.Status)
	}
}

// TestManagerOfOneStore sees that store, whatever the address asks for.
func TestManagerOfOneStore(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Sell(w.Main, w.Ann, 77)
	refresh(w)
	b := w.Open(w.Main)
	rows := table(t, b, "/console/measures?w=month&c=none&store=&format=csv")
	if rows["Revenue"] == nil || rows["Revenue"][2] != "77" {
		t.Errorf("they see %v", rows["Revenue"])
	}
	if rows["Points outstanding"] != nil {
		t.Error("they see the points of the whole shop")
	}
	b.Get("/console/measures/m/liability").Must("only for the whole shop")
	for _, path := range []string{"rfm", "cohorts", "feedback", "words", "rewards", "settings", "advanced"} {
		b.Get("/console/measures/" + path).Must("Measures")
	}
}

// TestStillCounting: a shop whose rows are not made yet is told so, with a way to
// look again that needs no script.
func TestStillCounting(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, consoletest.Options{Strict: true, Parts: func(w *consoletest.World) []console.Part {
		return []console.Part{measures.Part(w.Console)}
	}})
	b := w.Open(w.Owner)
	page := b.Get("/console/measures").Must("is being counted", "Look again")
	if !strings.Contains(page.Body, `hx-trigger="load delay:2s"`) {
		t.Error("the page does not look again by itself")
	}
	refresh(w)
	if page = page.Click("Look again"); page.Says("is being counted") {
		t.Errorf("still: %s", page.Text())
	}
}

// TestPagesAreSmall: with style and scripts, some 70 KB, no page passes 150 KB, and
// each loads its style and scripts from here.
func TestPagesAreSmall(t *testing.T) {
	t.Parallel()
	w := open(t)
	b := w.Open(w.Manager)
	for _, path := range []string{
		"", "/advanced", "/m/repeat_rate?w=own&from=2025-06-21&to=2026-01-06&step=day", "/m/revenue?w=own&from=2022-01-01&to=2026-01-06&step=day",
		"/rfm", "/cohorts?months=24", "/feedback?w=year", "/segment", "/rewards", "/settings",
	} {
		if p := b.Get("/console/measures" + path).Must(); len(p.Body) > 80_000 {
			t.Errorf("%s has %d bytes", path, len(p.Body))
		}
	}
}
