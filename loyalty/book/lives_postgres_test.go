package book

import (
	"reflect"
	"testing"
	"time"

	"regulars/store/mem"
	"regulars/store/postgres"
	"regulars/store/postgres/pgtest"
)

// TestLivesOnPostgres lives the same lives on PostgreSQL and in memory, and
// compares every row (invariant 20).
func TestLivesOnPostgres(t *testing.T) {
	t.Parallel()
	lives := uint64(4)
	if raceDetector {
		lives = 1
	}
	url := pgtest.Start(t)
	for seed := range lives {
		db, err := postgres.Create(t.Context(), url, postgres.Options{Conns: 2, Schema: "life" + string(rune('a'+seed)), ConnectTimeout: time.Minute, Patience: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		inMemory := mem.New()
		newLife(t, db, seeded(seed)).live(40)
		newLife(t, inMemory, seeded(seed)).live(40)
		if got, want := dump(t, db), inMemory.Dump(); !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d: %d rows on PostgreSQL, %d in memory, and not the same", seed, len(got), len(want))
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
