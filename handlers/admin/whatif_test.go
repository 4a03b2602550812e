package admin_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"regulars/handlers/admin"
	"regulars/loyalty/programme"
	"regulars/loyalty/whatif"
)

// TestWhatIfTellsWhatAnotherProgrammeWouldHaveDone: as tables, as JSON, and not at
// all where the file is broken.
func TestWhatIfTellsWhatAnotherProgrammeWouldHaveDone(t *testing.T) {
	d := newDesk(t, new(bool))
	ming := customer(t, d, "Ming", "0912345678", 1000)
	customer(t, d, "Hua", "0987654321", 50)
	text, _ := programme.Preset("cafe")
	args := map[string]string{"file": "new.toml", "text": string(text)}
	said, err := do(t, d, "whatif", args)
	if err != nil || !strings.Contains(said, "no difference at all") || !strings.Contains(said, "2 members") {
		t.Fatalf("%v\n%s", err, said)
	}
	twice := strings.Replace(string(text), "points   = 1 ", "points   = 2 ", 1)
	if args["text"] = twice; twice == string(text) {
		t.Fatal("the café's rate is written otherwise now")
	}
	said, err = do(t, d, "whatif", args)
	if err != nil || !strings.Contains(said, "2 members would have got more points") || !strings.Contains(said, string(ming)) || strings.Contains(said, "Ming") {
		t.Fatalf("%v\n%s", err, said)
	}
	args["json"] = "true"
	said, err = do(t, d, "whatif", args)
	var r whatif.Result
	if err != nil || json.Unmarshal([]byte(said), &r) != nil || r.Winners.Count != 2 || r.New.BySales != 2*r.Was.BySales || r.Was.BySales == 0 {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, wrong := range []map[string]string{
		{"file": "new.toml", "text": "version = 1\n"}, {"file": "new.toml", "text": twice, "from": "yesterday"}, {"file": "new.toml", "text": twice, "from": "2030-01-01"},
	} {
		if _, err := do(t, d, "whatif", wrong); err == nil {
			t.Errorf("%v is answered", wrong["from"])
		}
	}
	var usage *admin.Error
	if _, err := do(t, d, "whatif", map[string]string{"file": "n", "text": twice, "to": "31.1."}); !errors.As(err, &usage) || usage.Exit != 2 {
		t.Errorf("a wrong day gives %v", err)
	}
}
