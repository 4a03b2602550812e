package main

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"regulars/store"
	"regulars/store/bolt"
)

// A million members have twenty million rows, some 5 GB, which no machine needs
// to hold at once: some members' rows at a time are sorted and written to a file,
// a run, and the runs are merged on their way into the store.

// runMembers is how many members' rows one run has, some 15 MB.
const runMembers = 2500

// makeStore writes members' rows into a new file in the order of their keys, which
// takes an hour less than a million transactions and leaves no free pages behind:
// bbolt writes the list of those with every commit.
func makeStore(b *testing.B, path string, n int, add making) {
	b.Helper()
	for _, old := range []string{path, path + ".commits"} {
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Fatal(err)
		}
	}
	rows, done := sortedRows(b, n, add)
	defer done()
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(writeRows(db, rows), db.Sync(), db.Close()); err != nil {
		b.Fatal(err)
	}
}

// writeRows writes rows, some of them a commit: bbolt holds in memory what one
// commit changes.
func writeRows(db *bbolt.DB, rows iter.Seq2[store.Row, error]) error {
	const atOnce = 100_000
	next, stop := iter.Pull2(rows)
	defer stop()
	for more := true; more; {
		err := db.Update(func(tx *bbolt.Tx) error {
			bucket := tx.Bucket([]byte("rows"))
			bucket.FillPercent = 0.8
			for range atOnce {
				row, err, ok := next()
				if more = ok && err == nil; !more {
					return err
				}
				if err := bucket.Put(row.Key, row.Value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sortedRows makes n members on all processors, and yields their rows in the
// order of their keys: of a key that several have, one. They can be gone through
// again until done takes the files away.
func sortedRows(b *testing.B, n int, add making) (rows iter.Seq2[store.Row, error], done func()) {
	b.Helper()
	dir, err := os.MkdirTemp("", "regulars-runs-")
	if err != nil {
		b.Fatal(err)
	}
	done = func() { os.RemoveAll(dir) }
	b.Cleanup(done) // where making them fails
	var names []string
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for at := 0; at < n; at += runMembers {
		name := filepath.Join(dir, fmt.Sprint("run", len(names)))
		names = append(names, name)
		slots <- struct{}{}
		wg.Go(func() {
			if err := writeRun(name, memberRows(b, at, min(n, at+runMembers), add)); err != nil {
				b.Error(err)
			}
			<-slots
		})
	}
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return merged(names), done
}

// inOrder yields rows that are sorted already.
func inOrder(rows []store.Row) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// writeRun writes rows into a new file in the order of their keys, each after the
// lengths of its key and its value.
func writeRun(name string, rows []store.Row) error {
	slices.SortFunc(rows, func(x, y store.Row) int { return bytes.Compare(x.Key, y.Key) })
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var head [runHead]byte
	for _, row := range rows {
		binary.BigEndian.PutUint16(head[:], uint16(len(row.Key)))
		binary.BigEndian.PutUint32(head[2:], uint32(len(row.Value)))
		w.Write(head[:]) // Flush tells of what fails
		w.Write(row.Key)
		w.Write(row.Value)
	}
	return errors.Join(w.Flush(), f.Close())
}

// runHead is the size of what stands before a row.
const runHead = 2 + 4

// run is a file of rows that is being read.
type run struct {
	r   *bufio.Reader
	row store.Row // the first that was not taken yet
}

// next reads the row behind the first one; io.EOF is the end.
func (r *run) next() error {
	var head [runHead]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		return err
	}
	k, v := int(binary.BigEndian.Uint16(head[:])), int(binary.BigEndian.Uint32(head[2:]))
	both := make([]byte, k+v)
	if _, err := io.ReadFull(r.r, both); err != nil {
		return err
	}
	r.row = store.Row{Key: both[:k:k], Value: both[k:]}
	return nil
}

// runs is a heap of them, that of the least key first.
type runs []*run

func (h runs) Len() int           { return len(h) }
func (h runs) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h runs) Less(i, j int) bool { return bytes.Compare(h[i].row.Key, h[j].row.Key) < 0 }
func (h *runs) Push(x any)        { *h = append(*h, x.(*run)) }
func (h *runs) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// merged yields the rows of several runs in the order of their keys.
func merged(names []string) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		var all runs
		var open []*os.File
		defer func() {
			for _, f := range open {
				f.Close()
			}
		}()
		for _, name := range names {
			f, err := os.Open(name)
			if err != nil {
				yield(store.Row{}, err)
				return
			}
			open = append(open, f)
			r := &run{r: bufio.NewReaderSize(f, 64<<10)}
			if err := r.next(); err == nil {
				all = append(all, r)
			} else if err != io.EOF {
				yield(store.Row{}, err)
				return
			}
		}
		heap.Init(&all)
		var last []byte
		for len(all) > 0 {
			row := all[0].row
			if !bytes.Equal(row.Key, last) && !yield(row, nil) {
				return
			}
			last = row.Key
			switch err := all[0].next(); err {
			case nil:
				heap.Fix(&all, 0)
			case io.EOF:
				heap.Pop(&all)
			default:
				yield(store.Row{}, err)
				return
			}
		}
	}
}
