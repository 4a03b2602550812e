package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/telegram"
	"regulars/handlers/counter"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/programme"
)

type posterCmd struct {
	File  string `arg:"" help:"The HTML file to write; open it in a browser and print it."`
	Lang  string `help:"Its language: zh-TW, zh-HK, en, ja, th or zh-CN; without it, the shop's own." placeholder:"LANG"`
	Staff bool   `help:"The card with the team's commands instead of the poster."`
	Force bool   `help:"Write over a file that is there."`
}

// Run writes the poster, or the team's card, as one file that needs nothing
// else. It opens no store, so it may run beside serve.
func (c *posterCmd) Run(ctx context.Context, m *Main) error {
	cfg, err := m.config()
	if bad := (*ConfigError)(nil); errors.As(err, &bad) {
		cfg, err = loadConfig(m.configPath, m.Env, false) // public names need no secrets
	}
	if err != nil {
		return err
	}
	p, err := readProgramme(cfg.Programme)
	if err != nil {
		return err
	}
	if c.Lang == "" {
		c.Lang = p.Languages[0]
	}
	if !slices.Contains(i18n.Langs, i18n.Lang(c.Lang)) {
		return &usageError{fmt.Sprintf("%q is no language of ours; --lang takes %v", c.Lang, i18n.Langs)}
	}
	s := &shop.Shop{Programme: func(time.Time) *programme.Programme { return p }, Clock: m.Clock}
	write := counter.StaffCard
	if !c.Staff {
		write = counter.Poster
		if s.Channels, err = m.handles(ctx, cfg); err != nil {
			return err
		}
	}
	var page bytes.Buffer
	if err := write(&page, s, i18n.Lang(c.Lang)); err != nil {
		return err
	}
	if err := c.save(page.Bytes()); err != nil {
		return err
	}
	m.say("%s is written. Open it in a browser and print it on A4, at its full size and without margins.", c.File)
	return nil
}

func (c *posterCmd) save(page []byte) error {
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.Force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(c.File, how, 0o644)
	if os.IsExist(err) {
		return fmt.Errorf("%s is there already; name another file, or write over it with --force", c.File)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(f, bytes.NewReader(page))
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// handles are the channels with their public names: those that the configuration
// leaves out are asked of their platform.
func (m *Main) handles(ctx context.Context, cfg *Config) (all []shop.Channel, err error) {
	if len(cfg.Channels) == 0 {
		return nil, fmt.Errorf("there is no chat yet that a poster could lead to; fill in a [[channel]] in %s first", filepath.Base(m.configPath))
	}
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	for _, c := range cfg.Channels {
		one := shop.Channel{Name: c.Name, Platform: c.Kind, Handle: c.Username}
		if c.Kind == bot.LINE {
			one.Handle = c.BasicID
		}
		if one.Handle == "" {
			if one.Handle, err = m.handle(ctx, c); err != nil {
				return nil, fmt.Errorf("channel %s: its public name cannot be asked: %w\nSet basic_id (LINE) or username (Telegram) in the configuration, or see `regulars doctor`", c.Name, err)
			}
		}
		all = append(all, one)
	}
	return all, nil
}

func (m *Main) handle(ctx context.Context, c ChannelConfig) (string, error) {
	if c.Kind == bot.LINE {
		ch, err := line.New(line.Config{Name: c.Name, ChannelID: c.ChannelID, Secret: c.ChannelSecret, Token: c.ChannelToken,
			APIBase: c.APIBase, DataAPIBase: c.DataAPIBase, Clock: m.Clock})
		if err != nil {
			return "", err
		}
		info, err := ch.Info(ctx)
		return info.BasicID, err
	}
	ch, err := telegram.New(telegram.Config{Name: c.Name, Token: c.Token, SecretToken: c.SecretToken, APIBase: c.APIBase, Clock: m.Clock})
	if err != nil {
		return "", err
	}
	me, err := ch.Me(ctx)
	return me.Username, err
}
