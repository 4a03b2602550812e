package programme

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
)

// TestEveryKeyOfEventsAndVoices reads a file of all their keys, worked out by hand.
func TestEveryKeyOfEventsAndVoices(t *testing.T) {
	p, complaints := Load([]byte(smallest + `expiry.kind = "never"
[tiers]
by = "spend"
window = "calendar"
[[tier]]
id = "member"
name = "Member"
[[tier]]
id = "gold"
name = "Gold"
at = 100
[events]
by_managers = true
[[event]]
id = "tasting"
name = { en = "Tasting", zh-TW = "品飲會" }
about = "Six beans"
where = { en = "Upstairs", zh-TW = "二樓" }
picture = "cup.jpg"
store = "main"
starts = 2026-11-20T19:00:00
ends = 2026-11-20T21:30:00
places = 12
waiting = 5
cost = 50
tiers = ["member"]
open = 2026-11-10
early = [{ tiers = ["gold"], open = 2026-11-05T10:00:00 }]
close = 2026-11-19
cancel_hours = 48
remind_hours = 6
carriage = "push"
questions = [
  { id = "milk", name = "Milk?", options = [{ id = "yes", name = "Yes" }, { id = "no", name = "No" }] },
  { id = "note", name = "Anything else?" },
]
[[event]]
id = "talk"
name = "Talk"
starts = 2026-12-01T19:00:00
[[voice]]
kind = "review"
about = "Anywhere"
points = 50
per_person = 4
per = "month"
takes = ["link"]
[[charity]]
id = "shelter"
name = "Shelter"
about = "Cats"
least = 10
points = 100
worth = 30
`))
	if complaints != nil {
		t.Fatal(complaints)
	}
	at := func(m time.Month, d, h, min int) time.Time { return time.Date(2026, m, d, h, min, 0, 0, p.Rules.Zone) }
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"events", p.Rules.Events, []loyalty.Event{
			{
				ID: "tasting", Start: at(11, 20, 19, 0), End: at(11, 20, 21, 30), Store: "main", Places: 12, Waiting: 5, Price: 50,
				Opens:  []loyalty.EventOpening{{Levels: []string{"gold"}, From: at(11, 5, 10, 0)}, {Levels: []string{"member"}, From: at(11, 10, 0, 0)}},
				Closes: at(11, 19, 0, 0), CancelBy: at(11, 18, 19, 0), Remind: 6 * time.Hour, Carriage: loyalty.NudgePush,
				Questions: []loyalty.EventQuestion{{ID: "milk", Options: []string{"yes", "no"}}, {ID: "note"}},
			},
			{
				ID: "talk", Start: at(12, 1, 19, 0), End: at(12, 1, 21, 0), Closes: at(12, 1, 19, 0), CancelBy: at(11, 30, 19, 0),
				Remind: 24 * time.Hour, Carriage: loyalty.NudgeRide,
			},
		}},
		{"by managers", p.Rules.MakeEvents, true},
		{"an event's words", p.Words(Event, "tasting", "en"), Words{Name: "Tasting", About: "Six beans", Perks: []string{"Upstairs"}, Picture: "cup.jpg"}},
		{"where", p.Where("tasting", "zh-TW") + p.Where("talk", "en"), "二樓"},
		{"a question", p.Words(EventQuestion, "tasting/milk", "en").Name + p.Words(EventOption, "tasting/milk/no", "en").Name, "Milk?No"},
		{"voices", p.Rules.Voices, []loyalty.Voice{{Kind: loyalty.VoiceReview, Points: 50, PerPerson: 4, Per: loyalty.SpanMonth, Takes: []string{"link"}}}},
		{"charities", p.Rules.Charities, []loyalty.Charity{{ID: "shelter", Minimum: 10, Points: 100, Worth: 30}}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.what, c.got, c.want)
		}
	}
}

// TestEventsAndVoicesAreExplained writes what operators get wrong.
func TestEventsAndVoicesAreExplained(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"an event without a time":     {"[[event]]\nid = \"a\"\nname = \"A\"", "event.starts: is missing"},
		"one that ends first":         {"[[event]]\nid = \"a\"\nname = \"A\"\nstarts = 2026-01-02T10:00:00\nends = 2026-01-02T09:00:00", "event.ends: lies before its beginning"},
		"waiting without a bound":     {"[[event]]\nid = \"a\"\nname = \"A\"\nstarts = 2026-01-02T10:00:00\nwaiting = 3", "event.waiting: nobody waits"},
		"early that is later":         {"[[event]]\nid = \"a\"\nname = \"A\"\nstarts = 2026-01-09T10:00:00\nopen = 2026-01-02\nearly = [{ tiers = [\"gold\"], open = 2026-01-03 }]", "event.early.open: is not before the others"},
		"an answer without a choice":  {"[[event]]\nid = \"a\"\nname = \"A\"\nstarts = 2026-01-09T10:00:00\nquestions = [{ id = \"q\", name = \"Q\", options = [{ id = \"x\", name = \"X\" }] }]", "there is one to choose from"},
		"closing after it":            {"[[event]]\nid = \"a\"\nname = \"A\"\nstarts = 2026-01-09T10:00:00\nclose = 2026-01-10", "event.close: lies after the event"},
		"a voice for nothing":         {"[[voice]]\nkind = \"review\"", "voice.points: is missing"},
		"a voice of no kind":          {"[[voice]]\nkind = \"revue\"\npoints = 5", "\"revue\" is not known"},
		"a kind twice":                {"[[voice]]\nkind = \"post\"\npoints = 5\n[[voice]]\nkind = \"post\"\npoints = 6", "\"post\" stands twice"},
		"a charity that is paid none": {"[[charity]]\nid = \"a\"\nname = \"A\"\nworth = 0", "charity.worth: must be more than 0"},
		"a word from elsewhere":       {"[[charity]]\nid = \"a\"\nname = \"A\"\nworth = 1\nminimum = 5", "charity.minimum"},
	} {
		if got := complaintsOf(name, c.file); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
