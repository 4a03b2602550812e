package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"regulars/store"
)

// stepTimeout bounds the making of a schema and one step of it: a step may have
// to rewrite every row.
const stepTimeout = time.Hour

// viewIdle is how long a View may pause between two reads.
const viewIdle = 5 * time.Minute

// Open opens the store that Create made in the database at rawURL
// (postgres://user:password@host/database?sslmode=…), and brings its schema
// forward where this program is newer. It refuses, and leaves all as it is: a
// database without our schema (fs.ErrNotExist), and a schema that this program
// is too old for (ErrNewer). A server that is away is store.ErrUnavailable.
func Open(ctx context.Context, rawURL string, o Options) (*DB, error) {
	return open(ctx, rawURL, o, func(ctx context.Context, db *DB, conn *pgx.Conn) error {
		return db.advance(ctx, conn, steps)
	})
}

// Create makes an empty store in the database at rawURL, which must exist and
// have nothing in the schema (else fs.ErrExist), and opens it.
func Create(ctx context.Context, rawURL string, o Options) (*DB, error) {
	return open(ctx, rawURL, o, func(ctx context.Context, db *DB, conn *pgx.Conn) error {
		return db.make(ctx, conn, steps)
	})
}

// open lets prepare see to the schema over a connection of its own, and makes
// the pools.
func open(ctx context.Context, rawURL string, o Options, prepare func(context.Context, *DB, *pgx.Conn) error) (*DB, error) {
	o = o.withDefaults()
	cfg, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	cfg.ConnectTimeout = o.ConnectTimeout
	if o.dial != nil {
		cfg.DialFunc = o.dial
	}
	maps.Copy(cfg.RuntimeParams, settings)
	db := &DB{name: nameOf(cfg, o.Schema), opts: o, sql: newStatements(o.Schema)}
	db.close = sync.OnceFunc(db.shutDown)
	db.at.start(db, cfg)
	if err := db.prepare(ctx, cfg, prepare); err != nil {
		return nil, err
	}
	views := max(1, o.Conns/3)
	if db.updates, err = db.newLane(cfg, o.Conns-views, map[string]string{
		"default_transaction_isolation":       "read committed",
		"default_transaction_read_only":       "off",
		"idle_in_transaction_session_timeout": millis(o.IdleTimeout),
	}); err != nil {
		return nil, err
	}
	db.views, err = db.newLane(cfg, views, map[string]string{
		"default_transaction_isolation":       "repeatable read",
		"default_transaction_read_only":       "on",
		"idle_in_transaction_session_timeout": millis(viewIdle),
	})
	if err != nil {
		db.updates.pool.Close()
		return nil, err
	}
	return db, nil
}

// prepare runs f over a connection that has time.
func (db *DB) prepare(ctx context.Context, cfg *pgx.ConnConfig, f func(context.Context, *DB, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, cfg.Copy())
	if err != nil {
		if hasCode(err, "3D000") {
			return fmt.Errorf("postgres: %s: there is no such database: make it first (createdb), then run `regulars init`", db.name)
		}
		return db.unavailable(err)
	}
	err = f(ctx, db, conn)
	_ = conn.Close(context.WithoutCancel(ctx))
	var known interface{ SQLState() string }
	if errors.As(err, &known) || errors.Is(err, store.ErrUnavailable) {
		return fmt.Errorf("postgres: %s: %w", db.name, err)
	}
	return err
}

// newLane makes a pool of n connections that are told params at their start.
func (db *DB) newLane(cfg *pgx.ConnConfig, n int, params map[string]string) (*lane, error) {
	pc, err := pgxpool.ParseConfig(cfg.ConnString())
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	pc.ConnConfig = cfg.Copy()
	maps.Copy(pc.ConnConfig.RuntimeParams, params)
	pc.ConnConfig.RuntimeParams["lock_timeout"] = millis(db.opts.LockTimeout)
	pc.ConnConfig.RuntimeParams["statement_timeout"] = millis(db.opts.StatementTimeout)
	// The places before it bound the pool. It may hold more for a moment: one that
	// is being closed over a dead line takes its time.
	pc.MaxConns, pc.MinConns = int32(2*n+2), 0
	pc.PingTimeout = db.opts.ConnectTimeout
	pc.AfterConnect = db.greet
	pool, err := pgxpool.NewWithConfig(context.Background(), pc)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return &lane{db: db, pool: pool, slots: make(chan struct{}, n)}, nil
}

// greet looks at the schema and the server once a connection: a program that
// runs while the schema becomes too new for it stops using it, and which server
// it is says later whose transaction ids are meant. It prepares the statements,
// so that none costs a second round trip later.
func (db *DB) greet(ctx context.Context, conn *pgx.Conn) error {
	version, oldest, err := db.version(ctx, conn)
	if err != nil {
		return err
	}
	if oldest > len(steps) {
		return fmt.Errorf("%w: %s now has version %d: use the newer regulars", ErrNewer, db.name, version)
	}
	var started string
	if err := conn.QueryRow(ctx, `select pg_postmaster_start_time()::text`).Scan(&started); err != nil {
		return err
	}
	conn.PgConn().CustomData()[startedKey] = started
	// Who waits for a lock notices that its caller died, where the server can tell.
	if _, err := conn.Exec(ctx, `set client_connection_check_interval = '1s'`); err != nil && broken(err) {
		return err
	}
	for _, sql := range db.sql.all() {
		if _, err := conn.Prepare(ctx, sql, sql); err != nil {
			return err
		}
	}
	return nil
}

// startedKey is where a connection keeps when its server started.
const startedKey = "regulars.started"

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// nameOf is the URL without what is secret.
func nameOf(cfg *pgx.ConnConfig, schema string) string {
	u := url.URL{Scheme: "postgres", User: url.User(cfg.User), Host: fmt.Sprintf("%s:%d", cfg.Host, cfg.Port), Path: "/" + cfg.Database}
	if cfg.Host != "" && cfg.Host[0] == '/' {
		u.Host, u.RawQuery = "", "host="+cfg.Host
	}
	name := u.String()
	if schema != "regulars" {
		name += " (schema " + schema + ")"
	}
	return name
}
