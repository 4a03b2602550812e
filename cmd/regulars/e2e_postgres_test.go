package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"regulars/store/postgres/pgtest"
)

// pgPassword stands in the address of the tests' databases, and nowhere else.
const pgPassword = "sesame-open-9417"

// withPassword is a database's address as operators have it. The server asks for
// none; what is looked at is where it shows.
func withPassword(t testing.TB, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("regulars", pgPassword)
	return u.String()
}

// TestMovesToPostgresAndBack takes a shop of the shipped binary from its file to a
// database and back, with customers before, between and after.
func TestMovesToPostgresAndBack(t *testing.T) {
	t.Parallel()
	db := withPassword(t, pgtest.Start(t))
	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true")
	said := ""
	run := func(args ...string) string { out := p.must(args...); said += out; return out }
	p.start()
	p.hooked()
	ann := p.joined("Ann", "0912345678")
	clerk := p.line.Person("Sam", "en").Befriend()
	clerk.Say("/staff " + p.invite("clerk"))
	p.hears(clerk, 1)
	sells := func(order, total string) {
		t.Helper()
		clerk.Say("/sale 0912345678 NT$350 " + order)
		p.hears(clerk, 1)
		ann.Say("points")
		p.eventually("Ann to hear of "+total, func() bool { return strings.Contains(strings.Join(ann.Received(), "\n"), total+" points") })
	}
	refused := func(want string, args ...string) {
		t.Helper()
		out, err := p.command(args...).CombinedOutput()
		said += string(out)
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("regulars %v: %v\n%s", args, err, out)
		}
	}
	sells("A-1", "35")
	refused("serve runs on this store", "move", "--to", db)
	p.try(p.stop())

	out := run("move", "--to", db)
	if !strings.Contains(out, "holds the shop now") {
		t.Errorf("move said:\n%s", out)
	}
	refused("was moved from", "serve")
	refused("say it again with --force", "move", "--reopen")
	p.env = append(p.env, "REGULARS_DATA="+db)

	p.start()
	sells("A-2", "70")
	for _, command := range []string{"verify", "stats", "doctor"} {
		c := p.command(command) // the doctor may find fault with a world that is invented
		text, _ := c.CombinedOutput()
		said += string(text)
	}
	if out := run("verify"); !strings.Contains(out, "all whole") {
		t.Errorf("verify said:\n%s", out)
	}
	refused("stop", "move", "--to", filepath.Join(p.dir, "back.db"))
	p.try(p.stop())
	refused("is in PostgreSQL", "compact")
	refused("is in PostgreSQL", "restore", "backups")
	run("rebuild")
	run("export", filepath.Join(p.dir, "out"))
	run("move", "--to", filepath.Join(p.dir, "back.db"))
	refused("was moved from", "stats")
	p.env = append(p.env, "REGULARS_DATA=back.db")
	p.start()
	sells("A-3", "105")
	p.try(p.stop())
	p.opened(func(*app) {})

	if said += p.log.String(); strings.Contains(said, pgPassword) {
		t.Errorf("the password was printed:\n%s", said)
	}
}

// TestInitOnPostgres makes a shop in a database, and reads it as people with SQL
// do: by a role that sees the views and nothing else.
func TestInitOnPostgres(t *testing.T) {
	t.Parallel()
	raw := pgtest.Start(t)
	db := withPassword(t, raw)
	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true", "REGULARS_DATA="+db)
	if _, err := os.Stat(filepath.Join(p.dir, "regulars.db")); err == nil {
		t.Error("init made a file beside the database")
	}
	p.start()
	p.hooked()
	ann := p.joined("Annabelle", "0912345678")
	sam := p.line.Person("Samantha-Jo", "en").Befriend()
	sam.Say("/staff " + p.invite("clerk"))
	p.hears(sam, 1)
	sam.Say("/sale 0912345678 350 " + plainOrder)
	p.hears(sam, 1)
	sam.Say("/give 0912345678 40 spilledteareason")
	p.hears(sam, 1)
	p.try(p.stop())

	ctx := context.Background()
	conn, err := pgx.Connect(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, sql := range []string{
		`DROP ROLE IF EXISTS reader`, `CREATE ROLE reader`, `GRANT USAGE ON SCHEMA regulars_views TO reader`,
		`GRANT SELECT ON ALL TABLES IN SCHEMA regulars_views TO reader`, `SET ROLE reader`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	var members, accounts int
	if err := conn.QueryRow(ctx, `SELECT count(*), count(a.member) FROM regulars_views.members m LEFT JOIN regulars_views.accounts a USING (member) WHERE joined IS NOT NULL`).Scan(&members, &accounts); err != nil || members != 1 {
		t.Errorf("members %d, of them with an account %d, %v", members, accounts, err)
	}
	p.viewsTell(conn, map[string]string{"name": "Annabelle", "phone": "912345678", "chat id": ann.ID(), "employee": "Samantha-Jo", "reason": "spilledteareason"})
	if _, err := conn.Exec(ctx, `SELECT * FROM regulars.rows`); err == nil {
		t.Error("a reader of the views may read the rows too")
	}
}

// viewsTell reads all that the views have, names of columns and rows, and looks for what
// people with SQL are not to know.
func (p *place) viewsTell(conn *pgx.Conn, said map[string]string) {
	p.t.Helper()
	views := p.read(conn, `SELECT table_name::text FROM information_schema.views WHERE table_schema = 'regulars_views'`)
	if len(views) < 6 {
		p.t.Errorf("only the views %v are there", views)
	}
	orders := 0 // which the books have as they were typed: where none is found, nothing else is
	for _, view := range views {
		text := strings.Join(p.read(conn, `SELECT to_jsonb(v)::text FROM regulars_views.`+view+` v`), "\n") +
			strings.Join(p.read(conn, `SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'regulars_views' AND table_name = '`+view+`'`), " ")
		lookFor(p.t, "the view "+view, []byte(text), said)
		orders += len(leaks([]byte(text), map[string]string{"order": plainOrder}))
	}
	if orders == 0 {
		p.t.Error("the search does not even find an order")
	}
}

// read is the one column that a query gives.
func (p *place) read(conn *pgx.Conn, sql string) []string {
	p.t.Helper()
	rows, err := conn.Query(context.Background(), sql)
	p.try(err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	p.try(err)
	return all
}
