package edit

import (
	"slices"
	"strings"
)

// Line is a line of a comparison: Was and Is are its numbers in the two texts,
// counted from 1, 0 where it does not stand.
type Line struct {
	Was, Is int
	Text    string
}

// most is how large a table the comparison fills; beyond it what differs is
// shown as taken out and put in.
const most = 4_000_000

// Diff compares two texts by lines: what both have in its order, what was taken
// out before what was put in.
func Diff(was, is []byte) (all []Line) {
	a, b := lines(was), lines(is)
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	for i := range head {
		all = append(all, Line{i + 1, i + 1, a[i]})
	}
	all = append(all, middle(a[head:len(a)-tail], b[head:len(b)-tail], head)...)
	for i := tail; i > 0; i-- {
		all = append(all, Line{len(a) - i + 1, len(b) - i + 1, a[len(a)-i]})
	}
	return all
}

func lines(text []byte) []string {
	s := strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// middle finds a longest common subsequence.
func middle(a, b []string, skip int) (all []Line) {
	w := len(b) + 1
	var best []int32
	if (len(a)+1)*w <= most {
		best = make([]int32, (len(a)+1)*w)
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					best[i*w+j] = best[(i+1)*w+j+1] + 1
				} else {
					best[i*w+j] = max(best[(i+1)*w+j], best[i*w+j+1])
				}
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case best != nil && i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, Line{skip + i + 1, skip + j + 1, a[i]})
			i, j = i+1, j+1
		case i < len(a) && (best == nil || j == len(b) || best[(i+1)*w+j] >= best[i*w+j+1]):
			all = append(all, Line{Was: skip + i + 1, Text: a[i]})
			i++
		default:
			all = append(all, Line{Is: skip + j + 1, Text: b[j]})
			j++
		}
	}
	return all
}

// Hunks are the changed lines with so many unchanged ones around each.
func Hunks(all []Line, around int) (hunks [][]Line) {
	last := -1
	for i, l := range all {
		if l.Was > 0 && l.Is > 0 {
			continue
		}
		from := max(0, i-around)
		if n := len(hunks); n > 0 && from <= last {
			from = last
		} else {
			hunks = append(hunks, nil)
		}
		to := min(len(all), i+around+1)
		if to > max(from, last) {
			n := len(hunks) - 1
			hunks[n] = append(hunks[n], all[max(from, last):to]...)
			last = to
		}
	}
	return hunks
}

// Change is a key whose value differs between two files. Was or Is is "" where
// it does not stand; of a whole element both are its words "…".
type Change struct {
	Key     string // dotted; an element by its name: "reward[latte].cost"
	Was, Is string
}

// Changes are the keys that differ, without "version"; elements that came or
// went are one line each.
func Changes(was, is *File) (all []Change) {
	return compare("", was, was.root, is, is.root)
}

func compare(path string, f *File, a *node, g *File, b *node) (all []Change) {
	for _, key := range union(a.keys, b.keys) {
		x, y, at := a.of[key], b.of[key], join(path, key)
		switch {
		case at == "version":
		case plain(x) || plain(y):
			if u, v := f.written(x), g.written(y); u != v && !(x != nil && y != nil && f.alike(x, g, y)) {
				all = append(all, Change{at, u, v})
			}
		case kindOf(x, y) == table:
			all = append(all, compare(at, f, orEmpty(x), g, orEmpty(y))...)
		default:
			all = append(all, compareLists(at, f, x, g, y)...)
		}
	}
	return all
}

func compareLists(path string, f *File, a *node, g *File, b *node) (all []Change) {
	for _, name := range union(a.names(), b.names()) {
		at := path + "[" + name + "]"
		x, y := a.itemCalled(name), b.itemCalled(name)
		switch {
		case x == nil:
			all = append(all, Change{Key: at, Is: "…"})
		case y == nil:
			all = append(all, Change{Key: at, Was: "…"})
		default:
			all = append(all, compare(at, f, x, g, y)...)
		}
	}
	return all
}

// alike reports whether two values mean the same, however they are written.
func (f *File) alike(x *node, g *File, y *node) bool {
	return x.static && y.static && f.same(x, string(g.text[y.from:y.to]))
}

func plain(n *node) bool { return n != nil && n.static }

func kindOf(x, y *node) kind {
	if x != nil {
		return x.kind
	}
	return y.kind
}

func orEmpty(n *node) *node {
	if n == nil {
		return newTable("")
	}
	return n
}

func (n *node) names() (all []string) {
	if n != nil {
		for _, item := range n.items {
			all = append(all, item.called())
		}
	}
	return all
}

func (n *node) itemCalled(name string) *node {
	if n == nil {
		return nil
	}
	return n.element(name)
}

// written is a value as it stands in the file, "" for nothing.
func (f *File) written(n *node) string {
	switch {
	case n == nil:
		return ""
	case !n.static:
		return "…"
	}
	return string(f.text[n.from:n.to])
}

func union(a, b []string) []string {
	all, seen := slices.Clone(a), make(map[string]bool, len(a))
	for _, k := range a {
		seen[k] = true
	}
	for _, k := range b {
		if !seen[k] {
			all, seen[k] = append(all, k), true
		}
	}
	return all
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
