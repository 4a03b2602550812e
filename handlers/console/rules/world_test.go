package rules_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/rules"
	"regulars/loyalty/programme"
	"regulars/store"
)

// notice is how far ahead a version is stored.
const notice = 5 * time.Second

// shelf is a programme with its file, as serve keeps them.
type shelf struct {
	*programme.History
	w      *consoletest.World
	path   string
	broken bool // the file cannot be written
}

func (s *shelf) Soon() time.Time       { return s.w.Clock.Now().Add(notice) }
func (s *shelf) File() ([]byte, error) { return os.ReadFile(s.path) }

func (s *shelf) Publish(p rules.Publication) error {
	text, err := s.File()
	if err != nil {
		return err
	}
	all := s.Versions()
	if !bytes.Equal(text, p.Was) || !p.Stray && string(text) != all[len(all)-1].Text {
		return &rules.ChangedError{Text: text}
	}
	err = p.Update(func(tx store.Tx) error {
		for _, n := range p.Withdraw {
			if err := s.Withdraw(tx, n, s.Soon()); err != nil {
				return err
			}
		}
		for _, t := range p.Texts {
			if _, _, err := s.Offer(tx, t, s.Soon()); err != nil {
				return err
			}
		}
		return p.Also(tx)
	})
	if err != nil {
		return err
	}
	s.refresh()
	if s.broken {
		return rules.ErrUnwritten
	}
	all = s.Versions()
	return os.WriteFile(s.path, []byte(all[len(all)-1].Text), 0o600)
}

func (s *shelf) refresh() {
	s.w.See(func(r store.Reader) error { _, err := s.Refresh(r); return err })
}

// offer takes a text in as the watcher does.
func (s *shelf) offer(text string) {
	s.w.T.Helper()
	s.w.Do(func(tx store.Tx) error { _, _, err := s.Offer(tx, []byte(text), s.Soon()); return err })
	s.refresh()
	if err := os.WriteFile(s.path, []byte(text), 0o600); err != nil {
		s.w.T.Fatal(err)
	}
}

// now is the programme that holds.
func (s *shelf) now() *programme.Programme { return s.At(s.Soon()) }

// text is the newest version's.
func (s *shelf) text() string {
	all := s.Versions()
	return all[len(all)-1].Text
}

// open is a café whose programme stands in a file, and its pictures' folder.
func open(t *testing.T, change ...string) (*consoletest.World, *shelf, string) {
	t.Helper()
	dir := t.TempDir()
	s := &shelf{path: filepath.Join(dir, "programme.toml")}
	pictures := filepath.Join(dir, "pictures")
	w := consoletest.New(t, consoletest.Options{Strict: true, Change: change, Parts: func(*consoletest.World) []console.Part {
		return []console.Part{rules.Part(func() rules.Book { return s }, pictures)}
	}})
	s.w = w
	text, _ := programme.Preset("cafe")
	for i := 0; i+1 < len(change); i += 2 {
		text = bytes.ReplaceAll(text, []byte(change[i]), []byte(change[i+1]))
	}
	w.See(func(r store.Reader) (err error) { s.History, err = programme.OpenHistory(r); return err })
	w.Do(func(tx store.Tx) error { _, _, err := s.Offer(tx, text, w.Clock.Now()); return err })
	s.refresh()
	if err := os.WriteFile(s.path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return w, s, pictures
}

// confirm goes from the review to the save.
func confirm(p *consoletest.Page, action string, more ...string) *consoletest.Page {
	f := p.Must("Nothing is saved yet").Form(action).Set("reason", "as agreed")
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f.Send()
}

// alone fails where lines other than those with some of these words differ.
func alone(t *testing.T, was, is string, words ...string) {
	t.Helper()
	a, b := lines(was), lines(is)
	for _, l := range b {
		if !slices.Contains(a, l) && !slices.ContainsFunc(words, func(w string) bool { return bytes.Contains([]byte(l), []byte(w)) }) {
			t.Errorf("another line is there: %q", l)
		}
	}
	gone := 0
	for _, l := range a {
		if !slices.Contains(b, l) {
			gone++
		}
	}
	if gone > len(words) {
		t.Errorf("%d lines are gone", gone)
	}
}

func lines(s string) (all []string) {
	for _, l := range bytes.Split([]byte(s), []byte("\n")) {
		all = append(all, string(l))
	}
	return all
}
