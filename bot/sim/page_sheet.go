package sim

import (
	"fmt"
	"net/url"
	"slices"

	"regulars/bot/draw"
)

// otherPhone names a phone for a button.
type otherPhone struct{ ID, Name, App string }

// others are the phones in sight but ph.
func (pg *page) others(ph *pagePhone) []otherPhone {
	var out []otherPhone
	for _, other := range pg.allPhones() {
		if other != ph && !other.isHidden() {
			out = append(out, otherPhone{other.id, other.set.name(), appName(other.set.platform())})
		}
	}
	return out
}

// sheet is what a phone has opened in front of its chat.
func (pg *page) sheet(ph *pagePhone, d *phoneData) string {
	ph.mu.Lock()
	s, note := ph.sheet, ph.note
	ph.mu.Unlock()
	data := map[string]any{"P": d, "Note": note, "S": s}
	if s == nil {
		return pg.render("sheet", data)
	}
	type opener struct {
		otherPhone
		URL string
	}
	var with []opener
	for _, l := range s.Links {
		for _, other := range pg.openers([]deepLink{l}) {
			with = append(with, opener{otherPhone{other.id, other.set.name(), appName(other.set.platform())}, l.URL})
		}
	}
	// Who can open it here needs nobody else's phone.
	if own := slices.IndexFunc(with, func(o opener) bool { return o.ID == ph.id }); own >= 0 {
		with = with[own : own+1]
	}
	data["With"] = with
	if len(s.Links) == 1 && s.Links[0].URL == s.URL {
		data["OtherApp"] = appName(s.Links[0].App())
	}
	if s.Pick != nil {
		data["Mode"] = map[string]string{"date": "date", "time": "time", "datetime": "datetime-local"}[textOf(s.Pick.Raw["mode"])]
		data["Initial"] = textOf(s.Pick.Raw["initial"])
	}
	if u, err := url.Parse(s.Local); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		data["Tab"] = s.Local
	}
	return pg.render("sheet", data)
}

// textOf reads decoded JSON.
func textOf(v any) string { s, _ := v.(string); return s }

// under draws menus and keyboards.
func (pg *page) under(ph *pagePhone, d *phoneData, u pageUnder) string {
	data := map[string]any{"P": d}
	if u.MenuID != "" {
		data["Menu"] = "pic/" + pg.pictureOf(ph, "menu:"+u.MenuID)
		data["Bar"] = u.MenuBar
		data["Ratio"] = fmt.Sprintf("aspect-ratio:%d/%d", max(u.MenuW, 1), max(u.MenuH, 1))
		var areas []map[string]any
		for i, a := range u.Areas {
			at := func(v, of int) string { return fmt.Sprintf("%.2f%%", 100*float64(v)/float64(max(of, 1))) }
			areas = append(areas, map[string]any{"Label": a.Label, "Ref": fmt.Sprintf("menu.%d", i),
				"Box": "left:" + at(a.X, u.MenuW) + ";top:" + at(a.Y, u.MenuH) + ";width:" + at(a.W, u.MenuW) + ";height:" + at(a.H, u.MenuH)})
		}
		data["Areas"] = areas
	}
	if len(u.Keys) > 0 {
		data["Keys"] = draw.Keyboard(u.Keys, draw.Options{Press: "keys."}).HTML
	}
	return pg.render("under", data)
}
