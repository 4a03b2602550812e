package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/bolt"
)

// turned is a value with one bit of it the other way.
func turned(value []byte) []byte {
	b := slices.Clone(value)
	b[len(b)/2] ^= 4
	return b
}

// flipped turns a bit in every row of a table, and tells how many there are;
// mend puts those back that nobody has written since.
func (l *lab) flipped(prefix string) (n int, mend func()) {
	l.t.Helper()
	var good []store.Row
	l.try(l.app.app.db.Update(l.t.Context(), func(tx store.Tx) error {
		good = nil
		for row, err := range tx.Scan(store.Prefix([]byte(prefix))) {
			if err != nil {
				return err
			}
			good = append(good, store.Row{Key: slices.Clone(row.Key), Value: slices.Clone(row.Value)})
			if err := tx.Put(row.Key, turned(row.Value)); err != nil {
				return err
			}
		}
		return nil
	}))
	return len(good), func() {
		l.t.Helper()
		l.try(l.app.app.db.Update(l.t.Context(), func(tx store.Tx) error {
			for _, row := range good {
				now, ok, err := tx.Get(row.Key)
				if err == nil && ok && bytes.Equal(now, turned(row.Value)) {
					err = tx.Put(row.Key, row.Value)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

var reference = regexp.MustCompile(`(ref|編號) [0-9A-Z]{4}`)

// TestServesWithDamagedRows damages all rows of one table after the other under a
// program that serves: whoever asks is answered, or told with a reference that
// something went wrong, and afterwards everything is as it was.
func TestServesWithDamagedRows(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{NoSync: true}, nil).staffed()
	l.ann.Say("hm") // the menu, and then silence: that is kept of the chat
	l.hears(l.ann, 1)
	l.sell("100", "A1")
	l.passes(time.Minute)
	answers, wrong := 0, 0
	for _, prefix := range store.Prefixes() {
		n, mend := l.flipped(prefix)
		if n == 0 {
			continue
		}
		l.hears(l.ann, 0)
		l.ann.Say("/points")
		switch said := strings.Join(l.hears(l.ann, 1), "; "); {
		case strings.Contains(said, "10 points"):
			answers++
		case reference.MatchString(said):
			wrong++
		default:
			t.Errorf("%d damaged rows of %s: she is told %q", n, prefix, said)
		}
		mend()
		l.passes(time.Minute)
	}
	t.Logf("%d tables do not matter to this answer, %d do", answers, wrong)
	if answers < 20 || wrong < 4 {
		t.Errorf("%d answers, %d apologies", answers, wrong)
	}
	l.hears(l.ann, 0)
	l.ann.Say("/points")
	if said := l.hears(l.ann, 1); !strings.Contains(said[0], "10 points") {
		t.Errorf("mended, and she is told %q", said)
	}
	if strings.Contains(l.log.String(), "panic") {
		t.Errorf("something panicked:\n%s", l.log)
	}
}
