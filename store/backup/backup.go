// Package backup is the file in which a store travels: a copy of everything at
// one moment, that tells what it is before it is opened.
//
// # The file
//
//	regulars backup 1\n              what it is, and the version of this layout
//	{"at":…,"key":…,"sha256":…}\n    the header, JSON on one line: see [Header]
//	5f1c…\n                          HMAC-SHA256 over the two lines, under the installation's key
//	…                                the content, compressed by gzip; then, where
//	                                 recipients were given, encrypted to them (age-encryption.org)
//
// The header stays in the clear, so that whoever holds fifty files knows which
// is which: it names nobody. Its MAC says that this installation wrote it; the
// hash in it says that the content is what was written.
//
// A file appears under its name only when it is whole, synced and read back;
// one that was cut off, changed, or is another program's is refused with a
// sentence. filippo.io/age is taken because owners can open what it encrypts
// with other people's tools, and lose nothing if this program is gone.
//
// The package knows files and hashes only: what the content is, and what must
// be done with it after it was put back, is the caller's. It owns no rows.
package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// magic begins every backup; the number is the version of the layout.
const magic = "regulars backup "

// layout is the version that this package writes, and the newest that it reads.
const layout = "1"

// maxHead is how long the three lines may be, in bytes.
const maxHead = 64 << 10

var (
	// ErrForeign reports a file that is no backup of this program.
	ErrForeign = errors.New("is no backup of regulars")
	// ErrNewer reports a backup of a later version of this program.
	ErrNewer = errors.New("was written by a newer regulars: restore it with that one")
	// ErrOtherKey reports a backup of another installation.
	ErrOtherKey = errors.New("belongs to another key")
	// ErrBroken reports a backup that was cut off or changed.
	ErrBroken = errors.New("is not whole")
	// ErrIdentity reports an encrypted backup and no identity that opens it.
	ErrIdentity = errors.New("is encrypted, and no identity given opens it")
)

// Header is what a backup says of itself, in the clear.
type Header struct {
	At      time.Time        `json:"at"`      // the moment whose state it is
	Program string           `json:"program"` // the version that wrote it
	Key     string           `json:"key"`     // fingerprint of the installation's key
	Engine  string           `json:"engine"`  // what the content is: "bolt"
	Bytes   int64            `json:"bytes"`   // of the content
	SHA256  string           `json:"sha256"`  // of the content, hexadecimal
	Root    string           `json:"root"`    // the ledger's root, see book.Root
	Counts  map[string]int64 `json:"counts"`  // rows by table
	Sealed  bool             `json:"sealed"`  // encrypted to recipients
	// Line and Commits are where the journal goes on from here, see package
	// journal; "" where the store had none.
	Line    string `json:"line,omitempty"`
	Commits uint64 `json:"commits,omitempty"`
}

// Backup is a file that was found to be one; its content is not read yet.
type Backup struct {
	Path string
	Header
	lines []byte // the first two, as they stand
	mac   []byte
	body  int64 // where the content begins
}

// Open reads the head of the file at path: ErrForeign, ErrNewer, ErrBroken, or
// that it cannot be read.
func Open(path string) (*Backup, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := &Backup{Path: path}
	if err := b.readHead(bufio.NewReader(io.LimitReader(f, maxHead))); err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return b, nil
}

func (b *Backup) readHead(r *bufio.Reader) error {
	first, _ := r.ReadString('\n')
	version, ours := strings.CutPrefix(strings.TrimSuffix(first, "\n"), magic)
	switch {
	case !ours:
		return ErrForeign
	case version != layout:
		return ErrNewer
	}
	second, _ := r.ReadString('\n')
	third, err := r.ReadString('\n')
	if err != nil {
		return fmt.Errorf("%w: its head is cut off", ErrBroken)
	}
	b.lines = []byte(first + second)
	b.body = int64(len(first) + len(second) + len(third))
	if b.mac, err = hex.DecodeString(strings.TrimSuffix(third, "\n")); err != nil {
		return fmt.Errorf("%w: its head cannot be read", ErrBroken)
	}
	if err := json.Unmarshal([]byte(second), &b.Header); err != nil {
		return fmt.Errorf("%w: its head cannot be read", ErrBroken)
	}
	return nil
}

// Key proves that a backup is this installation's.
type Key struct {
	Fingerprint string // what people compare
	Secret      []byte // of the head's MAC
}

// Belongs refuses a backup of another installation (ErrOtherKey, with both
// fingerprints), and one whose head was changed since (ErrBroken).
func (b *Backup) Belongs(k Key) error {
	if b.Header.Key != k.Fingerprint {
		return fmt.Errorf("%s %w: it was made with the key %s, and the key here is %s", b.Path, ErrOtherKey, b.Header.Key, k.Fingerprint)
	}
	if !hmac.Equal(b.mac, sum(k.Secret, b.lines)) {
		return fmt.Errorf("%s %w: its head was changed since it was written", b.Path, ErrBroken)
	}
	return nil
}

func sum(key, text []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(text)
	return m.Sum(nil)
}

// head is the three lines of a header.
func head(h Header, k Key) ([]byte, error) {
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(magic + layout + "\n")
	b.Write(append(line, '\n'))
	mac := sum(k.Secret, b.Bytes())
	b.WriteString(hex.EncodeToString(mac) + "\n")
	return b.Bytes(), nil
}

// Progress is told how many bytes of how many are done. It may be nil.
type Progress func(done, total int64)

// counted passes reads on, tells how far they are, and ends with its context.
type counted struct {
	ctx   context.Context
	r     io.Reader
	done  int64
	total int64
	tell  Progress
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.done += int64(n)
	if c.tell != nil {
		c.tell(c.done, c.total)
	}
	return n, err
}
