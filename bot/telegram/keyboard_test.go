package telegram

import (
	"slices"
	"strconv"
	"testing"
)

func TestRowsOfKeys(t *testing.T) {
	var eleven []string
	for n := range 11 {
		eleven = append(eleven, strconv.Itoa(n))
	}
	for _, c := range []struct {
		of   []string
		want []int // keys in each row
	}{
		{eleven, []int{6, 5}},
		{slices.Concat([]string{"Menu"}, eleven, []string{"Skip", "Later"}), []int{1, 6, 5, 2}},
		{[]string{"OK", "No"}, []int{2}},
		{[]string{"Yes, please", "No"}, []int{2}},
	} {
		var got []int
		for _, row := range inRows(c.of, func(s string) string { return s }) {
			got = append(got, len(row))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: rows of %v, want %v", c.of, got, c.want)
		}
	}
}
