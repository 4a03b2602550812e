package edit_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/programme/edit"
)

// odd is written in every way that TOML has.
const odd = "version=3 # raise it\r\nname.en = 'Nook' # dotted\r\n\r\n# of the shop\r\n[staff.clerk]\r\n  give_day = 1_000\r\n" +
	"[[reward]] # first\r\nid = \"tea\"\r\nname = { en = \"Tea\", ja = \"茶\" }\r\ncost= 10\r\n\r\n# a cup\r\n[[reward]]\r\nabout.en = \"x\"\r\nid='cup'\r\n" +
	"tiers = [ # who\r\n  \"gold\", \"silver\" ]\r\n# at the end"

func open(t interface {
	Helper()
	Fatal(...any)
}, text string) *edit.File {
	t.Helper()
	f, err := edit.New([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestEachWayOfWriting: what a change leaves of a file, whichever way it is
// written.
func TestEachWayOfWriting(t *testing.T) {
	const end = "\r\n"
	for _, c := range []struct {
		what     string
		do       func(f *edit.File) error
		old, new string // what is replaced in odd
	}{
		{"a value, not its comment", func(f *edit.File) error { return f.Set(4, "version") }, "version=3 #", "version=4 #"},
		{"the same value", func(f *edit.File) error { return f.Set(1000, "staff", "clerk", "give_day") }, "", ""},
		{"a dotted text", func(f *edit.File) error { return f.Set(`A "b"`, "name", "en") }, "'Nook'", `"A \"b\""`},
		{"a dotted table's new key", func(f *edit.File) error { return f.Set("角", "name", "zh-TW") }, "# dotted" + end, "# dotted" + end + `name.zh-TW = "角"` + end},
		{"a new key of the file", func(f *edit.File) error { return f.Set(edit.Date("2026-02-03"), "effective") }, "# dotted" + end, "# dotted" + end + "effective = 2026-02-03" + end},
		{"a new key of a section", func(f *edit.File) error { return f.Set(5, "staff", "clerk", "give_act") }, "1_000" + end, "1_000" + end + "give_act   = 5" + end},
		{"a new section", func(f *edit.File) error { return f.Set(5, "earn", "per") }, "# at the end", "# at the end" + end + end + "[earn]" + end + "per = 5" + end},
		{"a section that only another names", func(f *edit.File) error { return f.Set(5, "staff", "approve_over") }, "# at the end", "# at the end" + end + end + "[staff]" + end + "approve_over = 5" + end},
		{"between braces", func(f *edit.File) error { return f.Set("Green tea", "reward#tea", "name", "en") }, `"Tea"`, `"Green tea"`},
		{"a new key between braces", func(f *edit.File) error { return f.Set("ชา", "reward#tea", "name", "th") }, `"茶" }`, `"茶", th = "ชา" }`},
		{"texts", func(f *edit.File) error { return f.Set(edit.Texts{{"", "Tea"}}, "reward#tea", "name") }, `{ en = "Tea", ja = "茶" }`, `"Tea"`},
		{"texts of a dotted table", func(f *edit.File) error { return f.Set(edit.Texts{{"en", "y"}, {"ja", "z"}}, "reward#cup", "about") }, `"x"` + end, `"y"` + end + `about.ja = "z"` + end},
		{"a key of an element", func(f *edit.File) error { return f.Set(7, "reward#cup", "cost") }, "\"silver\" ]" + end, "\"silver\" ]" + end + "cost  = 7" + end},
		{"a list over lines", func(f *edit.File) error { return f.Set([]string{"gold"}, "reward#cup", "tiers") }, "[ # who\r\n  \"gold\", \"silver\" ]", `["gold"]`},
		{"without a line", func(f *edit.File) error { return f.Unset("reward#tea", "cost") }, "cost= 10" + end, ""},
		{"without the first between braces", func(f *edit.File) error { return f.Unset("reward#tea", "name", "en") }, `en = "Tea", `, ""},
		{"without the last between braces", func(f *edit.File) error { return f.Unset("reward#tea", "name", "ja") }, `, ja = "茶"`, ""},
		{"without what is not there", func(f *edit.File) error { return f.Unset("reward#none", "name") }, "", ""},
		{"an element", func(f *edit.File) error { return f.Drop("reward#tea") }, "[[reward]] # first\r\nid = \"tea\"\r\nname = { en = \"Tea\", ja = \"茶\" }\r\ncost= 10\r\n", ""},
		{"one more", func(f *edit.File) error {
			return f.Add("reward", edit.Pair{Key: "id", Value: "pin"}, edit.Pair{Key: "cost", Value: 5})
		}, "# at the end", end + "[[reward]]" + end + `id   = "pin"` + end + "cost = 5" + end + "# at the end"},
		{"the first of a list", func(f *edit.File) error { return f.Add("bonus", edit.Pair{Key: "id", Value: "wed"}) }, "# at the end", "# at the end" + end + end + "[[bonus]]" + end + `id = "wed"` + end},
	} {
		f := open(t, odd)
		if err := c.do(f); err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		want := odd
		if c.old != "" {
			want = strings.Replace(odd, c.old, c.new, 1)
		}
		if got := string(f.Text()); got != want {
			t.Errorf("%s:\n%q\nwant\n%q", c.what, got, want)
		}
		if again := open(t, odd); again.Apply(f.Ops()) != nil || string(again.Text()) != want {
			t.Errorf("%s: made again it is\n%q", c.what, again.Text())
		}
		if (c.old == "") != (len(f.Ops()) == 0) {
			t.Errorf("%s: %d changes remembered", c.what, len(f.Ops()))
		}
	}
}

// TestRefused: what has no place changes nothing.
func TestRefused(t *testing.T) {
	const more = odd + "\n[[list]]\nids = [{ id = \"a\" }]\n"
	for what, c := range map[string]struct {
		do   func(f *edit.File) error
		want error
	}{
		"an unknown element":   {func(f *edit.File) error { return f.Set(1, "reward#none", "cost") }, edit.ErrNone},
		"the same again":       {func(f *edit.File) error { return f.Add("reward", edit.Pair{Key: "id", Value: "tea"}) }, edit.ErrTwice},
		"a table as a value":   {func(f *edit.File) error { return f.Set(1, "staff") }, edit.ErrShape},
		"a value as a table":   {func(f *edit.File) error { return f.Set(1, "version", "x") }, edit.ErrShape},
		"no list of sections":  {func(f *edit.File) error { return f.Add("version", edit.Pair{Key: "id", Value: "x"}) }, edit.ErrShape},
		"a text as a whole":    {func(f *edit.File) error { return f.Set(1, "name") }, edit.ErrShape},
		"no number":            {func(f *edit.File) error { return f.Set(edit.Number("1e5"), "version") }, nil},
		"no date":              {func(f *edit.File) error { return f.Set(edit.Date("tomorrow"), "effective") }, nil},
		"what is not writable": {func(f *edit.File) error { return f.Set(1.5, "version") }, nil},
	} {
		f := open(t, more)
		err := c.do(f)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || string(f.Text()) != more || len(f.Ops()) > 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := edit.New([]byte("a = \n")); err == nil {
		t.Error("no TOML is taken")
	}
}

// TestReadBackByTheProgramme: whatever is set in a shipped file is what
// programme.Load reads, and each line that it is not in stays byte for byte.
func TestReadBackByTheProgramme(t *testing.T) {
	var names []string
	for _, p := range programme.Presets() {
		names = append(names, p.Name)
	}
	rapid.Check(t, func(t *rapid.T) {
		text, _ := programme.Preset(rapid.SampledFrom(names).Draw(t, "preset"))
		f := open(t, string(text))
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			p, wrong := programme.Load(f.Text())
			if wrong != nil {
				t.Fatal(wrong)
			}
			before := f.Text()
			check, lines := change(t, f, p)
			after, wrong := programme.Load(f.Text())
			if wrong != nil {
				t.Fatalf("%v\n%s", wrong, f.Text())
			}
			check(after)
			changed := 0
			for _, l := range edit.Diff(before, f.Text()) {
				if l.Was == 0 || l.Is == 0 {
					changed++
				}
			}
			if changed > lines {
				t.Fatalf("%d lines differ, at most %d should", changed, lines)
			}
		}
	})
}

// change makes one change, gives what must be read then and how many lines may
// differ.
func change(t *rapid.T, f *edit.File, p *programme.Programme) (check func(*programme.Programme), lines int) {
	letters := rapid.StringMatching(`[\pL"\\ '#=\[\]{}]{1,30}`).Filter(func(s string) bool { return strings.TrimSpace(s) != "" && !strings.ContainsRune(s, '\u00ad') })
	n := rapid.Int64Range(1, 1000).Draw(t, "n")
	id := ""
	if len(p.Rules.Rewards) > 0 {
		id = rapid.SampledFrom(p.Rules.Rewards).Draw(t, "reward").ID
	}
	must := func(err error) {
		if err != nil {
			t.Fatalf("%v in\n%s", err, f.Text())
		}
	}
	kinds := []string{"per", "name", "add"}
	if id != "" {
		kinds = append(kinds, "cost", "text", "stock")
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "per":
		must(f.Set(n, "earn", "per"))
		return func(q *programme.Programme) {
			unit := int64(1)
			for range p.Rules.Currency.Digits {
				unit *= 10
			}
			if int64(q.Rules.Rate.Per) != n*unit {
				t.Fatalf("per is %d, set was %d", q.Rules.Rate.Per, n)
			}
		}, 2
	case "name":
		s, lang := letters.Draw(t, "name"), p.Languages[0]
		must(f.Set(s, "name", lang))
		return func(q *programme.Programme) {
			if got := q.ShopName(lang); got != strings.TrimSpace(s) {
				t.Fatalf("the name is %q, set was %q", got, s)
			}
		}, 2
	case "cost":
		must(f.Set(n, "reward#"+id, "cost"))
		return func(q *programme.Programme) {
			if r, _ := q.Rules.Reward(id); r.Cost != loyalty.Points(n) {
				t.Fatalf("cost is %d, set was %d", r.Cost, n)
			}
		}, 2
	case "text":
		s := letters.Draw(t, "text")
		must(f.Set(edit.Texts{{"en", s}, {p.Languages[0], s}}[:1+min(1, len(p.Languages[0])-2)], "reward#"+id, "name"))
		return func(q *programme.Programme) {
			if got := q.Words(programme.Reward, id, "en").Name; got != strings.TrimSpace(s) {
				t.Fatalf("the name is %q, set was %q", got, s)
			}
		}, 2
	case "stock":
		if r, _ := p.Rules.Reward(id); r.Kind == loyalty.RewardCode {
			return func(*programme.Programme) {}, 0
		}
		must(f.Set(n, "reward#"+id, "stock"))
		return func(q *programme.Programme) {
			if r, _ := q.Rules.Reward(id); r.Stock == nil || *r.Stock != n {
				t.Fatalf("stock is not %d", n)
			}
		}, 2
	}
	name := fmt.Sprintf("new-%d", n)
	if _, there := p.Rules.Reward(name); there {
		must(f.Drop("reward#" + name))
		return func(q *programme.Programme) {
			if _, still := q.Rules.Reward(name); still {
				t.Fatal("a reward that was taken out is there")
			}
		}, 5
	}
	must(f.Add("reward", edit.Pair{Key: "id", Value: name}, edit.Pair{Key: "name", Value: "New"}, edit.Pair{Key: "cost", Value: n}))
	return func(q *programme.Programme) {
		if r, ok := q.Rules.Reward(name); !ok || r.Cost != loyalty.Points(n) {
			t.Fatal("a reward that was added is not there")
		}
	}, 5
}

// TestNothingElseChanges: after any change to any file the decoded values differ
// at that place alone.
func TestNothingElseChanges(t *testing.T) {
	places := [][]string{
		{"version"}, {"effective"}, {"name", "en"}, {"name", "ja"}, {"staff", "clerk", "give_day"}, {"staff", "clerk", "x"}, {"staff", "y"},
		{"reward#tea", "name", "en"}, {"reward#tea", "name", "ja"}, {"reward#tea", "name", "th"}, {"reward#tea", "cost"}, {"reward#cup", "cost"},
		{"reward#cup", "about", "en"}, {"reward#cup", "about", "th"}, {"reward#cup", "tiers"}, {"new", "deep", "key"}, {"new", "key"},
	}
	rapid.Check(t, func(t *rapid.T) {
		text := odd
		if rapid.Bool().Draw(t, "unix") {
			text = strings.ReplaceAll(text, "\r\n", "\n")
		}
		f := open(t, text)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			place := rapid.SampledFrom(places).Draw(t, "place")
			want := decode(t, f.Text())
			if rapid.Bool().Draw(t, "unset") {
				if f.Unset(place...) != nil {
					continue
				}
				put(want, place, nil)
			} else {
				v := rapid.SampledFrom([]any{"x", int64(5), true, []any{"a", "b"}}).Draw(t, "value")
				set := v
				if _, ok := v.([]any); ok {
					set = []string{"a", "b"}
				}
				if err := f.Set(set, place...); err != nil {
					t.Fatalf("%v: %v in\n%s", place, err, f.Text())
				}
				put(want, place, v)
			}
			if got := decode(t, f.Text()); !reflect.DeepEqual(prune(got), prune(want)) {
				t.Fatalf("%v:\n%v\nwant\n%v\n%s", place, got, want, f.Text())
			}
		}
	})
}

func decode(t *rapid.T, text []byte) (m map[string]any) {
	if err := toml.Unmarshal(text, &m); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

// put does to the values what was done to the file.
func put(m map[string]any, place []string, v any) {
	for _, p := range place[:len(place)-1] {
		name, id, _ := strings.Cut(p, "#")
		if id != "" {
			for _, e := range m[name].([]any) {
				if e := e.(map[string]any); e["id"] == id {
					m = e
				}
			}
			continue
		}
		next, ok := m[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[name] = next
		}
		m = next
	}
	if last := place[len(place)-1]; v == nil {
		delete(m, last)
	} else {
		m[last] = v
	}
}

// prune leaves out tables without a key, of which a header may stay.
func prune(v any) any {
	if list, ok := v.([]any); ok {
		for _, item := range list {
			prune(item)
		}
	}
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for _, k := range slices.Collect(maps.Keys(m)) {
		if sub, ok := prune(m[k]).(map[string]any); ok && len(sub) == 0 { // nothing in it
			delete(m, k)
		}
	}
	return m
}

func TestDiffAndChanges(t *testing.T) {
	f := open(t, odd)
	for _, err := range []error{
		f.Set(4, "version"), f.Set(12, "reward#tea", "cost"), f.Drop("reward#cup"), f.Add("bonus", edit.Pair{Key: "id", Value: "wed"}), f.Set(5, "earn", "per"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got := edit.Changes(open(t, odd), f)
	want := []edit.Change{{"reward[tea].cost", "10", "12"}, {"reward[cup]", "…", ""}, {"bonus[wed]", "", "…"}, {"earn.per", "", "5"}}
	if !slices.Equal(got, want) {
		t.Errorf("changes %v\nwant %v", got, want)
	}
	var was, is []string
	for _, l := range edit.Diff([]byte(odd), f.Text()) {
		if l.Was > 0 {
			was = append(was, l.Text)
		}
		if l.Is > 0 {
			is = append(is, l.Text)
		}
	}
	plain := func(s string) string { return strings.TrimSuffix(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }
	if strings.Join(was, "\n") != plain(odd) || strings.Join(is, "\n") != plain(string(f.Text())) {
		t.Error("the comparison is not the two texts")
	}
	if h := edit.Hunks(edit.Diff([]byte("a\nb\nc\nd\ne\nf\ng\nh"), []byte("a\nB\nc\nd\ne\nf\ng\nH")), 1); len(h) != 2 || len(h[0]) != 4 || len(h[1]) != 3 {
		t.Errorf("hunks %v", h)
	}
}
