package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestImport(t *testing.T) {
	s := newShell(t)
	s.must("init")
	s.write("members.csv", "會員編號,姓名,手機,點數,到期日\n=1,陳大文,0912345678,1200,2026-12-31\nA2,林小美,912345679,350,\n=3,王大明,12,9,\n")
	s.write("sales.csv", "customer no,date,amount,order\nA2,2025-12-24,5000,T-1\nA9,2025-12-24,10,T-2\n")
	members, sales, report := s.path("members.csv"), s.path("sales.csv"), s.path("refused.csv")

	would := []string{
		`members.csv: CSV, utf-8, commas, taken as balances of the source "imported"`, `  "手機" → phone`,
		"members.csv: 3 rows = 2 would be taken + 0 unchanged + 1 refused", "points: 1559 in the file = 1550 would be opened + 0 taken over before + 9 refused",
		"refused 1: phone: not a valid number", "nothing was changed",
	}
	out := s.must("import", "--dry-run", "--report", report, members, sales)
	for _, line := range append(would, `taken as purchases`, "sales.csv: 2 rows = 1 would be taken + 0 unchanged + 1 refused") {
		if !strings.Contains(out, line) {
			t.Errorf("the dry run does not say %q:\n%s", line, out)
		}
	}
	if text := s.read("refused.csv"); !strings.Contains(text, "members.csv,4,'=3,\"phone: not a valid number") || !strings.Contains(text, "sales.csv,3,A9,nobody is known") {
		t.Errorf("the report: %s", text)
	}
	if info, err := os.Stat(report); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the report may be read by others: %v %v", info, err)
	}
	before := s.read("members.csv")
	s.refused(exitWrong, "would overwrite DIR/members.csv", "import", "--yes", "--report", members, members)
	if s.read("members.csv") != before {
		t.Error("the report has overwritten what was to be imported")
	}
	if exit, _, stderr := s.run("import", members); exit != exitWrong || !strings.Contains(stderr, "--yes") {
		t.Errorf("nobody there to be asked: exit %d, %s", exit, stderr)
	}
	s.typed = "n\n"
	if exit, _, stderr := s.run("import", members); exit != exitWrong || !strings.Contains(stderr, "nothing was imported") {
		t.Errorf("no: exit %d, %s", exit, stderr)
	}
	if out := s.must("claims"); !strings.Contains(out, "nobody was imported yet") {
		t.Errorf("claims before: %s", out)
	}
	s.typed = "y\n"
	if out := s.must("import", members, sales); !strings.Contains(out, "3 rows = 2 taken + 0 unchanged + 1 refused") || !strings.Contains(out, "sales.csv: 2 rows = 1 taken") {
		t.Errorf("yes: %s", out)
	}
	s.typed, s.clock.at = "", s.clock.at.Add(time.Hour)
	if out := s.must("import", "--yes", members, sales); !strings.Contains(out, "3 rows = 0 taken + 2 unchanged + 1 refused") || !strings.Contains(out, "1550 taken over before") || !strings.Contains(out, "sales.csv: 2 rows = 0 taken + 1 unchanged") {
		t.Errorf("again: %s", out)
	}
	if out := s.must("stats"); !strings.Contains(out, "imported             2; 0 reached the chat, 0 claimed what is theirs (0%)") || !strings.Contains(out, "points outstanding   1550") {
		t.Errorf("stats: %s", out)
	}
	if out := s.must("claims"); !strings.Contains(out, "no store") || !strings.Contains(out, "2") {
		t.Errorf("claims: %s", out)
	}
	if out := s.must("verify"); !strings.Contains(out, "all whole: 2 accounts") {
		t.Errorf("verify: %s", out)
	}
	s.refused(exitWrong, "lies in the future", "import", "--yes", "--as-of", "2030-01-01", members)
}
