package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store/bolt"
)

// openApp opens everything the configuration names and wires it together. The
// app's store is the caller's to close.
func (m *Main) openApp(cfg *Config, log *slog.Logger) (*app, error) {
	key, err := cfg.ReadKey(m.Env)
	if err != nil {
		return nil, err
	}
	p, err := readProgramme(cfg.Programme)
	if err != nil {
		return nil, err
	}
	db, err := bolt.Open(cfg.Data, bolt.Options{})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no store at %s: `regulars init` makes one; if there was one, restore your newest backup first", cfg.Data)
	}
	if err != nil {
		return nil, err
	}
	a, err := newApp(cfg, db, key, p, m.Clock, log)
	if err == nil {
		err = a.shop.Vault.CheckKey(context.Background(), db)
	}
	if errors.Is(err, people.ErrWrongKey) {
		err = fmt.Errorf("the key does not belong to %s: nobody in it could be recognised, so nothing was touched.\n"+
			"Restore the key file that was made with this store; a key once in use cannot be made again", cfg.Data)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// readProgramme reads the programme file; all that is wrong with it is one
// error, a line each.
func readProgramme(path string) (*programme.Programme, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the programme cannot be read: %w; `regulars init` writes one, and programme in the configuration names it", err)
	}
	p, complaints := programme.Load(text)
	if len(complaints) == 0 {
		return p, nil
	}
	var lines []string
	for _, c := range complaints {
		lines = append(lines, "  "+c.String())
	}
	return nil, fmt.Errorf("%s cannot be used:\n%s", path, strings.Join(lines, "\n"))
}
