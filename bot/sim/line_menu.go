package sim

import (
	"bytes"
	"image"
	_ "image/jpeg" // the formats that LINE takes
	_ "image/png"
	"time"
)

// lineMenus are the rich menus of a channel.
type lineMenus struct {
	byID    map[string]*lineMenu
	order   []string
	aliases map[string]string    // alias → menu id
	def     string               // the default for everybody
	batches map[string]time.Time // batches accepted, by request id
	resumes map[string]time.Time // resumeRequestKeys used
}

// lineMenu is a menu as created; it can never be changed, only replaced.
type lineMenu struct {
	id    string
	body  map[string]any
	image lineBlob
}

func newLineMenus() lineMenus {
	return lineMenus{byID: map[string]*lineMenu{}, aliases: map[string]string{}, batches: map[string]time.Time{}, resumes: map[string]time.Time{}}
}

const (
	lineMenuLimit  = 1000    // DOC: menus, and aliases, an account
	lineMenuWeight = 1 << 20 // DOC: 1 MB an image
)

// checkMenu checks a rich menu object (DOC #rich-menu-object).
func (c *lineCall) checkMenu() (map[string]any, *lineAnswer) {
	body, bad := c.json()
	if bad != nil {
		return nil, bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	w, h := 2500, 1686
	if s := o.object("size", true); s != nil {
		w, h = s.integer("width", true, 800, 2500), s.integer("height", true, 250, 2500)
		if h > 0 && float64(w)/float64(h) < 1.45 {
			s.bad("height", "The aspect ratio (width / height) must be at least 1.45")
		}
		s.done()
	}
	o.boolean("selected")
	o.str("name", true, 1, 300)
	o.str("chatBarText", true, 1, 14)
	for _, a := range o.list("areas", true, 0, 20) {
		if b := a.object("bounds", true); b != nil {
			b.bounds(float64(w), float64(h))
		}
		if act := a.object("action", true); act != nil {
			act.action(placeRichMenu)
		}
		a.done()
	}
	return body, ck.refusal(o)
}

// createMenu keeps the menu, invisible until it has a picture and is linked.
func (c *lineCall) createMenu() lineAnswer {
	body, bad := c.checkMenu()
	if bad != nil {
		return *bad
	}
	m := &c.ch.menus
	if len(m.byID) >= lineMenuLimit {
		return lineRefuse(400, "You can't create more rich menus")
	}
	menu := &lineMenu{id: "richmenu-" + randomHex(16), body: body}
	m.byID[menu.id] = menu
	m.order = append(m.order, menu.id)
	return lineOK(map[string]any{"richMenuId": menu.id})
}

func (c *lineCall) validateMenu() lineAnswer {
	if _, bad := c.checkMenu(); bad != nil {
		return *bad
	}
	return lineOK(map[string]any{})
}

// wire is the menu as it was sent, with its id.
func (m *lineMenu) wire() map[string]any {
	out := map[string]any{"richMenuId": m.id, "selected": false}
	for k, v := range m.body {
		out[k] = v
	}
	return out
}

func (c *lineCall) listMenus() lineAnswer {
	list := []any{}
	for _, id := range c.ch.menus.order {
		list = append(list, c.ch.menus.byID[id].wire())
	}
	return lineOK(map[string]any{"richmenus": list})
}

// menu is the one of the path, or a 404.
func (c *lineCall) menu() (*lineMenu, *lineAnswer) {
	if m := c.ch.menus.byID[c.r.PathValue("menu")]; m != nil {
		return m, nil
	}
	a := lineRefuse(404, "richmenu not found")
	return nil, &a
}

// ready is a menu that may be shown: one with its picture.
func (c *lineCall) ready(id string) *lineAnswer {
	m := c.ch.menus.byID[id]
	if m == nil {
		a := lineRefuse(404, "richmenu not found")
		return &a
	}
	if m.image.data == nil {
		a := lineRefuse(400, "must upload richmenu image before applying it to user")
		return &a
	}
	return nil
}

func (c *lineCall) getMenu() lineAnswer {
	m, bad := c.menu()
	if bad != nil {
		return *bad
	}
	return lineOK(m.wire())
}

// deleteMenu also takes the menu from those it was linked to.
func (c *lineCall) deleteMenu() lineAnswer {
	m, bad := c.menu()
	if bad != nil {
		return *bad
	}
	ms := &c.ch.menus
	delete(ms.byID, m.id)
	for i, id := range ms.order {
		if id == m.id {
			ms.order = append(ms.order[:i:i], ms.order[i+1:]...)
			break
		}
	}
	if ms.def == m.id {
		ms.def = ""
	}
	for _, u := range c.ch.users {
		if u.menu == m.id {
			u.menu = ""
		}
		if u.shown == m.id {
			u.shown = ""
		}
	}
	return lineOK(map[string]any{})
}

// uploadMenu takes the picture once: JPEG or PNG, 1 MB, of the menu's size.
func (c *lineCall) uploadMenu() lineAnswer {
	m, bad := c.menu()
	if bad != nil {
		return *bad
	}
	kind := c.r.Header.Get("Content-Type")
	if kind != "image/png" && kind != "image/jpeg" {
		return lineRefuse(415, "Unsupported media type: '"+kind+"'")
	}
	if m.image.data != nil {
		return lineRefuse(400, "An image has already been uploaded to the richmenu")
	}
	if len(c.body) > lineMenuWeight {
		return lineRefuse(413, "The image is too large")
	}
	pic, format, err := image.DecodeConfig(bytes.NewReader(c.body))
	if err != nil || "image/"+format != kind {
		return lineRefuse(400, "The image is invalid")
	}
	if pic.Width < 800 || pic.Width > 2500 || pic.Height < 250 || float64(pic.Width)/float64(pic.Height) < 1.45 {
		return lineRefuse(400, "The image size is invalid: width 800..2500, height 250 or more, width / height 1.45 or more")
	}
	size := object(m.body["size"])
	if size["width"] != float64(pic.Width) || size["height"] != float64(pic.Height) {
		return lineRefuse(400, "The image size does not match the size of the richmenu")
	}
	m.image = lineBlob{kind: kind, data: c.body}
	return lineOK(map[string]any{})
}

func (c *lineCall) downloadMenu() lineAnswer {
	m, bad := c.menu()
	if bad != nil {
		return *bad
	}
	if m.image.data == nil {
		return lineRefuse(404, lineNotFound)
	}
	return lineAnswer{status: 200, kind: m.image.kind, body: m.image.data}
}
