package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// described is the document as a validator reads it, once.
var described = sync.OnceValues(func() (*openapi3.T, error) { return openapi3.NewLoader().LoadFromData(document) })

// router finds an address in the document.
var router = sync.OnceValues(func() (routers.Router, error) {
	doc, err := described()
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

func theDocument(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := described()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// The document is one, its examples fit it, and it names what the server answers
// and nothing else.
func TestDocument(t *testing.T) {
	t.Parallel()
	doc := theDocument(t)
	if err := doc.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Servers[0].URL != Base {
		t.Errorf("%s at %s", doc.OpenAPI, doc.Servers[0].URL)
	}
	var named, served []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			named = append(named, method+" "+path)
		}
	}
	for _, r := range (*Server)(nil).routes() {
		served = append(served, r.method+" "+r.path)
	}
	slices.Sort(named)
	slices.Sort(served)
	if !slices.Equal(named, served) {
		t.Errorf("described %v,\nserved %v", named, served)
	}
	var scopes []string
	for _, s := range doc.Components.Schemas["Scope"].Value.Enum {
		scopes = append(scopes, s.(string))
	}
	for _, s := range Scopes {
		if !slices.Contains(scopes, string(s)) || len(scopes) != len(Scopes) {
			t.Errorf("scopes %v, described %v", Scopes, scopes)
		}
	}
	about := doc.Components.Schemas["Problem"].Value.Description
	for slug := range titles {
		if !strings.Contains(about, "`"+slug+"`") && slug != "unknown-item" {
			t.Errorf("the document does not name the problem %s", slug)
		}
	}
	for _, m := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(about, -1) {
		if titles[m[1]] == "" {
			t.Errorf("the document names a problem that there is not: %s", m[1])
		}
	}
	for key, slug := range slugs {
		if titles[slug] == "" {
			t.Errorf("%s is called %s, which has no title", key, slug)
		}
	}
}

// fits holds an answer against the document.
func fits(t testing.TB, method, path string, status int, header http.Header, raw []byte) error {
	t.Helper()
	rt, err := router()
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(method, "http://till"+Base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Host, r.URL.Scheme = "", ""
	route, params, err := rt.FindRoute(r)
	if err != nil {
		return fmt.Errorf("not in the document: %w", err)
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 status, Header: header, Body: io.NopCloser(bytes.NewReader(raw)),
	}
	return openapi3filter.ValidateResponse(context.Background(), in)
}

// samples are what stands in the document's examples for what differs from shop
// to shop; the test puts its own shop's there.
func (w *world) samples() *strings.Replacer {
	w.give(w.ann, 500)
	qr, _ := w.card(w.ann)
	_, open := w.voucher(w.ann)
	_, used := w.voucher(w.ann)
	w.post("/vouchers/use", j{"code": used, "store": "main"})
	w.post("/purchases", j{"phone": "0912345678", "amount": 350, "order": "A-70", "store": "main"})
	part := w.post("/purchases", j{"phone": "0912345678", "amount": 350, "store": "main"}).text("ref")
	undo := w.post("/purchases", j{"phone": "0912345678", "amount": 360, "store": "main"}).text("ref")
	return strings.NewReplacer(
		sampleMember, string(w.ann), "https://cafe.example/c/AWlcUQQBm0RcVd2kQ8mZr5tY0u1xW3vBn7LpKjHgFdSaPoIuYT", qr, "7KQ-2M4-3XP", open, "8WZ-3N5-4YQ", used,
		"9PTRWAB", part, "4XPM2KQ", undo, "2026-11-22T04:28:00Z", w.clock.Now().Add(-time.Minute).Format(time.RFC3339),
	)
}

const sampleMember = "01KBR3M8Q2W4T6Y8A0C2E4G6J8"

// Every example of the document is run against the program, by a key of one
// store, and what it answers fits the document.
func TestDocumentExamples(t *testing.T) {
	t.Parallel()
	doc, n := theDocument(t), 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			bodies := map[string]any{"": nil}
			if op.RequestBody != nil {
				bodies = map[string]any{}
				for name, e := range op.RequestBody.Value.Content["application/json"].Examples {
					bodies[name] = e.Value.Value
				}
			}
			for name, body := range bodies {
				w := open(t)
				sample := w.samples()
				w.key = w.make(NewKey{Name: "Till 1", Store: "main", Scopes: Scopes})
				at := sample.Replace(strings.Replace(path, "{member}", sampleMember, 1))
				var query []string
				for _, p := range op.Parameters {
					if p.Value.In == "query" && p.Value.Example != nil {
						query = append(query, p.Value.Name+"="+sample.Replace(fmt.Sprint(p.Value.Example)))
					}
				}
				if len(query) > 0 {
					at += "?" + strings.Join(query, "&")
				}
				var send any
				if body != nil {
					raw, err := json.Marshal(body)
					if err != nil {
						t.Fatal(err)
					}
					send = sample.Replace(string(raw))
				}
				if strings.HasSuffix(path, "/refunds") && name == "order" {
					w.clock.pass(1) // after its purchase
				}
				a := w.ask(method, at, send)
				if a.Status != 200 {
					t.Errorf("%s %s, example %s: %d %s", method, path, name, a.Status, a.Raw)
				}
				if err := fits(t, method, at, a.Status, a.Header, a.Raw); err != nil {
					t.Errorf("%s %s, example %s: %v\n%s", method, path, name, err, a.Raw)
				}
				n++
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d examples were run", n)
	}
}

// The document and its page are public, and the page needs nothing from
// elsewhere.
func TestDocs(t *testing.T) {
	t.Parallel()
	w := open(t)
	if a := w.ask("GET", "/openapi.json", nil, "Authorization", ""); a.Status != 200 || a.text("openapi") != "3.1.0" {
		t.Errorf("%d %.200s", a.Status, a.Raw)
	}
	a := w.ask("GET", "/docs", nil, "Authorization", "")
	policy := a.Header.Get("Content-Security-Policy")
	if a.Status != 200 || !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("%d %s", a.Status, policy)
	}
	for _, bad := range []string{"<script", "src=", "http://", "style=\"", "ZgotmplZ", "\u003cno value>"} {
		if strings.Contains(string(a.Raw), bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	for _, op := range []string{"recordPurchase", "undo", "listEntries"} {
		if !strings.Contains(string(a.Raw), `id="`+op+`"`) {
			t.Errorf("the page lacks %s", op)
		}
	}
	if path := os.Getenv("REGULARS_SHOTS"); path != "" {
		if err := os.WriteFile(path+"/docs.html", a.Raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
