package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

//go:embed *.html assets
var ownFiles embed.FS

// View is what a page's template gets.
type View struct {
	Q     *Request
	Title string
	Said  string // what the last form did, once
	Nav   []NavItem
	Body  template.HTML // of the frame only: the page, drawn
	D     any           // the page's own
	A     func(string) string
}

// NavItem is a line of the navigation.
type NavItem struct {
	Label, To string
	Here      bool
}

// views are the parsed templates and the assets.
type views struct {
	once    sync.Once
	base    *template.Template // parsed, and never drawn itself
	sets    map[i18n.Lang]*template.Template
	assets  map[string]asset
	version string
}

// asset is a file of the pages, as it is and packed.
type asset struct {
	kind       string
	body, gzip []byte
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".png": "image/png", ".svg": "image/svg+xml"}

// prepare reads the parts' files when the first page is asked for. Each language
// draws with a copy, whose functions speak it.
func (c *Console) prepare() {
	c.views.once.Do(func() {
		v := &c.views
		v.base = template.New("").Funcs(c.funcs(i18n.For(i18n.En)))
		v.sets, v.assets = map[i18n.Lang]*template.Template{}, map[string]asset{}
		sum, style := sha256.New(), []byte{}
		add := func(name string, raw []byte) {
			v.assets[name] = asset{kinds[path.Ext(name)], raw, packed(raw, gzip.BestCompression)}
			fmt.Fprintf(sum, "%s %d\n", name, len(raw))
			sum.Write(raw)
		}
		for _, p := range c.parts {
			walk(p.Files, func(name string, raw []byte) {
				switch {
				case path.Ext(name) == ".html":
					template.Must(v.base.New(path.Base(name)).Parse(string(raw)))
				case path.Ext(name) == ".css":
					style = append(append(style, raw...), '\n')
				case kinds[path.Ext(name)] != "":
					add(path.Base(name), raw)
				}
			})
		}
		add("console.css", style)
		v.version = hex.EncodeToString(sum.Sum(nil)[:6])
		for _, l := range i18n.Langs {
			v.sets[l] = template.Must(v.base.Clone()).Funcs(c.funcs(i18n.For(l)))
		}
	})
}

func walk(files fs.FS, f func(name string, raw []byte)) {
	if files == nil {
		return
	}
	fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		if err == nil {
			f(name, raw)
		}
		return err
	})
}

func (c *Console) set(l i18n.Lang) *template.Template {
	c.prepare()
	if s, ok := c.views.sets[l]; ok {
		return s
	}
	return c.views.sets[i18n.En]
}

// funcs are what templates can say in a language.
func (c *Console) funcs(p i18n.Printer) template.FuncMap {
	local := func(t time.Time) time.Time { return c.Shop.Local(t) }
	return template.FuncMap{
		"say":       func(key string, args ...any) string { return p.Say(i18n.Key(key), args...) },
		"money":     func(m loyalty.Money) string { return c.Shop.Money(p, c.Shop.Clock.Now(), m) },
		"points":    func(n loyalty.Points) string { return shop.Points(p, n) },
		"signed":    func(n loyalty.Points) string { return shop.Signed(n) },
		"count":     func(n any) string { return i18n.Number(whole(n)) },
		"percent":   percent,
		"date":      func(t time.Time) string { return p.Date(local(t)) },
		"shortdate": func(t time.Time) string { return p.ShortDate(local(t)) },
		"time":      func(t time.Time) string { return p.Time(local(t)) },
		"when":      func(t time.Time) string { return p.Date(local(t)) + " " + p.Time(local(t)) },
		"iso":       func(t time.Time) string { return local(t).Format(time.RFC3339) },
		"tidy":      shop.Tidy,
		"plain":     shop.Plain,
		"store":     func(id loyalty.Store) string { return c.Shop.StoreName(id) },
		"href":      href,
		"field":     newField,
		"options":   pairs,
		"formof":    func(q *Request, form string) formOf { return formOf{q, form} },
	}
}

// formOf names one of several forms on a page, for {{template "reasonof"}}.
type formOf struct {
	Q    *Request
	Form string
}

// pairs are a field's choices, written in the template: value, label, value, …
func pairs(words ...string) (list []Option) {
	for i := 0; i+1 < len(words); i += 2 {
		list = append(list, Option{words[i], words[i+1]})
	}
	return list
}

func whole(n any) int64 {
	switch n := n.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case uint64:
		return int64(n)
	case int32:
		return int64(n)
	case loyalty.Points:
		return int64(n)
	}
	return 0
}

// percent writes a share with one digit where it needs one.
func percent(share float64) string {
	s := fmt.Sprintf("%.1f", share*100)
	return strings.TrimSuffix(s, ".0") + "%"
}

// href is an address with a query; empty values are left out.
func href(to string, pairs ...any) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if s := fmt.Sprint(pairs[i+1]); s != "" {
			v.Set(fmt.Sprint(pairs[i]), s)
		}
	}
	if len(v) == 0 {
		return to
	}
	return to + "?" + v.Encode()
}

// render draws an answer's page into the frame.
func (c *Console) render(w io.Writer, q *Request, a Answer, out http.ResponseWriter) error {
	set := c.set(q.P.Lang)
	v := View{Q: q, Title: a.title, D: a.data, A: c.assetPath}
	if a.piece {
		return set.ExecuteTemplate(w, a.page, v)
	}
	if q.flash != "" {
		v.Said = q.flash
		http.SetCookie(out, c.cookie(flashCookie, "", -1))
	}
	var body bytes.Buffer
	if err := set.ExecuteTemplate(&body, a.page, v); err != nil {
		return err
	}
	v.Body, v.Nav = template.HTML(body.String()), c.nav(q)
	return set.ExecuteTemplate(w, "console_frame.html", v)
}

// nav are the sections that the employee may open.
func (c *Console) nav(q *Request) (list []NavItem) {
	for _, p := range c.parts {
		to := "/console/" + p.Name
		closed := slices.ContainsFunc(p.Routes, func(r Route) bool {
			return r.Method == "GET" && strings.TrimSuffix(r.Path, "{$}") == to && r.Least != "" && !people.AtLeast(q.Me.Role, r.Least)
		})
		if p.Title == "" || closed || p.Shown != nil && !p.Shown(q) {
			continue
		}
		list = append(list, NavItem{q.Say(p.Title), to, q.Here(to)})
	}
	return list
}

// withTokens puts the session's token into every form that changes something.
// Nothing that people wrote can open a form: their words are escaped.
func (q *Request) withTokens(page []byte) ([]byte, error) {
	const form = `<form method="post"`
	if !bytes.Contains(page, []byte(form)) {
		return page, nil
	}
	token, err := q.formToken()
	var b bytes.Buffer
	for {
		i := bytes.Index(page, []byte(form))
		if i < 0 {
			break
		}
		end := i + bytes.IndexByte(page[i:], '>') + 1
		b.Write(page[:end])
		b.WriteString(`<input type="hidden" name="` + tokenField + `" value="` + token + `">`)
		page = page[end:]
	}
	b.Write(page)
	return b.Bytes(), err
}

// assetPath is where a file of the pages stands: its address names the content.
func (c *Console) assetPath(name string) string {
	c.prepare()
	return "/console/a/" + c.views.version + "/" + name
}

func (c *Console) asset(w http.ResponseWriter, r *http.Request) {
	c.prepare()
	a, ok := c.views.assets[r.PathValue("file")]
	if !ok || r.PathValue("version") != c.views.version {
		c.bare(w, r, http.StatusNotFound, i18n.ConsoleGone)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.body
	if len(a.gzip) < len(body) && unpacks(r) {
		body = a.gzip
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}
