package postgres

import (
	"strings"

	"github.com/jackc/pgx/v5"
)

// statements are what is said to the server.
type statements struct {
	begin, commit, rollback, xid string
	lock, try, must              string
	get, scan, scanOn            string
	put, remove                  string
	size, status, backend        string
}

// newStatements names the tables of schema in them.
func newStatements(schema string) statements {
	in := func(sql string) string {
		return strings.ReplaceAll(sql, "SCHEMA", pgx.Identifier{schema}.Sanitize())
	}
	return statements{
		begin:    `begin`, // isolation and mode are the session's
		commit:   `commit`,
		rollback: `rollback`,
		xid:      `select pg_current_xact_id()::text`,
		// unnest keeps the order; the last row tells how long all took, in seconds.
		lock: `select pg_advisory_xact_lock(k), extract(epoch from clock_timestamp() - statement_timestamp())::float8
			from unnest($1::bigint[]) k`,
		try: `select bool_and(pg_try_advisory_xact_lock(k)) from unnest($1::bigint[]) k`,
		// The same, ending the transaction where one is taken: COMMIT is on its way.
		must:   `select 1 / bool_and(pg_try_advisory_xact_lock(k))::int from unnest($1::bigint[]) k`,
		get:    in(`select key, value from SCHEMA.rows where key = any($1::bytea[])`),
		scan:   in(`select key, value from SCHEMA.rows where key >= $1 and key < $2 order by key limit $3`),
		scanOn: in(`select key, value from SCHEMA.rows where key >= $1 order by key limit $2`),
		put: in(`insert into SCHEMA.rows (key, value) select * from unnest($1::bytea[], $2::bytea[])
			on conflict (key) do update set value = excluded.value`),
		remove: in(`delete from SCHEMA.rows where key = any($1::bytea[])`),
		size:   in(`select pg_total_relation_size('SCHEMA.rows'::regclass)`),
		status: `select pg_postmaster_start_time()::text, pg_xact_status($1::text::xid8)`,
		// Only the very transaction in question is ended, never one that came after.
		backend: `select count(pg_terminate_backend(pid)) from pg_stat_activity
			where pid = $1 and backend_xid = ($2::text::xid8)::xid`,
	}
}

// all are the statements that calls say again and again.
func (s statements) all() []string {
	return []string{s.begin, s.commit, s.rollback, s.xid, s.lock, s.try, s.must, s.get, s.scan, s.scanOn, s.put, s.remove}
}

// settings are what every session is told at its start. The one table is always
// reached by its key: a plan made while it was empty must not read all of it
// later, and there is nothing to plan anew.
var settings = map[string]string{
	"application_name":  "regulars",
	"plan_cache_mode":   "force_generic_plan",
	"enable_seqscan":    "off",
	"enable_bitmapscan": "off",
	"jit":               "off",
}
