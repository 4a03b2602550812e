//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// hangups gives a SIGHUP whenever the operator asks for a look at the programme
// at once, until stop.
func hangups() (asked <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}
