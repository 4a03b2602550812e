package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"regulars/handlers/admin"
)

// serverWithin is how long the doctor waits for a database server.
const serverWithin = 10 * time.Second

// slowServer is a round trip that makes a shop slow: each event takes several.
const slowServer = 20 * time.Millisecond

// server opens the store on its server, beside whoever uses it, and looks at what
// the server was told about losing things.
func (d *doctor) server(ctx context.Context, cfg *Config) {
	ctx, stop := context.WithTimeout(ctx, serverWithin)
	defer stop()
	place := storeName(cfg.Data)
	db, err := d.m.openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.say(finding{false, "there is no store at " + place, "Make one with `regulars init --data`, or bring one with `regulars move --to`; if there was one, restore your newest dump first"})
		return
	case err != nil:
		d.try(err, "")
		return
	}
	defer db.Close()
	size := ""
	if s, ok := db.(interface {
		Size(context.Context) (int64, error)
	}); ok {
		if n, err := s.Size(ctx); err == nil {
			size = ", " + megabytes(n)
		}
	}
	who := "no serve answers here"
	if admin.Alive(cfg.AdminSocket) {
		who = "a serve on this machine answers"
	}
	d.say(finding{true, fmt.Sprintf("%s opens%s; %s. `regulars verify` reads all of it", place, size, who), ""})
	d.settings(ctx, cfg)
}

// settings looks at what makes a server lose what it acknowledged, and at how
// far it is.
func (d *doctor) settings(ctx context.Context, cfg *Config) {
	conn, err := pgx.Connect(ctx, cfg.Data)
	if err != nil {
		d.say(finding{false, storeName(cfg.Data) + " takes no further connection", "Let max_connections of the server be 17 for each serve at least, and a few for everybody else"})
		return
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var sync, commit, pages, version string
	began := time.Now()
	err = conn.QueryRow(ctx, `select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'), current_setting('server_version')`).
		Scan(&sync, &commit, &pages, &version)
	if err != nil {
		d.say(finding{false, "the server does not tell its settings", ""})
		return
	}
	took := time.Since(began)
	for _, s := range []struct{ name, is string }{{"fsync", sync}, {"synchronous_commit", commit}, {"full_page_writes", pages}} {
		if s.is == "off" {
			d.say(finding{false, fmt.Sprintf("the server has %s = off: it may lose, after a power cut, what was acknowledged", s.name), "Set it to on in postgresql.conf, and restart the server"})
		}
	}
	text := fmt.Sprintf("PostgreSQL %s answers in %s", version, took.Round(100*time.Microsecond))
	if took > slowServer {
		d.look(text, "Each message takes a few round trips: let serve stand nearer to the server")
		return
	}
	d.say(finding{true, text, ""})
}
