package outbox

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/sim"
	"regulars/bot/telegram"
	"regulars/store"
	"regulars/store/mem"
)

// simulated is an outbox that talks by the real adapters to the simulator, whose
// clock it lives by.
type simulated struct {
	t    *testing.T
	sim  *sim.Sim
	line *sim.LineChannel
	tg   *sim.TelegramBot
	o    *Outbox
}

func newSimulated(t *testing.T) *simulated {
	s := &simulated{t: t, sim: sim.New(t)}
	s.line, s.tg = s.sim.LineChannel(sim.LineConfig{}), s.sim.TelegramBot(sim.TelegramConfig{})
	is := s.line.Config()
	main, err := line.New(line.Config{Name: "main", ChannelID: is.ID, Secret: is.Secret, Token: is.Token, BasicID: is.BasicID,
		APIBase: s.sim.LineAPI(), DataAPIBase: s.sim.LineDataAPI(), Clock: s.sim.Clock})
	if err != nil {
		t.Fatal(err)
	}
	tg, err := telegram.New(telegram.Config{Name: "tg", Token: s.tg.Token(), SecretToken: "secret", Username: s.tg.Username(),
		APIBase: s.sim.TelegramAPI(), Clock: s.sim.Clock})
	if err != nil {
		t.Fatal(err)
	}
	s.o, err = New(Config{DB: mem.New(mem.Twice), Persons: newPeople(), Clock: s.sim.Clock, Bulk: benchHooks(),
		Channels: map[bot.ChannelName]Channel{"main": main, "tg": tg}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.o.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// send sends a bulk and moves the clock until it is over.
func (s *simulated) send(parts ...Part) string {
	s.t.Helper()
	ctx, now := context.Background(), s.sim.Clock.Now()
	err := s.o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		if err := s.o.PutBulk(tx, promo, now); err != nil {
			return err
		}
		for i, p := range parts {
			if err := s.o.PutPart(tx, promo.ID, i, p); err != nil {
				return err
			}
		}
		return s.o.StartBulk(tx, promo.ID, now)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.o.LookBulks()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		<-tick.C
		s.sim.Clock.Advance(40 * time.Millisecond)
		var rep BulkReport
		if err := s.o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
			rep, _, err = s.o.BulkReport(r, promo.ID)
			return err
		}); err != nil {
			s.t.Fatal(err)
		}
		if rep.State == BulkDone {
			return fmt.Sprint(rep.ByWording[""])
		}
	}
	s.t.Fatal("the bulk does not end")
	return ""
}

// TestBulkAgainstLINEsFaults: whatever goes wrong with a multicast or a push,
// each phone shows it once, and the simulator, which knows what the real LINE
// would have doubled, has nothing to complain of.
func TestBulkAgainstLINEsFaults(t *testing.T) {
	for _, personal := range []bool{false, true} {
		s := newSimulated(t)
		path := "/v2/bot/message/multicast"
		if personal {
			path = "/v2/bot/message/push"
			s.o.cfg.Bulk.WordsFor = func(r store.Reader, id BulkID, wording string, _ bot.PersonID) ([]bot.Message, error) {
				return s.o.cfg.Bulk.Words(r, id, wording)
			}
		}
		var people []*sim.LinePerson
		var parts []Part
		for i := range 6 {
			p := Part{Channel: "main", Personal: personal}
			for k := range 3 {
				who := s.line.Person(fmt.Sprint("p", i, k), "").Befriend()
				people = append(people, who)
				p.People = append(p.People, bot.PersonID(who.ID()))
			}
			parts = append(parts, p)
		}
		people[4].Block()
		for _, f := range []sim.Fault{sim.DropAnswer, sim.Reset, sim.RateLimit, sim.ServerErr, sim.Garbage, sim.Empty, sim.DropAnswer} {
			s.sim.Faults.Switch(sim.Rule{Fault: f, Platform: "line", Path: path, Times: 1})
		}
		if got := s.send(parts...); got != "map[sent:18]" { // LINE tells nobody of the one who blocked
			t.Errorf("personal %v: %s", personal, got)
		}
		for i, who := range people {
			want := 1
			if i == 4 {
				want = 0
			}
			if got := len(who.Received()); got != want {
				t.Errorf("personal %v: %s has it %d times", personal, who.Name(), got)
			}
		}
		if list := s.line.Complaints(); len(list) > 0 {
			t.Errorf("personal %v: %s", personal, strings.Join(list, "\n"))
		}
		if n := s.line.Used(); n != 17 {
			t.Errorf("personal %v: %d billed", personal, n)
		}
	}
}

// TestBulkAgainstTelegramsFaults: nobody gets it twice, nobody is missed but
// those of whom nobody knows, and who blocked the bot is told apart.
func TestBulkAgainstTelegramsFaults(t *testing.T) {
	s := newSimulated(t)
	told := make(chan bot.PersonID, 9)
	s.o.cfg.OnUnreachable = func(_ context.Context, p bot.PersonID, _ bot.Address) { told <- p }
	var people []*sim.TelegramPerson
	p := Part{Channel: "tg"}
	for i := range 40 {
		who := s.tg.Person(fmt.Sprint("p", i), "")
		who.Start("")
		people = append(people, who)
		p.People = append(p.People, bot.PersonID(fmt.Sprint(who.ID())))
	}
	people[33].Block()
	for i, f := range []sim.Fault{sim.DropAnswer, sim.Reset, sim.RateLimit, sim.ServerErr, sim.Garbage} {
		s.sim.Faults.Switch(sim.Rule{Fault: f, Platform: "telegram", Path: "sendMessage", Times: 1, Skip: 3 * i, By: 35 * time.Second})
	}
	if got := s.send(p); got != "map[sent:35 suppressed-unreachable:1 unknown:4]" {
		t.Error(got)
	}
	twice, none := 0, 0
	for _, who := range people {
		switch n := len(who.Received()); {
		case n > 1:
			twice++
		case n == 0:
			none++
		}
	}
	// One of the four unknown was accepted, its answer was lost.
	if twice > 0 || none != 4 {
		t.Errorf("%d have it twice, %d not at all", twice, none)
	}
	if who := <-told; who != p.People[33] {
		t.Errorf("told of %s", who)
	}
}
