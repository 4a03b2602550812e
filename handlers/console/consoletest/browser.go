package consoletest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Fresh is a browser that knows nothing.
func (w *World) Fresh() *Browser { return &Browser{w: w, Client: &http.Client{}} }

// Browser reads pages and sends forms; it follows redirects and has no script.
type Browser struct {
	Client *http.Client
	w      *World
}

// Page is what a browser was given.
type Page struct {
	Status int
	Header http.Header
	Path   string // where it ended, after redirects
	Body   string

	b    *Browser
	root *html.Node
}

// Get opens an address.
func (b *Browser) Get(path string) *Page {
	b.w.T.Helper()
	req, err := http.NewRequest(http.MethodGet, b.w.URL+path, nil)
	if err != nil {
		b.w.T.Fatal(err)
	}
	return b.Do(req)
}

// Post sends values to an address past any page, with nothing that a page of
// ours adds.
func (b *Browser) Post(path string, values url.Values) *Page {
	b.w.T.Helper()
	return b.post(path, values, nil)
}

// post is a form from a page of ours, as a browser marks it, or from nowhere.
func (b *Browser) post(path string, values url.Values, from *Page) *Page {
	b.w.T.Helper()
	return b.send(path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()), from)
}

func (b *Browser) send(path, kind string, body io.Reader, from *Page) *Page {
	b.w.T.Helper()
	req, err := http.NewRequest(http.MethodPost, b.w.URL+path, body)
	if err != nil {
		b.w.T.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if from != nil {
		req.Header.Set("Referer", b.w.URL+from.Path)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return b.Do(req)
}

// Do sends a request as it is.
func (b *Browser) Do(req *http.Request) *Page {
	b.w.T.Helper()
	res, err := b.Client.Do(req)
	if err != nil {
		b.w.T.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.T.Fatal(err)
	}
	p := &Page{Status: res.StatusCode, Header: res.Header, Path: res.Request.URL.RequestURI(), Body: string(raw), b: b}
	if p.root, err = html.Parse(strings.NewReader(p.Body)); err != nil {
		b.w.T.Fatal(err)
	}
	return p
}

// Text is what the page says, spaces drawn together.
func (p *Page) Text() string {
	var s strings.Builder
	each(p.root, func(n *html.Node) {
		if n.Type == html.TextNode && n.Parent != nil && n.Parent.Data != "style" && n.Parent.Data != "script" {
			s.WriteString(n.Data + " ")
		}
	})
	return strings.Join(strings.Fields(s.String()), " ")
}

// Says reports whether the page says something, whatever stands between its words.
func (p *Page) Says(what string) bool { return strings.Contains(p.Text(), what) }

// Must ends the test unless the page is fine and says all of this.
func (p *Page) Must(all ...string) *Page {
	p.b.w.T.Helper()
	if p.Status != http.StatusOK {
		p.b.w.T.Fatalf("%s gave %d: %s", p.Path, p.Status, p.Text())
	}
	for _, s := range all {
		if !p.Says(s) {
			p.b.w.T.Fatalf("%s does not say %q: %s", p.Path, s, p.Text())
		}
	}
	return p
}

// Click follows the first link whose words contain what.
func (p *Page) Click(what string) *Page {
	p.b.w.T.Helper()
	to := ""
	each(p.root, func(n *html.Node) {
		if n.Data == "a" && to == "" && strings.Contains(text(n), what) {
			to = attr(n, "href")
		}
	})
	if to == "" {
		p.b.w.T.Fatalf("%s has no link %q: %s", p.Path, what, p.Text())
	}
	return p.b.Get(p.near(to))
}

// near is an address as seen from the page.
func (p *Page) near(to string) string {
	base, _ := url.Parse(p.Path)
	u, err := base.Parse(to)
	if err != nil {
		p.b.w.T.Fatal(err)
	}
	return u.RequestURI()
}

// Form is the first form whose action ends as told, with what is filled in
// already.
func (p *Page) Form(action string) *Form {
	p.b.w.T.Helper()
	all := p.Forms(action)
	if len(all) == 0 {
		p.b.w.T.Fatalf("%s has no form to %q: %s", p.Path, action, p.Body)
	}
	return all[0]
}

// Forms are all forms whose action ends as told.
func (p *Page) Forms(action string) (all []*Form) {
	each(p.root, func(n *html.Node) {
		if n.Data == "form" && strings.HasSuffix(attr(n, "action"), action) {
			f := &Form{p: p, n: n, Values: url.Values{}}
			f.fill()
			all = append(all, f)
		}
	})
	return all
}

// Form is a form to be filled in.
type Form struct {
	Values url.Values
	files  map[string]file
	p      *Page
	n      *html.Node
	fields map[string]bool
}

// fill takes over what the form's fields hold.
func (f *Form) fill() {
	f.fields = map[string]bool{}
	each(f.n, func(n *html.Node) {
		name := attr(n, "name")
		if name == "" || has(n, "disabled") {
			return
		}
		switch n.Data {
		case "input":
			f.fields[name] = true
			if kind := attr(n, "type"); kind == "checkbox" || kind == "radio" {
				if has(n, "checked") {
					f.Values.Add(name, or(attr(n, "value"), "on"))
				}
			} else if kind != "file" && kind != "submit" {
				f.Values.Add(name, attr(n, "value"))
			}
		case "textarea":
			f.fields[name] = true
			f.Values.Add(name, text(n))
		case "button":
			f.fields[name] = true
		case "select":
			f.fields[name] = true
			first, chosen := "", false
			each(n, func(o *html.Node) {
				if o.Data != "option" {
					return
				}
				v := or(attr(o, "value"), "")
				if first == "" {
					first = v
				}
				if has(o, "selected") {
					f.Values.Add(name, v)
					chosen = true
				}
			})
			if !chosen && !has(n, "multiple") {
				f.Values.Set(name, first)
			}
		}
	})
}

// Set fills a field in; a field that is not on the form ends the test.
func (f *Form) Set(name, value string) *Form {
	f.p.b.w.T.Helper()
	if !f.fields[name] {
		f.p.b.w.T.Fatalf("the form on %s has no field %q", f.p.Path, name)
	}
	f.Values.Set(name, value)
	return f
}

type file struct {
	name string
	body []byte
}

// Attach chooses a file for a field.
func (f *Form) Attach(field, name string, body []byte) *Form {
	f.p.b.w.T.Helper()
	if !f.fields[field] || attr(f.n, "enctype") != "multipart/form-data" {
		f.p.b.w.T.Fatalf("the form on %s takes no file as %q", f.p.Path, field)
	}
	if f.files == nil {
		f.files = map[string]file{}
	}
	f.files[field] = file{name, body}
	return f
}

// parts are the form's values and files as a browser sends them.
func (f *Form) parts() (body *bytes.Buffer, kind string) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for name, list := range f.Values {
		for _, v := range list {
			w.WriteField(name, v)
		}
	}
	for field, x := range f.files {
		part, _ := w.CreateFormFile(field, x.name) // into memory: nothing fails
		part.Write(x.body)
	}
	w.Close()
	return body, w.FormDataContentType()
}

// Send sends the form.
func (f *Form) Send() *Page {
	f.p.b.w.T.Helper()
	to := f.p.near(or(attr(f.n, "action"), f.p.Path))
	if attr(f.n, "enctype") == "multipart/form-data" {
		body, kind := f.parts()
		return f.p.b.send(to, kind, body, f.p)
	}
	if strings.EqualFold(attr(f.n, "method"), "post") {
		return f.p.b.post(to, f.Values, f.p)
	}
	return f.p.b.Get(strings.SplitN(to, "?", 2)[0] + "?" + f.Values.Encode())
}

func each(n *html.Node, f func(*html.Node)) {
	f(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, f)
	}
}

func text(n *html.Node) string {
	var s strings.Builder
	each(n, func(c *html.Node) {
		if c.Type == html.TextNode {
			s.WriteString(c.Data)
		}
	})
	return s.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
