package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"

	bbolt "go.etcd.io/bbolt"
)

// bbolt believes what it reads, so what it is about to believe is read here
// first, with every bound checked. The layout is bbolt's file format version 2:
// a page has an id (8 bytes), flags (2), a count (2) and an overflow (4), the
// number of further pages it takes up; all in the machine's byte order.
const (
	pageHeader = 16
	flagBranch = 0x01
	flagLeaf   = 0x02
	flagFree   = 0x10

	boltMagic   = 0xED0CDAED
	boltVersion = 2
	noFreelist  = ^uint64(0)
)

var order = binary.NativeEndian

// head is one of the two pages at the beginning that say where all else is.
type head struct {
	root     uint64 // page of the root bucket
	freelist uint64 // page of the list of free pages
	pages    uint64 // pages in use, free ones included
	txid     uint64
}

// parseHead reads a head from its page.
func parseHead(page []byte) (head, error) {
	if len(page) < pageHeader+64 {
		return head{}, errors.New("a head page is cut short")
	}
	b := page[pageHeader : pageHeader+64]
	sum := fnv.New64a()
	sum.Write(b[:56])
	if order.Uint32(b) != boltMagic || order.Uint32(b[4:]) != boltVersion || order.Uint64(b[56:]) != sum.Sum64() {
		return head{}, errors.New("a head page is broken")
	}
	return head{
		root:     order.Uint64(b[16:]),
		freelist: order.Uint64(b[32:]),
		pages:    order.Uint64(b[40:]),
		txid:     order.Uint64(b[48:]),
	}, nil
}

// firstPage stops WriteTo after the page it wants.
type firstPage struct{ page []byte }

var errEnough = errors.New("enough")

func (p *firstPage) Write(b []byte) (int, error) {
	p.page = append(p.page, b...)
	return 0, errEnough
}

// headOf is the head that btx began with. The file may have moved on since; the
// copy that bbolt would begin a backup with has not.
func headOf(btx *bbolt.Tx) (head, error) {
	var p firstPage
	if _, err := btx.WriteTo(&p); len(p.page) == 0 {
		return head{}, err
	}
	return parseHead(p.page)
}

// checkHeads looks at what opening relies on: both heads, the file's length,
// and the list of free pages. One broken head is enough to refuse: bbolt would
// go back to the other one, which is a commit older, without a word.
func (db *DB) checkHeads(btx *bbolt.Tx) error {
	size := db.bolt.Info().PageSize
	for i := range 2 {
		page := make([]byte, size)
		if _, err := db.file.ReadAt(page, int64(i*size)); err != nil {
			return damaged(db.path, err.Error())
		}
		_, err := parseHead(page)
		if err != nil && !db.opts.AcceptLoss {
			return fmt.Errorf("%w (or run `regulars serve --accept-loss` to go on from the commit before)", damaged(db.path, err.Error()))
		}
		db.accept(err != nil)
	}
	info, err := db.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < btx.Size() {
		return damaged(db.path, fmt.Sprintf("the file was cut short: it has %d of %d bytes", info.Size(), btx.Size()))
	}
	h, err := headOf(btx)
	if err != nil {
		return damaged(db.path, err.Error())
	}
	if _, err := freePages(db.file, size, h); err != nil {
		return damaged(db.path, err.Error())
	}
	return nil
}

// readPage reads the page id with all its overflow.
func readPage(r io.ReaderAt, size int, h head, id uint64) ([]byte, error) {
	if id < 2 || id >= h.pages {
		return nil, fmt.Errorf("page %d does not exist", id)
	}
	page := make([]byte, size)
	if _, err := r.ReadAt(page, int64(id)*int64(size)); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	if got := order.Uint64(page); got != id {
		return nil, fmt.Errorf("page %d calls itself %d", id, got)
	}
	more := uint64(order.Uint32(page[12:]))
	if more == 0 {
		return page, nil
	}
	if id+more >= h.pages {
		return nil, fmt.Errorf("page %d runs over the end", id)
	}
	page = append(page, make([]byte, more*uint64(size))...)
	if _, err := r.ReadAt(page[size:], int64(id+1)*int64(size)); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	return page, nil
}

func pageFlags(page []byte) uint16 { return order.Uint16(page[8:]) }
func pageCount(page []byte) int    { return int(order.Uint16(page[10:])) }

// freePages reads the list of free pages, which must rise and lie in the file.
func freePages(r io.ReaderAt, size int, h head) ([]uint64, error) {
	if h.freelist == noFreelist {
		return nil, errors.New("there is no list of free pages")
	}
	page, err := readPage(r, size, h, h.freelist)
	if err != nil {
		return nil, err
	}
	if pageFlags(page) != flagFree {
		return nil, fmt.Errorf("page %d is no list of free pages", h.freelist)
	}
	list, n := page[pageHeader:], uint64(pageCount(page))
	if n == 0xFFFF && len(list) >= 8 { // the count is too large for its field
		n, list = order.Uint64(list), list[8:]
	}
	if n > uint64(len(list)/8) {
		return nil, errors.New("the list of free pages is longer than its page")
	}
	ids := make([]uint64, n)
	last := uint64(1)
	for i := range ids {
		ids[i] = order.Uint64(list[8*i:])
		if ids[i] <= last || ids[i] >= h.pages {
			return nil, errors.New("the list of free pages is broken")
		}
		last = ids[i]
	}
	return ids, nil
}
