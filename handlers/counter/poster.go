package counter

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/bot/draw"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
)

// Two pages to print on one sheet of A4 each: the poster with the ways into the
// shop's chats, and the card with what an employee types. Each is one HTML text
// that needs nothing else, so that it can be saved and passed on as a file. They
// tell what anybody may know: the programme, and the names of the accounts.

//go:embed print
var printFiles embed.FS

var printPages = template.Must(template.New("print").ParseFS(printFiles, "print/*"))

// ErrNoHandle says that no account's public name is known, so that there is
// nothing to scan.
var ErrNoHandle = errors.New("no account's public name is known: set basic_id for LINE and username for Telegram, or try again in a minute")

func (p *Pages) registerPrint(mux *http.ServeMux) {
	mux.HandleFunc("GET /poster/{lang}", p.printed("/poster/", Poster))
	mux.HandleFunc("GET /staffcard/{lang}", p.printed("/staffcard/", StaffCard))
}

// printed serves a page to print, with links to its other languages that are
// not printed.
func (p *Pages) printed(path string, write func(io.Writer, *shop.Shop, i18n.Lang) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		lang := i18n.Lang(r.PathValue("lang"))
		if !slices.Contains(i18n.Langs, lang) {
			http.NotFound(w, r)
			return
		}
		var b bytes.Buffer
		if err := write(&b, p.Shop, lang); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		h := w.Header()
		personal(h, "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", printPolicy)
		w.Write(b.Bytes())
	}
}

// printStyle is the style of both pages, and printPolicy allows that and
// nothing else.
var printStyle, printPolicy = func() (template.CSS, string) {
	raw, err := printFiles.ReadFile("print/print.css")
	if err != nil {
		panic(err) // it is embedded
	}
	sum := sha256.Sum256(raw)
	return template.CSS(raw), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// way is one account to scan.
type way struct {
	App, Name string
	QR        template.URL
	Alt       string
}

// ways are the accounts that a new customer can add.
func ways(s *shop.Shop, p i18n.Printer) (all []way, err error) {
	for _, c := range s.Channels {
		c = s.Channel(c.Name) // with the name that the platform told
		address := addFriend(c)
		if address == "" {
			continue
		}
		png, err := draw.PNG(bot.Picture{QR: address})
		if err != nil {
			return nil, err
		}
		app := s.Label(c.Name)
		all = append(all, way{
			App: app, Name: "@" + strings.TrimPrefix(c.Handle, "@"), Alt: p.Say(i18n.PosterAlt, "App", app),
			QR: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)),
		})
	}
	if len(all) == 0 {
		return nil, ErrNoHandle
	}
	return all, nil
}

// addFriend opens an account's profile with its button to begin (LINE docs,
// using-line-url-scheme; Telegram, t.me/username), "" while it is not known.
func addFriend(c shop.Channel) string {
	handle := strings.TrimPrefix(c.Handle, "@")
	switch {
	case handle == "":
		return ""
	case c.Platform == bot.Telegram:
		return "https://t.me/" + handle
	}
	return "https://line.me/R/ti/p/%40" + url.PathEscape(handle)
}

// What fits onto the sheet: so many rewards, the cheapest, and so many lines of
// what else a member gets.
const (
	mostRewards = 4
	mostLines   = 5
)

// Poster writes the poster in a language as one HTML page. It fails with
// ErrNoHandle when there would be nothing to scan.
func Poster(w io.Writer, s *shop.Shop, lang i18n.Lang) error {
	p, now := i18n.For(lang), s.Clock.Now()
	to, err := ways(s, p)
	if err != nil {
		return err
	}
	at := s.Programme(now)
	name := at.ShopName(string(lang))
	data := map[string]any{
		"Lang": lang, "Style": printStyle, "Shop": name, "Ways": to, "Langs": langs("/poster/", lang),
		"Title": p.Say(i18n.PosterTitle, "Shop", name), "Lead": p.Say(i18n.PosterLead),
		"Good": brings(s, p, at), "Table": p.Say(i18n.PosterRewards), "Rewards": cheapest(p, at, lang),
		"Steps": []string{p.Say(i18n.PosterScan), p.Say(i18n.PosterTap, "Button", p.Say(i18n.JoinButton)), p.Say(i18n.PosterShow)},
		"Free":  p.Say(i18n.PosterFree),
	}
	return printPages.ExecuteTemplate(w, "poster.html", data)
}

// brings is what a member gets besides rewards, a line each.
func brings(s *shop.Shop, p i18n.Printer, at *programme.Programme) (lines []string) {
	if r := at.Rules.Rate; r.Points > 0 && r.Per > 0 {
		lines = append(lines, p.Say(i18n.WelcomeRate, "Money", s.Money(p, s.Clock.Now(), r.Per), "Count", int(r.Points)))
	}
	lang := string(p.Lang)
	for _, c := range at.Rules.Cards {
		if c.Prize != "" {
			lines = append(lines, p.Say(i18n.PosterStamps, "Card", at.Words(programme.Card, c.ID, lang).Name,
				"Size", i18n.Number(c.Size), "Reward", at.Words(programme.Reward, c.Prize, lang).Name))
		}
	}
	for _, g := range at.Rules.Gifts {
		switch what := gift(p, at, g); {
		case what == "":
		case g.Kind == loyalty.GiftWelcome:
			lines = append(lines, p.Say(i18n.PosterWelcome, "What", what))
		case g.Kind == loyalty.GiftBirthday:
			lines = append(lines, p.Say(i18n.PosterBirthday, "What", what))
		}
	}
	if len(lines) == 0 {
		lines = []string{p.Say(i18n.WelcomePlain)}
	}
	lines = slices.Compact(lines) // each tier has its gift, often the same
	return lines[:min(len(lines), mostLines)]
}

// gift is what a gift brings: points, rewards of which one can be chosen, or
// both.
func gift(p i18n.Printer, at *programme.Programme, g loyalty.Gift) string {
	var names []string
	for _, id := range g.Rewards {
		names = append(names, at.Words(programme.Reward, id, string(p.Lang)).Name)
	}
	what := strings.Join(names, " / ")
	switch {
	case g.Points > 0 && what != "":
		return p.Say(i18n.InviteWith, "Points", shop.Points(p, g.Points), "Reward", what)
	case g.Points > 0:
		return shop.Points(p, g.Points)
	}
	return what
}

// cheapest are the rewards that everybody can have for the fewest points.
func cheapest(p i18n.Printer, at *programme.Programme, lang i18n.Lang) (rows []row) {
	list := slices.DeleteFunc(slices.Clone(at.Rules.Rewards), func(r loyalty.Reward) bool { return r.Cost <= 0 || len(r.Levels) > 0 })
	slices.SortStableFunc(list, func(a, b loyalty.Reward) int { return cmp.Compare(a.Cost, b.Cost) })
	for _, r := range list[:min(len(list), mostRewards)] {
		rows = append(rows, row{at.Words(programme.Reward, r.ID, string(lang)).Name, shop.Points(p, r.Cost)})
	}
	return rows
}

// langs are the page's other languages.
func langs(path string, own i18n.Lang) (all []link) {
	for _, l := range i18n.Langs {
		if l != own {
			all = append(all, link{l.Own(), path + string(l)})
		}
	}
	return all
}
