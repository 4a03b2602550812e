package loyalty

import (
	"testing"
	"time"
)

// Who left and came back has nothing once more of a time in which they were a member
// before.
func TestOnceMoreOnlyInANewTime(t *testing.T) {
	t.Parallel()
	joined := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		returned bool
		from     time.Time
		want     bool
	}{
		{false, time.Time{}, true}, {false, joined.Add(-time.Hour), true},
		{true, time.Time{}, false}, {true, joined.Add(-time.Hour), false}, {true, joined, false}, {true, joined.Add(time.Hour), true},
	} {
		if got := (Facts{Joined: joined, Returned: c.returned}).Since(c.from); got != c.want {
			t.Errorf("returned %v, from %v: %v", c.returned, c.from, got)
		}
	}
}
