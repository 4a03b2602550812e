package main

import (
	"encoding/json"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/whatif"
)

// TestWhatIfCommand: the difference that another file would have made, with the
// store closed and over the socket, in tables and as JSON; nothing is changed.
func TestWhatIfCommand(t *testing.T) {
	both(t, func(t *testing.T, s *shell, id loyalty.MemberID) {
		root := rootForm.FindString(s.must("verify"))
		if out := s.must("whatif", s.path("programme.toml")); !strings.Contains(out, "no difference at all") {
			t.Error(out)
		}
		s.write("twice.toml", strings.Replace(s.read("programme.toml"), "points   = 1 ", "points   = 2 ", 1))
		if out := s.must("whatif", s.path("twice.toml")); !strings.Contains(out, "1 member would have got more points") || !strings.Contains(out, string(id)) {
			t.Error(out)
		}
		var r whatif.Result
		if out := s.must("whatif", "--json", s.path("twice.toml")); json.Unmarshal([]byte(out), &r) != nil || r.New.Issued != 2*r.Was.Issued || r.Was.Issued == 0 {
			t.Errorf("%s", out)
		}
		s.refused(exitUsage, "is no day", "whatif", s.path("twice.toml"), "--from", "May")
		s.refused(exitWrong, "cannot be used", "whatif", s.path("regulars.toml"))
		if after := rootForm.FindString(s.must("verify")); after != root {
			t.Error("asking changed the ledger")
		}
	})
}
