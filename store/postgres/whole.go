package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"regulars/store"
)

// Load fills an empty store with rows, in any order, all or nothing, and returns
// how many they were. It is far faster than Updates, and takes no locks: it is
// for a store that nobody uses yet. One that has rows is refused (fs.ErrExist).
// An error of rows is returned as it is.
func (db *DB) Load(ctx context.Context, rows iter.Seq2[store.Row, error]) (n int64, err error) {
	err = db.whole(ctx, func(tx pgx.Tx) error {
		var some bool
		if err := tx.QueryRow(ctx, db.in(`select exists (select from SCHEMA.rows)`)).Scan(&some); err != nil {
			return err
		}
		if some {
			return fmt.Errorf("postgres: %s: %w: the store has rows; nothing was changed", db.name, fs.ErrExist)
		}
		next, stop := iter.Pull2(rows)
		defer stop()
		n, err = tx.CopyFrom(ctx, pgx.Identifier{db.opts.Schema, "rows"}, []string{"key", "value"}, pgx.CopyFromFunc(func() ([]any, error) {
			row, err, ok := next()
			if err != nil || !ok {
				return nil, err
			}
			if err := store.CheckRow(row.Key, row.Value); err != nil {
				return nil, err
			}
			if row.Value == nil {
				row.Value = []byte{}
			}
			return []any{row.Key, row.Value}, nil
		}))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, db.in(`analyze SCHEMA.rows`))
		return err
	})
	return n, err
}

// Clear deletes every row at once.
func (db *DB) Clear(ctx context.Context) error {
	return db.whole(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, db.in(`truncate SCHEMA.rows`))
		return err
	})
}

// origins are what tells this database from a copy of it. A dump that was
// restored, and a database made from a template, have another identity of the
// server, the database or the table; a server that went back to a moment in its
// log, or was a standby before, goes on on another timeline.
var origins = []string{
	`select system_identifier::text from pg_control_system()`,
	`select oid::text from pg_database where datname = current_database()`,
	`select 'SCHEMA.rows'::regclass::oid::text`,
	`select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)`,
}

// Origin is a text that stays the same for as long as this store is the very
// one that it was: it changes where the store comes out of a dump, a copy of the
// database, or an older state of the server. Servers that keep a part of it to
// themselves tell the rest.
func (db *DB) Origin(ctx context.Context) (string, error) {
	conn, err := db.updates.pool.Acquire(ctx)
	if err != nil {
		return "", db.unavailable(err)
	}
	defer conn.Release()
	all := ""
	for _, sql := range origins {
		var part string
		var refused *pgconn.PgError
		if err := conn.QueryRow(ctx, db.in(sql)).Scan(&part); errors.As(err, &refused) {
			part = "-"
		} else if err != nil {
			return "", db.unavailable(err)
		}
		all += "/" + part
	}
	return all[1:], nil
}

// Publish makes views of the rows for people who ask with SQL: in the schema of
// the store's name with "_views" behind it, anew where those there are older
// than version. sql makes them; SCHEMA in it stands for the store's schema and
// VIEWS for theirs. An older program leaves a newer one's views alone.
func (db *DB) Publish(ctx context.Context, version int, sql string) error {
	views := db.opts.Schema + "_views"
	name := pgx.Identifier{views}.Sanitize()
	return db.whole(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, db.key(store.Subject("\x00views"))); err != nil {
			return err
		}
		var there string
		err := tx.QueryRow(ctx, `select coalesce(obj_description(oid, 'pg_namespace'), '') from pg_namespace where nspname = $1`, views).Scan(&there)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if n, _ := strconv.Atoi(there); n >= version {
			return nil
		}
		for _, sql := range []string{"create schema if not exists " + name, db.in(strings.ReplaceAll(sql, "VIEWS", name)),
			"comment on schema " + name + " is '" + strconv.Itoa(version) + "'"} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
}

// whole runs f in a transaction that may take its time.
func (db *DB) whole(ctx context.Context, f func(pgx.Tx) error) error {
	done, err := db.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	err = pgx.BeginFunc(ctx, db.updates.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`); err != nil {
			return err
		}
		return f(tx)
	})
	var said *pgconn.PgError
	if errors.As(err, &said) {
		err = fmt.Errorf("postgres: %s: %w", db.name, err)
	}
	return err
}
