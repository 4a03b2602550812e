package sim

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"html"

	"regulars/bot/draw"
)

// deepLink is an address that opens something inside an app.
type deepLink struct {
	URL     string
	kind    string // "line-chat", "line-friend", "telegram-start", "telegram-group", "" for others
	who     string // the account's basic id or @name
	payload string // of Telegram's start
}

// App is the platform whose app opens the link, or "".
func (l deepLink) App() string {
	app, _, _ := strings.Cut(l.kind, "-")
	return app
}

// parseLink reads the links of both apps: line.me/R/oaMessage/{id}/?text,
// line.me/R/ti/p/{id}, t.me/{bot}?start= and ?startgroup=, tg://resolve.
func parseLink(address string) deepLink {
	l := deepLink{URL: address}
	u, err := url.Parse(address)
	if err != nil {
		return l
	}
	path := strings.Trim(u.Path, "/")
	switch {
	case u.Host == "line.me" && strings.HasPrefix(path, "R/oaMessage/"):
		l.kind, l.who = "line-chat", strings.TrimPrefix(path, "R/oaMessage/")
	case u.Host == "line.me" && strings.HasPrefix(path, "R/ti/p/"):
		l.kind, l.who = "line-friend", strings.TrimPrefix(path, "R/ti/p/")
	case u.Scheme == "tg" && u.Host == "resolve", u.Host == "t.me", u.Host == "telegram.me":
		l.kind, l.who, l.payload = "telegram-start", path, u.Query().Get("start")
		if u.Scheme == "tg" {
			l.who = u.Query().Get("domain")
		}
		if u.Query().Has("startgroup") {
			l.kind, l.payload = "telegram-group", u.Query().Get("startgroup")
		}
	}
	return l
}

// open lets a phone follow an address: inside the simulator where it leads to a
// chat, else on a sheet that says where it would lead.
func (pg *page) open(ph *pagePhone, address string) {
	l := parseLink(address)
	if l.App() == ph.set.platform() {
		chat, err := ph.set.opens(l)
		ph.change(func() {
			ph.chat, ph.sheet, ph.note = chat, nil, ""
			if err != nil {
				ph.note = err.Error()
			}
		})
		return
	}
	s := &sheet{URL: address}
	if l.App() != "" {
		s.Links = []deepLink{l}
	} else if draw.Openable(address) {
		s.Local = pg.sim.local(address)
		s.Links = pg.linksOf(address)
	}
	ph.change(func() { ph.sheet = s })
}

var hrefForm = regexp.MustCompile(`href="([^"]{1,900})"`)

// linksOf are the links into apps on a page of the bot's, such as the page that
// a card's code leads to.
func (pg *page) linksOf(address string) []deepLink {
	body, err := pg.fetch(address)
	if err != nil {
		return nil
	}
	var out []deepLink
	for _, m := range hrefForm.FindAllSubmatch(body, 20) {
		if l := parseLink(html.UnescapeString(string(m[1]))); l.kind != "" {
			out = append(out, l)
		}
	}
	return out
}

// fetch gets something of the bot's.
func (pg *page) fetch(address string) ([]byte, error) {
	if pg.o.Fetch != nil {
		return pg.o.Fetch(address)
	}
	return pg.sim.fetch(address)
}

// openers are the phones that can follow a link, those in sight.
func (pg *page) openers(links []deepLink) []*pagePhone {
	var out []*pagePhone
	for _, ph := range pg.allPhones() {
		ok := slices.ContainsFunc(links, func(l deepLink) bool { return l.App() == ph.set.platform() })
		if ok && !ph.isHidden() {
			out = append(out, ph)
		}
	}
	return out
}
