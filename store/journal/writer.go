package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// queued is how many commits may wait to be written, however small.
const queued = 4096

// Status is how a journal stands.
type Status struct {
	Dir  string
	Line string    // of history
	From uint64    // the commit since which none is missing
	Last uint64    // the last one that was written
	At   time.Time // when that was on disk; zero where there is none
	Err  error     // why commits are being left out; nil when they are not
	// Synced is when the disk last said that it has what was written; where that
	// was before Start, when the last commit then was. Zero for never.
	Synced time.Time
}

// Follows says whether what was written goes on from a state of that line after
// n commits, with nothing missing between. Where no backup has such a state, a
// new one is due.
func (s Status) Follows(line string, n uint64) bool { return line == s.Line && n+1 >= s.From }

// Writer writes commits down, on a goroutine of its own.
type Writer struct {
	o      Options
	in     chan item
	held   atomic.Int64 // bytes that wait
	ended  chan struct{}
	mu     sync.Mutex
	status Status

	// The goroutine's own.
	enc      encoder
	seg      *segment
	failedAt time.Time // when writing failed last; zero where it goes well
}

// item is a commit to be written, or, with done, the wish to have all before it
// on disk.
type item struct {
	Commit
	done chan error
}

// segment is the file that grows.
type segment struct {
	file
	head     Head
	size     int64
	unsynced bool
}

// Start goes on with the journal in o.Dir for a store that stands at commit n of
// a line ("" where it has none yet). It never fails: what is wrong is in the
// Writer's Status. ahead says that the journal knows later commits of the line:
// the store went back, and must draw a new line before it commits.
func Start(o Options, line string, n uint64) (w *Writer, ahead bool) {
	o = o.withDefaults()
	w = &Writer{o: o, in: make(chan item, queued), ended: make(chan struct{})}
	w.status = Status{Dir: o.Dir, Line: line, From: n + 1, Last: n}
	tail, path, err := tailOf(o.Dir, o.Key, line)
	follows := err == nil && tail.Line != "" && tail.Last == n
	if follows {
		err = syncFile(path)
	}
	switch {
	case err != nil:
		w.status.Err = err
	case follows:
		w.status.From, w.status.At, w.status.Synced = tail.From, tail.To, tail.To
	}
	go w.run()
	return w, tail.Last > n
}

// Add has c written down, which has just come to disk. It never waits, and keeps
// c's slices.
func (w *Writer) Add(c Commit) {
	if c.At.IsZero() {
		c.At = w.o.Now()
	}
	size := c.size()
	if w.held.Add(size) > w.o.QueueBytes {
		w.held.Add(-size)
		w.fail(ErrBehind)
		return
	}
	select {
	case w.in <- item{Commit: c}:
	default:
		w.held.Add(-size)
		w.fail(ErrBehind)
	}
}

// Sync waits until everything that was added is on disk, and tells why it is
// not. Not to be called after Close.
func (w *Writer) Sync() error {
	done := make(chan error, 1)
	w.in <- item{done: done}
	return <-done
}

// Status is how the journal stands now.
func (w *Writer) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}

// Close writes what waits and ends the writer. Nothing may be added any more.
func (w *Writer) Close() error {
	close(w.in)
	<-w.ended
	return w.Status().Err
}

func (w *Writer) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status.Err = err
}

// run writes what comes, and syncs it a while after the first that was not.
func (w *Writer) run() {
	defer close(w.ended)
	due := time.NewTimer(time.Hour)
	due.Stop()
	for {
		select {
		case it, ok := <-w.in:
			if !ok {
				w.end()
				return
			}
			if it.done != nil {
				w.sync()
				it.done <- w.Status().Err
				continue
			}
			clean := w.seg == nil || !w.seg.unsynced
			w.record(it.Commit)
			w.held.Add(-it.size())
			if clean {
				due.Reset(w.o.SyncEvery)
			}
		case <-due.C:
			w.sync()
		}
	}
}

// record writes c into the segment, or into a new one.
func (w *Writer) record(c Commit) {
	if !w.failedAt.IsZero() && time.Since(w.failedAt) < w.o.SyncEvery {
		return // a full disk is not asked at each commit
	}
	if err := w.write(c); err != nil {
		w.abandon(err)
		return
	}
	w.failedAt = time.Time{}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status.Line, w.status.From, w.status.Last, w.status.At, w.status.Err = c.Line, w.seg.head.From, c.N, c.At, nil
}

func (w *Writer) write(c Commit) error {
	if w.seg != nil && !w.fits(c) {
		w.end()
	}
	if w.seg == nil {
		if err := w.begin(c); err != nil {
			return err
		}
	}
	frame, err := w.enc.encode(c)
	if err != nil {
		return err
	}
	w.seg.unsynced = true
	if _, err := w.seg.Write(frame); err != nil {
		return err
	}
	w.enc.keep()
	w.seg.size += int64(len(frame))
	return nil
}

// fits says whether c belongs into the segment that is open.
func (w *Writer) fits(c Commit) bool {
	s := w.Status()
	return c.Line == s.Line && c.N == s.Last+1 &&
		w.seg.size < w.o.SegmentBytes && c.At.Sub(w.seg.head.At).Abs() < w.o.SegmentFor
}

// begin makes a segment whose first commit is c.
func (w *Writer) begin(c Commit) error {
	s := w.Status()
	h := Head{Line: c.Line, From: s.From, First: c.N, At: c.At.UTC(), Key: w.o.Key.Fingerprint}
	if c.Line != s.Line || c.N != s.Last+1 || c.N < s.From {
		h.From = c.N
	}
	key, seal, err := newSeal(w.o.Recipients)
	if err != nil {
		return err
	}
	h.Seal = seal
	text, mac, err := h.lines(w.o.Key)
	if err != nil {
		return err
	}
	if err := w.enc.begin(w.o.Key, mac, key); err != nil {
		return err
	}
	if err := makeDir(w.o.Dir); err != nil {
		return err
	}
	names, err := names(w.o.Dir)
	if err != nil {
		return err
	}
	next := 1
	if len(names) > 0 {
		next = names[len(names)-1] + 1
	}
	path := filepath.Join(w.o.Dir, name(next))
	f, err := w.o.create(path)
	if err != nil {
		return err
	}
	w.seg = &segment{file: f, head: h, unsynced: true}
	if _, err := f.Write(text); err != nil {
		w.seg = nil
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	w.seg.size = int64(len(text))
	return syncDir(w.o.Dir)
}

// sync has what was written on disk.
func (w *Writer) sync() {
	if w.seg == nil || !w.seg.unsynced {
		return
	}
	if err := w.seg.Sync(); err != nil {
		w.abandon(err)
		return
	}
	w.seg.unsynced = false
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status.Synced = w.o.Now()
}

// end syncs and closes the segment.
func (w *Writer) end() {
	w.sync()
	if w.seg == nil {
		return
	}
	if err := w.seg.Close(); err != nil {
		w.fail(err)
	}
	w.seg = nil
}

// abandon gives the segment up at its last whole frame: what comes next begins
// a new one, and commits are missing between the two.
func (w *Writer) abandon(err error) {
	w.failedAt = time.Now()
	if w.seg != nil {
		err = errors.Join(err, w.seg.Truncate(w.seg.size), w.seg.Close())
		w.seg = nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status.Err = fmt.Errorf("journal: %s cannot be written: %w", w.o.Dir, err)
	w.status.From = w.status.Last + 2 // at least: the next one that is written says
}

// Size is how many bytes the segments in dir have; 0 where there are none.
func Size(dir string) (n int64, err error) {
	all, err := names(dir)
	if err != nil {
		return 0, err
	}
	for _, i := range all {
		info, err := os.Stat(filepath.Join(dir, name(i)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // cleared a moment ago
		}
		if err != nil {
			return n, err
		}
		n += info.Size()
	}
	return n, nil
}

// tailOf is how far the journal in dir goes on its newest segment of line, and the
// segment; a zero Extent where there is none.
func tailOf(dir string, k Key, line string) (tail Extent, path string, err error) {
	all, err := names(dir)
	if err != nil {
		return tail, "", err
	}
	for i := len(all) - 1; i >= 0 && line != ""; i-- {
		path := filepath.Join(dir, name(all[i]))
		x, err := look(path, k, line)
		if err != nil {
			return tail, "", err
		}
		if x.Line == line {
			return x, path, nil
		}
	}
	return tail, "", nil
}

// syncFile has a segment on disk that a process may have left without its last
// sync: what goes on from it would have a hole before it after a power cut.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// makeDir makes a folder that is there after a power cut as well.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// syncDir makes a new file in dir durable, where directories can be synced.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
