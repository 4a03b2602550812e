package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/postgres"
	"regulars/store/postgres/pgtest"
)

// TestEachTickHasOneEffect lets the schedules of three processes run side by side
// over one database into the morning of many birthdays, and cuts off the one that
// has begun to give. Each member has one gift and one message.
func TestEachTickHasOneEffect(t *testing.T) {
	t.Parallel()
	members := 40
	if raceDetector { // the other run gives to all of them
		members = 15
	}
	url := pgtest.Start(t)
	text, _ := programme.Preset("cafe")
	rules, complaints := programme.Load([]byte(strings.Replace(string(text), `around  = "month"`, `around  = "day"`, 1)))
	if len(complaints) > 0 {
		t.Fatal(complaints[0])
	}
	clock := new(sim.Clock)
	today := time.Date(2026, 5, 12, 0, 1, 30, 0, rules.Rules.Location())
	clock.Freeze(today.AddDate(0, -2, 0))
	var apps []*app
	var proxies []*pgtest.Proxy
	for i := range 3 {
		p := pgtest.NewProxy(t, url)
		open := postgres.Open
		if i == 0 {
			open = postgres.Create
		}
		db, err := open(t.Context(), p.URL(), postgres.Options{Conns: 6, ConnectTimeout: patience, Patience: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		cfg := &Config{Data: url, Channels: []ChannelConfig{{Name: "main", Kind: bot.Telegram, Token: "1:x", SecretToken: "s", Username: "b"}}}
		a, err := newApp(cfg, db, e2eKey, always(rules), clock, testLog(t))
		if err != nil {
			t.Fatal(err)
		}
		apps, proxies = append(apps, a), append(proxies, p)
	}
	apps[0].publishViews(t.Context())
	for i := range members {
		bornOn(t, apps[0], i, today)
	}

	gifts(t, url, 20*time.Millisecond)
	clock.Freeze(today.Add(-4 * time.Hour))
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for _, a := range apps {
		leave, err := a.replica.Join(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
		all.Go(func() { _ = a.schedule.Run(ctx) })
	}
	ask := sqlOf(t, url)
	given := func() (n, whom, letters int) {
		ask(`SELECT count(*), count(DISTINCT split_part(k, '/', 2)) FROM (SELECT convert_from(key, 'UTF8') AS k FROM regulars.rows
			WHERE key >= 'gift/' AND key < 'gift0') r WHERE k LIKE '%birthday%'`, &n, &whom)
		ask(`SELECT coalesce(sum(letters), 0) FROM regulars_views.outbox`, &letters)
		return n, whom, letters
	}
	cut := false
	pace := 10 * time.Millisecond
	if raceDetector { // the shop's time must not run away from processes that are ten times slower
		pace *= 5
	}
	beat := time.NewTicker(pace)
	defer beat.Stop()
	late := time.After(3 * time.Minute)
	for quiet := 0; quiet < 200; { // and then three minutes of the shop's time
		select {
		case <-beat.C:
			step := time.Second
			if clock.Now().Before(today) {
				step = 5 * time.Minute // the night
			}
			clock.Advance(step)
		case <-late:
			n, whom, letters := given()
			t.Fatalf("%d gifts to %d members, %d messages, of %d", n, whom, letters, members)
		}
		n, _, _ := given()
		if !cut && n > 0 && n < members {
			cut = true
			holder := giver(t, apps)
			proxies[holder].Cut()
			defer proxies[holder].Mend()
			t.Logf("process %d is cut off after %d gifts", holder, n)
		}
		if n >= members {
			quiet++
		}
	}
	stop()
	all.Wait()
	n, whom, letters := given()
	if n != members || whom != members || letters != members {
		t.Errorf("%d gifts to %d members, %d messages; there are %d members", n, whom, letters, members)
	}
	if !cut {
		t.Error("nobody was cut off in the middle")
	}
}

// gifts lets the database take so long over each gift: none of them would be cut
// off in the middle where all are given before anybody looks.
func gifts(t *testing.T, url string, each time.Duration) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), fmt.Sprintf(`CREATE FUNCTION public.slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(%f); RETURN NEW; END';
		CREATE TRIGGER slowly AFTER INSERT ON regulars.rows FOR EACH ROW WHEN (NEW.key >= 'gift/' AND NEW.key < 'gift0') EXECUTE FUNCTION public.slowly()`, each.Seconds()))
	if err != nil {
		t.Fatal(err)
	}
}

// bornOn makes a member with a birthday on that day.
func bornOn(t *testing.T, a *app, i int, day time.Time) {
	t.Helper()
	err := a.db.Update(t.Context(), func(tx store.Tx) error {
		now := a.clock.Now()
		who := shop.Identity(bot.Identity{Channel: "main", User: bot.UserID(fmt.Sprint(1000 + i))})
		p, err := meet(a, tx, who, fmt.Sprint("Member", i))
		if err == nil {
			_, err = a.shop.Vault.Join(tx, p.ID, shop.Wording, now, a.shop.Rand)
		}
		if err != nil {
			return err
		}
		return a.shop.Vault.SetBirthday(tx, p.ID, people.Birthday{Year: 1990, Month: day.Month(), Day: day.Day()}, now, a.shop.Rand)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// giver is who gives the gifts now.
func giver(t *testing.T, apps []*app) int {
	t.Helper()
	for i, a := range apps {
		var runs string
		err := apps[0].db.View(t.Context(), func(r store.Reader) error {
			all, err := a.schedule.Status(r)
			for _, s := range all {
				if s.Job.Name == "club" {
					runs = s.Holder
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if runs == a.replica.ID() {
			return i
		}
	}
	return 0
}

// sqlOf asks a database with SQL.
func sqlOf(t *testing.T, url string) func(sql string, into ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return func(sql string, into ...any) {
		t.Helper()
		if err := conn.QueryRow(context.Background(), sql).Scan(into...); err != nil {
			t.Fatal(err)
		}
	}
}
