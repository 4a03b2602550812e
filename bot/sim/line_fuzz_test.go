package sim

import (
	"encoding/json"
	"testing"
)

// Whatever a bot sends is checked and, if it passes, rendered, without panic;
// a body is judged the same twice.
func FuzzLineMessages(f *testing.F) {
	for _, m := range []any{
		text("a"), quick(2, "b"), flex(bubble(flexText("c"))), flex(obj{"type": "carousel", "contents": arr{bubble()}}),
		template(obj{"type": "carousel", "columns": arr{obj{"text": "x", "actions": arr{action("a")}}}}),
		obj{"type": "textV2", "text": "{a}{{", "substitution": obj{"a": obj{"type": "mention", "mentionee": obj{"type": "all"}}}},
		flex(obj{"type": "carousel", "contents": arr{with(bubble(flexText("a"), obj{"type": "box", "layout": "vertical", "contents": arr{}, "width": "63%", "height": "10px"}), "hero", obj{"type": "image", "url": "https://example.com/a.jpg", "aspectRatio": "20:13"})}}),
		obj{"type": "imagemap", "actions": arr{nil}}, with(text("$"), "emojis", arr{obj{"index": 0}}), nil, 1,
	} {
		seed, _ := json.Marshal(arr{m})
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var list any
		if json.Unmarshal(data, &list) != nil {
			return
		}
		judge := func() string {
			ck := &lineCheck{}
			o := ck.root(map[string]any{"messages": list})
			b := o.messages()
			if bad := ck.refusal(o); bad != nil {
				return string(bad.body)
			}
			out := ""
			for _, m := range b {
				s := lineScreen{}
				s.message(m)
				out += s.String()
			}
			return out
		}
		if a, b := judge(), judge(); a != b {
			t.Fatalf("%s\n%s", a, b)
		}
	})
}
