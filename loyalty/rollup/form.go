package rollup

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"regulars/store"
)

// form is the first byte of a row that is no JSON, see the package comment.
const form = 1

// record is what one member did, in a row of many.
type record struct {
	ord uint32
	columns
}

// pile is records in the order in which they came, some members' more than once:
// what is yet to go into a row.
type pile struct{ b []byte }

func (p *pile) add(ord uint32, c *columns) {
	p.b = binary.AppendUvarint(p.b, uint64(ord))
	p.b = appendColumns(p.b, c)
}

// list is the pile's records, sorted, one a member.
func (p *pile) list() []record {
	var list []record
	in := reader{b: p.b}
	for len(in.b) > 0 {
		r := record{ord: uint32(in.uint())}
		in.columns(&r.columns)
		list = append(list, r)
	}
	return tidy(list)
}

// tidy sorts records, adds up those of one member, and leaves empty ones out.
func tidy(list []record) []record {
	slices.SortStableFunc(list, func(a, b record) int { return cmp.Compare(a.ord, b.ord) })
	out := list[:0]
	for _, r := range list {
		if n := len(out); n > 0 && out[n-1].ord == r.ord {
			out[n-1].plus(&r.columns)
			continue
		}
		out = append(out, r)
	}
	return slices.DeleteFunc(out, func(r record) bool { return r.empty() })
}

// encode is a row's stored form, of records that are tidy.
func encode(list []record) []byte {
	var visits uint64
	var sum columns
	for i := range list {
		sum.plus(&list[i].columns)
		if list[i].columns[cOrders] > 0 {
			visits++
		}
	}
	b := make([]byte, 0, 40+12*len(list))
	b = append(b, form)
	b = binary.AppendUvarint(b, visits)
	b = appendColumns(b, &sum)
	b = binary.AppendUvarint(b, uint64(len(list)))
	before := uint32(0)
	for i := range list {
		b = binary.AppendUvarint(b, uint64(list[i].ord-before))
		b = appendColumns(b, &list[i].columns)
		before = list[i].ord
	}
	return store.WithSum(b)
}

func appendColumns(b []byte, c *columns) []byte {
	var mask uint64
	for i, n := range c {
		if n != 0 {
			mask |= 1 << i
		}
	}
	b = binary.AppendUvarint(b, mask)
	for _, n := range c {
		if n != 0 {
			b = binary.AppendVarint(b, n)
		}
	}
	return b
}

// reader reads a row's numbers one after the other.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 { // most are one byte
		n := uint64(r.b[0])
		r.b = r.b[1:]
		return n
	}
	n, used := binary.Uvarint(r.b)
	if used <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[used:]
	return n
}

func (r *reader) int() int64 {
	u := r.uint()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *reader) str() string {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) columns(c *columns) {
	*c = columns{}
	for mask, i := r.uint(), 0; mask != 0 && i < nColumns; mask, i = mask>>1, i+1 {
		if mask&1 != 0 {
			c[i] = r.int()
		}
	}
}

// opened is a row whose head was read, and whose records are yet to be.
type opened struct {
	visits int64
	sum    columns
	n      int // records
	in     reader
	before uint32
}

// open checks a row and reads its head.
func open(key, raw []byte) (o opened, err error) {
	if raw, err = store.CheckSum(key, raw); err != nil {
		return o, err
	}
	if len(raw) == 0 || raw[0] != form {
		return o, fmt.Errorf("rollup: row %q has another form; `regulars rebuild` makes it anew", key)
	}
	o.in.b = raw[1:]
	o.visits = int64(o.in.uint())
	o.in.columns(&o.sum)
	o.n = int(o.in.uint())
	return o, nil
}

// next reads a record, false at the end.
func (o *opened) next(r *record) bool {
	if o.n <= 0 || o.in.bad {
		return false
	}
	o.n--
	o.before += uint32(o.in.uint())
	r.ord = o.before
	o.in.columns(&r.columns)
	return !o.in.bad
}

// decode is all of a row's records.
func decode(key, raw []byte) (list []record, err error) {
	o, err := open(key, raw)
	if err != nil {
		return nil, err
	}
	list = make([]record, 0, min(o.n, len(raw)))
	for r := (record{}); o.next(&r); {
		list = append(list, r)
	}
	return list, nil
}
