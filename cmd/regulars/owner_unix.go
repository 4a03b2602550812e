//go:build unix

package main

import (
	"os"
	"syscall"
)

// sameOwner gives a file the owner of another.
func sameOwner(of, file string) error {
	info, err := os.Stat(of)
	if err != nil {
		return err
	}
	is, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(is.Uid) == os.Getuid() {
		return nil
	}
	return os.Chown(file, int(is.Uid), int(is.Gid))
}
