package counter

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"regulars/i18n"
)

// The page on the counter: a shell that a phone or tablet keeps, so that it
// opens without a network, and works through /counter/api/.
//
//	GET /counter/                      the shell; every state of the page
//	GET /counter/a/{version}/{file}    its scripts, style and words: the address
//	                                   names the content, so they are kept for ever
//	GET /counter/sw.js                 the service worker, which holds the list of
//	                                   these; a new version has another list
//	GET /counter/manifest.webmanifest  what makes it installable
//	GET /counter/icon-….png            its picture on the home screen
//
//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page load nothing but its own files, talk to nobody but
// this program, and run nothing that is written into it.
const pagePolicy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageIcons are outside the versions: a home screen keeps their addresses.
var pageIcons = []string{"icon-192.png", "icon-512.png", "icon-mask.png", "icon-180.png"}

// asset is a file of the page, ready to be sent.
type asset struct {
	kind    string
	raw     []byte
	gzipped []byte // nil where it does not get smaller
}

// pageSet is one version of the page.
type pageSet struct {
	version string
	assets  map[string]asset // by path below a/{version}/
	shell   *template.Template
	worker  asset
}

// counterPage adds the page's addresses to a mux.
func (p *Pages) counterPage(mux *http.ServeMux) {
	mux.HandleFunc("GET /counter/{$}", p.shell)
	mux.Handle("GET /counter", http.RedirectHandler("/counter/", http.StatusFound))
	mux.HandleFunc("GET /counter/a/{version}/{file...}", p.asset)
	mux.HandleFunc("GET /counter/manifest.webmanifest", p.manifest)
	mux.HandleFunc("GET /counter/sw.js", p.worker)
	for _, name := range pageIcons {
		mux.HandleFunc("GET /counter/"+name, p.icon)
	}
}

// thePage is the version of this program; it is put together when first asked
// for.
var thePage = sync.OnceValue(func() *pageSet {
	s := &pageSet{assets: map[string]asset{}}
	sum := sha256.New()
	add := func(name string, raw []byte) {
		sum.Write([]byte(name + "\n"))
		sum.Write(raw)
		s.assets[name] = newAsset(name, raw)
	}
	fs.WalkDir(pageFiles, "page", func(name string, d fs.DirEntry, err error) error {
		raw, _ := pageFiles.ReadFile(name)
		name = strings.TrimPrefix(name, "page/")
		switch {
		case err != nil || d.IsDir() || strings.HasPrefix(name, "icon-") || strings.Contains(name, "LICENSE"):
		case name == "index.html" || name == "sw.js":
			sum.Write(raw)
		default:
			add(name, raw)
		}
		return err
	})
	for _, l := range i18n.Langs {
		add("words/"+string(l)+".json", pageWords(l))
	}
	s.version = hex.EncodeToString(sum.Sum(nil)[:6])
	s.shell = template.Must(template.ParseFS(pageFiles, "page/index.html"))
	s.worker = newAsset("sw.js", s.workerScript())
	return s
})

// workerScript is sw.js under its version and the list of what it keeps.
func (s *pageSet) workerScript() []byte {
	files := []string{"/counter/"}
	for name := range s.assets {
		files = append(files, "/counter/a/"+s.version+"/"+name)
	}
	slices.Sort(files)
	list, _ := json.Marshal(append(files, "/counter/icon-192.png"))
	raw, _ := pageFiles.ReadFile("page/sw.js")
	return append([]byte("const VERSION = \""+s.version+"\";\nconst FILES = "+string(list)+";\n"), raw...)
}

// Modules are the scripts that the shell asks for at once, so that they come
// side by side.
func (s *pageSet) modules() (names []string) {
	for name := range s.assets {
		if path.Ext(name) == ".js" && !strings.HasPrefix(name, "qr/") && name != "reader.js" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func newAsset(name string, raw []byte) asset {
	a := asset{kind: mime.TypeByExtension(path.Ext(name)), raw: raw}
	switch path.Ext(name) { // whatever the machine's own list says
	case ".js":
		a.kind = "text/javascript; charset=utf-8"
	case ".css":
		a.kind = "text/css; charset=utf-8"
	case ".json":
		a.kind = "application/json"
	case ".png":
		a.kind = "image/png"
		return a
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Write(raw)
	z.Close()
	if b.Len() < len(raw) {
		a.gzipped = b.Bytes()
	}
	return a
}

// send writes an asset, smaller to who can open it.
func (a asset) send(w http.ResponseWriter, r *http.Request, cache string) {
	h := w.Header()
	pageHeader(h, a.kind, cache)
	h.Set("Vary", "Accept-Encoding")
	if a.gzipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		w.Write(a.gzipped)
		return
	}
	w.Write(a.raw)
}

func pageHeader(h http.Header, kind, cache string) {
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", cache)
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// shell is the page without anything of a person or a shop: whoever opens it
// without a registered device learns the shop's name and how to register.
func (p *Pages) shell(w http.ResponseWriter, r *http.Request) {
	s, lang := thePage(), language(r, p.Shop.Lang)
	pageHeader(w.Header(), "text/html; charset=utf-8", "no-cache")
	s.shell.Execute(w, map[string]any{
		"Lang": lang, "Title": i18n.For(lang).Say(i18n.CounterPageTitle), "Shop": p.Shop.Name(p.Shop.Clock.Now(), lang),
		"Version": s.version, "Modules": s.modules(),
	})
}

// asset serves a file of the version that this program has. Another version's
// device has it in its own store, or is told to load the page anew.
func (p *Pages) asset(w http.ResponseWriter, r *http.Request) {
	s := thePage()
	a, ok := s.assets[r.PathValue("file")]
	if !ok || r.PathValue("version") != s.version {
		http.NotFound(w, r)
		return
	}
	a.send(w, r, "public, max-age=31536000, immutable")
}

func (p *Pages) worker(w http.ResponseWriter, r *http.Request) {
	thePage().worker.send(w, r, "no-cache")
}

func (p *Pages) icon(w http.ResponseWriter, r *http.Request) {
	raw, err := pageFiles.ReadFile("page/" + path.Base(r.URL.Path))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	newAsset(r.URL.Path, raw).send(w, r, "public, max-age=86400")
}

// manifest is what a home screen reads (W3C, Web Application Manifest).
func (p *Pages) manifest(w http.ResponseWriter, r *http.Request) {
	shop := p.Shop.Name(p.Shop.Clock.Now(), p.Shop.Lang)
	raw, _ := json.Marshal(map[string]any{
		"id": "/counter/", "start_url": "/counter/", "scope": "/counter/", "display": "standalone", "lang": p.Shop.Lang,
		"name": shop + " · " + i18n.For(p.Shop.Lang).Say(i18n.CounterPageTitle), "short_name": shop,
		"background_color": "#ffffff", "theme_color": "#0b3d2e",
		"icons": []map[string]string{
			{"src": "/counter/icon-192.png", "sizes": "192x192", "type": "image/png"},
			{"src": "/counter/icon-512.png", "sizes": "512x512", "type": "image/png"},
			{"src": "/counter/icon-mask.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
		},
	})
	pageHeader(w.Header(), "application/manifest+json", "no-cache")
	w.Write(raw)
}
