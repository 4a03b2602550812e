package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"

	bbolt "go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"regulars/store"
)

// format is the version of the layout that this package writes, and the newest
// that it reads.
const format = 1

var (
	bucketRows = []byte("rows")
	bucketMark = []byte("regulars")
	keyFormat  = []byte("format")
	keyCommits = []byte("commits")
	keyLine    = []byte("line")
)

// ErrInUse reports that another process has the file open.
var ErrInUse = errors.New("bolt: file in use")

// Create makes an empty store at path, readable by its owner only. It refuses
// (fs.ErrExist) where a file is, and where FILE.commits tells of a store that
// was there: losing a file must not look like a fresh start.
func Create(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("bolt: %s: %w; nothing was changed", path, errors.Join(err, fs.ErrExist))
	}
	n, err := readCounter(counterPath(path))
	if err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("bolt: %w: %s tells of a store with %d commits that is no longer there; restore it, or delete that file to begin anew",
			fs.ErrExist, counterPath(path), n)
	}
	// The file appears whole or not at all.
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeFile(fresh); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// makeFile writes a bbolt file with our two buckets.
func makeFile(path string) error {
	b, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	err = b.Update(func(btx *bbolt.Tx) error {
		if _, err := btx.CreateBucket(bucketRows); err != nil {
			return err
		}
		mark, err := btx.CreateBucket(bucketMark)
		if err != nil {
			return err
		}
		if err := mark.Put(keyFormat, []byte(strconv.Itoa(format))); err != nil {
			return err
		}
		return mark.Put(keyCommits, make([]byte, 8))
	})
	return errors.Join(err, b.Close())
}

// Open opens the store that Create made at path. It refuses, and leaves all as
// it is: a missing file (fs.ErrNotExist), one that another process holds
// (ErrInUse), one of a newer version, and one that is empty, another program's,
// damaged, or lost commits (store.ErrDamaged), or lies on a disk that fails to
// sync (store.ErrUnavailable).
func Open(path string, opts Options) (*DB, error) {
	opts = opts.withDefaults()
	if err := checkThere(path); err != nil {
		return nil, err
	}
	db := &DB{path: path, opts: opts, queue: make(chan *call, opts.Queue), back: make(chan struct{}), stopped: make(chan struct{})}
	if err := db.openFile(); err != nil {
		return nil, err
	}
	var n uint64
	err := guard(path, func() (err error) {
		n, err = db.inspect()
		return err
	})
	if err == nil {
		err = db.keepHeads()
	}
	if err != nil {
		return nil, errors.Join(err, db.closeFile())
	}
	db.startJournal(n)
	db.commits = startCounter(path, n)
	db.close = sync.OnceValue(db.shutDown)
	go db.write()
	return db, nil
}

// checkThere refuses what bbolt would take as an invitation to start afresh.
func checkThere(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if n, _ := readCounter(counterPath(path)); n > 0 {
			return damaged(path, fmt.Sprintf("the file is missing, and had %d commits", n))
		}
		return fmt.Errorf("bolt: no store at %s: make one with `regulars init`, or restore a backup (%w)", path, fs.ErrNotExist)
	}
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return damaged(path, "the file is empty")
	}
	return nil
}

// openFile lets bbolt lock and map the file.
func (db *DB) openFile() error {
	err := guard(db.path, func() (err error) {
		db.bolt, err = bbolt.Open(db.path, 0o600, &bbolt.Options{
			Timeout:         db.opts.Timeout,
			FreelistType:    bbolt.FreelistMapType,
			InitialMmapSize: db.opts.MmapSize,
			MaxSize:         db.opts.MaxSize,
			NoSync:          db.opts.NoSync,
			NoStatistics:    true,
			OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
				db.file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
				return db.file, err
			},
		})
		return err
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrDamaged):
		_ = db.file.Close() // bbolt panicked and left it open, and locked
		return err
	case errors.Is(err, bbolterrors.ErrTimeout):
		return fmt.Errorf("%w: another regulars is using %s; stop it, or talk to it through its admin socket", ErrInUse, db.path)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist):
		return err
	}
	return damaged(db.path, err.Error())
}

// keepHeads writes both heads once more as they show, and syncs them. Where the
// process before had a sync fail, Linux may still show a head that the disk does
// not have, and report that to nobody a second time ("fsyncgate", PostgreSQL's
// wiki). Commits that follow would reuse the pages of the head that the disk does
// have: one more failure, and a power cut, and nothing could be read any more. What
// a head leads to was synced before it was written.
func (db *DB) keepHeads() error {
	if db.opts.NoSync {
		return nil
	}
	heads := make([]byte, 2*db.bolt.Info().PageSize)
	_, err := db.file.ReadAt(heads, 0)
	if err == nil {
		_, err = db.file.WriteAt(heads, 0)
	}
	if err == nil {
		err = db.file.Sync()
	}
	if err == nil || errors.Is(err, syscall.ENOSPC) { // ZFS wants room even for what stands there; a full disk reads well
		return nil
	}
	return fmt.Errorf("%w: %s: the disk fails (%w); nothing was changed; look at the disk, then start the program again", store.ErrUnavailable, db.path, err)
}

// inspect refuses a file that is not ours or not whole, and returns its
// commits.
func (db *DB) inspect() (uint64, error) {
	btx, err := db.begin(false)
	if err != nil {
		return 0, err
	}
	defer db.rollback(btx)
	if err := db.checkHeads(btx); err != nil {
		return 0, err
	}
	mark := btx.Bucket(bucketMark)
	if mark == nil || btx.Bucket(bucketRows) == nil {
		return 0, damaged(db.path, "it holds no store of regulars: it is another program's, or its root is broken")
	}
	v, err := strconv.Atoi(string(mark.Get(keyFormat)))
	if err != nil || v < 1 {
		return 0, damaged(db.path, "its format cannot be read")
	}
	if v > format {
		return 0, fmt.Errorf("bolt: %s has format %d and this program knows up to %d: use the newer regulars that wrote it; nothing was changed", db.path, v, format)
	}
	n, err := readCommits(btx)
	if err != nil {
		return 0, err
	}
	line := string(mark.Get(keyLine))
	db.line.Store(&line)
	return n, db.checkLoss(n)
}

// readCommits reads the counter in the file.
func readCommits(btx *bbolt.Tx) (uint64, error) {
	v := btx.Bucket(bucketMark).Get(keyCommits)
	if len(v) != 8 {
		return 0, damaged(btx.DB().Path(), "its commit counter cannot be read")
	}
	return binary.BigEndian.Uint64(v), nil
}

// checkLoss compares the file's counter with the one beside it.
func (db *DB) checkLoss(n uint64) error {
	beside, err := readCounter(counterPath(db.path))
	if db.opts.AcceptLoss {
		db.accept(err != nil || beside > n)
		return nil
	}
	if err != nil || beside <= n {
		return err
	}
	return fmt.Errorf("%w: %s lost its last %d commits (it has %d, and had %d): restore the newest backup if that has more, or run `regulars serve --accept-loss` to go on without them",
		store.ErrDamaged, db.path, beside-n, n, beside)
}
