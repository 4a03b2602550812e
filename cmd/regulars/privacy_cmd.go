package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"time"

	"regulars/handlers/privacy"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/programme"
)

// privacyCmd is the notice of privacy, and who waits for a copy of their data.
type privacyCmd struct {
	Notice   privacyNotice   `cmd:"" default:"withargs" help:"Print the notice, filled from programme and configuration. /privacy shows the same."`
	Requests privacyRequests `cmd:"" help:"Members who asked for everything that is kept of them and could not get it in the chat: who, and by when."`
	Answered privacyAnswered `cmd:"" help:"Note that a member was given everything: their request is closed."`
}

type privacyNotice struct {
	Lang   string `help:"Its language: zh-TW, zh-HK, en, ja, th or zh-CN; without it, the shop's own." placeholder:"LANG"`
	Format string `help:"md or html." default:"md" placeholder:"FORMAT"`
}

// Run prints the notice. It opens no store, so it may run beside serve.
func (c *privacyNotice) Run(m *Main) error {
	if c.Format != "md" && c.Format != "html" {
		return &usageError{fmt.Sprintf("%q is no format; --format takes md or html", c.Format)}
	}
	cfg, err := m.config()
	if bad := (*ConfigError)(nil); errors.As(err, &bad) {
		cfg, err = loadConfig(m.configPath, m.Env, false) // nothing secret stands in it
	}
	if err != nil {
		return err
	}
	p, err := readProgramme(cfg.Programme)
	if err != nil {
		return err
	}
	lang := i18n.Lang(or(c.Lang, p.Languages[0]))
	if !slices.Contains(i18n.Langs, lang) {
		return &usageError{fmt.Sprintf("%q is no language of ours; --lang takes %v", c.Lang, i18n.Langs)}
	}
	s := &shop.Shop{Programme: func(time.Time) *programme.Programme { return p }, Clock: m.Clock, BackupDays: cfg.backupDays()}
	for _, ch := range cfg.Channels {
		s.Channels = append(s.Channels, shop.Channel{Name: ch.Name, Platform: ch.Kind})
	}
	if cfg.SMS.URL != "" {
		s.SMS = smsChannel
	}
	text, err := privacy.Notice(s, lang, m.Clock.Now())
	if err != nil {
		return err
	}
	if c.Format == "html" {
		text = fmt.Sprintf("<!doctype html>\n<html lang=%q><head><meta charset=\"utf-8\"><title>%s</title></head>\n<body>\n%s</body></html>\n",
			lang, html.EscapeString(i18n.For(lang).Say(i18n.PrivacyNotice)), privacy.HTML(text))
	}
	fmt.Fprint(m.Stdout, text)
	if p.Privacy.Contact == "" {
		fmt.Fprintln(m.Stderr, noContact)
	}
	return nil
}

// noContact is what an operator is told whose notice names nobody to write to.
const noContact = `The notice of privacy names nobody to write to. In the programme: [privacy] with contact = "privacy@…", and controller = "…" for the business as it is registered.`

type privacyRequests struct{}

// Run lists who waits.
func (*privacyRequests) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "data-requests", nil)
}

type privacyAnswered struct {
	Member string `arg:"" help:"The id that the list of requests has."`
}

// Run closes a request.
func (c *privacyAnswered) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "data-given", map[string]string{"member": c.Member})
}
