package programme

import (
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"regulars/loyalty"
)

func TestPresets(t *testing.T) {
	for _, c := range []struct {
		name, zone, country string
		currency            loyalty.Currency
		language, shop      string
		rounding            loyalty.Rounding
		sale                loyalty.Money
		points              loyalty.Points
		expires             string // the first instant at which points earned on 25 January 2026 are gone
	}{
		{"cafe", "Asia/Taipei", "TW", loyalty.Currency{Code: "TWD", Digits: 0}, "zh-TW", "轉角咖啡", loyalty.RoundDown, 129, 12, "2028-01-01"},
		{"cafe-hk", "Asia/Hong_Kong", "HK", loyalty.Currency{Code: "HKD", Digits: 2}, "zh-HK", "街角咖啡", loyalty.RoundNearest, 12_95, 3, "2027-02-01"},
		{"cafe-jp", "Asia/Tokyo", "JP", loyalty.Currency{Code: "JPY", Digits: 0}, "ja", "かどのカフェ", loyalty.RoundDown, 1290, 12, "2027-01-26"},
		{"cafe-th", "Asia/Bangkok", "TH", loyalty.Currency{Code: "THB", Digits: 2}, "th", "มุมกาแฟ", loyalty.RoundDown, 129_00, 5, "2028-01-01"},
	} {
		data, ok := Preset(c.name)
		if !ok {
			t.Errorf("no preset %s", c.name)
			continue
		}
		p, complaints := Load(data)
		if len(complaints) > 0 {
			t.Errorf("%s: %v", c.name, complaints)
			continue
		}
		r := &p.Rules
		if r.Zone.String() != c.zone || p.Country != c.country || r.Currency != c.currency || p.Languages[0] != c.language || r.Rate.Rounding != c.rounding {
			t.Errorf("%s: %s %s %v %v %s", c.name, r.Zone, p.Country, r.Currency, p.Languages, r.Rate.Rounding)
		}
		if p.ShopName(c.language) != c.shop || p.ShopName("en") != "Corner Café" || len(p.Languages) != 6 {
			t.Errorf("%s is called %q and %q", c.name, p.ShopName(c.language), p.ShopName("en"))
		}
		if n, err := r.Earn(c.sale); n != c.points || err != nil {
			t.Errorf("%s: a sale of %d gives %d, %v; want %d", c.name, c.sale, n, err, c.points)
		}
		gone := r.Expires(time.Date(2026, 1, 25, 10, 0, 0, 0, r.Zone))
		if got := gone.In(r.Zone).Format(time.DateOnly); got != c.expires {
			t.Errorf("%s: points of 25 January go on %s, want %s", c.name, got, c.expires)
		}
		if r.Caps["clerk"].GiveDay == 0 || r.ApproveOver == 0 || p.CardLife() != 5*time.Minute || len(p.Stores) != 1 {
			t.Errorf("%s: %v, over %d, card %v", c.name, r.Caps, r.ApproveOver, p.CardLife())
		}
		// With the cap at the threshold, a clerk could never ask a manager.
		if most := r.Caps["clerk"].GiveAct; most > 0 && r.ApproveOver >= most {
			t.Errorf("%s: a clerk may give %d at once, and is approved over %d", c.name, most, r.ApproveOver)
		}
	}
}

func TestPresetsAreOffered(t *testing.T) {
	all := Presets()
	if len(all) < 9 || all[0].Name != "cafe" {
		t.Errorf("%v", all)
	}
	for _, p := range all {
		if !strings.HasSuffix(p.About, ".") || strings.Contains(p.About, "#") {
			t.Errorf("%s: %q", p.Name, p.About)
		}
	}
	if _, ok := Preset("../presets/cafe"); ok {
		t.Error("a preset's name is no path")
	}
	if got := NearestPreset("caffe"); got != "cafe" {
		t.Errorf("nearest to caffe is %q", got)
	}
}

// small is a whole programme; a mistake replaces one of its lines.
const small = `country = "TW"
zone = "Asia/Taipei"
currency = "TWD"
languages = ["zh-TW", "en"]
name.zh-TW = "轉角咖啡"
store = [{ id = "main", name = "本店" }]
earn.per = 10
[expiry]
kind = "never"
`

func TestSmallestProgramme(t *testing.T) {
	p, complaints := Load([]byte(small))
	if complaints != nil {
		t.Fatal(complaints)
	}
	r := p.Rules
	if r.Version != 1 || !r.From.IsZero() || r.Rate != (loyalty.Rate{Points: 1, Per: 10, Rounding: "down"}) ||
		r.Expiry.Kind != loyalty.Never || r.Reversal != loyalty.ReverseDebt || len(r.Caps) != 0 || p.CardLife() != 5*time.Minute {
		t.Errorf("%+v", r)
	}
	if s, ok := p.Store("main"); !ok || s.Name != "本店" {
		t.Errorf("store %v", p.Stores)
	}
	day := func(d, h, m int) time.Time { return time.Date(2026, 1, d, h, m, 0, 0, r.Zone) }
	for _, at := range []time.Time{day(5, 0, 0), day(5, 23, 59)} {
		if got := p.ReceiptUntil(at); !got.Equal(day(20, 0, 0)) {
			t.Errorf("a receipt of %s is good until %s, not for 14 whole days after its own", at, got)
		}
	}
	if p.ShopName("ja") != "轉角咖啡" {
		t.Error("a language without a name gets the shop's own")
	}
}

func TestEverythingSet(t *testing.T) {
	p, complaints := Load([]byte(`
version = 3
effective = 2026-03-01
country = "HK"
phone_regions = ["HK", "MO"]
zone = "Asia/Hong_Kong"
currency = "HKD"
languages = ["en"]
name = { en = " Corner " }
[[store]]
id = "a"
name = "A"
[[store]]
id = "b-2"
name = "B"
[earn]
points = 2
per = "0.50"
minimum = 10.25
rounding = "up"
[expiry]
kind = "fixed_date"
date = "02-29"
safe_months = 12
[returns]
pending_days = 7
reversal = "refuse"
hold_minutes = 15
[staff]
approve_over = 100
clerk = { give_act = 1, give_day = 2, sale_act = 3, sale_day = 4 }
[card]
minutes = 2
[receipt]
days = 1
`))
	if complaints != nil {
		t.Fatal(complaints)
	}
	r := p.Rules
	if r.Version != 3 || r.From.Format(time.RFC3339) != "2026-03-01T00:00:00+08:00" ||
		r.Rate != (loyalty.Rate{Points: 2, Per: 50, Minimum: 1025, Rounding: "up"}) ||
		r.Expiry != (loyalty.Expiry{Version: 3, Kind: loyalty.FixedDate, Months: 12, Month: 2, Day: 29, Follow: true}) ||
		r.ReturnWindow != 7*24*time.Hour || r.Reversal != loyalty.ReverseRefuse || r.HoldFor != 15*time.Minute ||
		r.ApproveOver != 100 || len(r.Caps) != 1 || r.Caps["clerk"] != (loyalty.Cap{GiveAct: 1, GiveDay: 2, SaleAct: 3, SaleDay: 4}) {
		t.Errorf("%+v", r)
	}
	if len(p.Regions()) != 2 || p.Regions()[0] != "HK" || len(p.Stores) != 2 || p.ShopName("en") != "Corner" || p.CardLife() != 2*time.Minute {
		t.Errorf("%+v", p)
	}
	if got := p.ReceiptUntil(r.From); !got.Equal(r.From.AddDate(0, 0, 2)) {
		t.Errorf("a receipt of %s is good until %s", r.From, got)
	}
}

// Each mistake is made in the small programme: the line it replaces,
// what stands there instead, and how the first complaint begins.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ line, instead, want string }{
		{`currency = "TWD"`, `curency = "TWD"`, "line 3: curency: no such key; did you mean currency?"},
		{`currency = "TWD"`, `currency = "TDW"`, `line 3: currency: "TDW" is not known; did you mean TWD?; allowed: AUD, CAD,`},
		{`currency = "TWD"`, `currency = 5`, `line 3: currency: must be text in quotes; allowed: AUD, CAD,`},
		{`zone = "Asia/Taipei"`, `zone = "Asia/Tapei"`, `line 2: zone: "Asia/Tapei" is not a time zone; did you mean Asia/Taipei?; allowed: an IANA time zone, as in "Asia/Taipei"`},
		{`zone = "Asia/Taipei"`, `zone = "Local"`, `line 2: zone: "Local" names no place; allowed: an IANA time zone, as in "Asia/Taipei"`},
		{`country = "TW"`, ``, `country: is missing; allowed: a country's two letters, as in "TW"`},
		{`country = "TW"`, `country = "Taiwan"`, `line 1: country: "Taiwan" is not a country; allowed: a country's two letters, as in "TW"`},
		{`country = "TW"`, "country = \"TW\"\nphone_regions = [\"XX\"]", `line 2: phone_regions: "XX" is not a country; allowed: a country's two letters, as in "TW"`},
		{`languages = ["zh-TW", "en"]`, `languages = ["zh-TW", "zh-tw"]`, `line 4: languages: "zh-tw" is not known; did you mean zh-TW?; allowed: zh-TW, zh-HK, en, ja, th, zh-CN`},
		{`languages = ["zh-TW", "en"]`, `languages = ["zh-TW", "en", "en"]`, `line 4: languages: "en" stands twice`},
		{`languages = ["zh-TW", "en"]`, `languages = []`, `line 4: languages: at least one language is needed; allowed: zh-TW, zh-HK, en, ja, th, zh-CN; the shop's own first`},
		{`languages = ["zh-TW", "en"]`, `languages = "en"`, `line 4: languages: must be a list in brackets; allowed: zh-TW, zh-HK, en, ja, th, zh-CN; the shop's own first`},
		{`languages = ["zh-TW", "en"]`, `languages = ["en"]`, `line 5: name.en: is missing: the shop's name in its first language; allowed: as in name.en = "Corner Café"`},
		{`name.zh-TW = "轉角咖啡"`, `name = "Corner"`, `line 5: name: must be a table; allowed: [name]`},
		{`name.zh-TW = "轉角咖啡"`, "name.zh-TW = \"x\"\nname.zhHK = \"y\"", `line 6: name.zhHK: no such key; did you mean zh-HK?`},
		{`store = [{ id = "main", name = "本店" }]`, `store = [{ id = "Main St", name = "x" }]`, `line 6: store.id: "Main St" is not an id; allowed: small letters, digits and hyphens, as in "main" or "taipei-2"`},
		{`store = [{ id = "main", name = "本店" }]`, `store = [{ id = "a", name = "x" }, { id = "a", name = "y" }]`, `line 6: store.id: "a" is another store's id`},
		{`store = [{ id = "main", name = "本店" }]`, `store = [{ id = "a" }]`, `line 6: store.name: is missing; allowed: the store's name in quotes`},
		{`store = [{ id = "main", name = "本店" }]`, `store = []`, `line 6: store: must be a list of tables; allowed: [[store]] with id and name`},
		{`store = [{ id = "main", name = "本店" }]`, ``, `store: is missing; allowed: one [[store]] or more, each with id and name`},
		{`earn.per = 10`, `earn.per = 0`, `line 7: earn.per: must be more than nothing; allowed: the amount that earns the points`},
		{`earn.per = 10`, `earn.per = -10`, `line 7: earn.per: "-10" is not an amount of a currency with 0 decimals; allowed: an amount such as 10`},
		{`earn.per = 10`, `earn.per = 10.5`, `line 7: earn.per: "10.5" is not an amount of a currency with 0 decimals; allowed: an amount such as 10`},
		{`earn.per = 10`, `earn.per = 1e9`, `line 7: earn.per: "1e9" is not an amount of a currency with 0 decimals; allowed: an amount such as 10`},
		{`earn.per = 10`, `earn.per = true`, `line 7: earn.per: must be an amount; allowed: an amount such as 10`},
		{`earn.per = 10`, `earn.per = 99999999999999999999`, `line 7: `},
		{`earn.per = 10`, `earn.points = 2`, `line 7: earn.per: is missing; allowed: the amount that earns the points`},
		{`earn.per = 10`, "earn.per = 10\nearn.points = \"2\"", `line 8: earn.points: must be a whole number without quotes; allowed: a whole number from 1 to 1000000`},
		{`earn.per = 10`, "earn.per = 10\nearn.points = 0", `line 8: earn.points: 0 is out of range; allowed: a whole number from 1 to 1000000`},
		{`earn.per = 10`, "earn.per = 10\nearn.rounding = \"dwon\"", `line 8: earn.rounding: "dwon" is not known; did you mean down?; allowed: down, nearest, up`},
		{`kind = "never"`, `kind = "after_months"`, `line 8: expiry.months: is missing; allowed: a whole number from 1 to 1200`},
		{`kind = "never"`, "kind = \"never\"\nmonths = 12", `line 10: expiry.months: means nothing where kind is "never"`},
		{`kind = "never"`, "kind = \"idle\"\nmonths = 0", `line 10: expiry.months: 0 is out of range; allowed: a whole number from 1 to 1200`},
		{`kind = "never"`, "kind = \"fixed_date\"\ndate = \"02-30\"", `line 10: expiry.date: "02-30" is not a day of the year; allowed: a month and day in quotes, as in "03-31"`},
		{`kind = "never"`, `months = 3`, `line 8: expiry.kind: is missing; allowed: never, after_months, fixed_date, next_year_end, idle`},
		{`kind = "never"`, `kind = ""`, `line 9: expiry.kind: "" is not known; allowed: never, after_months, fixed_date, next_year_end, idle`},
		{`kind = "never"`, "kind = \"never\"\n[return]\npending_days = 1", `line 10: return: no such key; did you mean returns?`},
		{`kind = "never"`, "kind = \"never\"\n[returns]\npending_days = 400", `line 11: returns.pending_days: 400 is out of range; allowed: a whole number from 0 to 365`},
		{`kind = "never"`, "kind = \"never\"\n[staff.clerk]\ngive_dya = 5", `line 11: staff.clerk.give_dya: no such key; did you mean give_day?`},
		{`kind = "never"`, "kind = \"never\"\n[staff.clerk]\ngive_day = -5", `line 11: staff.clerk.give_day: -5 is out of range; allowed: a whole number from 0 on`},
		{`kind = "never"`, "kind = \"never\"\n[staff.waiter]\ngive_day = 5", `line 10: staff.waiter: no such key; allowed: approve_over, clerk, manager, owner`},
		{`kind = "never"`, "kind = \"never\"\n[quiet_hours]\nfrom = \"22:00\"", `line 10: quiet_hours.to: is missing; allowed: a time of day in quotes, as in "22:00"`},
		{`kind = "never"`, "kind = \"never\"\n[quiet_hours]\nfrom = \"24:00\"\nto = 9", `line 11: quiet_hours.from: "24:00" is not a time of day; allowed: a time of day in quotes, as in "22:00"`},
		{`kind = "never"`, "kind = \"never\"\n[card]\nminutes = 500", `line 11: card.minutes: 500 is out of range; allowed: a whole number from 1 to 60`},
		{`kind = "never"`, "kind = \"never\"\n[receipt]\ndays = 0", `line 11: receipt.days: 0 is out of range; allowed: a whole number from 1 to 365`},
		{`kind = "never"`, "kind = \"never\"\n[receipt]\nday = 7", `line 11: receipt.day: no such key; did you mean days?`},
		{`country = "TW"`, `country = TW`, `line 1: this is not TOML`},
		{`country = "TW"`, "country = \"TW\"\ncountry = \"HK\"", `line 2: this is not TOML`},
		{`country = "TW"`, "country = \"TW\"\nversion = 0", `line 2: version: 0 is out of range; allowed: a whole number from 1 to 2147483647`},
		{`country = "TW"`, "country = \"TW\"\neffective = \"soon\"", `line 2: effective: must be a date; allowed: a date, as in 2026-01-31`},
	} {
		p, complaints := Load([]byte(strings.Replace(small, c.line, c.instead, 1)))
		if p != nil || len(complaints) == 0 {
			t.Errorf("%s is taken for good", c.instead)
			continue
		}
		if got := complaints[0].String(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.instead, got, c.want)
		}
	}
}

func TestManyMistakesComeInOrder(t *testing.T) {
	_, complaints := Load([]byte("zone = 5\ncountry = 5\nx = 1\n"))
	var lines []int
	for _, c := range complaints {
		lines = append(lines, c.Line)
	}
	if len(lines) < 7 || lines[0] != 1 || lines[1] != 2 || lines[2] != 3 || lines[3] != 0 {
		t.Errorf("%v", complaints)
	}
	if _, complaints := Load(make([]byte, maxFile+1)); len(complaints) != 1 {
		t.Error("a huge file is read")
	}
}

func TestQuietHours(t *testing.T) {
	data, _ := Preset("cafe")
	p, complaints := Load(data)
	if complaints != nil {
		t.Fatal(complaints)
	}
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, p.Rules.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	check := func(now, want string) {
		t.Helper()
		if got := p.QuietUntil(at(now)); !got.Equal(at(want)) {
			t.Errorf("at %s until %s, want %s", now, got, want)
		}
	}
	check("2026-11-21 21:29", "2026-11-21 21:29")
	check("2026-11-21 21:30", "2026-11-22 09:00")
	check("2026-12-31 23:59", "2027-01-01 09:00")
	check("2026-11-21 08:59", "2026-11-21 09:00")
	check("2026-11-21 09:00", "2026-11-21 09:00")
	p.Quiet = Hours{13 * 60, 14 * 60}
	check("2026-11-21 13:30", "2026-11-21 14:00")
	check("2026-11-21 14:00", "2026-11-21 14:00")
	p.Quiet = Hours{}
	check("2026-11-21 00:00", "2026-11-21 00:00")
}

func FuzzLoad(f *testing.F) {
	for _, p := range Presets() {
		data, _ := Preset(p.Name)
		f.Add(data)
	}
	for _, s := range []string{small, "", "[", "a.b.c = {d = [[1], {e = 2}]}", "[[store]]\n[store.x]\n[[store]]", "store = 5", "[a]\n[a.b]\n[[a.c]]\nx=1", "\"\" = 1\n'' . x = 2"} {
		f.Add([]byte(s))
	}
	everything, err := os.ReadFile("testdata/everything.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(everything)
	broken, err := txtar.ParseFile("testdata/broken.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range broken.Files {
		f.Add([]byte(smallest + string(b.Data)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, complaints := Load(data)
		if (p == nil) != (len(complaints) > 0) {
			t.Fatalf("%v and %v", p, complaints)
		}
		for _, c := range complaints {
			if c.Wrong == "" || c.Line < 0 || c.Line > 1+strings.Count(string(data), "\n") {
				t.Fatalf("%#v", c)
			}
		}
		if p != nil && (p.ShopName("en") == "" || len(p.Stores) == 0 || p.Rules.Rate.Per <= 0) {
			t.Fatalf("half a programme: %+v", p)
		}
	})
}
