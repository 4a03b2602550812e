package edit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

type kind int

const (
	scalar kind = iota
	table
	array
)

// node is a thing of the file and where it stands, in bytes.
type node struct {
	kind   kind
	name   string
	static bool // written as a value: [ … ] or { … }
	inline bool // its key stands between braces

	key, from, to int   // where its key begins, and its value's bytes; of what has a key of its own
	home          *node // the section, or the table in braces, that its key is written in

	// Tables. A section has a header, -1 for none, and an end: behind the line of
	// the last key that is written in it. A table that only dotted keys make has a
	// home and a prefix instead.
	header, end int
	prefix      []string
	equals      int // the column of the last key's = in its line
	open        int // of { … }: behind the brace

	keys  []string
	of    map[string]*node
	items []*node
	raw   string // a scalar's decoded text, for ids
}

func newTable(name string) *node {
	return &node{kind: table, name: name, header: -1, end: -1, of: map[string]*node{}}
}

func (n *node) put(name string, child *node) {
	if _, ok := n.of[name]; !ok {
		n.keys = append(n.keys, name)
	}
	child.name = name
	n.of[name] = child
}

// find is what stands at a place, nil for nothing.
func (n *node) find(place []string) *node {
	for _, p := range place {
		name, element, named := strings.Cut(p, "#")
		if n == nil || n.kind != table {
			return nil
		}
		n = n.of[name]
		if n != nil && named {
			n = n.element(element)
		}
	}
	return n
}

// element is the item of that id, or of that kind where it has no id.
func (n *node) element(name string) *node {
	if n.kind != array {
		return nil
	}
	for _, item := range n.items {
		if item.called() == name {
			return item
		}
	}
	return nil
}

// called is an element's name: its id, or its kind.
func (n *node) called() string {
	for _, key := range []string{"id", "kind"} {
		if v := n.of[key]; v != nil && v.kind == scalar {
			return v.raw
		}
	}
	return ""
}

// sections are the table's own and those of tables in it.
func (n *node) sections() (all []*node) {
	if n.header >= 0 {
		all = append(all, n)
	}
	for _, key := range n.keys {
		all = append(all, n.of[key].sections()...)
	}
	for _, item := range n.items {
		all = append(all, item.sections()...)
	}
	return all
}

// last is behind the last line of the table's sections.
func (n *node) last() int {
	end := n.end
	for _, s := range n.sections() {
		end = max(end, s.end)
	}
	return end
}

// indexer walks what the parser found.
type indexer struct {
	p    unstable.Parser
	text []byte
	root *node
}

func index(text []byte) (*node, error) {
	x := &indexer{text: text, root: newTable("")}
	x.root.end = 0
	x.p.Reset(text)
	at := x.root
	for x.p.NextExpression() {
		switch e := x.p.Expression(); e.Kind {
		case unstable.KeyValue:
			x.keyValue(at, e, false)
		case unstable.Table, unstable.ArrayTable:
			at = x.section(e)
		}
	}
	return x.root, x.p.Error()
}

// keys are the names of a dotted key, where it begins and where it ends.
func keys(n *unstable.Node) (names []string, from, to int) {
	for it := n.Key(); it.Next(); {
		k := it.Node()
		if names == nil {
			from = int(k.Raw.Offset)
		}
		names, to = append(names, string(k.Data)), int(k.Raw.Offset+k.Raw.Length)
	}
	return names, from, to
}

// section is the table that a header opens.
func (x *indexer) section(e *unstable.Node) *node {
	names, from, _ := keys(e)
	at := x.root
	for i, name := range names {
		child := at.of[name]
		last := i == len(names)-1
		switch {
		case child == nil && last && e.Kind == unstable.ArrayTable:
			child = &node{kind: array, header: -1, end: -1}
			at.put(name, child)
		case child == nil:
			child = newTable(name)
			at.put(name, child)
		}
		if child.kind == array {
			if last && e.Kind == unstable.ArrayTable {
				child.items = append(child.items, newTable(name))
			}
			child = child.items[len(child.items)-1]
		}
		at = child
	}
	at.header, at.end = lineStart(x.text, from), lineEnd(x.text, from)
	return at
}

// keyValue takes in a key of a section, or of a table in braces.
func (x *indexer) keyValue(home *node, e *unstable.Node, inline bool) {
	names, from, keyEnd := keys(e)
	to := int(e.Raw.Offset + e.Raw.Length)
	to = from + len(bytes.TrimRight(x.text[from:to], " \t"))
	start := keyEnd + len(x.text[keyEnd:to]) - len(bytes.TrimLeft(x.text[keyEnd:to], " \t="))
	at, last := home, len(names)-1
	for i, name := range names[:last] {
		child := at.of[name]
		if child == nil {
			child = newTable(name)
			child.home, child.prefix, child.inline = home, names[:i+1], inline
			at.put(name, child)
		}
		at = child
		at.end = lineEnd(x.text, to)
	}
	v := x.value(e.Value(), start)
	v.key, v.from, v.to, v.home, v.inline = from, start, to, home, inline
	at.put(names[last], v)
	if !inline {
		home.end = lineEnd(x.text, to)
		home.equals = bytes.IndexByte(x.text[keyEnd:to], '=') + keyEnd - lineStart(x.text, from)
	} else {
		home.end = to
	}
}

func (x *indexer) value(n *unstable.Node, start int) *node {
	v := &node{kind: scalar, static: true, raw: string(n.Data), header: -1, end: -1}
	switch n.Kind {
	case unstable.Array:
		v.kind = array
		for it := n.Children(); it.Next(); {
			v.items = append(v.items, x.value(it.Node(), int(it.Node().Raw.Offset)))
		}
	case unstable.InlineTable:
		v.kind, v.of, v.open = table, map[string]*node{}, start+1
		for it := n.Children(); it.Next(); {
			x.keyValue(v, it.Node(), true)
		}
	}
	return v
}

// lineStart and lineEnd are where the line of a byte begins, and behind its end.
func lineStart(text []byte, at int) int { return 1 + bytes.LastIndexByte(text[:at], '\n') }

func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// insert writes a key that is not there yet.
func (f *File) insert(place []string, raw string) error {
	at, rest := f.root, place
	for len(rest) > 1 {
		next := at.find(rest[:1])
		if next == nil {
			break
		}
		at, rest = next, rest[1:]
	}
	if slices.ContainsFunc(rest, func(p string) bool { return strings.Contains(p, "#") }) {
		return ErrNone
	}
	switch {
	case at.kind != table:
		return ErrShape
	case at.static:
		return f.insertInline(at, rest, raw)
	case at == f.root && len(rest) > 1:
		body := "[" + dotted(rest[:len(rest)-1]) + "]" + f.eol() + quoteKey(rest[len(rest)-1]) + " = " + raw + f.eol()
		return f.splice(len(f.text), len(f.text), f.gap(len(f.text))+body)
	case at == f.root, at.header >= 0:
		return f.insertLine(at, rest, raw)
	case at.home != nil && !at.inline:
		return f.insertLine(at, append(slices.Clone(at.prefix), rest...), raw)
	case at.home == nil && len(rest) == 1 && !under(place):
		body := "[" + dotted(place[:len(place)-1]) + "]" + f.eol() + quoteKey(rest[0]) + " = " + raw + f.eol()
		return f.splice(len(f.text), len(f.text), f.gap(len(f.text))+body)
	}
	return ErrShape
}

// under reports whether a place is in an element of a list.
func under(place []string) bool { return strings.Contains(strings.Join(place, "."), "#") }

// insertLine writes a line behind the last one of a section, its = below the
// other's where there is room.
func (f *File) insertLine(at *node, key []string, raw string) error {
	line := dotted(key)
	if pad := at.equals - 1 - len(line); pad > 0 {
		line += strings.Repeat(" ", pad)
	}
	line += " = " + raw + f.eol()
	if at.end > 0 && f.text[at.end-1] != '\n' {
		line = f.eol() + line
	}
	return f.splice(at.end, at.end, line)
}

// insertInline writes a key behind the last one between braces.
func (f *File) insertInline(at *node, key []string, raw string) error {
	if len(at.keys) == 0 {
		return f.splice(at.open, at.open, " "+dotted(key)+" = "+raw+" ")
	}
	return f.splice(at.end, at.end, ", "+dotted(key)+" = "+raw)
}
