package backup

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

var (
	ours   = Key{"AAAA-BBBB", []byte("a secret of this installation")}
	theirs = Key{"CCCC-DDDD", []byte("another secret")}
	noon   = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
)

// content is a file of a few hundred kilobytes, half of it noise.
func content(t *testing.T) (path string, b []byte) {
	t.Helper()
	b = append(bytes.Repeat([]byte("points "), 30_000), make([]byte, 200_000)...)
	rand.Read(b[210_000:])
	path = filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, b
}

// written is a backup of content.
func written(t *testing.T, at time.Time, to ...age.Recipient) (*Backup, []byte) {
	t.Helper()
	from, b := content(t)
	h := Header{At: at, Program: "test", Engine: "bolt", Root: "ab", Counts: map[string]int64{"person": 3}}
	f, err := Write(t.Context(), filepath.Join(t.TempDir(), Name(at)), from, h, ours, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, b
}

func TestThereAndBack(t *testing.T) {
	identity, recipient, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := Recipients(recipient)
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "identity.txt")
	if err := os.WriteFile(key, []byte("# mine\n"+identity+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ids, err := Identities(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string][]age.Recipient{"open": nil, "sealed": to} {
		t.Run(name, func(t *testing.T) {
			b, want := written(t, noon, to...)
			if !b.At.Equal(noon) || b.Counts["person"] != 3 || b.Bytes != int64(len(want)) || b.Sealed != (to != nil) {
				t.Errorf("%+v", b.Header)
			}
			if info, _ := os.Stat(b.Path); info.Mode().Perm()&0o077 != 0 {
				t.Errorf("others may read it: %v", info.Mode())
			}
			if err := b.Belongs(ours); err != nil {
				t.Error(err)
			}
			if err := b.Belongs(theirs); !errors.Is(err, ErrOtherKey) || !strings.Contains(err.Error(), "AAAA-BBBB") || !strings.Contains(err.Error(), "CCCC-DDDD") {
				t.Errorf("another installation's key: %v", err)
			}
			out := filepath.Join(t.TempDir(), "out")
			last := int64(0)
			if err := b.Extract(t.Context(), out, ids, func(done, total int64) { last = total - done }); err != nil || last > 0 {
				t.Fatal(err, last)
			}
			if got, _ := os.ReadFile(out); !bytes.Equal(got, want) {
				t.Error("another content came back")
			}
			if err := b.Extract(t.Context(), out, ids, nil); !errors.Is(err, fs.ErrExist) {
				t.Errorf("over a file: %v", err)
			}
		})
	}
}

func TestSealedAsksForItsIdentity(t *testing.T) {
	_, recipient, _ := NewIdentity()
	to, _ := Recipients(recipient)
	b, _ := written(t, noon, to...)
	other, _ := age.GenerateX25519Identity()
	for name, ids := range map[string][]age.Identity{"none": nil, "another": {other}} {
		out := filepath.Join(t.TempDir(), "out")
		if err := b.Extract(t.Context(), out, ids, nil); !errors.Is(err, ErrIdentity) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: something was left behind", name)
		}
	}
}

// TestCutOrChanged: a backup that lacks its end, or in which one bit is
// another, is refused wherever that is.
func TestCutOrChanged(t *testing.T) {
	identity, recipient, _ := NewIdentity()
	to, _ := Recipients(recipient)
	ids, err := age.ParseIdentities(strings.NewReader(identity))
	if err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string][]age.Recipient{"open": nil, "sealed": to} {
		t.Run(name, func(t *testing.T) {
			b, _ := written(t, noon, to...)
			whole, _ := os.ReadFile(b.Path)
			refused := func(what string, bytes []byte) {
				t.Helper()
				dir := t.TempDir()
				path := filepath.Join(dir, "x.backup")
				if err := os.WriteFile(path, bytes, 0o600); err != nil {
					t.Fatal(err)
				}
				c, err := Open(path)
				if err == nil {
					err = c.Belongs(ours)
				}
				if err == nil {
					err = c.Extract(context.Background(), filepath.Join(dir, "out"), ids, nil)
				}
				if err == nil || !strings.Contains(err.Error(), "x.backup") {
					t.Errorf("%s: %v", what, err)
				}
			}
			for at := 0; at < len(whole); at += 1 + len(whole)/60 {
				refused("cut", whole[:at])
				b := bytes.Clone(whole)
				b[at] ^= 4
				refused("changed", b)
			}
			refused("without its last byte", whole[:len(whole)-1])
			refused("with more behind it", append(bytes.Clone(whole), "more"...))
		})
	}
}

func TestForeignAndNewer(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]error{
		"":                                ErrForeign,
		"SQLite format 3\x00":             ErrForeign,
		"regulars backup 2\n{}\n00\n":     ErrNewer,
		"regulars backup 1\n{}\n":         ErrBroken,
		"regulars backup 1\n{\nabcd\n":    ErrBroken,
		"regulars backup 1\n{}\nzz\n":     ErrBroken,
		strings.Repeat("regulars ", 9000): ErrForeign,
	} {
		path := filepath.Join(dir, "x")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); !errors.Is(err, want) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestNothingHalfStays(t *testing.T) {
	from, _ := content(t)
	dir := t.TempDir()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ended, filepath.Join(dir, "a.backup"), from, Header{}, ours, nil, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := Write(t.Context(), filepath.Join(dir, "a.backup"), from, Header{}, ours, nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), filepath.Join(dir, "a.backup"), from, Header{}, ours, nil, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another: %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%v", files)
	}
}

// TestKeep: of half a year's backups, every six hours, those stay that the
// words say.
func TestKeep(t *testing.T) {
	keep, err := ParseKeep("7 daily, 4 weekly")
	if err != nil {
		t.Fatal(err)
	}
	var list []*Backup
	for i := range 4 * 180 {
		list = append(list, &Backup{Header: Header{At: noon.Add(-time.Duration(i) * 6 * time.Hour)}})
	}
	spare := keep.Spare(list, noon, time.UTC)
	gone := map[*Backup]bool{}
	for _, b := range spare {
		gone[b] = true
	}
	var stay []string
	for _, b := range list {
		if !gone[b] {
			stay = append(stay, b.At.Format("01-02T15"))
		}
	}
	// 5 January 2026 is a Monday: its week has one day so far.
	want := "01-05T12 01-05T06 01-05T00 01-04T18 01-03T18 01-02T18 01-01T18 12-31T18 12-30T18 12-28T18 12-21T18"
	if got := strings.Join(stay, " "); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if spare := (Keep{Daily: 1}).Spare(list[700:], noon, time.UTC); len(spare) != 19 {
		t.Errorf("of 20 old ones %d are spare: the newest must stay", len(spare))
	}
	for _, bad := range []string{"", "7", "0 daily, 4 weekly", "7 daily", "-1 daily, 2 weekly", "7 daily, 4 weekly, 2"} {
		if _, err := ParseKeep(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestList passes over what is not ours: rotation deletes from what it gives.
func TestList(t *testing.T) {
	dir := t.TempDir()
	from, _ := content(t)
	for i, k := range []Key{ours, theirs, ours} {
		at := noon.Add(time.Duration(i) * time.Hour)
		if _, err := Write(t.Context(), filepath.Join(dir, Name(at)), from, Header{At: at}, k, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"notes.txt", Name(noon.Add(9 * time.Hour)), "by-hand.backup"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := List(dir, ours)
	if err != nil || len(list) != 2 || !list[0].At.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("%v %v", list, err)
	}
	if list, err := List(filepath.Join(dir, "none"), ours); len(list) != 0 || err != nil {
		t.Errorf("no folder: %v %v", list, err)
	}
}
