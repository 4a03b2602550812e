package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// counterEvery is how often the counter beside the file is written at most:
// the loss that may go unnoticed.
const counterEvery = time.Second

// counter keeps FILE.commits. It only ever writes numbers of commits that are
// on disk, so it may lag behind the file and is never ahead of it.
type counter struct {
	path    string
	last    atomic.Uint64 // commits on disk
	written uint64        // what the counter file says, or may go without saying
	changed chan struct{} // holds one token when last may not be written yet
	stopNow chan struct{}
	stopped chan error
}

// counterPath is the file beside the store at path.
func counterPath(path string) string { return path + ".commits" }

// startCounter keeps the counter of the store at path, which stands at n. Where
// there is no counter file yet, the first commit makes one: to look into a
// backup leaves nothing beside it.
func startCounter(path string, n uint64) *counter {
	c := &counter{
		path:    counterPath(path),
		changed: make(chan struct{}, 1),
		stopNow: make(chan struct{}),
		stopped: make(chan error, 1),
	}
	c.last.Store(n)
	c.written = n
	if beside, err := readCounter(c.path); err != nil || beside != 0 {
		c.written = beside
	}
	c.changed <- struct{}{}
	go c.keep()
	return c
}

// add says that commit n is on disk.
func (c *counter) add(n uint64) {
	c.last.Store(n)
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// keep writes the counter when it changed, then rests. A failed write is tried
// again at the next change: a guard that lags is no reason to stop serving.
func (c *counter) keep() {
	for {
		select {
		case <-c.changed:
			_ = c.write()
		case <-c.stopNow:
			c.stopped <- c.write()
			return
		}
		select {
		case <-time.After(counterEvery):
		case <-c.stopNow:
			c.stopped <- c.write()
			return
		}
	}
}

// write brings the counter file up to date.
func (c *counter) write() error {
	n := c.last.Load()
	if n == c.written {
		return nil
	}
	err := replaceFile(c.path, func(f *os.File) error {
		_, err := fmt.Fprintf(f, "%d\n", n)
		return err
	})
	if err == nil {
		c.written = n
	}
	return err
}

// stop writes the counter for the last time.
func (c *counter) stop() error {
	close(c.stopNow)
	return <-c.stopped
}

// readCounter returns the number in the counter file at path; no file is 0.
func readCounter(path string) (uint64, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return 0, damaged(path, "it holds no number")
	}
	return n, nil
}

// replaceFile writes a new file at path beside the old one, syncs it, and puts
// it in the old one's place.
func replaceFile(path string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename in dir durable. Where directories cannot be synced,
// the file system does it in its own time.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
