package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	bbolt "go.etcd.io/bbolt"
)

// BackupTo writes the last commit to a new file at path, which is whole and
// synced when it appears and a store that Open takes. It refuses (fs.ErrExist)
// where a file is. The store goes on working; give it a local path, since the
// file cannot use its freed pages again until the copy is done.
func (db *DB) BackupTo(ctx context.Context, path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("bolt: %s: %w; choose another name", path, errors.Join(err, fs.ErrExist))
	}
	return replaceFile(path, func(f *os.File) error { return db.copyTo(ctx, f) })
}

// Backup writes the last commit to w. However slow w is, the store is not held
// up: the copy is made in a file beside the store's own, which is removed
// afterwards, and sent from there.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	f, err := os.CreateTemp(filepath.Dir(db.path), filepath.Base(db.path)+".backup-*")
	if err != nil {
		return err
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	if err := db.copyTo(ctx, f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(untilDone{ctx, w}, f)
	return err
}

// copyTo writes the last commit to f.
func (db *DB) copyTo(ctx context.Context, f *os.File) error {
	btx, err := db.begin(false)
	if err != nil {
		return err
	}
	defer db.rollback(btx)
	return guard(db.path, func() error {
		_, err := btx.WriteTo(untilDone{ctx, f})
		if ctx.Err() != nil {
			return ctx.Err() // of which bbolt keeps the words only
		}
		return err
	})
}

// untilDone is a writer that fails when its context ends.
type untilDone struct {
	ctx context.Context
	w   io.Writer
}

func (u untilDone) Write(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(b)
}

// compactStep is how many bytes Compact writes at once.
const compactStep = 16 << 20

// Compact rewrites the store at path without the room that deleted rows left,
// which a bbolt file never gives back by itself. No other process may have it
// open. It looks through the file first; progress, unless nil, is told how many
// pages of how many are done. It returns the file's bytes before and after; if
// it fails, the file is as it was.
func Compact(ctx context.Context, path string, opts Options, progress func(done, total uint64)) (before, after int64, err error) {
	db, err := Open(path, opts)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// Rows that are already damaged would be copied as they are.
	if err := db.Check(ctx, progress); err != nil {
		return 0, 0, err
	}
	before, err = fileSize(path)
	if err != nil {
		return 0, 0, err
	}
	fresh := path + ".compact"
	defer func() { _ = os.Remove(fresh) }()
	if err := errors.Join(db.compactInto(fresh), ctx.Err()); err != nil {
		return 0, 0, err
	}
	if after, err = fileSize(fresh); err != nil {
		return 0, 0, err
	}
	// The old file stays open, and so locked, until the new one is in place.
	if err := os.Rename(fresh, path); err != nil {
		return 0, 0, err
	}
	return before, after, syncDir(filepath.Dir(path))
}

// compactInto copies all rows into a new file.
func (db *DB) compactInto(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fresh, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		return err
	}
	err = guard(db.path, func() error { return bbolt.Compact(fresh, db.bolt, compactStep) })
	return errors.Join(err, fresh.Sync(), fresh.Close())
}

func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
