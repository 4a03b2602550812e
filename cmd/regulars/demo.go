package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// demo plays a first morning at a café: simulator and bot run in this process
// and talk to each other over real HTTP, through the real adapters. Nothing is
// kept, and nothing leaves the machine.
func (m *Main) demo(ctx context.Context, o DemoOptions) (err error) {
	dir, err := os.MkdirTemp("", "regulars-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := openCafe(dir, m.Clock)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- c.app.run(ctx, c.listener) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended, c.app.db.Close())
		c.world.Close()
	}()
	select {
	case <-c.app.settled:
	case <-time.After(20 * time.Second):
		return errors.New("the demo's own simulator does not answer; is something on this machine blocking 127.0.0.1?")
	}
	show := &stage{m: m, lang: i18n.Lang(o.Lang), world: c}
	show.play(ctx)
	return show.err
}

// cafe is a simulated world with a bot in it.
type cafe struct {
	world    *sim.Sim
	line     *sim.LineChannel
	telegram *sim.TelegramBot
	app      *app
	listener net.Listener
}

// openCafe makes a world with one LINE account and one Telegram bot, and the
// program that serves both.
func openCafe(dir string, clock bot.Clock) (*cafe, error) {
	world, err := sim.Start(sim.Options{})
	if err != nil {
		return nil, err
	}
	c := &cafe{world: world}
	c.line = world.LineChannel(sim.LineConfig{ID: "1650000001", Secret: "demo-secret", Token: "demo-token", BasicID: "@corner", Name: "Corner Café"})
	c.telegram = world.TelegramBot(sim.TelegramConfig{Token: "1001:demo", Username: "corner_cafe_bot", Name: "Corner Café"})
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	cfg := &Config{
		PublicURL: "http://" + c.listener.Addr().String(),
		Channels: []ChannelConfig{
			{Name: "line", Kind: bot.LINE, ChannelID: "1650000001", ChannelSecret: "demo-secret", ChannelToken: "demo-token", BasicID: "@corner", APIBase: world.LineAPI(), DataAPIBase: world.LineDataAPI()},
			{Name: "telegram", Kind: bot.Telegram, Token: "1001:demo", SecretToken: "demo", Username: "corner_cafe_bot", APIBase: world.TelegramAPI()},
		},
	}
	path := filepath.Join(dir, "demo.db")
	if err := bolt.Create(path); err != nil {
		return nil, err
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	if _, err := io.ReadFull(rand.Reader, key); err != nil {
		return nil, err
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		return nil, complaints[0]
	}
	c.app, err = newApp(cfg, db, key, p, clock, slog.New(slog.DiscardHandler))
	return c, err
}

// invite draws an employee's code, as `regulars staff invite` does.
func (c *cafe) invite(ctx context.Context, role loyalty.Role) (code string, err error) {
	err = c.app.db.Update(ctx, func(tx store.Tx) error {
		v, err := c.app.shop.Vault.Invite(tx, role, "", loyalty.ByJob("demo"), c.app.clock.Now(), people.CodeLife, rand.Reader)
		code = v.String()
		return err
	})
	return code, err
}

// stage plays a scripted conversation and prints what each phone shows.
type stage struct {
	m     *Main
	lang  i18n.Lang
	world *cafe
	shown map[sim.Person]int
	where map[sim.Person]string
	err   error
}

// word is a label or text in the demo's language.
func (s *stage) word(k i18n.Key) string { return i18n.For(s.lang).Say(k) }

// play is the script: a customer joins, an employee records a sale, a manager
// approves a gift, a group hears nothing private.
func (s *stage) play(ctx context.Context) {
	s.shown, s.where = map[sim.Person]int{}, map[sim.Person]string{}
	clerk, err := s.world.invite(ctx, people.Clerk)
	if err != nil {
		s.err = err
		return
	}
	ann := s.world.line.Person("Ann", string(s.lang))
	sam := s.world.telegram.Person("Sam", string(s.lang))
	bea := s.world.line.Person("Bea", string(s.lang))
	s.where[ann], s.where[sam] = "Ann's LINE", "Sam's Telegram, behind the counter"

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
	s.where[group] = "LINE group “Sunday club”"
	s.do(group, 1, club.AddBot)
	s.do(group, 1, func() error { group.Say("/points"); return nil })

	s.title("Sam mistyped, and takes it back. That Ann must know at once.")
	s.do(sam, 1, func() error { return sam.Press(s.word(i18n.UndoButton)) })
	s.await(ann, 1)
	if s.err == nil {
		s.m.say("\nThat was %d requests between bot and simulator, %d of them paid on LINE. The ledger is whole: %s.",
			len(s.world.world.Wire.Calls()), s.world.line.Used(), s.verdict(ctx))
		s.m.say("Your own shop: `regulars init`, then `regulars serve`. Everything else: README.md.")
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
