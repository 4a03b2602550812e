package api

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// asked is a request made of the document.
type asked struct {
	method, path string
	op           *openapi3.Operation
}

// pool are values that mean something in the test's shop, by the name of the
// field that takes them.
type pool map[string][]any

func (p pool) of(name string) []any { return p[name] }

// value draws a value for a schema: one that means something, one that fits, or
// one that does not.
func value(t *rapid.T, name string, s *openapi3.Schema, known pool) any {
	if have := known.of(name); len(have) > 0 && rapid.IntRange(0, 3).Draw(t, "known") > 0 {
		return rapid.SampledFrom(have).Draw(t, name)
	}
	if rapid.IntRange(0, 24).Draw(t, "odd") == 0 {
		return rapid.SampledFrom([]any{
			nil, true, -1, 0, 1.5, math.MaxInt64, "", " ", "\u202e=cmd|' /C calc'!A0", strings.Repeat("9", 300), []any{}, map[string]any{}, "2026-01-05T02:00:00Z", "/../", "\x00",
		}).Draw(t, name)
	}
	switch {
	case s.Type.Is("object"):
		return object(t, s, known)
	case s.Type.Is("array"):
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			list = append(list, value(t, name+"[]", s.Items.Value, known))
		}
		return list
	case s.Type.Is("integer"):
		return rapid.SampledFrom([]any{1, 2, 10, 350, 99999, int64(1)<<53 - 1}).Draw(t, name)
	case s.Type.Is("boolean"):
		return rapid.Bool().Draw(t, name)
	case s.Format == "date-time":
		return time.Date(2026, 1, rapid.IntRange(1, 9).Draw(t, "day"), 2, 0, 0, 0, time.UTC).Format(time.RFC3339)
	case s.Format == "date":
		return fmt.Sprintf("%d-02-%02d", rapid.IntRange(1890, 2027).Draw(t, "year"), rapid.IntRange(1, 29).Draw(t, "day"))
	}
	return rapid.StringN(0, 40, 120).Draw(t, name)
}

// object draws some of an object's fields, in the order of their names.
func object(t *rapid.T, s *openapi3.Schema, known pool) map[string]any {
	o := map[string]any{}
	var names []string
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		often := 3
		if slices.Contains(s.Required, name) {
			often = 9
		}
		if rapid.IntRange(0, 9).Draw(t, "has "+name) < often {
			o[name] = value(t, name, s.Properties[name].Value, known)
		}
	}
	if rapid.IntRange(0, 40).Draw(t, "more") == 0 {
		o["more"] = 1
	}
	return o
}

// oneOf leaves mostly one of several fields in an object that has any, as
// programs do.
func oneOf(t *rapid.T, o map[string]any, names ...string) {
	var has []string
	for _, n := range names {
		if _, ok := o[n]; ok {
			has = append(has, n)
		}
	}
	if len(has) == 0 || rapid.IntRange(0, 9).Draw(t, "all of them") == 0 {
		return
	}
	keep := rapid.SampledFrom(has).Draw(t, "one of them")
	for _, n := range has {
		if n != keep {
			delete(o, n)
		}
	}
}

// Whatever is asked by the document, and a little beside it, is answered by the
// document and never with an accident; and the ledger stays whole.
func TestFuzzBySchema(t *testing.T) {
	t.Parallel()
	doc := theDocument(t)
	var all []asked
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, asked{method, path, op})
		}
	}
	slices.SortFunc(all, func(a, b asked) int { return strings.Compare(b.method+b.path, a.method+a.path) })
	w := open(t)
	w.give(w.ann, 5000)
	oldCard, _ := w.card(w.bob)
	v, code := w.voucher(w.ann)
	known := pool{
		"member": {string(w.ann), string(w.bob)}, "phone": {"0912345678", "+886987654321", "0911222333"}, "store": {"main", "east", "main"},
		"item": {"latte", "cake", "gift-card", "bag"}, "order": {"A-1", "A-2"}, "wording": {"1"}, "reward": {"cookie", "americano", "free-drink"},
		"code": {code}, "voucher": {string(v.ID)}, "vouchers[]": {code, string(v.ID)}, "limit": {1, 50}, "language": {"ja", "th"},
	}
	rapid.Check(t, func(rt *rapid.T) {
		one := rapid.SampledFrom(all).Draw(rt, "operation")
		w.clock.pass(time.Duration(rapid.IntRange(1, 30).Draw(rt, "seconds")) * time.Second)
		qr, number := w.card(w.ann)
		known["card"], known["occurred_at"] = []any{qr, number, oldCard}, []any{w.clock.Now().Format(time.RFC3339)}
		path := strings.Replace(one.path, "{member}", url.PathEscape(fmt.Sprint(value(rt, "member", openapi3.NewStringSchema(), known))), 1)
		var query []string
		for _, p := range one.op.Parameters {
			if p.Value.In == "query" && rapid.Bool().Draw(rt, "ask "+p.Value.Name) {
				query = append(query, p.Value.Name+"="+url.QueryEscape(fmt.Sprint(value(rt, p.Value.Name, p.Value.Schema.Value, known))))
			}
		}
		if len(query) > 0 {
			path += "?" + strings.Join(query, "&")
		}
		var body any
		if one.op.RequestBody != nil {
			o := object(rt, one.op.RequestBody.Value.Content["application/json"].Schema.Value, known)
			oneOf(rt, o, "member", "card", "phone")
			oneOf(rt, o, "code", "voucher")
			raw, err := json.Marshal(o)
			if err != nil {
				rt.Fatal(err)
			}
			body = string(raw)
		}
		op := fmt.Sprint("fuzz-key-", w.next())
		if rapid.IntRange(0, 5).Draw(rt, "again") == 0 { // with another request, mostly
			op = fmt.Sprint("fuzz-key-", rapid.IntRange(0, 50).Draw(rt, "key"))
		}
		if one.method == "GET" {
			op = ""
		}
		a := w.ask(one.method, path, body, opHeader, op, "Accept-Language", rapid.SampledFrom([]string{"en", "ja", "th", "zh-CN", "*;q=0", "\xff"}).Draw(rt, "language"))
		if a.Status >= 500 {
			rt.Fatalf("%s %s %s: %d %s\n%s", one.method, path, body, a.Status, a.Raw, w.log)
		}
		if a.Status != 404 || a.slug() != "no-such-address" { // which is no address of the document's
			if err := fits(t, one.method, one.path, a.Status, a.Header, a.Raw); err != nil {
				rt.Fatalf("%s %s %s: %d %v\n%s", one.method, path, body, a.Status, err, a.Raw)
			}
		}
		if ref := a.text("ref"); a.Status == 200 && ref != "" {
			known["ref"], known["purchase"] = append(known["ref"], ref), append(known["purchase"], ref)
		}
	})
	w.whole()
}
