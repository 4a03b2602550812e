package campaign

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"regulars/bot"
	drawing "regulars/bot/draw"
	"regulars/i18n"
	"regulars/store"
)

// PreviewWay is the path under which a draft is looked at as both platforms show
// it, at an address that nobody can guess and that ends by itself.
const PreviewWay = "/preview/"

// previewLife is for how long such an address is good.
const previewLife = 24 * time.Hour

// macSize is how many bytes of a mac stand in an address: nobody tries 2^128.
const macSize = 16

// previewToken names a campaign in an address until a moment.
func (e *Engine) previewToken(id ID, until time.Time) string {
	raw := binary.BigEndian.AppendUint64(nil, uint64(until.Unix()))
	raw = append(raw, id...)
	return base64.RawURLEncoding.EncodeToString(append(raw, e.previewMAC(raw)...))
}

func (e *Engine) previewMAC(raw []byte) []byte {
	mac := hmac.New(sha256.New, e.Shop.Vault.Derive("campaign previews"))
	mac.Write(raw)
	return mac.Sum(nil)[:macSize]
}

// previewOf is the campaign that a token names; ErrNone for one that was made up
// or has ended.
func (e *Engine) previewOf(token string, now time.Time) (ID, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= 8+macSize {
		return "", ErrNone
	}
	raw, mac := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	if !hmac.Equal(mac, e.previewMAC(raw)) || now.Unix() >= int64(binary.BigEndian.Uint64(raw)) {
		return "", ErrNone
	}
	return ID(raw[8:]), nil
}

// preview shows how the campaign looks on both platforms, in every language: at
// an address, or, where the shop has none, as messages whose buttons do nothing.
func (x *talk) preview() error {
	if x.Shop.PublicURL != "" {
		until := x.t.Now.Add(previewLife)
		local := x.Shop.Local(until)
		x.t.Say(bot.Message{
			Text:    x.t.Word(i18n.CampPreviewHere, "Time", x.moment(local)),
			Buttons: []bot.Button{{Label: x.t.Word(i18n.CampPreviewOpen), Do: bot.DoOpen, Value: x.Shop.PublicURL + PreviewWay + x.previewToken(x.c.ID, until)}, x.c.press(x.t.Word(i18n.CampOverview), "")},
		})
		return nil
	}
	shown := 0
	for _, lang := range x.d.Langs() {
		for _, v := range x.d.Names() {
			if shown++; shown > bot.MaxMessages {
				return nil
			}
			m, err := x.Preview(x.t.Tx, x.c.ID, &x.d, lang, v, nil)
			if err != nil {
				return err
			}
			x.t.Say(still(m))
		}
	}
	return nil
}

// previewPart is one wording in one language.
type previewPart struct {
	Name           string
	LINE, Telegram template.HTML
}

var previewPage = template.Must(template.New("preview").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{{.Name}}</title>
<style nonce="{{.Nonce}}">{{.CSS}}
body { font-family: system-ui, sans-serif; margin: 1rem; }
.pair { display: flex; flex-wrap: wrap; gap: 1rem; }
.phone { flex: 1 1 18rem; max-width: 26rem; padding: .75rem; border-radius: .75rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; } h3 { font-size: .875rem; font-weight: normal; margin: 0 0 .5rem; }
</style></head><body><h1>{{.Name}}</h1>
{{range .Parts}}<section><h2>{{.Name}}</h2><div class="pair">
<div class="phone d-line"><h3>LINE</h3>{{.LINE}}</div><div class="phone d-telegram"><h3>Telegram</h3>{{.Telegram}}</div>
</div></section>{{end}}<script nonce="{{.Nonce}}">{{.JS}}</script></body></html>
`))

// ServePreview shows a draft at GET /preview/{token}.
func (e *Engine) ServePreview(w http.ResponseWriter, r *http.Request) {
	id, err := e.previewOf(r.PathValue("token"), e.now())
	var page []byte
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	mark := base64.RawURLEncoding.EncodeToString(nonce)
	if err == nil {
		err = e.DB.View(r.Context(), func(rd store.Reader) (err error) {
			page, err = e.drawn(rd, id, mark)
			return err
		})
	}
	switch {
	case errors.Is(err, ErrNone):
		http.NotFound(w, r)
		return
	case err != nil:
		http.Error(w, "busy, please try again", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+mark+"'; script-src 'nonce-"+mark+"'; img-src https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_, _ = w.Write(page)
}

// drawn is the page of a campaign's newest version.
func (e *Engine) drawn(r store.Reader, id ID, nonce string) ([]byte, error) {
	d, err := e.Draft(r, id, 0)
	if err != nil {
		return nil, err
	}
	var parts []previewPart
	for _, lang := range d.Langs() {
		for _, v := range d.Names() {
			m, err := e.Preview(r, id, &d, lang, v, nil)
			if err != nil {
				return nil, err
			}
			o := drawing.Options{Image: e.Shop.PhotoURL}
			part := previewPart{Name: i18n.Lang(lang).Own(), LINE: drawing.Message(m, bot.LINE, o).HTML, Telegram: drawing.Message(m, bot.Telegram, o).HTML}
			if len(d.Names()) > 1 {
				part.Name += " · " + strings.ToUpper(v)
			}
			parts = append(parts, part)
		}
	}
	var b bytes.Buffer
	err = previewPage.Execute(&b, map[string]any{
		"Name": d.Name, "Lang": string(e.Shop.Lang), "Parts": parts, "Nonce": nonce, "CSS": template.CSS(drawing.CSS), "JS": template.JS(drawing.JS),
	})
	return b.Bytes(), err
}
