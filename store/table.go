package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"iter"
	"sort"
	"strings"
)

// Access says which locks a table's rows ask for in an Update.
type Access int

const (
	// Locked rows are read and written only under their subject's lock.
	Locked Access = iota
	// Readable rows may be read without the lock, because acting on a value
	// that changes a moment later is harmless (a role, a setting); writing
	// needs the lock.
	Readable
	// Free rows need no lock: their key is nobody else's (an event's own
	// outbox row, an index row that only its owner's transaction touches).
	Free
)

// Table is a typed view of the rows under one prefix.
type Table[T any] struct {
	prefix string
}

// tableInfo is what engines and tools ask about a key without knowing its type.
type tableInfo struct {
	prefix  string
	access  Access
	subject func(rest []byte) Subject
}

// tables holds every table of the program by prefix. It is filled by package
// variables and read-only from then on.
var tables = map[string]tableInfo{}

// NewTable declares the rows under prefix, which must end in "/" and contain
// no other "/". subject maps the key after the prefix to what must be locked;
// it is nil for Free tables only. Two tables with one prefix are a programming
// error and panic at start.
func NewTable[T any](prefix string, access Access, subject func(rest []byte) Subject) Table[T] {
	if !strings.HasSuffix(prefix, "/") || strings.Count(prefix, "/") != 1 {
		panic("store: a table's prefix is one word and a slash: " + prefix)
	}
	if _, twice := tables[prefix]; twice {
		panic("store: two tables share the prefix " + prefix)
	}
	if (subject == nil) != (access == Free) {
		panic("store: a table has a subject unless it is Free: " + prefix)
	}
	tables[prefix] = tableInfo{prefix, access, subject}
	return Table[T]{prefix}
}

// SubjectOf tells which subject guards key, and how. Keys of no table are
// Locked under their whole key, so that a strict engine complains of them.
func SubjectOf(key []byte) (Subject, Access) {
	i := strings.IndexByte(string(key), '/')
	if i < 0 {
		return Subject(key), Locked
	}
	t, ok := tables[string(key[:i+1])]
	if !ok {
		return Subject(key), Locked
	}
	if t.access == Free {
		return "", Free
	}
	return t.subject(key[i+1:]), t.access
}

// Prefixes lists the prefixes of all tables linked into the program, sorted.
func Prefixes() []string {
	all := make([]string, 0, len(tables))
	for p := range tables {
		all = append(all, p)
	}
	sort.Strings(all)
	return all
}

// FirstPart is the usual subject: the prefix word and the key up to its first
// slash, as in "member/01H…" for the row "member/01H…/head".
func FirstPart(word string) func(rest []byte) Subject {
	return func(rest []byte) Subject {
		if i := strings.IndexByte(string(rest), '/'); i >= 0 {
			rest = rest[:i]
		}
		return Subject(word + "/" + string(rest))
	}
}

// Key is the whole key of the row named by parts, which are joined by "/".
func (t Table[T]) Key(parts ...string) []byte {
	return append([]byte(t.prefix), strings.Join(parts, "/")...)
}

// Get reads one row.
func (t Table[T]) Get(r Reader, parts ...string) (v T, ok bool, err error) {
	key := t.Key(parts...)
	raw, ok, err := r.Get(key)
	if err != nil || !ok {
		return v, false, err
	}
	return v, true, Decode(key, raw, &v)
}

// Put writes one row.
func (t Table[T]) Put(tx Tx, v T, parts ...string) error {
	key := t.Key(parts...)
	raw, err := Encode(v)
	if err != nil {
		return fmt.Errorf("store: row %q: %w", key, err)
	}
	return tx.Put(key, raw)
}

// Delete removes one row.
func (t Table[T]) Delete(tx Tx, parts ...string) error { return tx.Delete(t.Key(parts...)) }

// All is the range of the whole table.
func (t Table[T]) All() Range { return Prefix([]byte(t.prefix)) }

// Under is the range of the rows whose key begins with parts and a slash.
func (t Table[T]) Under(parts ...string) Range {
	return Prefix(append(t.Key(parts...), '/'))
}

// Between is the range of rows from the one named from up to, not including,
// the one named to; both are keys after the prefix.
func (t Table[T]) Between(from, to string) Range {
	return Range{Start: append([]byte(t.prefix), from...), End: append([]byte(t.prefix), to...)}
}

// Scan yields the table's rows in rg: the key after the prefix, and the value.
// A damaged row or a failed read is reported through err, which must be looked
// at after the loop.
func (t Table[T]) Scan(r Reader, rg Range, err *error) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		var v T // one for all rows: large ones would each be a piece of garbage
		for row, e := range r.Scan(rg) {
			v = *new(T)
			if e == nil {
				e = Decode(row.Key, row.Value, &v)
			}
			if e != nil {
				*err = e
				return
			}
			if !yield(string(row.Key[len(t.prefix):]), v) {
				return
			}
		}
	}
}

// Naming yields the rows of the whole table in whose key or value a word stands, as an
// id does, and reads only these: it is for the few who look for what a table holds of
// somebody and is kept under something else. An empty word stands everywhere.
func (t Table[T]) Naming(r Reader, word string, err *error) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for row, e := range r.Scan(t.All()) {
			var v T
			if e == nil {
				if !bytes.Contains(row.Key, []byte(word)) && !bytes.Contains(row.Value, []byte(word)) {
					continue
				}
				e = Decode(row.Key, row.Value, &v)
			}
			if e != nil {
				*err = e
				return
			}
			if !yield(string(row.Key[len(t.prefix):]), v) {
				return
			}
		}
	}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Encode is the stored form of v: its JSON, then the big-endian CRC-32C of it.
func Encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return WithSum(b), nil
}

// WithSum is b, which may be overwritten, with its big-endian CRC-32C behind it:
// the stored form of what is no JSON, for the few tables that say why not.
func WithSum(b []byte) []byte {
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// CheckSum is a stored form without its checksum, whatever stands in it, or
// ErrDamaged. key is for the complaint only.
func CheckSum(key, raw []byte) ([]byte, error) {
	n := len(raw) - 4
	if n < 0 || binary.BigEndian.Uint32(raw[n:]) != crc32.Checksum(raw[:n], castagnoli) {
		return nil, fmt.Errorf("%w: row %q does not match its checksum; stop the program, run `regulars verify`, and restore the newest backup that is clean", ErrDamaged, key)
	}
	return raw[:n], nil
}

// Quick is a value that reads by itself the JSON that [Encode] writes of it,
// several times faster than encoding/json does: for the rows that are read by the
// million. It reports false for what it does not know, which is then read the
// usual way, and leaves the value empty.
type Quick interface {
	ReadJSON(b []byte) bool
}

// Decode checks and reads the stored form. key is for the complaint only.
func Decode(key, raw []byte, v any) error {
	b, err := CheckSum(key, raw)
	if err != nil {
		return err
	}
	if q, ok := v.(Quick); ok && q.ReadJSON(b) {
		return nil
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: row %q: %v", ErrDamaged, key, err)
	}
	return nil
}
