package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/telegram"
	"regulars/handlers/admin"
	"regulars/handlers/counter"
	"regulars/loyalty/programme"
	"regulars/store/bolt"
)

type doctorCmd struct{}

// finding is one thing that was looked at: what is, and what to do about it.
type finding struct {
	ok        bool
	text, fix string
}

// Run looks at everything that serve needs and says what to do. It changes
// nothing, and may run beside serve.
func (*doctorCmd) Run(ctx context.Context, m *Main) error {
	d := &doctor{m: m}
	cfg, err := m.config()
	if err != nil {
		d.wrongConfig(err)
		if cfg, _, err = m.deskConfig(); err != nil {
			return errTold
		}
	} else {
		d.say(finding{true, m.configPath + ": " + aboutConfig(cfg), ""})
	}
	d.local(ctx, cfg)
	for _, c := range cfg.Channels {
		d.channel(ctx, cfg, c)
	}
	if d.bad == 1 {
		m.say("\nOne of the above needs attention.")
		return errTold
	}
	if d.bad > 0 {
		m.say("\n%d of the above need attention.", d.bad)
		return errTold
	}
	if d.looks > 0 {
		m.say("\nAll is well, as far as can be seen from here; what has a ? before it is worth a look.")
		return nil
	}
	m.say("\nAll is well.")
	return nil
}

// doctor prints findings and counts the bad ones, and what only a person can
// look at.
type doctor struct {
	m          *Main
	bad, looks int
}

func (d *doctor) say(f finding) {
	if f.ok {
		d.m.say("✓ %s", f.text)
		return
	}
	d.bad++
	d.m.say("✗ %s", f.text)
	d.steps(f.fix)
}

// look says what a person should look at, which is no fault.
func (d *doctor) look(text, where string) {
	d.looks++
	d.m.say("? %s", text)
	d.steps(where)
}

func (d *doctor) steps(fix string) {
	for line := range strings.SplitSeq(fix, "\n") {
		if line != "" {
			d.m.say("  → %s", line)
		}
	}
}

// try says err, whose first line is what is wrong and whose others are what to
// do, or that all is well.
func (d *doctor) try(err error, well string) bool {
	if err == nil {
		d.say(finding{true, well, ""})
		return true
	}
	text, fix, _ := strings.Cut(err.Error(), "\n")
	d.say(finding{false, text, fix})
	return false
}

func (d *doctor) wrongConfig(err error) {
	var bad *ConfigError
	if !errors.As(err, &bad) {
		d.try(err, "")
		return
	}
	for _, c := range bad.Complaints {
		d.say(finding{false, bad.Path + ": " + c.String(), ""})
	}
}

// local looks at what lies on this machine.
func (d *doctor) local(ctx context.Context, cfg *Config) {
	_, err := cfg.ReadKey(d.m.Env)
	well := "the key is there, and only this account may read it"
	if d.m.env("REGULARS_KEY", "") != "" {
		well = "the key comes from REGULARS_KEY"
	}
	d.try(err, well)
	p, err := readProgramme(cfg.Programme)
	well = ""
	if err == nil {
		well = cfg.Programme + ": " + aboutProgramme(p)
	}
	if d.try(err, well) {
		d.pictures(cfg, p)
	}
	if onServer(cfg.Data) {
		d.server(ctx, cfg)
	} else {
		d.store(ctx, cfg)
		d.journal(ctx, cfg)
		d.disk(cfg.Data)
	}
	d.pools(ctx)
	if len(cfg.Channels) == 0 && d.bad == 0 {
		d.say(finding{false, "no channel is configured: nobody can write to the shop", "Fill in a [[channel]] in " + d.m.configPath})
	}
}

// pictures looks at the files that rewards name. An address is the world's
// affair.
func (d *doctor) pictures(cfg *Config, p *programme.Programme) {
	dir := cfg.pictures()
	shown := 0
	for _, file := range p.Pictures() {
		if err := counter.CheckPhoto(counter.Folder(dir), file); err != nil {
			d.say(finding{false, fmt.Sprintf("the picture %s: %v", file, err),
				"Put it into " + dir + ", or take the line out; members see the reward without it meanwhile"})
			continue
		}
		shown++
	}
	switch {
	case shown == 1:
		d.say(finding{true, "1 picture can be shown", ""})
	case shown > 1:
		d.say(finding{true, fmt.Sprintf("%d pictures can be shown", shown), ""})
	}
}

// pools asks for rewards whose codes have run out. Where the store cannot be
// asked, that is among the findings already.
func (d *doctor) pools(ctx context.Context) {
	var empty []string
	if err := d.m.askFor(ctx, "codes-list", map[string]string{"only": "empty"}, func(l admin.Line) { empty = append(empty, l.Text) }); err != nil {
		return
	}
	for _, id := range empty {
		d.say(finding{false, "reward " + id + " has no codes left: members are told that it is sold out",
			"Add more with `regulars codes add " + id + " FILE`, a code a line"})
	}
}

// store opens the store for a moment, unless serve has it.
func (d *doctor) store(ctx context.Context, cfg *Config) {
	if admin.Alive(cfg.AdminSocket) {
		d.say(finding{true, cfg.Data + " is in use by a running serve, which answers", ""})
		return
	}
	db, err := bolt.Open(cfg.Data, bolt.Options{Timeout: 500 * time.Millisecond})
	switch {
	case errors.Is(err, bolt.ErrInUse):
		d.say(finding{false, fmt.Sprintf("%s is in use by a process that does not answer at %q", cfg.Data, cfg.AdminSocket),
			"If that is serve, it runs with another admin_socket, or is starting or stopping: look at its log"})
	case errors.Is(err, fs.ErrNotExist):
		d.say(finding{false, "there is no store at " + cfg.Data, "Make one with `regulars init`; if there was one, restore your newest backup first"})
	case err != nil:
		d.try(err, "")
	default:
		err := notMoved(ctx, db, cfg.Data)
		d.try(errors.Join(err, db.Close()), cfg.Data+" opens; no serve is running. `regulars verify` reads all of it")
	}
}

// least is how many free bytes are asked for at least.
const least = 200 << 20

// disk asks for room to copy the store once, as a backup does.
func (d *doctor) disk(data string) {
	free, err := freeDisk(filepath.Dir(data))
	if err != nil {
		d.say(finding{false, "free disk space cannot be read: " + err.Error(), ""})
		return
	}
	want := uint64(least)
	if info, err := os.Stat(data); err == nil {
		want = max(want, uint64(info.Size()))
	}
	text := fmt.Sprintf("%d MB of disk are free", free>>20)
	if free < want {
		d.say(finding{false, text, fmt.Sprintf("Make room for at least %d MB: when the disk is full, webhooks are refused until there is room again", want>>20)})
		return
	}
	d.say(finding{true, text, ""})
}

// channel asks a platform about one channel.
func (d *doctor) channel(ctx context.Context, cfg *Config, c ChannelConfig) {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	d.m.say("\nChannel %s (%s)", c.Name, c.Kind)
	if cfg.PublicURL == "" && needsPublic(c) {
		d.say(finding{false, "public_url is not set, so the platform cannot reach this program", needsAddress(c)})
		return
	}
	if c.Kind == bot.LINE {
		d.line(ctx, cfg, c)
	} else {
		d.telegram(ctx, cfg, c)
	}
}

// needsAddress is how a channel comes to have an address.
func needsAddress(c ChannelConfig) string {
	fix := "If a name of yours leads to this machine: set domain to it, and serve gets its own certificate\n" +
		"Behind a proxy or a tunnel: set public_url to the https:// address that leads to listen"
	if c.Kind == bot.Telegram {
		fix += "\nOr set polling = true, which needs neither"
	}
	return fix
}

func (d *doctor) line(ctx context.Context, cfg *Config, c ChannelConfig) {
	ch, err := line.New(line.Config{
		Name: c.Name, ChannelID: c.ChannelID, Secret: c.ChannelSecret, Token: c.ChannelToken, BasicID: c.BasicID,
		APIBase: c.APIBase, DataAPIBase: c.DataAPIBase, Clock: d.m.Clock,
	})
	if err != nil {
		d.try(err, "")
		return
	}
	d.clock(ctx, c.APIBase, line.DefaultAPIBase)
	for _, f := range ch.Doctor(ctx, cfg.PublicURL) {
		if f.Look {
			d.look(f.Text, f.Fix)
			continue
		}
		d.say(finding{f.OK, f.Text, f.Fix})
	}
}

func (d *doctor) telegram(ctx context.Context, cfg *Config, c ChannelConfig) {
	ch, err := telegram.New(telegram.Config{
		Name: c.Name, Token: c.Token, SecretToken: c.SecretToken, Username: c.Username, APIBase: c.APIBase, Clock: d.m.Clock,
	})
	if err != nil {
		d.try(err, "")
		return
	}
	d.clock(ctx, c.APIBase, "https://api.telegram.org")
	webhook := ""
	if !c.Polling {
		webhook = cfg.PublicURL + "/webhook/" + string(c.Name)
	}
	for _, f := range ch.Doctor(ctx, webhook) {
		d.say(finding{f.OK, f.Text, f.Fix})
	}
}

// clockMost is how far our clock may be off before cards and receipts look
// wrong to people; expiry is held back at clockTolerance.
const clockMost = time.Minute

// clock compares our clock with the platform's Date header. A platform that
// does not answer is told of by its own findings.
func (d *doctor) clock(ctx context.Context, base, normal string) {
	if base == "" {
		base = normal
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, base, nil)
	if err != nil {
		return
	}
	client := http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	theirs, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return
	}
	off := d.m.Clock.Now().Sub(theirs)
	if off.Abs() > clockMost {
		d.say(finding{false, "this machine's clock is off by " + offBy(off), fmt.Sprintf("Switch time synchronisation on, as in `timedatectl set-ntp true`; while it is off by more than %.0f minutes, no points expire", clockTolerance.Minutes())})
		return
	}
	d.say(finding{true, "this machine's clock agrees with the platform's", ""})
}

// offBy is how wrong a clock is, as people say it.
func offBy(d time.Duration) string {
	way := "fast"
	if d < 0 {
		way = "slow"
	}
	switch d = d.Abs(); {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days, %s", d.Hours()/24, way)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f hours, %s", d.Hours(), way)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%.0f minutes, %s", d.Minutes(), way)
	}
	return fmt.Sprintf("%.0f seconds, %s", d.Seconds(), way)
}
