// Package store is an ordered key-value space with transactions: what every
// engine offers and what everything above it may rely on.
//
// # Rows
//
// A row is a key of at most [MaxKey] bytes and a value of at most [MaxValue].
// Above the engines, values are JSON followed by four bytes of CRC-32C; a
// [Table] writes and checks that form. Tables are package variables: the
// package that declares one states in its package comment which rows it owns,
// the form of their keys, and how long they are kept.
//
// # Subjects
//
// A subject is what two transactions may contend for: one member, one chat,
// one event. Before a row is read in order to change something, or written,
// its subject is locked with [Tx.Lock]. A bolt file has one writer and takes
// the lock for granted; PostgreSQL turns it into an advisory lock; the memory
// engine refuses a row whose subject is not locked, so that a missing Lock is
// found by the first test that runs into it.
//
// # Purity
//
// The function given to Update may run more than once. It must have no effect
// but through its Tx: it decides its results anew on each run and publishes
// them only after Update returned nil.
//
// Nothing here knows the time: no row expires by itself, nobody is told of
// changes. Retention is a sweep (see [Sweep]); clocks belong to callers.
package store

import (
	"bytes"
	"context"
	"errors"
	"iter"
)

// Limits that every engine enforces alike.
const (
	MaxKey   = 512     // bytes of a key; an empty key is refused as well
	MaxValue = 1 << 20 // bytes of a value, its checksum included
)

var (
	// ErrTooLarge reports a key or a value over the limits, or an empty key.
	ErrTooLarge = errors.New("store: key empty or over 512 bytes, or value over 1 MiB")
	// ErrClosed reports the use of a DB after Close.
	ErrClosed = errors.New("store: closed")
	// ErrBusy reports that the queue of waiting updates is full; the caller
	// should shed load (503) and let its own caller try again.
	ErrBusy = errors.New("store: too many updates are waiting")
	// ErrUnlocked reports a row read or written in an Update whose subject was
	// not locked before. Only strict engines notice.
	ErrUnlocked = errors.New("store: subject not locked")
	// ErrDamaged reports a row whose checksum does not match its bytes, or a
	// file whose structure is broken. The text around it says what to do.
	ErrDamaged = errors.New("store: damaged")
	// ErrUnavailable reports that the engine could not commit now, but may
	// later: the disk is full, the database is away.
	ErrUnavailable = errors.New("store: unavailable")
)

// DB is one shop's state.
type DB interface {
	// View runs f over one unchanging state.
	View(ctx context.Context, f func(Reader) error) error
	// Update runs f and commits what it wrote, all or nothing. When it returns
	// nil the rows are on disk. An error of f is returned as it is, and then
	// nothing was written. f may run several times; only its last run counts.
	// A ctx that ends before f ran gives ctx.Err() and no effect; once f's rows
	// are being committed, ctx is no longer looked at.
	Update(ctx context.Context, f func(Tx) error) error
	Close() error
}

// Row is one key and its value. The slices belong to the receiver.
type Row struct {
	Key   []byte
	Value []byte
}

// Range is the half-open interval of keys [Start, End). An empty End has no
// upper bound.
type Range struct {
	Start, End []byte
}

// Contains reports whether key lies in r.
func (r Range) Contains(key []byte) bool {
	return bytes.Compare(key, r.Start) >= 0 && (len(r.End) == 0 || bytes.Compare(key, r.End) < 0)
}

// Prefix is the range of all keys that begin with p.
func Prefix(p []byte) Range {
	end := bytes.Clone(p)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return Range{Start: bytes.Clone(p), End: end[:i+1]}
		}
	}
	return Range{Start: bytes.Clone(p)}
}

// Reader reads one state. It must not be used after the function it was given
// to has returned.
type Reader interface {
	// Get returns a copy of the value under key. A missing row is ok == false
	// without an error; an empty value is a row.
	Get(key []byte) (value []byte, ok bool, err error)
	// Scan yields the rows of r in the order of their keys. The loop may read
	// and write: it sees the rows as they stood when their page was read, and a
	// page is at most [ScanPage] rows. Rows that the loop itself puts or
	// deletes ahead of a page are seen so; within a page they are not. The
	// first error is yielded with a zero Row and ends the scan.
	Scan(r Range) iter.Seq2[Row, error]
}

// ScanPage is how many rows a Scan reads at a time.
const ScanPage = 256

// Subject names what transactions contend for, as in "member/01H…".
type Subject string

// Tx is a Reader that sees its own writes, and can write.
type Tx interface {
	Reader
	// Lock makes the subjects this transaction's own until it ends. It may be
	// called again for more, in any order.
	Lock(subjects ...Subject) error
	// Put stores value, nil as empty. Engines copy what they keep.
	Put(key, value []byte) error
	// Delete removes a row; a missing one is no error.
	Delete(key []byte) error
}

// CheckRow returns ErrTooLarge when an engine must refuse the row.
func CheckRow(key, value []byte) error {
	if len(key) == 0 || len(key) > MaxKey || len(value) > MaxValue {
		return ErrTooLarge
	}
	return nil
}
