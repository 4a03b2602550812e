package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/telegram"
	"regulars/handlers/admin"
	"regulars/handlers/hooks"
)

// secretLingers is for how long a webhook's secret that was changed is still
// accepted: what a platform signed before it knew, or delivers again.
const secretLingers = time.Hour

type reloadCmd struct{}

// Run has a running serve read its configuration again.
func (*reloadCmd) Run(ctx context.Context, m *Main) error {
	cfg, _, err := m.deskConfig()
	if err != nil {
		return err
	}
	ran, err := admin.Call(ctx, cfg.AdminSocket, "reload", nil, func(l admin.Line) { m.say("%s", l.Text) })
	if err == nil && !ran {
		err = errors.New("no serve answers at " + cfg.AdminSocket + ": there is nothing to reload")
	}
	return err
}

// live are the settings at the top of the file that a running serve takes in,
// each with how.
func (o *operations) live() map[string]func(*Config) {
	return map[string]func(*Config){
		"log_level":       func(c *Config) { o.setLevel(c) },
		"trusted_proxies": func(c *Config) { o.proxies.Store(&c.TrustedProxies) },
		"hooks_allow":     func(c *Config) { o.a.hooks.SetGuard(hooks.Guard{Allow: c.HooksAllow}) },
		"drain":           func(c *Config) { o.drain.Store(int64(c.Drain)) },
	}
}

func (o *operations) setLevel(c *Config) {
	if o.level != nil {
		o.level.Set(c.LogLevel)
	}
}

// liveSecrets are a channel's.
var liveSecrets = []string{"channel_secret", "channel_secret_before", "channel_token", "token", "secret_token", "secret_token_before"}

// reload reads the configuration again and takes in what it can, without a
// request that notices. A configuration with a mistake changes nothing. tell is
// told of each setting that differs, by name and never by value.
func (o *operations) reload(ctx context.Context, tell func(format string, args ...any)) error {
	o.reloading.Lock()
	defer o.reloading.Unlock()
	if o.again == nil {
		return errors.New("this program was not started from a configuration")
	}
	cfg, err := o.again()
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	changed := differences(o.conf.Load(), cfg)
	keys, err := o.keysOf(cfg, changed)
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	if err := o.readKeys(ctx, cfg, tell); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	live := o.live()
	for _, name := range changed {
		if take, ok := live[name]; ok {
			take(cfg)
			tell("%s is taken in", name)
		} else if !strings.HasPrefix(name, "channel ") || !slices.Contains(liveSecrets, lastWord(name)) {
			tell("%s needs a restart of serve", name)
		}
	}
	o.conf.Store(cfg)
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		keys[name]()
		tell("the secrets of channel %s are taken in; the old ones of its webhook are accepted for another hour", name)
	}
	return o.tellTelegram(ctx, changed)
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

// differences names the settings that are not the same, as in "listen" and
// "channel main token".
func differences(a, b *Config) (names []string) {
	for key := range a.texts {
		if other, ok := b.texts[key]; !ok || other != a.texts[key] {
			names = append(names, key)
		}
	}
	for key := range b.texts {
		if _, ok := a.texts[key]; !ok {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return names
}

// keysOf prepares the change of secrets, by channel. A channel that is new, or
// of another kind, is for a restart.
func (o *operations) keysOf(cfg *Config, changed []string) (map[string]func(), error) {
	all := map[string]func(){}
	for _, c := range cfg.Channels {
		touched := slices.ContainsFunc(changed, func(name string) bool {
			return strings.HasPrefix(name, "channel "+string(c.Name)+" ") && slices.Contains(liveSecrets, lastWord(name))
		})
		was, known := channelIn(o.conf.Load(), c.Name)
		if !touched || !known || was.Kind != c.Kind {
			continue
		}
		change, err := o.change(was, c)
		if err != nil {
			return nil, fmt.Errorf("channel %s: %w", c.Name, err)
		}
		all[string(c.Name)] = change
	}
	return all, nil
}

// change is how one channel comes to its new secrets: with the old one of its
// webhook accepted, and then without.
func (o *operations) change(was, c ChannelConfig) (func(), error) {
	switch ch := o.a.adapters[c.Name].(type) {
	case *line.Channel:
		set := func(before ...string) {
			ch.SetKeys(line.Keys{Secret: c.ChannelSecret, Before: before, Token: c.ChannelToken})
		}
		return func() {
			set(c.SecretBefore, was.ChannelSecret)
			o.later(c, func() { set(c.SecretBefore) })
		}, nil
	case *telegram.Channel:
		set := func(before ...string) error {
			return ch.SetKeys(telegram.Keys{Token: c.Token, Secret: c.SecretToken, Before: before})
		}
		if id, _, _ := strings.Cut(was.Token, ":"); !strings.HasPrefix(c.Token, id+":") {
			return nil, telegram.ErrOtherBot
		}
		return func() {
			_ = set(c.SecretBefore, was.SecretToken) // the bot is the same, as was just seen
			o.later(c, func() { _ = set(c.SecretBefore) })
		}, nil
	}
	return nil, errors.New("it is not connected")
}

// later does something secretLingers from now, unless the channel's secrets
// were changed again.
func (o *operations) later(c ChannelConfig, f func()) {
	go func() {
		select {
		case <-o.ended:
			return
		case <-o.a.clock.After(secretLingers):
		}
		o.reloading.Lock()
		defer o.reloading.Unlock()
		if now, ok := channelIn(o.conf.Load(), c.Name); ok && now == c {
			f()
		}
	}()
}

func channelIn(cfg *Config, name bot.ChannelName) (ChannelConfig, bool) {
	at := slices.IndexFunc(cfg.Channels, func(c ChannelConfig) bool { return c.Name == name })
	if at < 0 {
		return ChannelConfig{}, false
	}
	return cfg.Channels[at], true
}

// tellTelegram gives Telegram the new secret of its webhook.
func (o *operations) tellTelegram(ctx context.Context, changed []string) error {
	for _, ch := range o.a.bots {
		if !slices.Contains(changed, "channel "+string(ch.Channel())+" secret_token") || o.a.cfg.PublicURL == "" || o.a.polls(ch.Channel()) {
			continue
		}
		if err := o.a.registerTelegram(ctx, ch); err != nil {
			return fmt.Errorf("everything was taken in, but Telegram could not be given the secret of channel %s: %w.\nRun this again", ch.Channel(), err)
		}
	}
	return nil
}

// hangUps reads the configuration again at each signal; the programme is looked
// at first, whatever is wrong with the rest.
func (o *operations) hangUps(ctx context.Context, asked <-chan os.Signal, look chan<- os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-asked:
			select {
			case look <- s:
			default: // it is about to look
			}
		}
		err := o.reload(ctx, func(format string, args ...any) { o.log.Info("reload: " + fmt.Sprintf(format, args...)) })
		if err != nil && ctx.Err() == nil {
			for line := range strings.Lines(err.Error()) {
				o.log.Error("reload: " + strings.TrimSpace(line))
			}
		}
	}
}

// adminOps are the desk's operations and those of who runs the program.
func (a *app) adminOps() admin.Ops {
	all := a.desk().Ops()
	all["reload"] = func(ctx context.Context, _ map[string]string, out admin.Out) error {
		said := false
		err := a.ops.reload(ctx, func(format string, args ...any) { said = true; out.Say(format, args...) })
		if err == nil && !said {
			out.Say("The configuration is as it was.")
		}
		return err
	}
	a.keyOps(all)
	return all
}
