package segment

import (
	"slices"
	"testing"

	"regulars/loyalty"
)

// Who fits is who a walk through the segment finds; what cannot be told yet fits
// nobody, and somebody without a roll is in no segment.
func TestFits(t *testing.T) {
	w := strict(t)
	amy, ben := w.member("amy"), w.member("ben")
	w.sell(amy, 500, "main")
	w.refresh()
	for text, want := range map[string][]bool{
		"visits > 0":         {true, false, false},
		"everyone":           {true, true, false},
		`rfm == "champions"`: {false, false, false},
		"alive < 0.5":        {false, false, false},
		"not (visits > 0)":   {false, true, false},
	} {
		got, err := w.desk.Fits(t.Context(), w.expr(text), []loyalty.MemberID{amy, ben, "01H00000000000000000000099"}, w.now)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
}
