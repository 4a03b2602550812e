package sim

import (
	"fmt"
	markup "html/template"
	"slices"
	"strings"
	"time"

	"regulars/bot/draw"
)

// pageView is what somebody's browser shows: regions of the page in order, each
// an element with an id. The live connection sends the difference to the next.
type pageView struct {
	words   pageWords
	regions []region
	kept    time.Time
}

// region is an element of the page. One with items is a list whose items come
// at the end and go at the front; open and shut are its tags.
type region struct {
	id   string
	html string // all of it, when it is no list
	list bool
	open string
	item []pageItem
}

// pageItem is an element of a list. Two of the same id and stamp are the same.
type pageItem struct{ id, stamp, html string }

const regionEnd = "</div>"

// String is the region as it stands in the page.
func (r region) String() string {
	if !r.list {
		return r.html
	}
	var b strings.Builder
	b.WriteString(r.open)
	for _, it := range r.item {
		b.WriteString(it.html)
	}
	b.WriteString(regionEnd)
	return b.String()
}

// Region is a region's HTML by its id, for the page's template.
func (v *pageView) Region(id string) markup.HTML {
	for _, r := range v.regions {
		if r.id == id {
			return markup.HTML(r.String())
		}
	}
	return ""
}

func (v *pageView) add(id, html string) { v.regions = append(v.regions, region{id: id, html: html}) }

// phoneData is what the templates know of a phone.
type phoneData struct {
	pageWords
	ID, Name, Role, Platform, App string
	Speaks                        string // the phone's language, which chooses the shapes of Chinese characters
	Chat                          string // key of the open chat
	ChatName                      string
	Group                         bool
	BotHere                       bool
	State                         pageState
	Draft                         string
	Drafts                        int
	Chats                         []chatData
	Joinable                      []pageChat
	Log                           markup.HTML
	Regions                       func(string) markup.HTML
}

type chatData struct {
	pageChat
	Open   bool
	Unread int
}

func appName(platform string) string {
	return map[string]string{"line": "LINE", "telegram": "Telegram", "sms": "SMS"}[platform]
}

// build draws everything that is in sight.
func (pg *page) build(words pageWords) *pageView {
	v := &pageView{words: words}
	pg.giveTexts()
	var shells, tabs []pageItem
	phones := pg.allPhones()
	chats := map[*pagePhone][]pageChat{} // asked for once, and before any lock
	for _, ph := range phones {
		chats[ph] = ph.set.chats()
	}
	for _, ph := range phones {
		if ph.isHidden() {
			continue
		}
		d := pg.phoneData(words, ph, chats[ph])
		d.Joinable = joinable(ph, chats)
		inner := pg.phoneRegions(ph, &d)
		v.regions = append(v.regions, inner.regions...)
		d.Regions = inner.Region
		shells = append(shells, pageItem{id: ph.id, html: pg.render("phone", d)})
		tab := pg.render("tab", d)
		tabs = append(tabs, pageItem{id: "tab-" + ph.id, stamp: tab, html: tab})
	}
	// Shells hold the regions before them, and come after them, so that a phone
	// that is new is sent once, as a whole.
	v.regions = append(v.regions,
		region{id: "phones", list: true, open: `<div id="phones" class="phones">`, item: shells},
		region{id: "tabs", list: true, open: `<div id="tabs" class="tabs">`, item: tabs})
	pg.panels(v, phones)
	return v
}

func (pg *page) phoneData(words pageWords, ph *pagePhone, chats []pageChat) phoneData {
	set := ph.set
	d := phoneData{pageWords: words, ID: ph.id, Name: set.name(), Role: words.T(ph.role), Platform: set.platform(), Speaks: set.lang(),
		App: appName(set.platform()), State: set.state()}
	ph.mu.Lock()
	defer ph.mu.Unlock()
	d.Draft, d.Drafts = ph.draft, ph.drafts
	// A chat that they left shows as the private one. Nothing is written: the
	// list may be older than a group that was entered since, and must not shut it.
	front := ""
	if slices.ContainsFunc(chats, func(c pageChat) bool { return c.Key == ph.chat }) {
		front = ph.chat
	}
	for _, c := range chats {
		open := c.Key == front
		if _, known := ph.read[c.Key]; open || !known {
			ph.read[c.Key] = c.Count
		}
		if open {
			d.Chat, d.ChatName, d.Group, d.BotHere = c.Key, c.Name, c.Key != "", c.Bot
		}
		d.Chats = append(d.Chats, chatData{c, open, max(0, c.Count-ph.read[c.Key])})
	}
	if d.Draft == "" && d.Chat == "" {
		d.Draft = d.State.Draft
	}
	return d
}

// joinable are groups that other phones on the page are in and this is not.
func joinable(ph *pagePhone, chats map[*pagePhone][]pageChat) []pageChat {
	var out []pageChat
	for other, theirs := range chats {
		if other.set.platform() != ph.set.platform() || other.set.shop() != ph.set.shop() {
			continue
		}
		for _, c := range theirs {
			same := func(o pageChat) bool { return o.Key == c.Key }
			if !slices.ContainsFunc(chats[ph], same) && !slices.ContainsFunc(out, same) {
				out = append(out, c)
			}
		}
	}
	slices.SortFunc(out, func(a, b pageChat) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// phoneRegions draws what changes on a phone.
func (pg *page) phoneRegions(ph *pagePhone, d *phoneData) *pageView {
	v := &pageView{}
	under := ph.set.under(d.Chat)
	items, below := pg.messages(ph, d)
	v.add(ph.id+"-head", pg.render("head", d))
	v.add(ph.id+"-menu", pg.render("options", d))
	v.add(ph.id+"-chats", pg.render("chats", d))
	v.add(ph.id+"-sms", pg.textOn(ph, d))
	// The open chat is part of the list's tag: another chat is another list.
	v.regions = append(v.regions, region{id: ph.id + "-log", list: true, item: items,
		open: pg.render("log", d)})
	v.add(ph.id+"-quick", pg.render("quick", map[string]any{"P": d, "Quick": below}))
	v.add(ph.id+"-sheet", pg.sheet(ph, d))
	v.add(ph.id+"-write", pg.render("write", d))
	v.add(ph.id+"-under", pg.under(ph, d, under))
	return v
}

// messages draws a chat, and what stands under its newest message.
func (pg *page) messages(ph *pagePhone, d *phoneData) ([]pageItem, markup.HTML) {
	var items []pageItem
	var below markup.HTML
	day := ""
	log := ph.set.log(d.Chat)
	for i, m := range log {
		if date := m.At.Format("2006-01-02"); date != day {
			day = date
			id := ph.id + "-d-" + date
			items = append(items, pageItem{id, date, fmt.Sprintf(`<p class="day" id="%s">%s</p>`, id, date)})
		}
		if m.Unsent {
			id := ph.id + "-m-" + m.ID
			html := pg.render("unsent", map[string]any{"ID": id, "Text": d.T("unsent", "Name", m.Who)})
			items = append(items, pageItem{id, "unsent", html})
			continue
		}
		item, drawing := pg.message(ph, d, m)
		items = append(items, item)
		if i == len(log)-1 {
			below = drawing.Under
		}
	}
	return items, below
}

func (pg *page) message(ph *pagePhone, d *phoneData, m pageMessage) (pageItem, draw.Drawing) {
	var codes []string
	o := draw.Options{Press: m.ID + ".", Word: func(key string) string { return d.T("d_" + key) }}
	o.Image = func(ref string) string {
		key := pg.pictureOf(ph, ref)
		if _, ok := pg.pics.code(key); ok {
			codes = append(codes, key)
		}
		return "pic/" + key
	}
	if l, ok := ph.set.(lineHandset); ok {
		o.Name = l.nameOf
	}
	drawing := drawn(ph, m, o)
	row := draw.Row{ID: ph.id + "-m-" + m.ID, Mine: m.Mine, Name: m.Who, Time: m.At.Format("15:04"),
		Plain: !d.Group && d.Platform == "telegram"}
	switch {
	case m.Mine && m.Read:
		row.Note = d.T("read")
	case m.Edited:
		row.Note = d.T("edited")
	}
	for _, key := range codes {
		row.After += markup.HTML(pg.render("scan", map[string]any{"P": d, "Key": key, "Phones": pg.others(ph)}))
	}
	html := string(drawing.In(row))
	return pageItem{row.ID, html, html}, drawing
}

// nameOf is the display name of a user id, "" for a stranger.
func (h lineHandset) nameOf(id string) string {
	h.p.ch.sim.mu.Lock()
	defer h.p.ch.sim.mu.Unlock()
	if u := h.p.ch.users[id]; u != nil {
		return u.name
	}
	return ""
}
