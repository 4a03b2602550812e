package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"regulars/store"
)

// What goes out in one statement, and in one round trip, at most.
const (
	putRows   = 2000
	putBytes  = 4 << 20
	tripBytes = 16 << 20
)

// commit writes t's changes and commits them. Where nothing was written there
// is nothing to commit, and nobody waits for the locks to go.
func (t *tx) commit() error {
	if len(t.changes) == 0 {
		return nil
	}
	rest := t.changes
	// Before COMMIT goes out the transaction's id must be known.
	for !t.begun || weight(rest) > tripBytes {
		now := head(rest, tripBytes)
		if err := t.ask(func(b *pgx.Batch) { t.flush(b, rest[:now]) }); err != nil {
			return err
		}
		rest = rest[now:]
	}
	if err := t.pass(); err != nil {
		return err
	}
	b := &pgx.Batch{}
	after := t.prepare(b, t.c.db.sql.must)
	t.flush(b, rest)
	err := t.c.commit(b, t)
	if err == nil {
		_ = after() // counts how long the locks were waited for
		t.c.db.stats.commits.Add(1)
	}
	return err
}

// weight is how many bytes changes have, or more than tripBytes.
func weight(changes store.Overlay) (n int) {
	for _, c := range changes {
		if n += len(c.Key) + len(c.Value); n > tripBytes {
			break
		}
	}
	return n
}

// head is how many of changes weigh no more than limit, one at least where
// there is one.
func head(changes store.Overlay, limit int) (n int) {
	size := 0
	for n < len(changes) && (n == 0 || size+len(changes[n].Key)+len(changes[n].Value) <= limit) {
		size += len(changes[n].Key) + len(changes[n].Value)
		n++
	}
	return n
}

// flush queues changes, in the order of their keys.
func (t *tx) flush(b *pgx.Batch, changes store.Overlay) {
	sql := t.c.db.sql
	for len(changes) > 0 {
		now := changes[:min(head(changes, putBytes), putRows)]
		changes = changes[len(now):]
		var keys, values, gone [][]byte
		for _, c := range now {
			if c.Deleted {
				gone = append(gone, c.Key)
				continue
			}
			keys, values = append(keys, c.Key), append(values, c.Value)
		}
		if len(keys) > 0 {
			b.Queue(sql.put, keys, values)
		}
		if len(gone) > 0 {
			b.Queue(sql.remove, gone)
		}
	}
}

// commit sends b and COMMIT, and tells the truth about what became of it. The
// caller's context is not looked at any more, save for how long to ask.
func (c *call) commit(b *pgx.Batch, t *tx) error {
	said := ""
	b.Queue(c.db.sql.commit).Exec(func(tag pgconn.CommandTag) error {
		said = tag.String()
		return nil
	})
	ctx, cancel := either(context.WithoutCancel(c.caller), c.up)
	defer cancel()
	pid, started := c.conn.Conn().PgConn().PID(), c.started()
	err := c.send(ctx, b)
	switch {
	case said == "COMMIT": // what broke afterwards broke too late to matter
		c.inTx = false
		return nil
	case err == nil:
		return c.db.unavailable(fmt.Errorf("COMMIT was answered by %q", said))
	case !broken(err), pgconn.SafeToRetry(err): // refused, or never sent
		return c.failed(err)
	}
	c.db.stats.lost.Add(1)
	c.db.at.suspect()
	c.drop()
	return c.db.ask(c.caller, doubt{id: t.id, pid: pid, started: started, witness: t.witness()}, err)
}

// started says which server c's connection is to.
func (c *call) started() string {
	s, _ := c.conn.Conn().PgConn().CustomData()[startedKey].(string)
	return s
}

// witness is a row that t put, nil if it only deleted.
func (t *tx) witness() []byte {
	for _, c := range t.changes {
		if !c.Deleted {
			return c.Key
		}
	}
	return nil
}

// doubt is a transaction whose COMMIT went out and was not answered.
type doubt struct {
	id      string
	pid     uint32
	started string // when its server started
	witness []byte
}

// errOpen reports that the server still works on a transaction.
var errOpen = errors.New("the transaction is still open")

// errNobody reports that not even the server can tell.
var errNobody = errors.New("the server was replaced, and the row was written again since")

// ask finds out, over connections of its own, what became of d, whose connection
// gave cause.
func (db *DB) ask(caller context.Context, d doubt, cause error) error {
	db.stats.asked.Add(1)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(caller), db.opts.AskTimeout)
	defer cancel()
	if end, ok := caller.Deadline(); ok {
		ctx, cancel = context.WithDeadline(ctx, end)
		defer cancel()
	}
	beat := time.NewTicker(50 * time.Millisecond)
	defer beat.Stop()
	for {
		committed, err := db.look(ctx, d)
		if err == nil && committed {
			db.opts.Log.Warn("the connection broke during a commit, which is kept", "store", db.name, "error", cause)
			return nil
		}
		if err == nil {
			db.opts.Log.Warn("the connection broke during a commit, which is not kept", "store", db.name, "error", cause)
			return db.unavailable(cause)
		}
		if errors.Is(err, errNobody) || ctx.Err() != nil {
			return db.unknown(err)
		}
		select {
		case <-ctx.Done():
			return db.unknown(err)
		case <-beat.C:
		}
	}
}

// unknown is store.ErrUnavailable where nobody can say whether rows were kept.
func (db *DB) unknown(cause error) error {
	db.opts.Log.Error("the connection broke during a commit, and what became of it could not be found out", "store", db.name, "error", cause)
	return fmt.Errorf("%w: %s: the connection broke during a commit (%w); it is not known whether it was kept", store.ErrUnavailable, db.name, cause)
}

// look asks once.
func (db *DB) look(ctx context.Context, d doubt) (committed bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, db.at.cfg.Copy())
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var started string
	var status *string
	err = conn.QueryRow(ctx, db.sql.status, d.id).Scan(&started, &status)
	switch {
	case hasCode(err, "22023"): // an id that this server never gave out: it lost it
		return false, nil
	case err != nil:
		return false, err
	case status == nil:
		return false, errNobody
	case *status == "aborted":
		return false, nil
	case *status == "in progress" && started == d.started:
		// Its server may wait for words that will never come. Ended, it says.
		_, err = conn.Exec(ctx, db.sql.backend, d.pid, d.id)
		return false, errors.Join(errOpen, err)
	}
	return db.kept(ctx, conn, d, started)
}

// kept judges a transaction that the server calls committed. A server that
// crashed gives the ids of what it lost to others: only the row itself is proof.
func (db *DB) kept(ctx context.Context, conn *pgx.Conn, d doubt, started string) (bool, error) {
	if started == d.started {
		return true, nil
	}
	id, err := strconv.ParseUint(d.id, 10, 64)
	if err != nil {
		return false, err
	}
	var by string
	err = conn.QueryRow(ctx, db.in(`select xmin::text from SCHEMA.rows where key = $1`), d.witness).Scan(&by)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, err
	}
	if by == strconv.FormatUint(id&0xffffffff, 10) {
		return true, nil
	}
	return false, errNobody
}
