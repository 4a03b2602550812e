package bolt

import (
	"fmt"
	"runtime/debug"

	"regulars/store"
)

// guard runs f, which calls bbolt and nothing of a caller's, and turns a panic
// into store.ErrDamaged. Faults in the memory map are made panics as well: a
// file that was cut short has no pages where bbolt looks for them.
func guard(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, fmt.Sprint(p))
		}
	}()
	return f()
}

// damaged is store.ErrDamaged with what is wrong and the way out.
func damaged(path, what string) error {
	return fmt.Errorf("%w: %s: %s; stop the program, keep a copy of the file, run `regulars verify`, and restore the newest backup that is clean",
		store.ErrDamaged, path, what)
}

// unavailable is store.ErrUnavailable with its cause.
func (db *DB) unavailable(cause error) error {
	return fmt.Errorf("%w: %s could not be written (%w); nothing of this update was kept; see whether the disk is full or failing",
		store.ErrUnavailable, db.path, cause)
}
