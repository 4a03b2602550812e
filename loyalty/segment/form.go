package segment

import (
	"encoding/binary"
	"errors"

	"regulars/loyalty"
)

// form is the first byte of a row, see the package comment.
const form = 1

// errForm says that a row is of another form, or cut short.
var errForm = errors.New("segment: a row of another form")

// writer appends the parts of a row.
type writer struct{ b []byte }

func (w *writer) num(n int64) { w.b = binary.AppendVarint(w.b, n) }

func (w *writer) str(s string) {
	w.b = binary.AppendUvarint(w.b, uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *writer) strs(list []string) {
	w.num(int64(len(list)))
	for _, s := range list {
		w.str(s)
	}
}

// encode is the row's stored form, without its checksum.
func (r *Roll) encode() []byte {
	w := writer{make([]byte, 0, 96+8*len(r.Days)+12*len(r.Lots))}
	w.b = append(w.b, form)
	w.num(int64(r.Seq))
	w.num(r.flags())
	for _, n := range []int32{r.Joined, int32(r.BirthMonth), int32(r.BirthDay)} {
		w.num(int64(n))
	}
	for _, s := range []string{r.Lang, r.Zone, r.Level, r.Plan} {
		w.str(s)
	}
	w.strs(r.Chats)
	w.strs(r.Tags)
	w.strs(r.Groups)
	for _, n := range []int32{r.NPS, r.NPSDay, r.Answers, r.Taps, r.Ignored, r.Referrals} {
		w.num(int64(n))
	}
	for _, n := range []int64{int64(r.Debt), r.Visits, int64(r.Money), int64(r.VisitDays), int64(r.First), int64(r.Last)} {
		w.num(n)
	}
	w.num(int64(len(r.Stores)))
	for _, s := range r.Stores {
		w.str(string(s.Store))
		w.num(int64(s.Visits))
	}
	var lots writer
	lots.num(int64(len(r.Lots)))
	for _, l := range r.Lots {
		lots.num(l.From)
		lots.num(l.Until)
		lots.num(int64(l.Points))
	}
	w.str(string(lots.b)) // with their length, for who has no use for them
	w.num(int64(len(r.Days)))
	before := r.Last
	for _, d := range r.Days {
		w.num(int64(before - d.Day))
		w.num(int64(d.Visits))
		w.num(int64(d.Money))
		before = d.Day
	}
	return w.b
}

func (r *Roll) flags() (n int64) {
	for i, on := range []bool{r.Promo, r.Quiet, r.Frozen, r.Blocked} {
		if on {
			n |= 1 << i
		}
	}
	return n
}

// decoder reads rows one after the other. Its strings are kept and its lists
// used again, so that a row costs next to nothing; one decoder is one
// goroutine's.
type decoder struct {
	b     []byte
	bad   bool
	words map[string]string
	// noLots and noDays leave these lists alone, which are half of the work.
	noLots, noDays bool
}

// mostWords bounds what a decoder remembers; beyond it, it begins anew.
const mostWords = 1 << 14

func (d *decoder) num() int64 {
	if len(d.b) > 0 && d.b[0] < 0x80 { // most are one byte
		u := d.b[0]
		d.b = d.b[1:]
		return int64(u>>1) ^ -int64(u&1)
	}
	n, used := binary.Varint(d.b)
	if used <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[used:]
	return n
}

func (d *decoder) short() int32 { return int32(d.num()) }

// bytes are those of a string, or of a part that stands behind its length.
func (d *decoder) bytes() []byte {
	n, used := binary.Uvarint(d.b)
	if used <= 0 || n > uint64(len(d.b)-used) {
		d.bad, d.b = true, nil
		return nil
	}
	raw := d.b[used : used+int(n)]
	d.b = d.b[used+int(n):]
	return raw
}

func (d *decoder) str() string {
	raw := d.bytes()
	if len(raw) == 0 {
		return ""
	}
	if s, ok := d.words[string(raw)]; ok {
		return s
	}
	if d.words == nil || len(d.words) >= mostWords {
		d.words = map[string]string{}
	}
	s := string(raw)
	d.words[s] = s
	return s
}

// count is a list's length, which the bytes that are left must be able to hold.
func (d *decoder) count() int {
	n := d.num()
	if n < 0 || n > int64(len(d.b)) {
		d.bad, d.b = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) strs(into []string) []string {
	into = into[:0]
	for range d.count() {
		into = append(into, d.str())
	}
	return into
}

// decode fills r from a row without its checksum, or gives errForm. r's lists
// are overwritten by the next call.
func (d *decoder) decode(raw []byte, r *Roll) error {
	if len(raw) == 0 || raw[0] != form {
		return errForm
	}
	d.b, d.bad = raw[1:], false
	r.Seq = uint64(d.num())
	flags := d.num()
	r.Promo, r.Quiet, r.Frozen, r.Blocked = flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&8 != 0
	r.Joined, r.BirthMonth, r.BirthDay = d.short(), uint8(d.num()), uint8(d.num())
	r.Lang, r.Zone, r.Level, r.Plan = d.str(), d.str(), d.str(), d.str()
	r.Chats, r.Tags, r.Groups = d.strs(r.Chats), d.strs(r.Tags), d.strs(r.Groups)
	r.NPS, r.NPSDay, r.Answers = d.short(), d.short(), d.short()
	r.Taps, r.Ignored, r.Referrals = d.short(), d.short(), d.short()
	r.Debt, r.Visits, r.Money = loyalty.Points(d.num()), d.num(), loyalty.Money(d.num())
	r.VisitDays, r.First, r.Last = d.short(), d.short(), d.short()
	d.lists(r)
	if d.bad {
		return errForm
	}
	return nil
}

func (d *decoder) lists(r *Roll) {
	r.Stores, r.Days, r.Lots = r.Stores[:0], r.Days[:0], r.Lots[:0]
	for range d.count() {
		r.Stores = append(r.Stores, Branch{loyalty.Store(d.str()), d.short()})
	}
	if lots := d.bytes(); !d.noLots {
		in := decoder{b: lots}
		for range in.count() {
			r.Lots = append(r.Lots, Lot{in.num(), in.num(), loyalty.Points(in.num())})
		}
		d.bad = d.bad || in.bad
	}
	if d.noDays {
		return
	}
	before := r.Last
	for range d.count() {
		before -= d.short()
		r.Days = append(r.Days, Day{before, d.short(), loyalty.Money(d.num())})
	}
}
