package hooks

import (
	"testing"
	"time"

	"regulars/store/postgres"
	"regulars/store/postgres/pgtest"
)

// TestOnPostgres: what is told to other programs goes out on PostgreSQL as it does
// elsewhere: every way to fail, and a member's events in their order.
func TestOnPostgres(t *testing.T) {
	t.Parallel()
	url := pgtest.Start(t)
	for name, check := range map[string]func(*testing.T, *world){"retries": retries, "order": keepsOrder} {
		t.Run(name, func(t *testing.T) {
			db, err := postgres.Create(t.Context(), url, postgres.Options{Conns: 2, Schema: name, ConnectTimeout: time.Minute, Patience: 10 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			check(t, newWorldIn(t, db))
		})
	}
}
