package line

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCutKeepsCharactersWhole(t *testing.T) {
	family, flag := "👩‍👩‍👧‍👦", "🇹🇼" // 11 and 4 units
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "long…"},
		{"a b c", 4, "a b…"},
		{"點數兌換完成", 4, "點數兌…"},
		{"ab" + family, 13, "ab" + family},
		{"ab" + family, 12, "ab…"},
		{flag + flag, 7, flag + "…"},
		{"e\u0301e\u0301", 3, "e\u0301…"},
		{family, 5, "👩‍…"}, // wider than the limit by itself: cut between code points
		{"", 5, ""},
	} {
		if got := cut(c.in, c.limit); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

func TestSplitLosesNothingWhileThereIsRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := clean(strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "點", " ", "\n", "😀", "👩‍👩‍👧‍👦"}), 0, 200).Draw(t, "s"), ""))
		limit := rapid.IntRange(12, 60).Draw(t, "limit")
		pieces := split(s, limit, 1000)
		squash := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if squash(strings.Join(pieces, "")) != squash(s) {
			t.Fatalf("%q became %q", s, pieces)
		}
		for _, p := range append(pieces, split(s, limit, 2)...) {
			if n := units(p); n == 0 || n > limit {
				t.Fatalf("a piece of %d units, limit %d: %q", n, limit, p)
			}
		}
	})
}
