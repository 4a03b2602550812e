//go:build unix

package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// freeDisk is how many bytes this account may still write in dir: none where the
// kernel lets nobody write any more, as it does with a disk that fails.
func freeDisk(dir string) (uint64, error) {
	if errors.Is(unix.Access(dir, unix.W_OK), unix.EROFS) {
		return 0, nil
	}
	var s unix.Statfs_t
	err := unix.Statfs(dir, &s)
	return uint64(s.Bavail) * uint64(s.Bsize), err
}
