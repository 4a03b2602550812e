package club

import "testing"

// TestYearOfCafe
func TestYearOfCafe(t *testing.T) {
	playYear(t, "cafe", []step{
		{"2026-01-05 10:00", join("03-15"), "0", "member", "2/0", "", ""},
		{"2026-01-05 10:05", sale("A", "320"), "32", "member", "3/0", "", ""}, // Monday: 320/10 = 32; 2+1 stamps
		{"2026-01-06 10:05", refund("A", "45"), "27", "member", "3/0", "", ""},
	}, []asOf{{"2026-01-06 00:00", "32"}})
}
