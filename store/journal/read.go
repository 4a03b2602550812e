package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"filippo.io/age"
)

// Extent is a segment and how far it goes.
type Extent struct {
	Path string
	Head
	Bytes  int64
	Last   uint64    // its last whole commit; First-1 where it has none
	To     time.Time // of that commit; At where it has none
	Broken error     // what is wrong behind it, or, with a zero Head, with all of it; nil: nothing
	marks  []mark    // its commits, where they were asked for
}

// mark is one commit and its time.
type mark struct {
	n  uint64
	at time.Time
}

// name is the file name of segment n; names sort by number.
func name(n int) string { return fmt.Sprintf("%08d", n) }

// names are the numbers of the segments in dir, rising. A folder that is not
// there has none.
func names(dir string) (all []int, err error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range files { // sorted by name
		if n, err := strconv.Atoi(f.Name()); err == nil && n > 0 && f.Name() == name(n) {
			all = append(all, n)
		}
	}
	return all, err
}

// look reads a segment to its end, if it is of line; else its head only. The
// error is that it cannot be read; damage is told in Broken.
func look(path string, k Key, line string) (x Extent, err error) {
	x, err = walk(path, k, func(x *Extent, f frame) error { return nil }, line)
	return x, err
}

// walk reads a segment and gives its frames to each, which may end it with an
// error of its own. With a line, segments of others are read to their head only.
func walk(path string, k Key, each func(x *Extent, f frame) error, line string) (x Extent, err error) {
	x.Path = path
	f, err := os.Open(path)
	if err != nil {
		return x, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		x.Bytes = info.Size()
	}
	r := bufio.NewReaderSize(f, 256<<10)
	h, mac, err := readHead(r, k)
	if errors.Is(err, ErrBroken) {
		x.Broken = fmt.Errorf("%s: %w", path, err)
		return x, nil
	}
	if err != nil {
		return x, err
	}
	x.Head, x.Last, x.To = h, h.First-1, h.At
	if line != "" && h.Line != line {
		return x, nil
	}
	c, err := newChain(k, mac)
	if err != nil {
		return x, err
	}
	for {
		fr, err := readFrame(r, &c)
		switch {
		case errors.Is(err, errEnd):
			return x, nil
		case errors.Is(err, ErrBroken):
			x.Broken = fmt.Errorf("%s behind commit %d: %w", path, x.Last, err)
			return x, nil
		case err != nil:
			return x, err
		}
		if fr.n != x.Last+1 {
			x.Broken = fmt.Errorf("%s: %w", path, broken("commit %d follows %d", fr.n, x.Last))
			return x, nil
		}
		if err := each(&x, fr); err != nil {
			return x, err
		}
		x.Last, x.To = fr.n, fr.at
	}
}

// Journal is a folder of segments that was looked through.
type Journal struct {
	Dir      string
	Segments []Extent // in the order in which they were written
	key      Key
}

// Look looks through the journal in dir: every frame is held against its MAC,
// for which no identity is needed. A folder that is not there is an empty
// journal. progress, unless nil, is told how many segments of how many are done.
func Look(ctx context.Context, dir string, k Key, progress func(done, total int64)) (*Journal, error) {
	all, err := names(dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{Dir: dir, key: k}
	for i, n := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x, err := marked(filepath.Join(dir, name(n)), k)
		if err == nil && x.Broken != nil && i == len(all)-1 {
			// Somebody may be writing its last frame at this moment.
			time.Sleep(writing)
			x, err = marked(x.Path, k)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // kept long enough meanwhile
		case err != nil:
			return nil, err
		default:
			j.Segments = append(j.Segments, x)
		}
		if progress != nil {
			progress(int64(i+1), int64(len(all)))
		}
	}
	return j, nil
}

// writing is how long a frame may take to be written, generously.
const writing = 50 * time.Millisecond

// marked reads a segment with the marks of its commits.
func marked(path string, k Key) (Extent, error) {
	return walk(path, k, func(x *Extent, f frame) error {
		x.marks = append(x.marks, mark{f.n, f.at})
		return nil
	}, "")
}

// Heads reads the heads of the segments in dir only: their Last and To say
// nothing.
func Heads(dir string, k Key) (list []Extent, err error) {
	all, err := names(dir)
	for _, n := range all {
		x, err := walk(filepath.Join(dir, name(n)), k, nil, "\x00") // no line is called that
		if err == nil {
			list = append(list, x)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return list, err
}

// Read gives the commits of r up to number n, in order. It needs an identity
// where the journal is encrypted (ErrIdentity).
func (j *Journal) Read(ctx context.Context, r Reach, n uint64, ids []age.Identity) iter.Seq2[Commit, error] {
	return func(yield func(Commit, error) bool) {
		next := r.After + 1
		for _, x := range r.segments {
			if x.Last < next || next > n {
				continue
			}
			if err := j.readSegment(ctx, x, &next, n, ids, yield); err != nil {
				if !errors.Is(err, errEnough) {
					yield(Commit{}, err)
				}
				return
			}
		}
		if next <= n {
			yield(Commit{}, broken("commit %d is missing", next))
		}
	}
}

// errEnough ends reading when nobody wants more.
var errEnough = errors.New("journal: enough")

func (j *Journal) readSegment(ctx context.Context, x Extent, next *uint64, n uint64, ids []age.Identity, yield func(Commit, error) bool) error {
	key, err := openSeal(x.Seal, ids)
	if err != nil {
		return err
	}
	seal, err := aead(key)
	if err != nil {
		return err
	}
	_, err = walk(x.Path, j.key, func(_ *Extent, f frame) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if f.n < *next || *next > n {
			return nil
		}
		changes, err := f.changes(seal)
		if err != nil {
			return err
		}
		if *next++; !yield(Commit{Line: x.Line, N: f.n, At: f.at, Changes: changes}, nil) {
			return errEnough
		}
		return nil
	}, "")
	return err
}
