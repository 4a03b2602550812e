package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot/bottest"
	"regulars/store/postgres"
	"regulars/store/postgres/pgtest"
)

// TestTranscriptsOnPostgres plays a tenth of the conversations over HTTP with the
// store in PostgreSQL: how people join, buy, redeem and give back.
func TestTranscriptsOnPostgres(t *testing.T) {
	t.Parallel()
	which := "[jrs][aeo][dil]*"
	if raceDetector {
		which = "jo[i]*"
	}
	url := pgtest.Start(t)
	var schemas sync.Map // of worlds: a scene may start the program again
	var made atomic.Int64
	bottest.RunHTTP(t, "../../handlers/testdata/"+which+".txtar", func(t testing.TB, w *bottest.World) bottest.Program {
		open := postgres.Open
		schema, again := schemas.Load(w.Dir)
		if !again {
			schema, open = fmt.Sprint("scene", made.Add(1)), postgres.Create
			schemas.Store(w.Dir, schema)
		}
		db, err := open(t.Context(), url, postgres.Options{Conns: 4, Schema: schema.(string), ConnectTimeout: patience, Patience: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		rules := newSceneRules(t, w.Dir)
		return program(t, runAppOver(t, rules.at, bottestConfig(w), db, w.Sim.Clock, testLog(t), untold), rules)
	}, 0.2)
}
