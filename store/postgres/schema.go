package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"

	"regulars/store"
)

// ErrNewer reports a schema that this program is too old for.
var ErrNewer = errors.New("postgres: the store is newer than this program")

// step brings a schema from one version to the next, in a transaction of its
// own.
type step struct {
	sql string // SCHEMA stands for the schema's name
	// oldest is the oldest version whose programs may go on using the schema
	// afterwards: during a rolling upgrade they run beside the new ones.
	oldest int
}

// steps make the schema: the n-th leads to version n, counted from 1. They are
// only ever added to.
var steps = []step{{
	// Room is left on the pages, so that hot rows are rewritten in place, and
	// the dead versions of a queue's rows are swept up before they are many.
	sql: `create table SCHEMA.rows (key bytea primary key, value bytea not null)
		with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
			autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1)`,
	oldest: 1,
}}

// advance brings the schema up to the last of steps, one transaction a step.
// Several processes may start at once: one takes each step, the others find it
// taken.
func (db *DB) advance(ctx context.Context, conn *pgx.Conn, steps []step) error {
	for {
		version, oldest, err := db.version(ctx, conn)
		if err != nil {
			return err
		}
		if oldest > len(steps) {
			return fmt.Errorf("%w: %s has version %d, which needs a program that knows version %d, and this one knows up to %d: use the newer regulars; nothing was changed",
				ErrNewer, db.name, version, oldest, len(steps))
		}
		if version >= len(steps) {
			return nil
		}
		if err := db.take(ctx, conn, steps, version); err != nil {
			return fmt.Errorf("postgres: %s: the step to version %d failed, and nothing of it was kept: %w", db.name, version+1, err)
		}
	}
}

// version reads what the schema is.
func (db *DB) version(ctx context.Context, conn *pgx.Conn) (version, oldest int, err error) {
	err = conn.QueryRow(ctx, db.in(`select version, oldest from SCHEMA.meta`)).Scan(&version, &oldest)
	switch {
	case hasCode(err, "42P01", "3F000"): // no such table, no such schema
		return 0, 0, fmt.Errorf("postgres: no store at %s: make one with `regulars init`, or move one there with `regulars move` (%w)", db.name, fs.ErrNotExist)
	case errors.Is(err, pgx.ErrNoRows):
		return 0, 0, db.damaged("it does not say which version it has")
	}
	return version, oldest, err
}

// take takes the step from version, unless another process did.
func (db *DB) take(ctx context.Context, conn *pgx.Conn, steps []step, version int) error {
	return db.alone(ctx, conn, func(tx pgx.Tx) error {
		now, _, err := db.version(ctx, tx.Conn())
		if err != nil || now != version {
			return err
		}
		if err := db.apply(ctx, tx, steps[version], version+1); err != nil {
			return err
		}
		db.opts.Log.Info("the store's schema was brought forward", "store", db.name, "version", version+1)
		return nil
	})
}

// apply runs one step and records it.
func (db *DB) apply(ctx context.Context, tx pgx.Tx, s step, version int) error {
	if _, err := tx.Exec(ctx, db.in(s.sql)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, db.in(`insert into SCHEMA.steps (version) values ($1)`), version); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, db.in(`update SCHEMA.meta set version = $1, oldest = greatest(oldest, $2)`), version, s.oldest)
	return err
}

// make makes the schema, whole or not at all. It refuses (fs.ErrExist) where
// there is one that is not empty.
func (db *DB) make(ctx context.Context, conn *pgx.Conn, steps []step) error {
	return db.alone(ctx, conn, func(tx pgx.Tx) error {
		var relations int
		err := tx.QueryRow(ctx, `select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1`,
			db.opts.Schema).Scan(&relations)
		if err != nil {
			return err
		}
		if relations > 0 {
			return fmt.Errorf("postgres: %s: %w: the schema is not empty; nothing was changed", db.name, fs.ErrExist)
		}
		_, err = tx.Exec(ctx, db.in(`create schema if not exists SCHEMA;
			create table SCHEMA.meta (version int not null, oldest int not null);
			create unique index on SCHEMA.meta ((true));
			create table SCHEMA.steps (version int primary key, taken timestamptz not null default now());
			insert into SCHEMA.meta values (0, 0)`))
		if err != nil {
			return err
		}
		for i, s := range steps {
			if err := db.apply(ctx, tx, s, i+1); err != nil {
				return err
			}
		}
		return nil
	})
}

// alone runs f in a transaction, one at a time among all processes.
func (db *DB) alone(ctx context.Context, conn *pgx.Conn, f func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, db.key(store.Subject("\x00schema"))); err != nil {
			return err
		}
		return f(tx)
	})
}

// in is sql with the schema's name.
func (db *DB) in(sql string) string {
	return strings.ReplaceAll(sql, "SCHEMA", pgx.Identifier{db.opts.Schema}.Sanitize())
}
