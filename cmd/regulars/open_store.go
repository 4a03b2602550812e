package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/postgres"
)

// onServer says that data is the URL of a database server, not a file.
func onServer(data string) bool {
	return strings.HasPrefix(data, "postgres://") || strings.HasPrefix(data, "postgresql://")
}

// storeName is where a store is, as people may read it: its file, or server and
// database without who asks and the password.
func storeName(data string) string {
	if !onServer(data) {
		return data
	}
	u, err := url.Parse(data)
	if err != nil {
		return "PostgreSQL"
	}
	host := u.Host
	if host == "" {
		host = u.Query().Get("host")
	}
	return "postgres://" + host + u.Path
}

func checkData(s string) string {
	if onServer(s) {
		if _, err := pgconn.ParseConfig(s); err != nil { // its text may have the password
			return "is no address of PostgreSQL, as in postgres://user:password@host:5432/database; in a password, @ is written %40, / %2F, : %3A and % %25"
		}
		return ""
	}
	if strings.Contains(s, "://") {
		return "must be a file, or an address of PostgreSQL, which begins with postgres://"
	}
	return ""
}

// openStore opens the store that the configuration names, if it is there
// (fs.ErrNotExist) and was not moved away.
func (m *Main) openStore(ctx context.Context, cfg *Config, log *slog.Logger) (store.DB, error) {
	db, err := openData(ctx, cfg.Data, bolt.Options{Window: m.window, Journal: m.journal(cfg), AcceptLoss: m.acceptLoss}, log)
	if err != nil {
		return nil, err
	}
	if err := notMoved(ctx, db, cfg.Data); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openData opens a store, whether it was moved or not. o is for a file.
func openData(ctx context.Context, data string, o bolt.Options, log *slog.Logger) (store.DB, error) {
	if onServer(data) {
		db, err := postgres.Open(ctx, data, postgres.Options{Log: log})
		if errors.Is(err, store.ErrUnavailable) {
			err = &awayError{storeName(data), whyAway(err)}
		}
		return orNil(db, err)
	}
	return orNil(bolt.Open(data, o))
}

// awayError is a server that does not let us in. It is store.ErrUnavailable and
// nothing else: a socket that is not there is no store that is not there.
type awayError struct{ where, why string }

func (e *awayError) Error() string {
	return fmt.Sprintf("%s does not answer%s.\nIs the server running, and may this machine and this account reach it?", e.where, e.why)
}

func (e *awayError) Unwrap() error { return store.ErrUnavailable }

// whyAway is what the server, or the network, said of it, in parentheses.
func whyAway(err error) string {
	var said *pgconn.PgError
	var net *net.OpError
	switch {
	case errors.As(err, &said):
		return " (" + said.Message + ")"
	case errors.As(err, &net):
		return " (" + net.Err.Error() + ")"
	}
	return ""
}

// createData makes an empty store. An error is fs.ErrExist where there is one.
func createData(ctx context.Context, data string) error {
	if !onServer(data) {
		return bolt.Create(data)
	}
	db, err := postgres.Create(ctx, data, postgres.Options{})
	if err != nil {
		return err
	}
	return db.Close()
}

// orNil keeps a nil of one engine from being a store.DB that is not nil.
func orNil[D store.DB](db D, err error) (store.DB, error) {
	if err != nil {
		return nil, err
	}
	return db, nil
}

// aboutOpening says in a sentence what kept a store from being opened.
func aboutOpening(data string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist) && onServer(data):
		return fmt.Errorf("there is no store at %s: `regulars init --data` makes one there, `regulars move --to` brings one; if there was one, restore your newest dump first", storeName(data))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no store at %s: `regulars init` makes one; if there was one, restore your newest backup first", data)
	case errors.Is(err, people.ErrWrongKey):
		return fmt.Errorf("the key does not belong to %s: nobody in it could be recognised, so nothing was touched.\n"+
			"Restore the key file that was made with this store; a key once in use cannot be made again", storeName(data))
	}
	return aboutGeneration(err)
}
