package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// openApp opens everything the configuration names and wires it together. The
// app's store is the caller's to close.
func (m *Main) openApp(cfg *Config, log *slog.Logger) (*app, error) {
	key, err := cfg.ReadKey(m.Env)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	db, err := m.openStore(ctx, cfg, log)
	if err != nil {
		return nil, aboutOpening(cfg.Data, err)
	}
	a, err := newAppOver(cfg, db, key, m.Clock, log)
	if err == nil {
		a.ops.keys = func(c *Config) ([]people.Key, error) { return c.ReadKey(m.Env) }
		a.ops.keyFixed = m.env(keyVariable, "") != ""
		err = errors.Join(a.known(ctx), a.holdAfterLoss(ctx))
	}
	if err != nil {
		return nil, errors.Join(aboutOpening(cfg.Data, err), db.Close())
	}
	return a, nil
}

// newAppOver wires an app over a store whose key and programme it looks at
// first, in this order: a store of another key must not be written to.
func newAppOver(cfg *Config, db store.DB, keys []people.Key, clock bot.Clock, log *slog.Logger) (*app, error) {
	ctx := context.Background()
	vault, err := people.NewRing(slices.Clone(keys))
	if err == nil {
		err = vault.CheckKey(ctx, db)
	}
	if err != nil {
		return nil, err
	}
	rules, err := openRulebook(ctx, cfg.Programme, db, clock, log)
	if err != nil {
		return nil, err
	}
	a, err := newAppWith(cfg, db, vault, rules.At, clock, log)
	if err != nil {
		return nil, err
	}
	a.rules, rules.shared = rules, cfg.shared()
	return a, nil
}

// holdAfterLoss holds all messages where the store's file lost its last commits
// and goes on without them: what was sent since is not known any more (LEDGER,
// invariant 31).
func (a *app) holdAfterLoss(ctx context.Context) error {
	if file, ok := a.db.(*bolt.DB); !ok || !file.LossAccepted() {
		return nil
	}
	return a.db.Update(ctx, func(tx store.Tx) error {
		return outbox.Hold(tx, "the data file lost its last commits", a.clock.Now())
	})
}
