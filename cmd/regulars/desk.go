package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"regulars/handlers/admin"
	"regulars/store/bolt"
)

// ask has a running serve do an operation, or does it itself where none runs.
func (m *Main) ask(ctx context.Context, op string, args map[string]string) error {
	show := m.newProgress(op)
	defer show.end()
	return m.askFor(ctx, op, args, show.line)
}

// askFor is ask for who does something with the answer.
func (m *Main) askFor(ctx context.Context, op string, args map[string]string, out admin.Out) (err error) {
	cfg, lacking, err := m.deskConfig()
	if err != nil {
		return err
	}
	if cfg.AdminSocket != "" {
		ran, err := admin.Call(ctx, cfg.AdminSocket, op, args, out)
		if ran || err != nil {
			return err
		}
	}
	if lacking != nil && op == "dead-replay" {
		return lacking // what is handled again answers on its channel
	}
	a, err := m.openApp(cfg, slog.New(slog.DiscardHandler))
	if errors.Is(err, bolt.ErrInUse) {
		return fmt.Errorf("another regulars has %s open and does not answer at %q.\n"+
			"If serve runs with another configuration, name that with --config; if another command is at work, wait for it", cfg.Data, cfg.AdminSocket)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.db.Close()) }()
	return a.adminOps()[op](ctx, args, out)
}

// deskConfig is the configuration, without channels where their secrets are
// not at hand: serve's environment is seldom that of an operator's shell.
// lacking then says which.
func (m *Main) deskConfig() (cfg *Config, lacking, err error) {
	cfg, err = m.config()
	var bad *ConfigError
	if !errors.As(err, &bad) {
		return cfg, nil, err
	}
	cfg, lenient := loadConfig(m.configPath, m.Env, false)
	if lenient != nil {
		return nil, nil, err
	}
	cfg.Channels = nil
	return cfg, err, nil
}

type rebuildCmd struct{}

// Run writes derived rows anew.
func (*rebuildCmd) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "rebuild", nil) }

type statsCmd struct{}

// Run prints the shop in a dozen numbers.
func (*statsCmd) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "stats", nil) }
