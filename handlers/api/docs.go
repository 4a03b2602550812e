package api

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html"
	"html/template"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS string

// docsPolicy lets the page have its own looks and nothing else: no script, no
// picture, no form.
var docsPolicy = func() string {
	sum := sha256.Sum256([]byte(docsCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// What the page shows.
type (
	docsPage struct {
		Title, Version, Summary string
		CSS                     template.CSS
		About                   template.HTML
		Groups                  []docsGroup
		Types                   []docsType
		Problem                 template.HTML
		Problems                []field
	}
	docsGroup struct {
		Name string
		Ops  []docsOp
	}
	docsOp struct {
		ID, Method, Path, Summary string
		About                     template.HTML
		Parameters, Body, Answer  []field
		Examples                  []docsExample
		Says                      string // an answer
	}
	docsExample struct{ Summary, Text string }
	docsType    struct {
		Name   string
		About  template.HTML
		Fields []field
	}
)

// docs is the page, made once.
var docs = sync.OnceValues(func() ([]byte, error) {
	var o openAPI
	if err := json.Unmarshal(document, &o); err != nil {
		return nil, err
	}
	page := docsPage{
		Title: o.Info.Title, Version: o.Info.Version, Summary: o.Info.Summary, CSS: template.CSS(docsCSS), About: prose(o.Info.Description),
	}
	for _, tag := range o.Tags {
		page.Groups = append(page.Groups, docsGroup{tag.Name, o.ops(tag.Name)})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Components.Schemas)) {
		s := o.Components.Schemas[name]
		switch fields := o.fields(s); {
		case name == "Problem":
			page.Problem, page.Problems = prose(s.Description), fields
		case len(fields) > 0:
			page.Types = append(page.Types, docsType{name, prose(s.Description), fields})
		}
	}
	t, err := template.New("docs").Funcs(template.FuncMap{"prose": prose}).Parse(docsHTML)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, page)
	return b.Bytes(), err
})

// ops are a group's operations, in the order of the server's routes.
func (o *openAPI) ops(tag string) (list []docsOp) {
	for _, r := range (*Server)(nil).routes() {
		op := o.Paths[r.path][strings.ToLower(r.method)]
		if !slices.Contains(op.Tags, tag) {
			continue
		}
		d := docsOp{ID: op.ID, Method: r.method, Path: r.path, Summary: op.Summary, About: prose(op.Description)}
		for _, p := range op.Parameters {
			if p.Ref != "" {
				p = o.Components.Parameters[refName(p.Ref)]
			}
			if p.Name != "Accept-Language" { // every one has it; it stands above
				d.Parameters = append(d.Parameters, field{p.Name, p.In, cmp.Or(p.Description, o.real(p.Schema).Description), p.Required})
			}
		}
		body := op.Body.Content["application/json"]
		d.Body = o.fields(body.Schema)
		for _, name := range slices.Sorted(maps.Keys(body.Examples)) {
			e := body.Examples[name]
			d.Examples = append(d.Examples, docsExample{e.Summary, indented(e.Value)})
		}
		answer := op.Responses["200"].Content["application/json"]
		d.Answer, d.Says = o.fields(answer.Schema), indented(answer.Examples["answer"].Value)
		list = append(list, d)
	}
	return list
}

func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

var (
	bold = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	code = regexp.MustCompile("`([^`]+)`")
)

// prose turns the little Markdown of the document into HTML: paragraphs, lists,
// bold and code.
func prose(text string) template.HTML {
	var b strings.Builder
	for para := range strings.SplitSeq(text, "\n\n") {
		if para == "" {
			continue
		}
		open, end := "<p>", "</p>"
		para = html.EscapeString(para)
		if strings.HasPrefix(para, "- ") {
			open, end = "<ul>", "</ul>"
			para = "<li>" + strings.ReplaceAll(para[2:], "\n- ", "</li><li>") + "</li>"
		}
		para = bold.ReplaceAllString(para, "<strong>$1</strong>")
		b.WriteString(open + code.ReplaceAllString(para, "<code>$1</code>") + end)
	}
	return template.HTML(b.String())
}

// serveDocs shows the document to people. It is public, as the document is.
func (s *Server) serveDocs(w http.ResponseWriter, _ *http.Request) {
	page, err := docs()
	if err != nil {
		s.Shop.Log.Error("the API's page cannot be made", "error", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", docsPolicy)
	w.Write(page) // who has hung up reads nothing
}
