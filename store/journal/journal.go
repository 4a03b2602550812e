// Package journal writes down what a store commits, beside it, so that a backup
// and what was written down since give back the state of any second between.
//
// # The folder
//
// A journal is a folder of segments, numbered files of which only the newest
// grows. A segment begins with three lines, as a backup does:
//
//	regulars journal 1\n            what it is, and the version of this layout
//	{"line":…,"first":…,"at":…}\n   the head, JSON on one line: see [Head]
//	5f1c…\n                         HMAC-SHA256 over both, under the installation's key
//
// Frames follow, one a commit, numbers big-endian:
//
//	4 bytes   length of the content
//	8 bytes   number of the commit
//	8 bytes   when it was on disk, Unix nanoseconds
//	16 bytes  GMAC, under a key of the segment's, over the MAC before, the above, and the content
//	content   the rows put and deleted, in their order; where there are
//	          recipients, encrypted with a key that the head holds for them
//
// So numbers and times can be read by whoever has the installation's key, and
// rows, if there are recipients, only with one of their identities. A frame that was
// cut off, changed, moved or left out does not fit the MAC before it.
//
// # Lines of history
//
// Commits are numbered within a line of history, a word drawn at random that the
// store and its backups hold. A store that goes back, because a backup was
// restored or lost commits were accepted, draws a new one: its next commits
// must not be taken for those that once had their numbers.
//
// # What is promised
//
// The journal is written after the commit and never in its way: what is lost of
// it is a second at most when the power goes, and nothing of the store. Where
// the disk is full, or too slow, commits are left out, and [Status] says so. A
// number that is missing ends what can be reached from the backups before it,
// so that a new backup is due: see [Status.Follows].
//
// The package owns no rows. Segments are kept until [Spare] gives them away:
// as far back as the oldest backup that is kept.
package journal

import (
	"errors"
	"fmt"
	"os"
	"time"

	"filippo.io/age"

	"regulars/store"
)

// magic begins every segment; the number is the version of the layout.
const magic = "regulars journal "

// layout is the version that this package writes, and the newest it reads.
const layout = "1"

var (
	// ErrBroken reports a journal in which something was cut off, changed, or is
	// missing. The text around it names the last second before.
	ErrBroken = errors.New("journal: broken")
	// ErrIdentity reports an encrypted journal and no identity that opens it.
	ErrIdentity = errors.New("journal: encrypted, and no identity given opens it")
	// ErrBehind reports commits that were left out because the disk did not keep
	// up with them.
	ErrBehind = errors.New("journal: the disk is too slow, and commits were left out")
)

// Key proves that a journal is this installation's.
type Key struct {
	Fingerprint string // what people compare
	Secret      []byte // of the MACs and their keys
}

// Commit is what one commit of a store changed, in the order in which it did.
type Commit struct {
	Line    string    // of history
	N       uint64    // in it, rising by one
	At      time.Time // when it was on disk; a Writer sets it where it is zero
	Changes []store.Change
}

// size is about how many bytes c holds.
func (c Commit) size() (n int64) {
	for _, ch := range c.Changes {
		n += int64(len(ch.Key)+len(ch.Value)) + 16
	}
	return n
}

// Options say where and how a journal is written. What is zero has the value
// that its comment names.
type Options struct {
	Dir          string          // the folder; made with the first commit
	Key          Key             // of the installation
	Recipients   []age.Recipient // none: not encrypted
	SegmentBytes int64           // a segment that has more is the last but one; 16 MiB
	SegmentFor   time.Duration   // as is one that is older; an hour
	SyncEvery    time.Duration   // how long what is written may not be on disk; a second
	QueueBytes   int64           // what may wait to be written; 64 MiB
	// Now is the clock that tells when a commit was on disk; time.Now.
	Now func() time.Time

	create func(path string) (file, error) // a test's disk
}

// file is what a segment is written to.
type file interface {
	Write(p []byte) (int, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

func (o Options) withDefaults() Options {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 16 << 20
	}
	if o.SegmentFor == 0 {
		o.SegmentFor = time.Hour
	}
	if o.SyncEvery == 0 {
		o.SyncEvery = time.Second
	}
	if o.QueueBytes == 0 {
		o.QueueBytes = 64 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.create == nil {
		o.create = func(path string) (file, error) {
			return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		}
	}
	return o
}

// broken is ErrBroken with what is wrong.
func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBroken, fmt.Sprintf(format, args...))
}
