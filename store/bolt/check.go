package bolt

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"regulars/store"
)

// maxComplaints is how much damage Check lists before it gives up.
const maxComplaints = 20

// Check reads every page and every row of the last commit and returns
// store.ErrDamaged with what it found: pages that are missing, used twice,
// neither used nor free, or hold keys out of order, and rows whose checksum
// does not match (bbolt's pages have none, so flipped bits show only there).
// It runs beside a store at work; rows committed meanwhile are not looked at.
// progress, unless nil, is told now and then how many pages of how many are
// done.
//
// It reads the file rather than bbolt's map. bbolt's own check visits damaged
// pages on a goroutine of its own, where a fault ends the program, and reads
// the free list without a lock.
func (db *DB) Check(ctx context.Context, progress func(done, total uint64)) error {
	btx, err := db.begin(false)
	if err != nil {
		return err
	}
	defer db.rollback(btx)
	h, err := headOf(btx)
	if err != nil {
		return damaged(db.path, err.Error())
	}
	if progress == nil {
		progress = func(uint64, uint64) {}
	}
	c := &checker{ctx: ctx, file: db.file, size: db.bolt.Info().PageSize, head: h, used: make([]bool, h.pages), progress: progress}
	c.all()
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(c.complaints) > 0 {
		return damaged(db.path, strings.Join(c.complaints, "; "))
	}
	return nil
}

// checker walks the pages of one commit.
type checker struct {
	ctx        context.Context
	file       io.ReaderAt
	size       int
	head       head
	used       []bool // by page
	done       uint64
	progress   func(done, total uint64)
	complaints []string
}

func (c *checker) complain(format string, args ...any) {
	c.complaints = append(c.complaints, fmt.Sprintf(format, args...))
}

// enough says that walking on serves nobody.
func (c *checker) enough() bool {
	return c.ctx.Err() != nil || len(c.complaints) >= maxComplaints
}

// all checks the free list, the tree of buckets, and that no page is lost.
func (c *checker) all() {
	c.used[0], c.used[1] = true, true
	free, err := freePages(c.file, c.size, c.head)
	if err != nil {
		c.complain("%v", err)
	} else {
		c.page(c.head.freelist)
	}
	for _, id := range free {
		c.use(id, 1)
	}
	c.tree(c.head.root, nil, nil, c.bucket)
	if len(c.complaints) > 0 || c.ctx.Err() != nil {
		return // pages under a broken one would be counted as lost
	}
	for id, used := range c.used {
		if !used {
			c.complain("page %d is neither used nor free", id)
		}
	}
	c.progress(c.head.pages, c.head.pages)
}

// use marks n pages from id up as taken.
func (c *checker) use(id, n uint64) {
	for ; n > 0; id, n = id+1, n-1 {
		if c.used[id] {
			c.complain("page %d is used twice", id)
			return
		}
		c.used[id] = true
		if c.done++; c.done%1024 == 0 {
			c.progress(c.done, c.head.pages)
		}
	}
}

// page reads and marks one page with its overflow; nil where that is damaged.
func (c *checker) page(id uint64) []byte {
	page, err := readPage(c.file, c.size, c.head, id)
	if err != nil {
		c.complain("%v", err)
		return nil
	}
	before := len(c.complaints)
	c.use(id, uint64(len(page)/c.size))
	if len(c.complaints) > before {
		return nil
	}
	return page
}

// leaf is told of every entry of a tree.
type leaf func(flags uint32, key, value []byte)

// tree checks the pages from id down, whose keys lie in [low, high); nil is no
// bound.
func (c *checker) tree(id uint64, low, high []byte, each leaf) {
	if c.enough() {
		return
	}
	if page := c.page(id); page != nil {
		c.entries(fmt.Sprintf("page %d", id), page, low, high, each)
	}
}

// entries checks one page that was read, whose name is for complaints.
func (c *checker) entries(name string, page, low, high []byte, each leaf) {
	switch pageFlags(page) {
	case flagLeaf:
		c.leaves(name, page, low, high, each)
	case flagBranch:
		c.branches(name, page, low, high, each)
	default:
		c.complain("%s is of no known kind", name)
	}
}

func (c *checker) leaves(name string, page, low, high []byte, each leaf) {
	for i := range pageCount(page) {
		at := pageHeader + 16*i
		if at+16 > len(page) {
			c.complain("%s has more entries than room", name)
			return
		}
		e := page[at:]
		key, value, ok := cut(e, order.Uint32(e[4:]), order.Uint32(e[8:]), order.Uint32(e[12:]))
		if !ok || !inOrder(key, low, high, i == 0) {
			c.complain("%s: entry %d is broken", name, i)
			return
		}
		each(order.Uint32(e), key, value)
		low = key
	}
}

func (c *checker) branches(name string, page, low, high []byte, each leaf) {
	n := pageCount(page)
	keys, ids := make([][]byte, n), make([]uint64, n)
	for i := range n {
		at := pageHeader + 16*i
		if at+16 > len(page) {
			c.complain("%s has more entries than room", name)
			return
		}
		e := page[at:]
		key, _, ok := cut(e, order.Uint32(e), order.Uint32(e[4:]), 0)
		if !ok || !inOrder(key, low, high, i == 0) {
			c.complain("%s: entry %d is broken", name, i)
			return
		}
		keys[i], ids[i], low = key, order.Uint64(e[8:]), key
	}
	if n == 0 {
		c.complain("%s is empty", name)
	}
	for i, id := range ids {
		next := high
		if i+1 < n {
			next = keys[i+1]
		}
		c.tree(id, keys[i], next, each)
	}
}

// cut finds a key and the value behind it, pos bytes from the start of e.
func cut(e []byte, pos, ksize, vsize uint32) (key, value []byte, ok bool) {
	k, v, end := uint64(pos), uint64(pos)+uint64(ksize), uint64(pos)+uint64(ksize)+uint64(vsize)
	if end > uint64(len(e)) {
		return nil, nil, false
	}
	return e[k:v], e[v:end], true
}

// inOrder says whether key lies above low (the first may be equal) and below
// high.
func inOrder(key, low, high []byte, first bool) bool {
	d := 1
	if low != nil {
		d = bytes.Compare(key, low)
	}
	return (d > 0 || d == 0 && first) && (high == nil || bytes.Compare(key, high) < 0)
}

// bucket checks an entry of the root: a bucket, whose pages are its own or, if
// it is small, are one page within the entry.
func (c *checker) bucket(flags uint32, name, value []byte) {
	if flags&1 == 0 || len(value) < 16 {
		c.complain("%q in the root is no bucket", name)
		return
	}
	each := c.row
	if !bytes.Equal(name, bucketRows) {
		each = func(uint32, []byte, []byte) {}
	}
	if root := order.Uint64(value); root != 0 {
		c.tree(root, nil, nil, each)
		return
	}
	if inline := value[16:]; len(inline) >= pageHeader {
		c.entries(fmt.Sprintf("bucket %q", name), inline, nil, nil, each)
		return
	}
	c.complain("bucket %q is cut short", name)
}

// row checks a row's checksum.
func (c *checker) row(flags uint32, key, value []byte) {
	if c.enough() {
		return
	}
	if flags != 0 {
		c.complain("row %q is no row", key)
	} else if _, err := store.CheckSum(key, value); err != nil {
		c.complain("row %q does not match its checksum", key)
	}
}
