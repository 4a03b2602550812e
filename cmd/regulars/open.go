package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"regulars/bot"
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
	db, err := bolt.Open(cfg.Data, bolt.Options{Window: m.window})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no store at %s: `regulars init` makes one; if there was one, restore your newest backup first", cfg.Data)
	}
	if err != nil {
		return nil, err
	}
	a, err := newAppOver(cfg, db, key, m.Clock, log)
	if errors.Is(err, people.ErrWrongKey) {
		err = fmt.Errorf("the key does not belong to %s: nobody in it could be recognised, so nothing was touched.\n"+
			"Restore the key file that was made with this store; a key once in use cannot be made again", cfg.Data)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// newAppOver wires an app over a store whose key and programme it looks at
// first, in this order: a store of another key must not be written to.
func newAppOver(cfg *Config, db store.DB, key []byte, clock bot.Clock, log *slog.Logger) (*app, error) {
	ctx := context.Background()
	vault, err := people.NewVault(key)
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
	a, err := newApp(cfg, db, key, rules.At, clock, log)
	if err != nil {
		return nil, err
	}
	a.rules = rules
	return a, nil
}
