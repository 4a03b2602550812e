package campaign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"regulars/loyalty/programme"
)

// maxFile is the size of the largest campaign file, in bytes.
const maxFile = 256 << 10

// keys are what may stand in a file; * is any name.
var keys = []string{
	"name", "segment", "picture", "hold_out", "entitled", "channels", "groups", "window", "not_after",
	"text.*.title", "text.*.text", "text.*.*.title", "text.*.*.text", "variants.*",
	"when.at", "when.local", "budget.messages", "budget.money",
	"button.*.id", "button.*.label", "button.*.label.*", "button.*.do", "button.*.value",
	"coupon.reward", "coupon.days", "coupon.most", "multiplier.percent", "multiplier.days",
	"journey.*.wait", "journey.*.if", "journey.*.exit", "journey.*.after", "journey.*.picture",
	"journey.*.text.*.title", "journey.*.text.*.text", "journey.*.text.*.*.title", "journey.*.text.*.*.text",
	"journey.*.button.*.id", "journey.*.button.*.label", "journey.*.button.*.label.*", "journey.*.button.*.do", "journey.*.button.*.value",
}

// Lines are where the keys of a file stand, by dotted key, lists by index from
// 0; lines are counted from 1.
type Lines map[string]int

// Of is the line of a key, or of the nearest table around it; 0 where there is
// none. The only wording of a language need not be named in the file.
func (l Lines) Of(key string) int {
	if n, ok := l[strings.Replace(key, "."+OnlyVariant+".", ".", 1)]; ok {
		return n
	}
	for key != "" {
		if n, ok := l[key]; ok {
			return n
		}
		cut := max(strings.LastIndexByte(key, '.'), 0)
		key = key[:cut]
	}
	return 0
}

// Place gives complaints of [Engine.Check] their lines, and puts them in order.
func (l Lines) Place(all []Complaint) []Complaint {
	for i, c := range all {
		all[i].Line = l.Of(c.Key)
	}
	slices.SortStableFunc(all, func(a, b Complaint) int { return a.Line - b.Line })
	return all
}

// Parse reads the file form of a draft: TOML with the keys of its JSON, in which
// buttons and journey are [[button]] and [[journey]], a language may have its
// words without naming a wording, and a label may be one text for all languages.
// With complaints the draft is unfit; [Engine.Check] looks at what it means.
func Parse(data []byte) (Draft, Lines, []Complaint) {
	if len(data) > maxFile {
		return Draft{}, nil, []Complaint{{Wrong: "the file is larger than 256 KiB; is it the right one?"}}
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		c := Complaint{Wrong: "this is not TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			c.Line, _ = decode.Position()
		}
		return Draft{}, nil, []Complaint{c}
	}
	lines := linesOf(data)
	if all := unknown(lines); len(all) > 0 {
		return Draft{}, lines, lines.Place(all)
	}
	d, wrong := draftOf(tree)
	if wrong != nil {
		return Draft{}, lines, lines.Place([]Complaint{*wrong})
	}
	return d, lines, nil
}

// draftOf is the draft that a file's tree means.
func draftOf(tree map[string]any) (d Draft, wrong *Complaint) {
	smooth(tree)
	for _, step := range list(tree["journey"]) {
		smooth(step)
	}
	rename(tree, "button", "buttons")
	for _, step := range list(tree["journey"]) {
		rename(step, "button", "buttons")
	}
	flat, err := json.Marshal(tree)
	if err != nil {
		return d, &Complaint{Wrong: err.Error()}
	}
	var kind *json.UnmarshalTypeError
	if err := json.NewDecoder(bytes.NewReader(flat)).Decode(&d); errors.As(err, &kind) {
		key := strings.NewReplacer("buttons", "button").Replace(kind.Field)
		return d, &Complaint{Key: key, Wrong: "must not be a " + kind.Value, Allowed: allowedOf(kind.Type.Kind().String())}
	} else if err != nil {
		return d, &Complaint{Wrong: err.Error()}
	}
	return d, nil
}

func allowedOf(kind string) string {
	switch kind {
	case "string":
		return "text in quotes"
	case "int", "int64":
		return "a whole number"
	case "bool":
		return "true or false"
	case "slice":
		return "a list in brackets"
	}
	return "a table"
}

func rename(t map[string]any, from, to string) {
	if v, ok := t[from]; ok {
		t[to] = v
		delete(t, from)
	}
}

// smooth gives words without a wording's name the only one, and a label that is
// one text for all languages the empty language.
func smooth(t map[string]any) {
	text, _ := t["text"].(map[string]any)
	for lang, v := range text {
		words, _ := v.(map[string]any)
		if _, plain := words["text"].(string); plain {
			text[lang] = map[string]any{OnlyVariant: words}
		}
	}
	for _, b := range list(t["button"]) {
		if s, ok := b["label"].(string); ok {
			b["label"] = map[string]any{"": s}
		}
	}
}

func list(v any) (all []map[string]any) {
	items, _ := v.([]any)
	for _, i := range items {
		if t, ok := i.(map[string]any); ok {
			all = append(all, t)
		}
	}
	return all
}

// unknown complains of keys that no draft has; of an unknown table by itself, not
// of what stands in it.
func unknown(lines Lines) (all []Complaint) {
	isKnown := func(key string) bool {
		return slices.ContainsFunc(keys, func(known string) bool { return fits(key, known) })
	}
	for key := range lines {
		around, own := "", key
		if i := strings.LastIndexByte(key, '.'); i >= 0 {
			around, own = key[:i], key[i+1:]
		}
		if isKnown(key) || around != "" && !isKnown(around) {
			continue
		}
		all = append(all, Complaint{Key: key, Wrong: fmt.Sprintf("%q is nothing that a campaign has", own), Nearest: programme.Nearest(own, beside(around))})
	}
	slices.SortFunc(all, func(a, b Complaint) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// beside are the keys that may stand directly in a table, "" being the file.
func beside(around string) (names []string) {
	depth := 0
	if around != "" {
		depth = 1 + strings.Count(around, ".")
	}
	for _, known := range keys {
		w := strings.Split(known, ".")
		if len(w) > depth && w[depth] != "*" && (depth == 0 || fits(around, strings.Join(w[:depth], "."))) {
			names = append(names, w[depth])
		}
	}
	return names
}

// fits says that key is known, or the beginning of what is.
func fits(key, known string) bool {
	k, w := strings.Split(key, "."), strings.Split(known, ".")
	if len(k) > len(w) {
		return false
	}
	for i := range k {
		if w[i] != "*" && w[i] != k[i] {
			return false
		}
	}
	return true
}

// linesOf walks a file that was decoded before.
func linesOf(data []byte) Lines {
	w := &liner{lines: Lines{}, count: map[string]int{}}
	for i, b := range data {
		if b == '\n' {
			w.ends = append(w.ends, i)
		}
	}
	var p unstable.Parser
	p.Reset(data)
	at := ""
	for p.NextExpression() {
		switch n := p.Expression(); n.Kind {
		case unstable.KeyValue:
			w.pair(at, n)
		case unstable.Table:
			at = w.descend("", n, false)
		case unstable.ArrayTable:
			at = w.descend("", n, true)
		}
	}
	return w.lines
}

type liner struct {
	ends  []int
	lines Lines
	count map[string]int // elements so far of lists of tables
}

// descend notes the keys of a header or a pair, and gives the dotted one that
// they lead to.
func (w *liner) descend(at string, n *unstable.Node, array bool) string {
	for it := n.Key(); it.Next(); {
		k := it.Node()
		line, _ := slices.BinarySearch(w.ends, int(k.Raw.Offset))
		at = strings.TrimPrefix(at+"."+string(k.Data), ".")
		if _, seen := w.lines[at]; !seen {
			w.lines[at] = 1 + line
		}
		last := it.IsLast()
		if array && last {
			w.count[at]++
		}
		if n := w.count[at]; n > 0 {
			at = fmt.Sprintf("%s.%d", at, n-1)
			if array && last {
				w.lines[at] = 1 + line
			}
		}
	}
	return at
}

func (w *liner) pair(at string, n *unstable.Node) {
	at = w.descend(at, n, false)
	if n.Value().Kind != unstable.InlineTable {
		return
	}
	for it := n.Value().Children(); it.Next(); {
		w.pair(at, it.Node())
	}
}
