package privacy

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

//go:embed page
var pageFiles embed.FS

var pages = template.Must(template.New("page").ParseFS(pageFiles, "page/*.html"))

// style is the pages' own, and policy allows that and nothing else: no script, no
// picture, no frame, nothing from anywhere.
var style, policy = func() (template.CSS, string) {
	raw, err := pageFiles.ReadFile("page/page.css")
	if err != nil {
		panic(err) // it is embedded
	}
	sum := sha256.Sum256(raw)
	return template.CSS(raw), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// Pages answers on the public address.
type Pages struct {
	Shop *shop.Shop
	DB   store.DB
}

// Register adds the pages.
func (p *Pages) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /privacy", p.notice)
	mux.HandleFunc("GET /e/{token}", p.export)
	mux.HandleFunc("GET /e/{token}/data.json", p.data)
}

// link leads somewhere, in its own language.
type link struct{ Lang, Label, URL string }

// notice is for anybody, and the same for everybody who reads a language.
func (p *Pages) notice(w http.ResponseWriter, r *http.Request) {
	lang := p.lang(r)
	markdown, err := Notice(p.Shop, lang, p.Shop.Clock.Now())
	if err != nil {
		p.fail(w, "the notice cannot be written", err)
		return
	}
	var langs []link
	for _, l := range i18n.Langs {
		if l != lang {
			langs = append(langs, link{string(l), l.Own(), "/privacy?lang=" + string(l)})
		}
	}
	p.show(w, http.StatusOK, "notice.html", map[string]any{
		"Lang": lang, "Title": i18n.For(lang).Say(i18n.PrivacyNotice), "Body": HTML(markdown), "Langs": langs,
	})
}

// lang is the language that the address asks for, else the browser's, else the shop's.
func (p *Pages) lang(r *http.Request) i18n.Lang {
	if l := i18n.Lang(r.URL.Query().Get("lang")); slices.Contains(i18n.Langs, l) {
		return l
	}
	return i18n.Accepted(r.Header.Get("Accept-Language"), p.Shop.Lang)
}

// portrait reads what the address opens. It only reads: a phone's app that looks at
// links before they are tapped does no harm.
func (p *Pages) portrait(r *http.Request) (x shop.Portrait, words i18n.Printer, until time.Time, err error) {
	now := p.Shop.Clock.Now()
	err = p.DB.View(r.Context(), func(rd store.Reader) error {
		id, end, err := p.Shop.Vault.ReadExport(rd, r.PathValue("token"), now)
		if err != nil {
			return err
		}
		m, err := p.Shop.Whole(rd, id)
		if err != nil {
			return err
		}
		until, words = end, i18n.For(p.Shop.Speak(m))
		x, err = p.Shop.Portrait(rd, words, m, now)
		return err
	})
	return x, words, until, err
}

// gone says that an address opens nothing, or not any more. Why is nobody's business.
func gone(err error) bool {
	return errors.Is(err, people.ErrCardToken) || errors.Is(err, people.ErrCardExpired) || errors.Is(err, people.ErrFrozen) ||
		errors.Is(err, people.ErrNobody) || errors.Is(err, people.ErrErased)
}

// export shows a member everything that is kept of them.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) {
	x, words, until, err := p.portrait(r)
	switch {
	case gone(err):
		words := i18n.For(p.lang(r))
		p.show(w, http.StatusNotFound, "gone.html", map[string]any{"Lang": words.Lang, "Title": words.Say(i18n.ExportGone), "Text": words.Say(i18n.ExportGoneText)})
	case err != nil:
		p.fail(w, "an export cannot be read", err)
	default:
		p.show(w, http.StatusOK, "export.html", p.exportPage(x, words, r.PathValue("token"), until))
	}
}

// data is the same as a file, for other programs.
func (p *Pages) data(w http.ResponseWriter, r *http.Request) {
	x, _, _, err := p.portrait(r)
	if gone(err) {
		p.headers(w.Header(), "text/plain; charset=utf-8")
		http.Error(w, i18n.For(p.lang(r)).Say(i18n.ExportGone), http.StatusNotFound)
		return
	}
	var text []byte
	if err == nil {
		text, err = json.MarshalIndent(x, "", "  ")
	}
	if err != nil {
		p.fail(w, "an export cannot be written", err)
		return
	}
	p.headers(w.Header(), "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="my-data.json"`)
	w.Write(append(text, '\n'))
}

func (p *Pages) headers(h http.Header, kind string) {
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Content-Security-Policy", policy)
}

func (p *Pages) show(w http.ResponseWriter, status int, name string, data map[string]any) {
	data["Style"], data["Shop"] = style, p.Shop.Name(p.Shop.Clock.Now(), data["Lang"].(i18n.Lang))
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		p.fail(w, "a page cannot be drawn", err)
		return
	}
	p.headers(w.Header(), "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

func (p *Pages) fail(w http.ResponseWriter, what string, err error) {
	p.Shop.Log.Error(what, "error", err)
	http.Error(w, "", http.StatusServiceUnavailable)
}
