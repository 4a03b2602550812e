package main

import (
	"context"
	"errors"
	"fmt"

	"regulars/handlers/admin"
	"regulars/store/bolt"
)

type compactCmd struct{}

// Run rewrites the store's file without what was deleted. It needs the file for
// itself, and room for it once more.
func (*compactCmd) Run(ctx context.Context, m *Main) error {
	cfg, _, err := m.deskConfig()
	if err != nil {
		return err
	}
	if onServer(cfg.Data) {
		return errors.New("the store is in PostgreSQL, which gives room back by itself (autovacuum); nothing was changed")
	}
	show := m.newProgress("compact")
	defer show.end()
	before, after, err := bolt.Compact(ctx, cfg.Data, bolt.Options{}, func(done, total uint64) {
		admin.Out(show.line).Progress(int64(done), int64(total))
	})
	if errors.Is(err, bolt.ErrInUse) {
		return errors.New("serve has the store open: stop it, compact, and start it again; nothing was changed")
	}
	if err != nil {
		return err
	}
	show.end()
	m.say("%s: from %s to %s", cfg.Data, megabytes(before), megabytes(after))
	return nil
}

// megabytes writes a number of bytes for people.
func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }
