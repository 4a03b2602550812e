// Package counter is what a shop and its customers open in a browser: the till
// on the counter, the pages behind QRs, and the pictures that chats show.
//
//	GET /c/{token}       a card's page: it leads an employee who scanned it to
//	                     their own chat, with the command ready; it changes nothing
//	GET /v/{code}        the same behind a voucher's QR; it looks nothing up
//	GET /r/{code}        a receipt's: it leads its customer to the chat, with the
//	                     claim typed in; it looks nothing up
//	GET /k/{code}        a store's check-in: it leads its customer to the chat, with the
//	                     check-in typed in; it looks nothing up
//	GET /counter/checkin the code to check in with, on a registered device's screen
//	GET /i/{token}.png   a code that the bot has drawn, until it expires
//	GET /p/{hash}-{name} a picture of the shop's, such as that of a reward
//	GET /m/{token}       a member's live card, and /m/{token}/changes what changes on it
//	GET /s/{token}       a member's signed statement, and /s/{token}/statement.txt the file of it
//	GET /.well-known/regulars.json the key that signs statements
//	GET /counter/        the till of a device on the counter, see page.go; what it asks
//	                     under /counter/api/ is [Counter]'s
//	GET /n/{partner}/{secret} a neighbour's staff's, under a secret address: they look at vouchers, and take them by POST
//	GET /poster/{lang}   a page to print with the ways into the chats; /staffcard/{lang} one for the team
//
// Both tokens are opaque and expire; a token that is no good says nothing about
// why.
//
// # Rows
//
//	counterop/<device>/<id>   what came of an act, sealed, so that the same id gives the same answer; 14 days
package counter

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	_ "embed"

	"regulars/bot"
	"regulars/bot/draw"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Pages serves the addresses above.
type Pages struct {
	Shop *shop.Shop
	// Pictures is the folder pictures beside the programme file, see [Folder];
	// nil when there are none.
	Pictures fs.FS
	// DB is where the live card reads what its member has.
	DB store.DB
	// Stopping is closed when the program ends, so that pages which listen for
	// changes let go; nil: never.
	Stopping <-chan struct{}

	photos shelf
	live   watchers
}

// Register adds the pages to a mux.
func (p *Pages) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /c/{token}", p.card)
	mux.HandleFunc("GET /v/{code}", p.voucher)
	mux.HandleFunc("GET /r/{code}", p.receipt)
	mux.HandleFunc("GET /k/{code}", p.checkIn)
	mux.HandleFunc("GET /counter/checkin", p.checkInShown)
	mux.HandleFunc("GET /i/{file}", p.picture)
	mux.HandleFunc("GET /p/{file}", p.photo)
	p.counterPage(mux)
	p.registerLive(mux)
	p.registerStatement(mux)
	p.registerPrint(mux)
	p.registerNeighbour(mux)
}

// pictureLife is how long a picture in a chat can be loaded. LINE and the apps
// load it when the message is first seen, which may be the next day.
const pictureLife = 48 * time.Hour

// picturePurpose is what a picture's token is sealed for.
const picturePurpose = "picture"

// drawn is what a picture's token holds.
type drawn struct {
	P bot.Picture `json:"p"`
	U int64       `json:"u"` // Unix seconds
}

// URL is the address of a picture, or "" when the shop has no public one. It is
// what bot/line needs of pictures.
func (p *Pages) URL(pic bot.Picture) string {
	if !strings.HasPrefix(p.Shop.PublicURL, "https://") {
		return ""
	}
	path, err := picturePath(p.Shop, pic)
	if err != nil {
		return ""
	}
	return p.Shop.PublicURL + path
}

// picturePath is where a picture stands on this program. It is drawn when it is
// asked for.
func picturePath(s *shop.Shop, pic bot.Picture) (string, error) {
	pic.Alt = "" // words are in the message
	raw, err := json.Marshal(drawn{pic, s.Clock.Now().Add(pictureLife).Unix()})
	if err != nil {
		return "", err
	}
	sealed, err := s.Vault.SealShop(picturePurpose, raw, rand.Reader)
	return "/i/" + base64.RawURLEncoding.EncodeToString(sealed) + ".png", err
}

// PNG draws a picture; it is what bot/telegram needs of them.
func (p *Pages) PNG(pic bot.Picture) ([]byte, error) { return draw.PNG(pic) }

// picture draws what the token holds. It needs no look-up, so that a guess
// costs nothing and tells nothing.
func (p *Pages) picture(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutSuffix(r.PathValue("file"), ".png")
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if !ok || err != nil || len(token) > 1500 {
		http.NotFound(w, r)
		return
	}
	raw, err := p.Shop.Vault.OpenShop(picturePurpose, sealed)
	var d drawn
	if err != nil || json.Unmarshal(raw, &d) != nil || p.Shop.Clock.Now().Unix() > d.U {
		http.NotFound(w, r)
		return
	}
	png, err := draw.PNG(d.P)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	w.Write(png)
}

//go:embed card.html
var cardHTML string

var cardPage = template.Must(template.New("card").Parse(cardHTML))

// cardStyle allows the page's one style sheet, and no other, in its policy.
var cardStyle = func() string {
	_, style, _ := strings.Cut(cardHTML, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// link is one way into a chat.
type link struct{ Label, URL string }

// card is the page behind a card's QR. Whoever opens it learns nothing of the
// member: the token is read in the employee's own chat, where the role counts.
func (p *Pages) card(w http.ResponseWriter, r *http.Request) {
	p.lead(w, r, "scan "+r.PathValue("token"), i18n.ScanTitle, i18n.ScanStaff, i18n.ScanCustomer)
}

// voucher is the page behind a voucher's QR. It is the same for every code that
// has the form of one, so that trying codes here tells nothing.
func (p *Pages) voucher(w http.ResponseWriter, r *http.Request) {
	code, ok := voucher.ParseCode(r.PathValue("code"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	if p.neighbourScans(w, r, code) {
		return
	}
	p.lead(w, r, "use "+string(code), i18n.ScanVoucherTitle, i18n.ScanVoucherStaff, i18n.ScanVoucherCustomer)
}

// lead shows the ways into an employee's own chats, with a command ready.
func (p *Pages) lead(w http.ResponseWriter, r *http.Request, line string, title, staff, customer i18n.Key) {
	lang := language(r, p.Shop.Lang)
	words := i18n.For(lang)
	var links []link
	for _, c := range p.Shop.Channels {
		if u, ok := p.Shop.ChatLink(c.Name, line); ok {
			links = append(links, link{words.Say(i18n.ScanOpen, "App", p.Shop.Label(c.Name)), u})
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src "+cardStyle+"; base-uri 'none'; form-action 'none'")
	cardPage.Execute(w, map[string]any{
		"Lang": lang, "Shop": p.Shop.Name(p.Shop.Clock.Now(), lang), "Links": links,
		"Title": words.Say(title), "Staff": words.Say(staff), "Customer": words.Say(customer),
		"None": words.Say(i18n.ScanNone, "Command", "/"+line),
	})
}

// language is the first of the browser's that we speak.
func language(r *http.Request, own i18n.Lang) i18n.Lang {
	return i18n.Accepted(r.Header.Get("Accept-Language"), own)
}
