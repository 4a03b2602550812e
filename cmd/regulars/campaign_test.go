package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/handlers/admin"
	"regulars/store/bolt"
)

const winter = `name = "Winter"
segment = "everyone"
hold_out = 0

[text.en]
title = "Winter"
text = "Warm drinks, {name}!"

[[button]]
id = "more"
label = "See more"
do = "redeem"
`

// op runs an operation of the lab's desk and gives its lines.
func (l *lab) op(name string, args map[string]string) string {
	l.t.Helper()
	var lines []string
	err := l.app.app.desk().Ops()[name](l.t.Context(), args, func(x admin.Line) {
		if x.Text != "" {
			lines = append(lines, x.Text)
		}
	})
	if err != nil {
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "\n")
}

// A campaign by file reaches who agreed to news, over both platforms, once; who
// says no while it waits gets nothing, and the sum is the audience.
func TestCampaignByFile(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	l.daytime()
	carl := l.line.Person("Carl", "en")
	carl.Follow()
	l.hears(carl, 1)
	l.try(carl.Press("Join"))
	l.hears(carl, 2)
	for _, x := range []sim.Person{l.ann, l.bob, carl} {
		x.Say("/news on")
		l.hears(x, 1)
	}
	l.passes(10 * time.Second)
	if out := l.op("campaign-send", map[string]string{"file": "winter.toml", "text": winter, "dry": "true"}); !strings.Contains(out, "will get it          3 (main 2, tg 1)") || !strings.Contains(out, "words of their own   3") || !strings.Contains(out, "cost                 2 paid messages") {
		t.Fatal(out)
	}
	out := l.op("campaign-send", map[string]string{"file": "winter.toml", "text": winter})
	_, id, _ := strings.Cut(out, "campaign ")
	id, _, _ = strings.Cut(id, " ")
	if !strings.Contains(out, "is on its way") {
		t.Fatal(out)
	}
	carl.Say("/news off")
	l.hears(carl, 1)
	l.runs()
	for x, name := range map[sim.Person]string{l.ann: "Ann", l.bob: "Bob"} {
		if all := l.hears(x, 1); count(all, "Warm drinks, "+name+"!") != 1 {
			t.Errorf("%s hears %q", name, all)
		}
	}
	l.passes(time.Minute)
	l.runs()
	show := l.op("campaign-show", map[string]string{"id": id})
	for _, want := range []string{"state                done", "audience             ", "sent                 2; 1 message paid for", "pending              0", "suppressed           "} {
		if !strings.Contains(show, want) {
			t.Errorf("%s\nwithout %q", show, want)
		}
	}
	if all := l.hears(carl, 0); count(all, "Warm") > 0 {
		t.Errorf("Carl, who said no, hears %q", all)
	}
	if out := l.op("verify", nil); !strings.Contains(out, "all whole") {
		t.Error(out)
	}
	if out := l.op("campaign-pause", map[string]string{"id": id}); !strings.Contains(out, `its state is "done"`) {
		t.Error(out)
	}
	if out := l.op("campaign-list", nil); !strings.Contains(out, id) || !strings.Contains(out, "Winter") {
		t.Error(out)
	}
}

// runs has campaigns do what is due.
func (l *lab) runs() {
	l.t.Helper()
	_, err := l.app.app.campaigns.RunDue(context.Background())
	l.try(err)
}

// daytime moves the clock to noon at the shop, where nobody is asleep.
func (l *lab) daytime() {
	local := l.app.app.shop.Local(l.clock.Now())
	noon := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, local.Location())
	if !noon.After(local) {
		noon = noon.AddDate(0, 0, 1)
	}
	l.world.Clock.Advance(noon.Sub(local))
}

// The command line names the mistakes of a campaign's file, says whom it would
// reach, and sends nothing unasked.
func TestCampaignCommand(t *testing.T) {
	t.Parallel()
	s, _ := withSale(t)
	s.write("winter.toml", winter)
	if out := s.must("campaign", "check", s.path("winter.toml")); !strings.Contains(out, "in the segment       1") || !strings.Contains(out, "cannot get it        1 (unreachable 1)") {
		t.Error(out)
	}
	s.refused(exitWrong, "nobody is there to be asked", "campaign", "send", s.path("winter.toml"))
	s.refused(exitWrong, "it would reach nobody", "campaign", "send", "--yes", s.path("winter.toml"))
	if out := s.must("campaign", "list"); !strings.Contains(out, "draft") || !strings.Contains(out, "Winter") {
		t.Error(out)
	}
	s.write("wrong.toml", strings.Replace(winter, "segment =", "segmnt =", 1))
	s.refused(exitWrong, `line 2: segmnt: "segmnt" is nothing that a campaign has; did you mean segment?`, "campaign", "check", s.path("wrong.toml"))
	if out := s.must("campaign", "groups"); !strings.Contains(out, "the bot is in no group") {
		t.Error(out)
	}
	s.refused(exitWrong, "name a campaign's file", "campaign", "check", s.path("none.toml"))
	s.refused(exitWrong, "no campaign has this id", "campaign", "show", "7KQ2M4")
	s.refused(exitWrong, "no campaign has this id", "campaign", "report", "7KQ2M4")
	_, list, _ := strings.Cut(s.must("campaign", "list"), "\n")
	id, _, _ := strings.Cut(list, " ")
	if out := s.must("campaign", "report", id); !strings.Contains(out, "sent                 0 of 0") || !strings.Contains(out, "nobody was left out") {
		t.Error(out)
	}
	s.refused(exitWrong, "no campaign has this id", "campaign", "stop", "nonsense")
}

// LEDGER, cases 15 and 16: recipients are frozen; who says no, blocks or leaves
// before their turn gets nothing, with the reason; new words reach whom the old
// ones did not; and a restart in between changes nothing.
func TestCampaignBetweenFreezingAndSending(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	l.daytime()
	people := map[string]*sim.LinePerson{"Ann": l.ann}
	for _, name := range []string{"Nora", "Bert", "Lena"} {
		x := l.line.Person(name, "en")
		x.Follow()
		l.hears(x, 1)
		l.try(x.Press("Join"))
		l.hears(x, 2)
		people[name] = x
	}
	for _, x := range people {
		x.Say("/news on")
		l.hears(x, 1)
	}
	l.passes(10 * time.Second)
	day := l.app.app.shop.Local(l.clock.Now()).AddDate(0, 0, 1).Format("2006-01-02")
	file := map[string]string{"file": "w.toml", "text": strings.Replace(winter, "[text.en]", "[when]\nlocal = \""+day+" 12:00\"\n[text.en]", 1)}
	out := l.op("campaign-send", file)
	_, id, _ := strings.Cut(out, "campaign ")
	id, _, _ = strings.Cut(id, " ")
	l.world.Clock.Advance(19 * time.Hour) // noon has come to the first islands
	l.runs()
	if show := l.op("campaign-show", map[string]string{"id": id}); !strings.Contains(show, "state                sending") || !strings.Contains(show, "pending              4") {
		t.Fatal(show)
	}
	people["Nora"].Say("/news off")
	l.hears(people["Nora"], 1)
	people["Bert"].Block()
	l.leaves(people["Lena"])
	change := map[string]string{"id": id, "file": "w.toml", "text": strings.Replace(file["text"], "Warm drinks", "Hot drinks", 1)}
	for _, step := range []struct{ op, want string }{
		{"campaign-change", "only what is paused can be changed"},
		{"campaign-pause", "is now paused"}, {"campaign-change", "has new words"},
	} {
		if out := l.op(step.op, change); !strings.Contains(out, step.want) {
			t.Fatal(step.op, out)
		}
	}
	l.stop()
	l.start(bolt.Options{})
	l.world.Clock.Advance(6 * time.Hour)
	l.runs()
	l.passes(time.Minute)
	if all := l.hears(l.ann, 0); count(all, "drinks") > 0 {
		t.Fatalf("paused, and Ann hears %q", all)
	}
	if out := l.op("campaign-resume", map[string]string{"id": id}); !strings.Contains(out, "sending") {
		t.Fatal(out)
	}
	if all := l.hears(l.ann, 1); count(all, "Hot drinks, Ann!") != 1 || count(all, "Warm") > 0 {
		t.Errorf("Ann hears %q", all)
	}
	l.passes(time.Minute)
	l.runs()
	show := l.op("campaign-show", map[string]string{"id": id})
	for _, want := range []string{"state                done, version 2", "sent                 1;", "pending              0", "suppressed           ", "(blocked 1, erased 1, no consent 2)"} {
		if !strings.Contains(show, want) {
			t.Errorf("%s\nwithout %q", show, want)
		}
	}
	for _, name := range []string{"Nora", "Lena"} {
		if all := l.hears(people[name], 0); count(all, "drinks") > 0 {
			t.Errorf("%s hears %q", name, all)
		}
	}
	if out := l.op("verify", nil); !strings.Contains(out, "all whole") {
		t.Error(out)
	}
}

// leaves has somebody erased at their own wish.
func (l *lab) leaves(x *sim.LinePerson) {
	l.t.Helper()
	x.Say("/leave")
	l.hears(x, 1)
	l.try(x.Press("Leave and erase"))
	l.hears(x, 1)
}
