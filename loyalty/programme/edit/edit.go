// Package edit changes a programme file's text in place: values are spliced at
// the positions where they stand, so that comments, the order of things and the
// layout of everything else stay byte for byte. It knows TOML and nothing of what
// a programme means; whoever changed a file reads it with programme.Load.
//
// # Places
//
// A place is named by its keys from the file's top: "earn", "per". An element of
// a [[list]] is named by its id, or its kind where it has no id: "reward#latte",
// "cost".
//
// It keeps nothing and owns no rows.
package edit

import (
	"bytes"
	"errors"
	"reflect"
	"slices"

	"github.com/pelletier/go-toml/v2"
)

var (
	// ErrNone says that nothing stands at a place.
	ErrNone = errors.New("edit: nothing of that name is in the file")
	// ErrShape says that a thing is written in a way which cannot be changed in
	// place, such as a list of tables in one pair of brackets.
	ErrShape = errors.New("edit: this is written in a way that only a person can change")
	// ErrTwice says that a list has an element of that name already.
	ErrTwice = errors.New("edit: there is one of that name already")
)

// Op is one change, which can be made again to another text.
type Op struct {
	Kind  OpKind
	Place []string // for Add: the list's name
	Value any      // for Set
	Pairs []Pair   // for Add
}

// OpKind is what an [Op] does.
type OpKind int

// The changes there are.
const (
	OpSet OpKind = iota
	OpUnset
	OpAdd
	OpDrop
)

// Pair is a key with its value, as [File.Set] takes it.
type Pair struct {
	Key   string
	Value any
}

// File is a programme file's text while it is changed. Each change that made a
// difference is remembered, see [File.Ops].
type File struct {
	text []byte
	root *node
	done []Op
}

// New takes a text. Its error says that it is no TOML.
func New(text []byte) (*File, error) {
	f := &File{}
	if err := f.take(text); err != nil {
		return nil, err
	}
	return f, nil
}

// Text is the text as it is now.
func (f *File) Text() []byte { return bytes.Clone(f.text) }

// Ops are the changes that made a difference, in their order.
func (f *File) Ops() []Op { return slices.Clone(f.done) }

// Apply makes changes that were made to another text. What has no place any
// more is [ErrNone], what was added already [ErrTwice]; those before it stand.
func (f *File) Apply(ops []Op) error {
	for _, op := range ops {
		var err error
		switch op.Kind {
		case OpSet:
			err = f.Set(op.Value, op.Place...)
		case OpUnset:
			err = f.Unset(op.Place...)
		case OpAdd:
			err = f.Add(op.Place[0], op.Pairs...)
		case OpDrop:
			err = f.Drop(op.Place[0])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// take makes text the file's, if it is TOML.
func (f *File) take(text []byte) error {
	var any map[string]any
	if err := toml.Unmarshal(text, &any); err != nil {
		return err
	}
	root, err := index(text)
	if err != nil {
		return err
	}
	f.text, f.root = text, root
	return nil
}

// splice replaces the bytes from a to b and reads the text again: a change that
// would break the file is none.
func (f *File) splice(a, b int, by string) error {
	return f.take(slices.Concat(f.text[:a], []byte(by), f.text[b:]))
}

// eol is how the file ends its lines.
func (f *File) eol() string {
	if i := bytes.IndexByte(f.text, '\n'); i > 0 && f.text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// Set writes a value at a place, as [Value] says what values there are. One that
// is there already stays as it is written.
func (f *File) Set(value any, place ...string) error {
	raw, err := encode(value)
	if err != nil {
		return err
	}
	n := f.root.find(place)
	switch texts, ok := value.(Texts); {
	case n == nil:
		err = f.insert(place, raw)
	case n.kind != scalar && !n.static && ok:
		return f.setEach(n, texts, place)
	case n.kind != scalar && !n.static:
		return ErrShape
	case f.same(n, raw):
		return nil
	default:
		err = f.splice(n.from, n.to, raw)
	}
	if err == nil {
		f.done = append(f.done, Op{Kind: OpSet, Place: slices.Clone(place), Value: value})
	}
	return err
}

// setEach sets texts by language where these stand in a table of their own.
func (f *File) setEach(n *node, texts Texts, place []string) error {
	for _, key := range slices.Clone(n.keys) {
		if !slices.ContainsFunc(texts, func(t Text) bool { return t.Lang == key }) {
			if err := f.Unset(append(slices.Clone(place), key)...); err != nil {
				return err
			}
		}
	}
	for _, t := range texts {
		if err := f.Set(t.Text, append(slices.Clone(place), t.Lang)...); err != nil {
			return err
		}
	}
	return nil
}

// same reports whether what stands there means what raw means.
func (f *File) same(n *node, raw string) bool {
	was, ok1 := meaning(string(f.text[n.from:n.to]))
	is, ok2 := meaning(raw)
	return ok1 && ok2 && reflect.DeepEqual(was, is)
}

func meaning(raw string) (any, bool) {
	var v map[string]any
	err := toml.Unmarshal([]byte("v = "+raw), &v)
	return v["v"], err == nil
}

// Unset takes a key and its value out of the file, with the comment in its line.
// What is not there is no error.
func (f *File) Unset(place ...string) error {
	n := f.root.find(place)
	if n == nil {
		return nil
	}
	var err error
	switch {
	case n.kind == table && !n.static: // its keys; a header stays
		for _, key := range slices.Clone(n.keys) {
			if err := f.Unset(append(slices.Clone(place), key)...); err != nil {
				return err
			}
		}
		return nil
	case n.inline:
		err = f.cutInline(n)
	case n.home != nil:
		err = f.splice(lineStart(f.text, n.key), lineEnd(f.text, n.to), "")
	default:
		return ErrShape
	}
	if err == nil {
		f.done = append(f.done, Op{Kind: OpUnset, Place: slices.Clone(place)})
	}
	return err
}

// cutInline takes a key out of { … } with one comma.
func (f *File) cutInline(n *node) error {
	t := n.home
	i := slices.Index(t.keys, n.name)
	switch {
	case i+1 < len(t.keys):
		return f.splice(n.key, t.of[t.keys[i+1]].key, "")
	case i > 0:
		return f.splice(t.of[t.keys[i-1]].to, n.to, "")
	}
	return f.splice(n.key, n.to, "")
}

// Drop takes an element out of a list: "reward#latte". Comments above its header
// and after its last key stay, since they may speak of something else.
func (f *File) Drop(element string) error {
	n := f.root.find([]string{element})
	if n == nil {
		return nil
	}
	if n.kind != table || n.static {
		return ErrShape
	}
	text := f.text
	sections := n.sections()
	slices.SortFunc(sections, func(a, b *node) int { return b.header - a.header })
	for _, s := range sections {
		text = cutSection(text, s.header, s.end)
	}
	if err := f.take(text); err != nil {
		return err
	}
	f.done = append(f.done, Op{Kind: OpDrop, Place: []string{element}})
	return nil
}

// cutSection leaves one blank line where two would meet.
func cutSection(text []byte, from, to int) []byte {
	head, tail := text[:from], text[to:]
	if blank := len(tail) - len(bytes.TrimLeft(tail, "\r\n")); blank > 0 && (len(head) == 0 || bytes.HasSuffix(head, []byte("\n\n")) || bytes.HasSuffix(head, []byte("\n\r\n"))) {
		tail = tail[min(blank, lineEnd(tail, 0)):]
	}
	return slices.Concat(head, tail)
}

// Add puts a new element behind the last one of a list, or at the end of the
// file where the list has none. Its first key must be its id or its kind, which
// no other element has.
func (f *File) Add(list string, pairs ...Pair) error {
	name, _ := pairs[0].Value.(string)
	if f.root.find([]string{list + "#" + name}) != nil {
		return ErrTwice
	}
	at := len(f.text)
	if l := f.root.of[list]; l != nil {
		if l.kind != array || l.static {
			return ErrShape
		}
		at = l.items[len(l.items)-1].last()
	}
	body, err := section("[["+quoteKey(list)+"]]", pairs, f.eol())
	if err != nil {
		return err
	}
	if err := f.splice(at, at, f.gap(at)+body); err != nil {
		return err
	}
	f.done = append(f.done, Op{Kind: OpAdd, Place: []string{list}, Pairs: pairs})
	return nil
}

// gap is what makes a new section begin after a blank line.
func (f *File) gap(at int) string {
	head, eol := f.text[:at], f.eol()
	switch {
	case at == 0, bytes.HasSuffix(head, []byte("\n\n")), bytes.HasSuffix(head, []byte("\n\r\n")):
		return ""
	case head[at-1] == '\n':
		return eol
	}
	return eol + eol
}
