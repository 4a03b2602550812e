package programme

import (
	"strings"
	"testing"
)

// A room and a member fit one button of a list: 64 bytes with its mark.
func TestARoomsIDFitsAButton(t *testing.T) {
	t.Parallel()
	complaints := func(id string) string {
		_, all := Load([]byte(smallest + "expiry.kind = \"never\"\n[[room]]\nid = \"" + id + "\"\nname = \"Gold\"\nplans = [\"plus\"]\n"))
		var said []string
		for _, c := range all {
			said = append(said, c.Error())
		}
		return strings.Join(said, "\n")
	}
	longest := strings.Repeat("r", 28)
	if n := len("c:guest " + longest + " " + "01HANN00000000000000000000"); n > 64 {
		t.Errorf("%d bytes", n)
	}
	if said := complaints(longest); strings.Contains(said, "is not an id") {
		t.Error(said)
	}
	if said := complaints(longest + "r"); !strings.Contains(said, "is not an id") {
		t.Errorf("29 letters: %s", said)
	}
}
