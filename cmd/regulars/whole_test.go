package main

import (
	"bytes"
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
// groups on both platforms, friends they bring, what they think of the shop; one to
// three processes on one store that are killed and replaced, one of them on a file
// that the next one opens; platforms, network and store that fail; leaps of the clock. An
// auditor that shares nothing with the program says what cannot be. REGULARS_SEEDS
// lives so many; REGULARS_SEED lives one again, up to ten times.
func TestWholeService(t *testing.T) {
	t.Parallel()
	if n, err := strconv.ParseUint(os.Getenv("REGULARS_SEED"), 10, 64); err == nil {
		for life := range 10 { // what hangs on the program's own order may take some
			if t.Run(fmt.Sprint("again/", life+1), func(t *testing.T) { judgeWhole(t, n) }); t.Failed() {
				break
			}
		}
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
		for range 55 {
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

// TestWholeServiceFindsWhatIsPlanted breaks the program on purpose, in six ways:
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
		"who wants no more news is not believed": func() planted {
			return func(db store.DB, ctx context.Context, f func(store.Tx) error) error {
				return db.Update(ctx, func(tx store.Tx) error {
					d := &deaf{Tx: tx, old: map[string][]byte{}}
					return errors.Join(f(d), d.forgets())
				})
			}
		},
		"who brought a friend waits for the reward in vain": func() planted {
			return func(db store.DB, ctx context.Context, f func(store.Tx) error) error {
				return db.Update(ctx, func(tx store.Tx) error { return f(&forgetful{tx, []string{"refdue/"}}) })
			}
		},
		"an answer is thanked for and not counted": func() planted {
			return func(db store.DB, ctx context.Context, f func(store.Tx) error) error {
				return db.Update(ctx, func(tx store.Tx) error { return f(&forgetful{tx, []string{"surveyday/"}}) })
			}
		},
		"half a commit: its lots are missing": func() planted {
			return func(db store.DB, ctx context.Context, f func(store.Tx) error) error {
				return db.Update(ctx, func(tx store.Tx) error { return f(&forgetful{tx, []string{"lot/"}}) })
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				if faults := liveWhole(t, seed+1, plant()); faults != "" {
					first, _, _ := strings.Cut(faults, "\n")
					t.Logf("found with seed %d: %s", seed+1, first)
					return
				}
			}
			t.Error("twenty seeds, and nothing is found")
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

// deaf is a transaction that writes down that somebody wants no more news, and leaves
// them among those who do.
type deaf struct {
	store.Tx
	old map[string][]byte // people as they were
	no  bool
}

func (d *deaf) Put(key, value []byte) error {
	k := string(key)
	if strings.HasPrefix(k, "consent/") && bytes.Contains(value, []byte(`"promo"`)) && bytes.Contains(value, []byte(`"given":false`)) {
		d.no = true
	}
	if _, seen := d.old[k]; strings.HasPrefix(k, "person/") && !seen {
		was, known, err := d.Tx.Get(key)
		if err != nil {
			return err
		}
		if known {
			d.old[k] = bytes.Clone(was)
		}
	}
	return d.Tx.Put(key, value)
}

func (d *deaf) forgets() error {
	if !d.no {
		return nil
	}
	for key, was := range d.old {
		if err := d.Tx.Put([]byte(key), was); err != nil {
			return err
		}
	}
	return nil
}

// TestWholeAuditorIsIndependent: what judges the program must not be the program.
func TestWholeAuditorIsIndependent(t *testing.T) {
	for _, name := range []string{"whole_audit_test.go", "whole_audit_friends_test.go", "whole_audit_news_test.go", "whole_audit_told_test.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if strings.Contains(i.Path.Value, "regulars") {
				t.Errorf("%s imports %s", name, i.Path.Value)
			}
		}
	}
}
