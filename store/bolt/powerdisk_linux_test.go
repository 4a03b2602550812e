package bolt

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// sector is what a disk writes whole or not at all, in bytes.
const sector = 512

// powerDisk is a file system that can lose power. It keeps apart what was
// synced and what was only written: at the cut, each sector of each write since
// a file's last sync is on disk or not, as chance has it, and of a folder's new,
// renamed and deleted names some first ones are.
type powerDisk struct {
	mu  sync.Mutex
	rnd *rand.Rand
	off bool          // every request fails
	ill syscall.Errno // EROFS: nothing is written; EIO: syncs fail, and lose what they were for: those of a file's head, and some
}

// powerFile is a file: as programs see it, and as the disk has it.
type powerFile struct {
	fs.Inode
	d       *powerDisk
	seen    []byte
	kept    []byte
	pending []func(disk []byte, chance func() bool) []byte // since the last sync
	heads   bool                                           // among it is a write to the first two pages
}

// powerDir is a folder: which names the disk has in it, and what was done to them
// since the last sync.
type powerDir struct {
	fs.Inode
	d       *powerDisk
	kept    map[string]fs.InodeEmbedder
	pending []func(names map[string]fs.InodeEmbedder)
}

// extend is b with at least size bytes.
func extend(b []byte, size int) []byte {
	if size > len(b) {
		b = append(b, make([]byte, size-len(b))...)
	}
	return b
}

func (f *powerFile) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, 0, f.d.powered()
}

func (f *powerFile) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.off {
		return nil, syscall.EIO
	}
	from := min(int(off), len(f.seen))
	return fuse.ReadResultData(bytes.Clone(f.seen[from:min(from+len(dest), len(f.seen))])), 0
}

func (f *powerFile) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if e := f.d.writable(); e != 0 {
		return 0, e
	}
	at, data := int(off), bytes.Clone(data)
	f.seen, f.heads = extend(f.seen, at+len(data)), f.heads || at < 2*os.Getpagesize()
	copy(f.seen[at:], data)
	f.pending = append(f.pending, func(disk []byte, chance func() bool) []byte {
		for from := 0; from < len(data); {
			to := min(len(data), from+sector-(at+from)%sector)
			if chance() {
				disk = extend(disk, at+to)
				copy(disk[at+from:at+to], data[from:to])
			}
			from = to
		}
		return disk
	})
	return uint32(len(data)), 0
}

func (f *powerFile) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	out.Mode, out.Size = 0o600, uint64(len(f.seen))
	return 0
}

func (f *powerFile) Setattr(ctx context.Context, h fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	f.d.mu.Lock()
	if e := f.d.writable(); e != 0 {
		f.d.mu.Unlock()
		return e
	}
	if size, ok := in.GetSize(); ok {
		cut := func(disk []byte) []byte { return extend(disk, int(size))[:size] }
		f.seen = cut(f.seen)
		f.pending = append(f.pending, func(disk []byte, chance func() bool) []byte {
			if chance() {
				disk = cut(disk)
			}
			return disk
		})
	}
	f.d.mu.Unlock()
	return f.Getattr(ctx, h, out)
}

func (f *powerFile) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.off {
		return syscall.EIO
	}
	if f.d.ill == syscall.EIO && (f.heads || f.d.rnd.IntN(4) == 0) {
		f.settle(func() bool { return f.d.rnd.IntN(4) == 0 })
		return syscall.EIO
	}
	f.settle(func() bool { return true })
	return 0
}

// settle brings what is pending to the disk, as far as chance has it.
func (f *powerFile) settle(chance func() bool) {
	for _, write := range f.pending {
		f.kept = write(f.kept, chance)
	}
	f.pending, f.heads = nil, false
}

func (d *powerDir) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode = 0o700
	return 0
}

// do is a change of a folder's names.
func (d *powerDir) do(change func(names map[string]fs.InodeEmbedder)) syscall.Errno {
	d.d.mu.Lock()
	defer d.d.mu.Unlock()
	if e := d.d.writable(); e != 0 {
		return e
	}
	d.pending = append(d.pending, change)
	return 0
}

func (d *powerDir) Create(ctx context.Context, name string, _ uint32, _ uint32, _ *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	f := &powerFile{d: d.d}
	if errno := d.do(func(names map[string]fs.InodeEmbedder) { names[name] = f }); errno != 0 {
		return nil, nil, 0, errno
	}
	return d.NewPersistentInode(ctx, f, fs.StableAttr{Mode: syscall.S_IFREG}), nil, 0, 0
}

func (d *powerDir) Mkdir(ctx context.Context, name string, _ uint32, _ *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	n := &powerDir{d: d.d, kept: map[string]fs.InodeEmbedder{}}
	if errno := d.do(func(names map[string]fs.InodeEmbedder) { names[name] = n }); errno != 0 {
		return nil, errno
	}
	return d.NewPersistentInode(ctx, n, fs.StableAttr{Mode: syscall.S_IFDIR}), 0
}

func (d *powerDir) Unlink(_ context.Context, name string) syscall.Errno {
	return d.do(func(names map[string]fs.InodeEmbedder) { delete(names, name) })
}

// Rename is within one folder, as all of ours are.
func (d *powerDir) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, _ uint32) syscall.Errno {
	if to.EmbeddedInode() != d.EmbeddedInode() {
		return syscall.EXDEV
	}
	moved := d.GetChild(name).Operations()
	return d.do(func(names map[string]fs.InodeEmbedder) {
		delete(names, name)
		names[newName] = moved
	})
}

func (d *powerDir) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	d.d.mu.Lock()
	defer d.d.mu.Unlock()
	if d.d.off {
		return syscall.EIO
	}
	d.settle(len(d.pending))
	return 0
}

// settle brings the first n changes to the disk.
func (d *powerDir) settle(n int) {
	for _, change := range d.pending[:n] {
		change(d.kept)
	}
	d.pending = nil
}

// writable is what a request to write is answered with; the caller has the lock.
func (d *powerDisk) writable() syscall.Errno {
	switch {
	case d.off:
		return syscall.EIO
	case d.ill == syscall.EROFS:
		return d.ill
	}
	return 0
}

// falls has the disk be ill in a way, or with 0 well again.
func (d *powerDisk) falls(ill syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ill = ill
}

func (d *powerDisk) powered() syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	return 0
}

// fill puts what lies in a folder of this machine on the disk, synced.
func (d *powerDir) fill(t *testing.T, from string) {
	t.Helper()
	files, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range files {
		path := filepath.Join(from, e.Name())
		if e.IsDir() {
			n := &powerDir{d: d.d, kept: map[string]fs.InodeEmbedder{}}
			d.AddChild(e.Name(), d.NewPersistentInode(t.Context(), n, fs.StableAttr{Mode: syscall.S_IFDIR}), true)
			n.fill(t, path)
			d.put(e.Name(), n)
			continue
		}
		f := &powerFile{d: d.d, seen: readFile(t, path), kept: readFile(t, path)}
		d.AddChild(e.Name(), d.NewPersistentInode(t.Context(), f, fs.StableAttr{Mode: syscall.S_IFREG}), true)
		d.put(e.Name(), f)
	}
}

// put has a name on the disk. The lock is for who asks through the kernel.
func (d *powerDir) put(name string, n fs.InodeEmbedder) {
	d.d.mu.Lock()
	defer d.d.mu.Unlock()
	d.kept[name] = n
}

// cut switches the power off: from here on nothing works and nothing changes.
func (d *powerDisk) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
}

// left writes what is on the disk after the cut into a folder of this machine.
func (d *powerDir) left(t *testing.T, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	d.d.mu.Lock()
	d.settle(d.d.rnd.IntN(len(d.pending) + 1))
	names := maps.Clone(d.kept)
	d.d.mu.Unlock()
	for name, n := range names {
		path := filepath.Join(to, name)
		switch n := n.(type) {
		case *powerDir:
			n.left(t, path)
		case *powerFile:
			often := 1 + d.d.rnd.IntN(9) // of ten sectors
			d.d.mu.Lock()
			n.settle(func() bool { return d.d.rnd.IntN(10) < often })
			d.d.mu.Unlock()
			if err := os.WriteFile(path, n.kept, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// mountPower mounts a disk with what lies in from, or skips the test where that
// cannot be done.
func mountPower(t *testing.T, from string, rnd *rand.Rand) (root *powerDir, at string, unmount func()) {
	t.Helper()
	d := &powerDisk{rnd: rand.New(rand.NewPCG(rnd.Uint64(), 0))} // of its own: it draws while the test does
	root = &powerDir{d: d, kept: map[string]fs.InodeEmbedder{}}
	at = t.TempDir()
	server, err := fs.Mount(at, root, &fs.Options{MountOptions: fuse.MountOptions{DirectMount: true, FsName: "regulars-test", Name: "power"}})
	if err != nil {
		t.Skipf("no power can be cut here: a FUSE file system needs /dev/fuse, and the right to mount or fusermount: %v", err)
	}
	root.fill(t, from)
	return root, at, func() {
		t.Helper()
		if err := server.Unmount(); err != nil {
			err = errors.Join(err, syscall.Unmount(at, syscall.MNT_DETACH))
			t.Logf("unmounting: %v", err)
		}
		server.Wait()
	}
}
