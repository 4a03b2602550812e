package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"regulars/bot/sim"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// stage plays a scripted conversation and prints what each phone shows.
type stage struct {
	m     *Main
	lang  i18n.Lang
	world *cafe
	shown map[sim.Person]int
	err   error
}

// word is a label or text in the demo's language.
func (s *stage) word(k i18n.Key) string { return i18n.For(s.lang).Say(k) }

// play is the script: a customer joins, an employee records a sale, a manager
// approves a gift, a group hears nothing private.
func (s *stage) play(ctx context.Context) {
	s.shown = map[sim.Person]int{}
	clerk, err := s.world.invite(ctx, people.Clerk)
	if err != nil {
		s.err = err
		return
	}
	ann := s.world.line.Person("Ann", string(s.lang))
	sam := s.world.telegram.Person("Sam", string(s.lang))
	bea := s.world.line.Person("Bea", string(s.lang))
	s.title("Ann scans the poster and joins with one tap.")
	s.do(ann, 1, func() error { ann.Follow(); return nil })
	s.do(ann, 2, func() error { return ann.Press(s.word(i18n.JoinButton)) })

	s.title("Her number, so that she is found without her phone.")
	s.do(ann, 1, func() error { return ann.Press(s.word(i18n.PhoneAdd)) })
	s.do(ann, 1, func() error { ann.Say("0912-345-678"); return nil })

	s.title("Sam works here: the owner gave him a code.")
	s.do(sam, 1, func() error { sam.Say("/staff " + clerk); return nil })

	s.title("A flat white and a cake. Sam types the number and the amount.")
	s.do(sam, 1, func() error { sam.Say("/sale 0912345678 NT$350"); return nil })

	s.title("Nothing was pushed to Ann, because a push costs money on LINE: her receipt rides free with her next answer.")
	s.do(ann, 2, func() error { ann.Say(strings.Split(s.word(i18n.WordsPoints), ",")[0]); return nil })

	s.title("In a group, everything private stays private.")
	club := s.world.line.Group("Sunday club", ann, bea)
	group := ann.In(club)
	s.do(group, 1, club.AddBot)
	s.do(group, 1, func() error { group.Say("/points"); return nil })

	s.title("Sam mistyped, and takes it back. That Ann must know at once.")
	s.do(sam, 1, func() error { return sam.Press(s.word(i18n.UndoButton)) })
	s.await(ann, 1)
	if s.err == nil {
		s.m.say("\nThat was %d requests between bot and simulator, %d of them paid on LINE. The ledger is whole: %s.",
			len(s.world.world.Wire.Calls()), s.world.line.Used(), s.verdict(ctx))
		s.m.say("On a page instead, with phones to type on: `regulars demo`. Your own shop: `regulars init`, then `regulars serve`.")
	}
}

// verdict checks the ledger, in a word or two.
func (s *stage) verdict(ctx context.Context) string {
	faults, err := s.world.app.shop.Book.Verify(ctx, s.world.app.db, nil)
	if err != nil || len(faults) > 0 {
		s.err = fmt.Errorf("the demo's ledger is not whole: %v %v", faults, err)
		return "no"
	}
	return "verified"
}

func (s *stage) title(text string) {
	if s.err == nil {
		s.m.say("\n— %s", text)
	}
}

// do lets somebody act, waits for so many messages of the bot, and prints what
// is new on their phone.
func (s *stage) do(p sim.Person, answers int, act func() error) {
	if s.err != nil {
		return
	}
	if err := act(); err != nil {
		s.err = err
		return
	}
	s.await(p, answers)
}

func (s *stage) await(p sim.Person, answers int) {
	if s.err != nil {
		return
	}
	if _, err := p.Await(answers); err != nil {
		s.err = err
		return
	}
	lines := p.Phone()
	for _, line := range lines[s.shown[p]:] {
		s.m.say("  %s", strings.ReplaceAll(line, "\n", "\n       "))
	}
	s.shown[p] = len(lines)
	if s.m.Terminal {
		time.Sleep(1200 * time.Millisecond) // to be read
	}
}
