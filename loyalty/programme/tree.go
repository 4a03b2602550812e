package programme

import (
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// value is one value of the file with the line of its key.
type value struct {
	line  int
	kind  unstable.Kind
	text  string   // scalars: as written, strings without their quotes
	items []*value // arrays
	table *table   // tables
}

// table is a table of the file: its keys in order, and which of them somebody
// asked for.
type table struct {
	line  int
	path  string // dotted, "" for the file itself
	keys  []string
	of    map[string]*value
	asked map[string]bool
}

func newTable(path string, line int) *table {
	return &table{line: line, path: path, of: map[string]*value{}, asked: map[string]bool{}}
}

// join is the dotted name of a key of t.
func (t *table) join(key string) string {
	if t.path == "" {
		return key
	}
	return t.path + "." + key
}

// parse reads TOML into a tree that remembers lines. The library's decoder
// goes first, because it is the one that checks duplicates and values; what it
// accepts, its parser walks.
func parse(data []byte) (*table, *Complaint) {
	var any map[string]any
	if err := toml.Unmarshal(data, &any); err != nil {
		return nil, syntax(err)
	}
	w := &walker{root: newTable("", 1)}
	for i, b := range data {
		if b == '\n' {
			w.ends = append(w.ends, i)
		}
	}
	w.p.Reset(data)
	at := w.root
	for w.p.NextExpression() {
		at = w.expression(at, w.p.Expression())
	}
	if err := w.p.Error(); err != nil {
		return nil, syntax(err)
	}
	return w.root, nil
}

func syntax(err error) *Complaint {
	c := &Complaint{Wrong: "this is not TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		c.Line, _ = decode.Position()
	}
	return c
}

type walker struct {
	p    unstable.Parser
	ends []int // where the file's lines end
	root *table
}

// expression takes in one top-level expression and gives the table that the
// next key-value belongs to.
func (w *walker) expression(at *table, n *unstable.Node) *table {
	switch n.Kind {
	case unstable.KeyValue:
		w.keyValue(at, n)
	case unstable.Table:
		return w.descend(w.root, w.keyOf(n), false)
	case unstable.ArrayTable:
		return w.descend(w.root, w.keyOf(n), true)
	}
	return at
}

// part is one part of a dotted key.
type part struct {
	name string
	line int
}

func (w *walker) keyOf(n *unstable.Node) []part {
	var parts []part
	for it := n.Key(); it.Next(); {
		k := it.Node()
		parts = append(parts, part{string(k.Data), w.line(k)})
	}
	return parts
}

// line counts the line ends before a key, which always lies in the input.
func (w *walker) line(k *unstable.Node) int {
	before, _ := slices.BinarySearch(w.ends, int(k.Raw.Offset))
	return 1 + before
}

func (w *walker) keyValue(at *table, n *unstable.Node) {
	key := w.keyOf(n)
	last := len(key) - 1
	at = w.descend(at, key[:last], false)
	at.put(key[last].name, w.value(at.join(key[last].name), key[last].line, n.Value()))
}

// descend walks, and makes where needed, the tables along key. The last part
// of an array's header opens a new element.
func (w *walker) descend(at *table, key []part, array bool) *table {
	for i, k := range key {
		v := at.of[k.name]
		if array && i == len(key)-1 {
			if v == nil {
				v = &value{line: k.line, kind: unstable.Array}
				at.put(k.name, v)
			}
			next := newTable(at.join(k.name), k.line)
			v.items = append(v.items, &value{line: k.line, kind: unstable.Table, table: next})
			return next
		}
		if v == nil {
			v = &value{line: k.line, kind: unstable.Table, table: newTable(at.join(k.name), k.line)}
			at.put(k.name, v)
		}
		if n := len(v.items); n > 0 {
			v = v.items[n-1]
		}
		if v.table == nil { // the decoder has refused this already
			return newTable(at.join(k.name), k.line)
		}
		at = v.table
	}
	return at
}

func (t *table) put(key string, v *value) {
	if _, twice := t.of[key]; !twice {
		t.keys = append(t.keys, key)
	}
	t.of[key] = v
}

func (w *walker) value(path string, line int, n *unstable.Node) *value {
	v := &value{line: line, kind: n.Kind, text: string(n.Data)}
	switch n.Kind {
	case unstable.Array:
		for it := n.Children(); it.Next(); {
			item := it.Node()
			if item.Raw.Length > 0 { // lists may run over many lines
				line = w.line(item)
			}
			v.items = append(v.items, w.value(path, line, item))
		}
	case unstable.InlineTable:
		v.kind, v.table = unstable.Table, newTable(path, line)
		for it := n.Children(); it.Next(); {
			w.keyValue(v.table, it.Node())
		}
	}
	return v
}
