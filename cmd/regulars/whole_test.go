package main

import (
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"regulars/store"
)

// TestWholeService lives the whole service, seed by seed: members, employees and
// groups on both platforms; one to three processes on one store that are killed
// and replaced; platforms, network and store that fail; leaps of the clock. An
// auditor that shares nothing with the program says what cannot be. REGULARS_SEEDS
// lives so many; REGULARS_SEED lives one again.
func TestWholeService(t *testing.T) {
	t.Parallel()
	if n, err := strconv.ParseUint(os.Getenv("REGULARS_SEED"), 10, 64); err == nil {
		t.Run("again", func(t *testing.T) { judgeWhole(t, n) })
		return
	}
	seeds := 20
	if raceDetector {
		seeds = 3
	}
	if n, err := strconv.Atoi(os.Getenv("REGULARS_SEEDS")); err == nil {
		seeds = n
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed+1), func(t *testing.T) { judgeWhole(t, seed+1) })
	}
}

// judgeWhole is a seed in which nothing may be found.
func judgeWhole(t *testing.T, seed uint64) {
	t.Helper()
	if faults := liveWhole(t, seed, nil); faults != "" {
		t.Error(faults)
	}
}

// liveWhole is one seed's tale, and gives what the auditor found. The seed draws
// what people do, what breaks, and who goes first of those that wait for the
// store or the network; what the program does in the background at one instant,
// in an order of its own, it does not.
func liveWhole(t *testing.T, seed uint64, plant planted) (faults string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t, seed)
		w.planted = plant
		defer w.close()
		x := newTale(w)
		for range 45 {
			x.step()
			if faults = x.found(); faults != "" {
				return
			}
		}
		x.ends()
		faults = x.found()
	})
	return faults
}

// TestWholeServiceFindsWhatIsPlanted breaks the program on purpose, in three ways:
// the auditor must see each.
func TestWholeServiceFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("it looks for no races, and takes ten times as long")
	}
	for name, plant := range map[string]func() planted{
		"an event that comes again is done again": func() planted {
			return func(db store.DB, ctx context.Context, f func(store.Tx) error) error {
				return db.Update(ctx, func(tx store.Tx) error { return f(&forgetful{tx, []string{"seen/", "op/"}}) })
			}
		},
		"a commit is lost after it was said to stand": func() planted {
			n := 0
			return func(db store.DB, ctx context.Context, f func(store.Tx) error) error {
				if n++; !strings.Contains(whence(), "(*Bot).once") || n%3 > 0 {
					return db.Update(ctx, f)
				}
				undone := errors.New("lost")
				err := db.Update(ctx, func(tx store.Tx) error {
					if err := f(tx); err != nil {
						return err
					}
					return undone
				})
				if errors.Is(err, undone) {
					return nil
				}
				return err
			}
		},
		"half a commit: its lots are missing": func() planted {
			return func(db store.DB, ctx context.Context, f func(store.Tx) error) error {
				return db.Update(ctx, func(tx store.Tx) error { return f(&forgetful{tx, []string{"lot/"}}) })
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(5) {
				if faults := liveWhole(t, seed+1, plant()); faults != "" {
					first, _, _ := strings.Cut(faults, "\n")
					t.Logf("found with seed %d: %s", seed+1, first)
					return
				}
			}
			t.Error("five seeds, and nothing is found")
		})
	}
}

// forgetful is a transaction that loses the rows of some tables.
type forgetful struct {
	store.Tx
	tables []string
}

func (f *forgetful) Put(key, value []byte) error {
	for _, table := range f.tables {
		if strings.HasPrefix(string(key), table) {
			return nil
		}
	}
	return f.Tx.Put(key, value)
}

// TestWholeAuditorIsIndependent: what judges the program must not be the program.
func TestWholeAuditorIsIndependent(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "whole_audit_test.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range f.Imports {
		if strings.Contains(i.Path.Value, "regulars") {
			t.Errorf("the auditor imports %s", i.Path.Value)
		}
	}
}
