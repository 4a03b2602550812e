package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/loyalty/programme"
)

// sceneRules is a transcript's programme, the café's until a deed changes it. Its
// versions lie beside the store, so that they outlive the program.
type sceneRules struct {
	dir  string
	mu   sync.Mutex
	all  []*programme.Programme
	from []time.Time // of each but the first
}

func newSceneRules(t testing.TB, dir string) *sceneRules {
	t.Helper()
	r := &sceneRules{dir: dir, all: []*programme.Programme{cafeProgramme(t)}}
	for n := 2; ; n++ {
		text, err := os.ReadFile(r.file(n))
		if os.IsNotExist(err) {
			return r
		}
		stamp, rest, _ := strings.Cut(string(text), "\n")
		from, perr := time.Parse(time.RFC3339Nano, strings.TrimPrefix(stamp, "# "))
		if err == nil {
			err = perr
		}
		if err == nil {
			err = r.add(rest, from)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (r *sceneRules) file(n int) string { return filepath.Join(r.dir, fmt.Sprintf("rules-%d.toml", n)) }

// at is the version in force at a moment.
func (r *sceneRules) at(t time.Time) *programme.Programme {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.from) - 1; i >= 0; i-- {
		if !t.Before(r.from[i]) {
			return r.all[i+1]
		}
	}
	return r.all[0]
}

// add makes a text the next version, from a moment on.
func (r *sceneRules) add(text string, from time.Time) error {
	p, complaints := programme.Load([]byte(text))
	if len(complaints) > 0 {
		return fmt.Errorf("version %d: %v", len(r.all)+1, complaints)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p.Rules.Version, p.Rules.From, p.Rules.Before = len(r.all)+1, from, &r.all[len(r.all)-1].Rules
	r.all, r.from = append(r.all, p), append(r.from, from)
	return nil
}

// change replaces a text of the newest version, as the handlers' own test does.
// It holds from the beginning of the second, as Telegram tells whole ones.
func (r *sceneRules) change(args string, now time.Time) error {
	now = now.Truncate(time.Second)
	text := string(cafeText())
	if n := len(r.all); n > 1 {
		raw, err := os.ReadFile(r.file(n))
		if err != nil {
			return err
		}
		_, text, _ = strings.Cut(string(raw), "\n")
	}
	was, is, ok := strings.Cut(strings.ReplaceAll(args, `\n`, "\n"), " => ")
	if !ok || !strings.Contains(text, was) {
		return fmt.Errorf("the programme has no %q", was)
	}
	text = strings.Replace(text, was, is, 1)
	if err := r.add(text, now); err != nil {
		return err
	}
	return os.WriteFile(r.file(len(r.all)), []byte("# "+now.Format(time.RFC3339Nano)+"\n"+text), 0o600)
}
