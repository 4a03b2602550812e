package programme

import (
	"strings"
	"testing"
)

// A mission may give a go at a game that there is, and nothing else besides.
func TestMissionGivesAGo(t *testing.T) {
	t.Parallel()
	data, _ := Preset("brandclub")
	p, complaints := Load(data)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	if m, _ := p.Rules.Mission("ambassador"); m.Prize.Go != "daily" {
		t.Errorf("%+v", m.Prize)
	}
	file := strings.Replace(string(data), `go     = "daily"`, `go     = "dayly"`, 1)
	_, complaints = Load([]byte(file))
	if len(complaints) != 1 || complaints[0].Key != "mission.go" || !strings.Contains(complaints[0].Error(), "daily") {
		t.Errorf("%v", complaints)
	}
}
