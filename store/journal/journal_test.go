package journal

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"filippo.io/age"

	"regulars/store"
)

var (
	key    = Key{"AAAA-BBBB", []byte("a secret of this installation")}
	other  = Key{"CCCC-DDDD", []byte("another secret")}
	ten    = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	opened = func(t testing.TB) Options { return Options{Dir: filepath.Join(t.TempDir(), "journal"), Key: key} }
)

// commit is the n-th of a line, a second after the one before; what it changes
// is drawn, but always the same.
func commit(line string, n uint64) Commit {
	rnd := rand.New(rand.NewPCG(n, 1))
	c := Commit{Line: line, N: n, At: ten.Add(time.Duration(n) * time.Second)}
	for range 1 + rnd.IntN(4) {
		ch := store.Change{Key: fmt.Appendf(nil, "table/%02d", rnd.IntN(30)), Deleted: rnd.IntN(4) == 0}
		if !ch.Deleted {
			ch.Value = bytes.Repeat([]byte("points "), rnd.IntN(20))
			for range rnd.IntN(200) {
				ch.Value = append(ch.Value, byte(rnd.IntN(256)))
			}
		}
		c.Changes = append(c.Changes, ch)
	}
	return c
}

// add has commits from..to of a line written, and waits until they are.
func add(t testing.TB, w *Writer, line string, from, to uint64) {
	t.Helper()
	for n := from; n <= to; n++ {
		w.Add(commit(line, n))
	}
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
}

// written is a journal of n commits of "L", closed.
func written(t testing.TB, o Options, n uint64) {
	t.Helper()
	w, ahead := Start(o, "L", 0)
	if ahead {
		t.Error("ahead of an empty journal")
	}
	add(t, w, "L", 1, n)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func looked(t testing.TB, dir string) *Journal {
	t.Helper()
	j, err := Look(t.Context(), dir, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// holds reads what r reaches and fails the test unless it is exactly the
// commits that were written, up to r.Last.
func holds(t testing.TB, j *Journal, r Reach, ids ...age.Identity) {
	t.Helper()
	n := r.After
	for c, err := range j.Read(t.Context(), r, r.Last, ids) {
		if err != nil {
			t.Fatalf("behind %d: %v", n, err)
		}
		n++
		want := commit(r.Line, n)
		for i := range want.Changes {
			if want.Changes[i].Value == nil && !want.Changes[i].Deleted {
				want.Changes[i].Value = []byte{}
			}
		}
		if c.N != n || !c.At.Equal(want.At) || !reflect.DeepEqual(c.Changes, want.Changes) {
			t.Fatalf("commit %d came back as %+v, not %+v", n, c, want)
		}
	}
	if n != r.Last {
		t.Errorf("it was read to %d of %d", n, r.Last)
	}
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string][]age.Recipient{"open": nil, "sealed": {id.Recipient()}} {
		t.Run(name, func(t *testing.T) {
			o := opened(t)
			o.Recipients, o.SegmentBytes = to, 4000
			written(t, o, 60)
			w, _ := Start(o, "L", 60)
			if s := w.Status(); s.From != 1 || s.Last != 60 || !s.At.Equal(commit("L", 60).At) || s.Err != nil {
				t.Errorf("%+v", s)
			}
			add(t, w, "L", 61, 80)
			j := looked(t, o.Dir)
			if len(j.Segments) < 5 {
				t.Errorf("%d segments", len(j.Segments))
			}
			for _, after := range []uint64{0, 1, 37, 79, 80} {
				r := j.Reach("L", after)
				if r.Last != 80 || r.End != nil {
					t.Errorf("after %d: %+v", after, r)
				}
				if len(to) > 0 && after < 80 {
					for _, err := range j.Read(t.Context(), r, 80, nil) {
						if !errors.Is(err, ErrIdentity) {
							t.Errorf("without an identity: %v", err)
						}
					}
				}
				holds(t, j, r, id)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			for _, x := range j.Segments {
				text, _ := os.ReadFile(x.Path)
				if info, _ := os.Stat(x.Path); info.Mode().Perm()&0o077 != 0 {
					t.Errorf("others may read %s", x.Path)
				}
				if len(to) > 0 && bytes.Contains(text, []byte("table/")) {
					t.Error("a row's key can be read")
				}
			}
		})
	}
}

// TestMoments: a moment is the last commit at or before it; where the clock was
// put back, what had been done stays done.
func TestMoments(t *testing.T) {
	t.Parallel()
	o := opened(t)
	w, _ := Start(o, "L", 4)
	for i, second := range []int{10, 20, 30, 25, 40} {
		w.Add(Commit{Line: "L", N: uint64(5 + i), At: ten.Add(time.Duration(second) * time.Second)})
	}
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r := looked(t, o.Dir).Reach("L", 4)
	for second, want := range map[int]uint64{9: 4, 10: 5, 19: 5, 20: 6, 26: 8, 30: 8, 39: 8, 40: 9} {
		if n, _, ok := r.At(ten.Add(time.Duration(second)*time.Second + 999*time.Millisecond)); n != want || !ok {
			t.Errorf("second %d is commit %d %v, want %d", second, n, ok, want)
		}
	}
	if _, _, ok := r.At(ten.Add(41 * time.Second)); ok {
		t.Error("behind the last commit nobody knows")
	}
	later := looked(t, o.Dir).Reach("L", 7)
	if n, _, ok := later.At(ten.Add(15 * time.Second)); ok {
		t.Errorf("before the state: commit %d", n)
	}
}

// TestCutAtAnyByte: whole commits before the cut come back, whatever follows.
func TestCutAtAnyByte(t *testing.T) {
	t.Parallel()
	synctest.Test(t, cutAtAnyByte) // whose clock does not wait
}

func cutAtAnyByte(t *testing.T) {
	o := opened(t)
	written(t, o, 4)
	path := filepath.Join(o.Dir, name(1))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := uint64(0)
	for at := range len(whole) {
		if err := os.WriteFile(path, whole[:at], 0o600); err != nil {
			t.Fatal(err)
		}
		j := looked(t, o.Dir)
		r := j.Reach("L", 0)
		if r.Last < last || r.Last > 3 {
			t.Fatalf("cut at %d it reaches %d, and reached %d before", at, r.Last, last)
		}
		last = r.Last
		if x := j.Segments[0]; x.Broken == nil && x.Last != r.Last {
			t.Errorf("cut at %d: %+v", at, x)
		}
		holds(t, j, r)
	}
	if last != 3 {
		t.Errorf("without its last byte it reaches %d", last)
	}
	// A store that has more goes on in a segment of its own, with a gap; one that
	// stands where the journal ends goes on without.
	for stands, from := range map[uint64]uint64{3: 1, 4: 5} {
		w, ahead := Start(o, "L", stands)
		if s := w.Status(); s.From != from || ahead {
			t.Errorf("at %d: %+v", stands, s)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	w, _ := Start(o, "L", 3)
	add(t, w, "L", 4, 7)
	_ = w.Close()
	j := looked(t, o.Dir)
	if r := j.Reach("L", 0); r.Last != 7 || r.End != nil {
		t.Errorf("%+v", r)
	}
	holds(t, j, j.Reach("L", 0))
}

// TestFlippedBits: what comes back is a beginning of what was written, and a
// shorter one is said to be.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, flippedBits) // whose clock does not wait
}

func flippedBits(t *testing.T) {
	o := opened(t)
	o.SegmentBytes = 2000
	written(t, o, 25)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	all, _ := names(o.Dir)
	for range 120 {
		path := filepath.Join(o.Dir, name(all[rnd.IntN(len(all))]))
		whole, _ := os.ReadFile(path)
		bad := bytes.Clone(whole)
		bad[rnd.IntN(len(bad))] ^= 1 << rnd.IntN(8)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		j := looked(t, o.Dir)
		r := j.Reach("L", 0)
		if r.Last == 25 || !errors.Is(r.End, ErrBroken) {
			t.Fatalf("%+v", r)
		}
		holds(t, j, r)
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMissingSegment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, missingSegment) // whose clock does not wait
}

func missingSegment(t *testing.T) {
	o := opened(t)
	o.SegmentBytes = 2000
	written(t, o, 40)
	for _, gone := range looked(t, o.Dir).Segments {
		if err := os.Rename(gone.Path, gone.Path+".away"); err != nil {
			t.Fatal(err)
		}
		j := looked(t, o.Dir)
		r := j.Reach("L", 0)
		if r.Last != gone.First-1 || gone.Last < 40 && (!errors.Is(r.End, ErrBroken) || !strings.Contains(r.End.Error(), fmt.Sprintf("commits %d to %d", gone.First, gone.Last))) {
			t.Errorf("without %d to %d: %+v", gone.First, gone.Last, r)
		}
		holds(t, j, r)
		behind := j.Reach("L", gone.Last)
		if behind.Last != 40 || behind.End != nil {
			t.Errorf("from behind it: %+v", behind)
		}
		if err := os.Rename(gone.Path+".away", gone.Path); err != nil {
			t.Fatal(err)
		}
	}
	if j, err := Look(t.Context(), o.Dir, other, nil); err != nil || j.Reach("L", 0).Last != 0 || !strings.Contains(j.Segments[0].Broken.Error(), "AAAA-BBBB") {
		t.Errorf("another installation's: %v", err)
	}
}

// TestLines: a store that went back is found out, and its next commits do not
// follow those that had their numbers.
func TestLines(t *testing.T) {
	t.Parallel()
	o := opened(t)
	written(t, o, 20)
	w, ahead := Start(o, "L", 15)
	if !ahead {
		t.Error("a store that went back was not noticed")
	}
	add(t, w, "M", 16, 30)
	if s := w.Status(); !s.Follows("M", 15) || s.Follows("L", 20) || s.Follows("M", 14) {
		t.Errorf("%+v", s)
	}
	_ = w.Close()
	j := looked(t, o.Dir)
	if r := j.Reach("L", 10); r.Last != 20 || r.End == nil || !strings.Contains(r.End.Error(), "another history begins") {
		t.Errorf("%+v", r)
	}
	holds(t, j, j.Reach("L", 10))
	holds(t, j, j.Reach("M", 15))
	if r := j.Reach("M", 15); r.Last != 30 || r.End != nil {
		t.Errorf("%+v", r)
	}
}

// TestSpare: segments stay as long as a backup that is kept needs them.
func TestSpare(t *testing.T) {
	t.Parallel()
	o := opened(t)
	o.SegmentBytes = 2000
	written(t, o, 40)
	w, _ := Start(o, "L", 40)
	add(t, w, "M", 35, 50)
	_ = w.Close()
	list, err := Heads(o.Dir, key)
	if err != nil {
		t.Fatal(err)
	}
	spares := func(kept ...Point) (gone int) {
		spare := map[string]bool{}
		for _, x := range Spare(list, kept, "M") {
			spare[x.Path] = true
		}
		j := looked(t, o.Dir)
		j.Segments = nil
		for _, x := range looked(t, o.Dir).Segments {
			if !spare[x.Path] {
				j.Segments = append(j.Segments, x)
			}
		}
		for _, p := range kept {
			if r, all := j.Reach(p.Line, p.N), looked(t, o.Dir).Reach(p.Line, p.N); r.Last != all.Last {
				t.Errorf("with %v, of %v only %d can be reached", kept, p, r.Last)
			}
		}
		return len(spare)
	}
	if n := spares(); n != 0 {
		t.Errorf("without backups %d are spare", n)
	}
	var ofL, ofM int
	for _, x := range list {
		if x.Line == "L" {
			ofL++
		} else {
			ofM++
		}
	}
	if n := spares(Point{"L", 0}, Point{"M", 34}); n != 0 {
		t.Errorf("%d", n)
	}
	if n := spares(Point{"L", 20}); n == 0 || n >= ofL {
		t.Errorf("%d of %d", n, ofL)
	}
	if n := spares(Point{"M", 34}); n != ofL {
		t.Errorf("%d of %d", n, ofL)
	}
	if n := spares(Point{"M", 50}); n != ofL+ofM-1 {
		t.Errorf("%d: the newest only stays", n)
	}
}

// disk is a test's file, that fails, waits and counts.
type disk struct {
	file
	d *disks
}

type disks struct {
	mu    sync.Mutex
	room  int // bytes; below zero is full
	syncs int
	gate  chan struct{} // not nil: writing waits for it
}

func (d *disks) create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return &disk{f, d}, err
}

var errFull = errors.New("no space left")

func (f *disk) Write(p []byte) (int, error) {
	if f.d.gate != nil {
		<-f.d.gate
	}
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	n := min(len(p), max(0, f.d.room))
	f.d.room -= n
	m, err := f.file.Write(p[:n])
	if n < len(p) {
		err = errFull
	}
	return m, err
}

func (f *disk) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.d.syncs++
	return nil
}

func (d *disks) give(room int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room = room
}

// TestDiskFull: nobody waits, it is said, and with room again it goes on; what
// is missing ends what the backups before can reach.
func TestDiskFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := opened(t)
		d := &disks{room: 5000}
		o.create = d.create
		w, _ := Start(o, "L", 0)
		n := uint64(0)
		for w.Status().Err == nil && n < 500 {
			n++
			w.Add(commit("L", n))
			_ = w.Sync()
		}
		if s := w.Status(); !errors.Is(s.Err, errFull) || s.Follows("L", s.Last) || s.Last != n-1 || s.Last == 0 {
			t.Fatalf("%+v at %d", s, n)
		}
		time.Sleep(time.Minute) // of the bubble's clock
		w.Add(commit("L", n+1))
		_ = w.Sync()
		if files, _ := names(o.Dir); len(files) != 1 {
			t.Errorf("a full disk has files %v", files)
		}
		d.give(1 << 20)
		time.Sleep(time.Minute)
		add(t, w, "L", n+2, n+9)
		if s := w.Status(); s.From != n+2 || s.Err != nil || s.Follows("L", n) || !s.Follows("L", n+1) {
			t.Errorf("%+v at %d", s, n)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		j := looked(t, o.Dir)
		if r := j.Reach("L", 0); r.Last != n-1 || !errors.Is(r.End, ErrBroken) {
			t.Errorf("%+v", r)
		}
		holds(t, j, j.Reach("L", 0))
		holds(t, j, j.Reach("L", n+1))
		if w, _ := Start(o, "L", n+9); !w.Status().Follows("L", n+1) || w.Status().Follows("L", n) || w.Close() != nil {
			t.Errorf("%+v", w.Status())
		}
	})
}

// TestSlowDisk: a disk that hangs holds up nobody, and takes no more memory
// than it may.
func TestSlowDisk(t *testing.T) {
	t.Parallel()
	o := opened(t)
	d := &disks{room: 1 << 30, gate: make(chan struct{})}
	o.create, o.QueueBytes = d.create, 20_000
	w, _ := Start(o, "L", 0)
	for n := range uint64(300) {
		w.Add(commit("L", n+1))
	}
	if s := w.Status(); !errors.Is(s.Err, ErrBehind) {
		t.Errorf("%+v", s)
	}
	if held := w.held.Load(); held > o.QueueBytes {
		t.Errorf("%d bytes wait", held)
	}
	close(d.gate)
	_ = w.Sync()
	reached := w.Status().Last
	add(t, w, "L", 301, 320)
	if s := w.Status(); s.From != 301 || reached == 0 || reached >= 300 {
		t.Errorf("%+v after %d", s, reached)
	}
	_ = w.Close()
	j := looked(t, o.Dir)
	holds(t, j, j.Reach("L", 0))
	holds(t, j, j.Reach("L", 300))
}

// TestSyncedEachSecond: what was written is on disk a second later, and a busy
// journal asks the disk no more often.
func TestSyncedEachSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := opened(t)
		d := &disks{room: 1 << 30}
		o.create = d.create
		w, _ := Start(o, "L", 0)
		for n := range uint64(1000) { // a hundred a second
			w.Add(commit("L", n+1))
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		d.mu.Lock()
		if d.syncs < 9 || d.syncs > 11 {
			t.Errorf("%d syncs in ten seconds", d.syncs)
		}
		d.mu.Unlock()
		if w.seg.unsynced {
			t.Error("the last commits are not on disk")
		}
		_ = w.Close()
	})
}

// TestReadWhileWritten: who looks meanwhile, and while segments end and begin,
// finds a beginning of what was written, and never less than before.
func TestReadWhileWritten(t *testing.T) {
	t.Parallel()
	o := opened(t)
	o.SegmentBytes = 3000
	w, _ := Start(o, "L", 0)
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := range uint64(600) {
			w.Add(commit("L", n+1))
		}
		_ = w.Sync()
	})
	for last := uint64(0); last < 600; {
		j := looked(t, o.Dir)
		r := j.Reach("L", 0)
		if r.Last < last || r.End != nil {
			t.Fatalf("it reached %d, and %d before: %v", r.Last, last, r.End)
		}
		last = r.Last
		holds(t, j, r)
	}
	wg.Wait()
	_ = w.Close()
}
