package campaign

import (
	"bytes"
	"encoding/json"

	"github.com/pelletier/go-toml/v2"
)

// File is the file form of a draft, as [Parse] reads it.
func (d *Draft) File() ([]byte, error) {
	flat, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	in := json.NewDecoder(bytes.NewReader(flat))
	in.UseNumber()
	if err := in.Decode(&tree); err != nil {
		return nil, err
	}
	rough(tree)
	for _, step := range list(tree["journey"]) {
		rough(step)
	}
	return toml.Marshal(integers(tree))
}

// rough turns a tree of a draft's JSON into what people write, as smooth does
// the other way.
func rough(t map[string]any) {
	rename(t, "buttons", "button")
	text, _ := t["text"].(map[string]any)
	for lang, v := range text {
		by, _ := v.(map[string]any)
		if only, ok := by[OnlyVariant]; ok && len(by) == 1 {
			text[lang] = only
		}
	}
	for _, b := range list(t["button"]) {
		label, _ := b["label"].(map[string]any)
		if s, ok := label[""]; ok && len(label) == 1 {
			b["label"] = s
		}
	}
}

// integers makes the numbers of a tree, of which a draft has whole ones only, int64.
func integers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = integers(x)
		}
	case []any:
		for i, x := range v {
			v[i] = integers(x)
		}
	case json.Number:
		n, _ := v.Int64()
		return n
	}
	return v
}
