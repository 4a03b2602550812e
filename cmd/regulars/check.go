package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty/programme"
)

type checkCmd struct{}

// Run reads both files and says what they come to, or what is wrong with them.
// It does not touch key, store and network: that is the doctor's.
func (*checkCmd) Run(_ context.Context, m *Main) error {
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
	return nil
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
