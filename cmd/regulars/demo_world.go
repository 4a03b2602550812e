package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// cafe is a simulated world with a bot in it.
type cafe struct {
	world    *sim.Sim
	line     *sim.LineChannel
	telegram *sim.TelegramBot
	app      *app
	listener net.Listener
	boss     people.Staff // manages
	clerk    people.Staff // Sam
}

// demoURL is the café's public address as the bot knows it. LINE shows pictures
// from https addresses only, so it is one; the simulator knows that it stands
// for the bot's port on this machine.
const demoURL = "https://corner-cafe.example"

// openCafe makes a world with one LINE account and one Telegram bot, and in dir
// the files of a shop that serves both: the operators' commands work on them
// while the demo runs. The bot lives by the world's clock.
func (m *Main) openCafe(dir, listen string, lang i18n.Lang) (c *cafe, err error) {
	c = &cafe{}
	rules := cafeRules(lang)
	p, complaints := programme.Load(rules)
	if len(complaints) > 0 {
		return nil, complaints[0]
	}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	here := "http://" + c.listener.Addr().String()
	// The page and its phones show the time on the café's wall, as the café's
	// receipts do.
	world, err := sim.Start(sim.Options{Listen: listen, Zone: p.Rules.Zone, Local: func(address string) string {
		return strings.Replace(address, demoURL, here, 1)
	}})
	if err != nil {
		c.listener.Close()
		return nil, fmt.Errorf("cannot listen on %s: %w; is another demo running, or the port in use? Choose another address with --listen, such as 127.0.0.1:0", listen, errors.Unwrap(err))
	}
	c.world = world
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	name := p.ShopName(string(lang))
	c.line = world.LineChannel(sim.LineConfig{ID: "1650000001", Secret: "demo-secret", Token: "demo-token", BasicID: "@corner", Name: name})
	c.telegram = world.TelegramBot(sim.TelegramConfig{Token: "1001:demo", Username: "corner_cafe_bot", Name: name})
	cfg := c.config(dir)
	made, err := m.makeShop(context.Background(), filepath.Join(dir, "regulars.toml"), cfg, writeConfig("", cfg.PublicURL, cfg.Channels), rules)
	if err != nil {
		return c, fmt.Errorf("the demo's files cannot be written (%d were): %w; name an empty folder with --dir", len(made), err)
	}
	key, err := cfg.ReadKey(m.Env)
	if err != nil {
		return c, err
	}
	db, err := bolt.Open(cfg.Data, bolt.Options{})
	if err != nil {
		return c, err
	}
	if c.app, err = newAppOver(cfg, db, key, world.Clock, slog.New(slog.DiscardHandler)); err != nil {
		return c, errors.Join(err, db.Close())
	}
	c.app.invented, c.app.console.Plain = true, true
	return c, nil
}

// config is the demo's shop, with the simulator for both platforms.
func (c *cafe) config(dir string) *Config {
	in := func(name string) string { return filepath.Join(dir, name) }
	return &Config{
		PublicURL: demoURL, Listen: c.listener.Addr().String(), Dir: dir,
		Data: in("regulars.db"), Programme: in("programme.toml"), KeyFile: in("regulars.key"), AdminSocket: in("regulars.sock"),
		SMS: simSMS(c.world),
		Channels: []ChannelConfig{
			{Name: "line", Kind: bot.LINE, ChannelID: "1650000001", ChannelSecret: "demo-secret", ChannelToken: "demo-token", BasicID: "@corner", APIBase: c.world.LineAPI(), DataAPIBase: c.world.LineDataAPI()},
			{Name: "telegram", Kind: bot.Telegram, Token: "1001:demo", SecretToken: "demo", Username: "corner_cafe_bot", APIBase: c.world.TelegramAPI()},
		},
	}
}

// cafeRules are the default preset with the demo's language first: it is then
// the shop's own, which groups and strangers hear. Its one store has a name in
// no other language, and is called as the shop is. Customers are asked an hour
// after a visit, so that one press of the page's clock brings the question, and
// written to more often than a shop would, so that what is tried out arrives on
// the day of a nudge.
func cafeRules(lang i18n.Lang) []byte {
	text, _ := programme.Preset("cafe")
	for old, playful := range map[string]string{"delay_hours  = 3 ": "delay_hours  = 1 ", "\nday   = 1 ": "\nday   = 9 ", "\nweek  = 2 ": "\nweek  = 20 ", "\nmonth = 6 ": "\nmonth = 60 "} {
		text = bytes.Replace(text, []byte(old), []byte(playful), 1)
	}
	text = withTables(text)
	p, complaints := programme.Load(text)
	if len(complaints) > 0 || p.Languages[0] == string(lang) {
		return text
	}
	own, first := strconv.Quote(string(lang)), strconv.Quote(p.Languages[0])
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "languages") {
			line = strings.NewReplacer(own, first, first, own).Replace(line) // they change places
		}
		line = strings.Replace(line, strconv.Quote(p.Stores[0].Name), strconv.Quote(p.ShopName(string(lang))), 1)
		out.WriteString(line)
	}
	return []byte(out.String())
}

// close ends what openCafe began and run did not.
func (c *cafe) close() {
	if c.listener != nil {
		c.listener.Close()
	}
	c.world.Close()
}

// enrol makes somebody an employee by a code, as `regulars staff invite` and
// /staff do together.
func (c *cafe) enrol(ctx context.Context, who people.Identity, name string, role loyalty.Role, lang i18n.Lang) (s people.Staff, err error) {
	err = c.app.db.Update(ctx, func(tx store.Tx) error {
		v, now := c.app.shop.Vault, c.app.clock.Now()
		if _, _, err := v.Meet(tx, who, people.Seen{Language: string(lang), DisplayName: name}, now, rand.Reader); err != nil {
			return err
		}
		code, err := v.Invite(tx, role, "", loyalty.ByJob("demo"), now, people.CodeLife, rand.Reader)
		if err != nil {
			return err
		}
		s, err = v.Enrol(tx, code, who, now, rand.Reader)
		return err
	})
	return s, err
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
