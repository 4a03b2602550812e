package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// demo shows everything working, in real HTTP and through the real adapters,
// between the simulator and the bot in this process; nothing leaves the
// machine. It puts a page with phones on it at an address and stays until ctx
// ends, or with Play runs a script on the terminal and ends.
func (m *Main) demo(ctx context.Context, o DemoOptions) (err error) {
	relaxCollector()
	dir, tidy, err := demoDir(o.Dir)
	if err != nil {
		return err
	}
	defer tidy()
	c, err := m.openCafe(dir, o.Listen, i18n.Lang(o.Lang))
	if err != nil {
		return err
	}
	var crew *crew
	if !o.Play {
		if crew, err = c.people(ctx, m, o.Members, i18n.Lang(o.Lang)); err != nil {
			defer c.close()
			return errors.Join(err, c.app.db.Close())
		}
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
	case <-ctx.Done():
		return nil
	case <-time.After(20 * time.Second):
		return errors.New("the demo's own simulator does not answer; is something on this machine blocking 127.0.0.1?")
	}
	if o.Play {
		show := &stage{m: m, lang: i18n.Lang(o.Lang), world: c}
		show.play(ctx)
		return show.err
	}
	return m.openPage(ctx, c, crew, o, dir)
}

// openPage mounts the page, says what to try, and waits.
func (m *Main) openPage(ctx context.Context, c *cafe, crew *crew, o DemoOptions, dir string) error {
	if err := c.settleIn(crew); err != nil {
		return err
	}
	c.world.Mount(c.world.Page(c.page(crew, i18n.Lang(o.Lang))))
	p := i18n.For(i18n.Lang(o.Lang))
	m.say("Open %s", c.world.Address())
	m.say("  – Ann is new: tap “%s” on her phone, then “%s”; the guide on the page leads on", p.Say(i18n.SimAddFriend), p.Say(i18n.JoinButton))
	m.say("  – Sam works here: on his phone type  /sale, a phone or card number, and 350; or sell at the counter, “%s ↗” on the page, where his PIN is %s", p.Say(i18n.CounterPageTitle), samPIN)
	m.say("  – Grace is one of %d members with a year behind them: tap “%s” on her phone; and see  regulars --config %s stats", o.Members, p.Say(i18n.KeyRewards), filepath.Join(dir, "regulars.toml"))
	m.say("  – break something, move the clock, or watch the wire; stop with Ctrl-C")
	if o.Open {
		if err := browse(c.world.Address()); err != nil {
			m.say("No browser could be opened here (%v); the address is above.", err)
		}
	}
	<-ctx.Done()
	return nil
}

// demoDir is the folder to use and how to leave it: a temporary one is removed.
// One that is given has to be empty, so that no shop's file is ever touched.
func demoDir(given string) (dir string, tidy func(), err error) {
	if given != "" {
		if err := os.MkdirAll(given, 0o700); err != nil {
			return "", nil, fmt.Errorf("the demo's folder cannot be made: %w", err)
		}
		if there, err := os.ReadDir(given); err != nil {
			return "", nil, fmt.Errorf("the demo's folder cannot be read: %w", err)
		} else if len(there) > 0 {
			return "", nil, fmt.Errorf("%s is not empty; name an empty folder with --dir, or none for a temporary one", given)
		}
		return given, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "regulars-demo-")
	return dir, func() { os.RemoveAll(dir) }, err
}

// browse opens an address in the person's own browser.
func browse(address string) error {
	switch runtime.GOOS {
	case "darwin":
		return start("open", address)
	case "windows":
		return start("rundll32", "url.dll,FileProtocolHandler", address)
	}
	return start("xdg-open", address)
}

// start begins a program and forgets it: it may live as long as the browser.
func start(name string, args ...string) error {
	c := exec.Command(name, args...)
	if err := c.Start(); err != nil {
		return err
	}
	go c.Wait() // so that its end leaves nothing behind
	return nil
}

// crew is everybody whose phone is on the page.
type crew struct {
	ann, grace, mia *sim.LinePerson
	bo, sam         *sim.TelegramPerson
	club            *sim.LineGroup
	friends         *sim.TelegramGroup
}

// people makes the crew and the café's year: Grace and Bo are regulars, Sam
// works here, Mia manages, and Ann has never been here.
func (c *cafe) people(ctx context.Context, m *Main, members int, lang i18n.Lang) (*crew, error) {
	w := &crew{
		ann: c.line.Person("Ann", string(lang)), grace: c.line.Person("Grace", string(lang)).Befriend(),
		mia: c.line.Person("Mia", string(lang)).Befriend(),
		bo:  c.telegram.Person("Bo", string(lang)), sam: c.telegram.Person("Sam", string(lang)),
	}
	sam, err := c.enrol(ctx, people.Identity{Channel: "telegram", User: fmt.Sprint(w.sam.ID())}, "Sam", people.Clerk, lang)
	if err != nil {
		return nil, err
	}
	mia, err := c.enrol(ctx, people.Identity{Channel: "line", User: w.mia.ID()}, "Mia", people.Manager, lang)
	if err != nil {
		return nil, err
	}
	c.boss, c.clerk = mia, sam
	if err := c.setPIN(ctx, sam, samPIN); err != nil {
		return nil, err
	}
	p := i18n.For(lang)
	h := newHistory(c.app.shop, c.app.db, c.app.clock.Now().Add(-time.Hour), []people.Staff{sam, sam, mia})
	offerAt := midday(c.app.shop.Local(h.until.Add(-campaignAgo)))
	h.also = append(h.deeds(p), happening{offerAt, func(ctx context.Context) error { return c.offer(ctx, m, h, offerAt, p, mia) }})
	slices.SortStableFunc(h.also, func(a, b happening) int { return a.at.Compare(b.at) })
	err = h.write(ctx, members,
		regular{who: people.Identity{Channel: "line", User: w.grace.ID()}, name: "Grace", language: string(lang)},
		regular{who: people.Identity{Channel: "telegram", User: fmt.Sprint(w.bo.ID())}, name: "Bo", language: string(lang)})
	if err != nil {
		return nil, err
	}
	if err := h.tags(ctx, p); err != nil {
		return nil, err
	}
	if err := h.nights(ctx); err != nil {
		return nil, err
	}
	return w, c.draft(ctx, p, mia)
}

// midday is noon of a day, when nobody is disturbed.
func midday(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, day.Location())
}

// settleIn does what needs the bot to answer: who uses Telegram has started it,
// and both groups have it among them.
func (c *cafe) settleIn(w *crew) error {
	w.bo.Start("")
	w.sam.Start("")
	say := i18n.For(c.app.shop.Lang)
	w.club = c.line.Group(say.Say(i18n.TourClub), w.ann, w.grace, w.mia)
	w.friends = c.telegram.Group(say.Say(i18n.TourFriends), w.bo, w.sam)
	for _, p := range []sim.Person{w.bo, w.sam} {
		if _, err := p.Await(1); err != nil {
			return err
		}
	}
	if err := c.complain(w); err != nil {
		return err
	}
	return c.fillDesk(context.Background(), w)
}

// complain asks Bo how his last visit was. It was not good, and Mia hears of it.
func (c *cafe) complain(w *crew) error {
	if err := c.question(context.Background(), people.Identity{Channel: "telegram", User: fmt.Sprint(w.bo.ID())}); err != nil {
		return err
	}
	c.app.outbox.Nudge(bot.Intent{})
	// A job may write to Bo first: at this café's hours he is one to be won back.
	if err := w.bo.AwaitButton("3"); err != nil {
		return err
	}
	if err := w.bo.Press("3"); err != nil {
		return err
	}
	if _, err := w.mia.Await(1); err != nil {
		return err
	}
	// What Bo reads takes some seconds, as Telegram's chats do; nobody waits for it.
	w.bo.Say(i18n.For(c.app.shop.Lang).Say(i18n.DemoWaited))
	_, err := w.mia.Await(1)
	return err
}
