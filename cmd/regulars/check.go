package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"regulars/bot"
	"regulars/handlers/admin"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/store"
)

type checkCmd struct{}

// Run reads both files and says what they come to, or what is wrong with them,
// and, where a shop is there, what the programme would change for its members.
// It writes nothing.
func (*checkCmd) Run(ctx context.Context, m *Main) error {
	cfg, wrong := m.config()
	paths := cfg
	if wrong != nil {
		// Mistakes in the programme are named at once with a missing secret.
		var bad *ConfigError
		var err error
		if paths, err = loadConfig(m.configPath, m.Env, false); !errors.As(wrong, &bad) || err != nil {
			return wrong
		}
	}
	p, err := readProgramme(paths.Programme)
	if wrong != nil || err != nil {
		return errors.Join(wrong, err)
	}
	m.say("%s: %s", m.configPath, aboutConfig(cfg))
	m.say("%s: %s", cfg.Programme, aboutProgramme(p))
	if p.Privacy.Contact == "" {
		m.say("%s", noContact)
	}
	return m.effects(ctx, cfg)
}

// effects has a running serve, or the store where none runs, tell what the
// programme file would change for people.
func (m *Main) effects(ctx context.Context, cfg *Config) (err error) {
	text, err := readProgrammeText(cfg.Programme)
	if err != nil {
		return err
	}
	args := map[string]string{"file": cfg.Programme, "text": string(text)}
	show := m.newProgress("members looked at")
	defer show.end()
	if cfg.AdminSocket != "" {
		if ran, err := admin.Call(ctx, cfg.AdminSocket, "check", args, show.line); ran || err != nil {
			return err
		}
	}
	a, err := m.peek(ctx, cfg)
	if err != nil {
		m.say("what this changes for people was not looked at: %v", err)
	}
	if a == nil {
		return nil
	}
	defer func() { err = errors.Join(err, a.db.Close()) }()
	return a.desk().Ops()["check"](ctx, args, show.line)
}

// peek opens the shop if there is one with a programme. It must not take the
// file in as the first: that is for serve.
func (m *Main) peek(ctx context.Context, cfg *Config) (a *app, err error) {
	if _, err := os.Stat(cfg.Data); !onServer(cfg.Data) && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	key, err := cfg.ReadKey(m.Env)
	if err != nil {
		return nil, err
	}
	db, err := m.openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if errors.Is(err, fs.ErrNotExist) && onServer(cfg.Data) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if a == nil {
			err = errors.Join(err, db.Close())
		}
	}()
	var h *programme.History
	err = db.View(ctx, func(r store.Reader) (err error) {
		h, err = programme.OpenHistory(r)
		return err
	})
	if err != nil || h.Newest() == nil {
		return nil, err
	}
	return newAppOver(cfg, db, key, m.Clock, slog.New(slog.DiscardHandler))
}

// aboutConfig is a configuration in a line.
func aboutConfig(c *Config) string {
	where := "listens at " + c.Listen
	if c.Domain != "" {
		where = "answers https for " + c.Domain
	}
	if len(c.Channels) == 0 {
		return where + "; no [[channel]] yet, so nobody can write to it"
	}
	var all []string
	for _, ch := range c.Channels {
		how := string(ch.Kind)
		if ch.Polling {
			how += ", polling"
		}
		all = append(all, fmt.Sprintf("%s (%s)", ch.Name, how))
	}
	return where + "; channels " + strings.Join(all, ", ")
}

// aboutProgramme is a programme in a line.
func aboutProgramme(p *programme.Programme) string {
	r := p.Rules.Rate
	words := i18n.For(i18n.En)
	points := "1 point"
	if r.Points != 1 {
		points = fmt.Sprintf("%d points", r.Points)
	}
	stores := "1 store"
	if len(p.Stores) != 1 {
		stores = fmt.Sprintf("%d stores", len(p.Stores))
	}
	return fmt.Sprintf("%s, version %d; %s for every %s; %s; speaks %s; days of %s", p.ShopName(p.Languages[0]), p.Rules.Version,
		points, words.Money(int64(r.Per), p.Rules.Currency.Code, p.Rules.Currency.Digits), stores, strings.Join(p.Languages, ", "), p.Rules.Zone)
}

// needsPublic reports a channel whose platform calls us.
func needsPublic(c ChannelConfig) bool { return c.Kind == bot.LINE || !c.Polling }
