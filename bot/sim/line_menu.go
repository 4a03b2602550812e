package sim

import (
	"bytes"
	"image"
	_ "image/jpeg" // the formats that LINE takes
	_ "image/png"
	"sort"
)

// lineMenus are the rich menus of a channel.
type lineMenus struct {
	byID    map[string]*lineMenu
	order   []string
	aliases map[string]string // alias → menu id
	def     string            // the default for everybody
}

type lineMenu struct {
	id    string
	body  map[string]any
	image lineBlob
}

func newLineMenus() lineMenus {
	return lineMenus{byID: map[string]*lineMenu{}, aliases: map[string]string{}}
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

func (c *lineCall) setDefaultMenu() lineAnswer {
	id := c.r.PathValue("menu")
	if bad := c.ready(id); bad != nil {
		return *bad
	}
	c.ch.menus.def = id
	return lineOK(map[string]any{})
}

func (c *lineCall) getDefaultMenu() lineAnswer {
	if c.ch.menus.def == "" {
		return lineRefuse(404, "no default richmenu")
	}
	return lineOK(map[string]any{"richMenuId": c.ch.menus.def})
}

func (c *lineCall) clearDefaultMenu() lineAnswer {
	c.ch.menus.def = ""
	return lineOK(map[string]any{})
}

// link gives a user a menu; 200 but no effect for who is no friend.
func (u *lineUser) link(id string) {
	if u != nil && u.friend && !u.blocked {
		u.menu, u.shown = id, ""
	}
}

func (c *lineCall) linkMenu() lineAnswer {
	u, bad := c.user()
	if bad != nil && bad.status == 400 {
		return *bad
	}
	id := c.r.PathValue("menu")
	if bad := c.ready(id); bad != nil {
		return *bad
	}
	u.link(id)
	return lineOK(map[string]any{})
}

func (c *lineCall) linkedMenu() lineAnswer {
	u, bad := c.user()
	if bad != nil {
		return *bad
	}
	if u.menu == "" {
		return lineRefuse(404, "the user has no richmenu")
	}
	return lineOK(map[string]any{"richMenuId": u.menu})
}

func (c *lineCall) unlinkMenu() lineAnswer {
	u, bad := c.user()
	if bad != nil && bad.status == 400 {
		return *bad
	}
	u.link("")
	return lineOK(map[string]any{})
}

// bulkLink links up to 500 users: 202, done later (here at once).
func (c *lineCall) bulkLink() lineAnswer { return c.bulk(true) }

func (c *lineCall) bulkUnlink() lineAnswer { return c.bulk(false) }

func (c *lineCall) bulk(linking bool) lineAnswer {
	body, bad := c.json()
	if bad != nil {
		return *bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	id := ""
	if linking {
		id = o.str("richMenuId", true, 1, 0)
	}
	users := o.strings("userIds", true, 1, 500)
	if bad := ck.refusal(o); bad != nil {
		return *bad
	}
	if linking {
		if bad := c.ready(id); bad != nil {
			return *bad
		}
	}
	for _, user := range users {
		c.ch.users[user].link(id)
	}
	return lineJSON(202, map[string]any{})
}

func (c *lineCall) createAlias() lineAnswer {
	body, bad := c.json()
	if bad != nil {
		return *bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	alias, id := o.match("richMenuAliasId", true, lineAliasForm), o.str("richMenuId", true, 1, 0)
	if bad := ck.refusal(o); bad != nil {
		return *bad
	}
	if c.ch.menus.aliases[alias] != "" {
		return lineRefuse(400, "conflict richmenu alias id")
	}
	if len(c.ch.menus.aliases) >= lineMenuLimit {
		return lineRefuse(400, "You can't create more rich menu aliases")
	}
	return c.pointAlias(alias, id)
}

// pointAlias sets an alias; the menu must exist and have its picture.
func (c *lineCall) pointAlias(alias, id string) lineAnswer {
	if bad := c.ready(id); bad != nil {
		bad.status = 400
		return *bad
	}
	c.ch.menus.aliases[alias] = id
	return lineOK(map[string]any{})
}

// alias is the one of the path, or a 404.
func (c *lineCall) alias() (string, *lineAnswer) {
	alias := c.r.PathValue("alias")
	if c.ch.menus.aliases[alias] != "" {
		return alias, nil
	}
	a := lineRefuse(404, "richmenu alias not found")
	return "", &a
}

func (c *lineCall) updateAlias() lineAnswer {
	body, bad := c.json()
	if bad != nil {
		return *bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	id := o.str("richMenuId", true, 1, 0)
	if bad := ck.refusal(o); bad != nil {
		return *bad
	}
	alias, bad := c.alias()
	if bad != nil {
		return *bad
	}
	return c.pointAlias(alias, id)
}

func (c *lineCall) getAlias() lineAnswer {
	alias, bad := c.alias()
	if bad != nil {
		return *bad
	}
	return lineOK(map[string]any{"richMenuAliasId": alias, "richMenuId": c.ch.menus.aliases[alias]})
}

func (c *lineCall) deleteAlias() lineAnswer {
	alias, bad := c.alias()
	if bad != nil {
		return *bad
	}
	delete(c.ch.menus.aliases, alias)
	return lineOK(map[string]any{})
}

func (c *lineCall) listAliases() lineAnswer {
	list := []map[string]any{}
	for alias, id := range c.ch.menus.aliases {
		list = append(list, map[string]any{"richMenuAliasId": alias, "richMenuId": id})
	}
	sort.Slice(list, func(i, j int) bool { return list[i]["richMenuAliasId"].(string) < list[j]["richMenuAliasId"].(string) })
	return lineOK(map[string]any{"aliases": list})
}

// current is the menu on this person's phone: the one a switch brought up,
// else the linked one, else the default. A blocked account shows none.
func (u *lineUser) current() *lineMenu {
	if u.blocked {
		return nil
	}
	for _, id := range []string{u.shown, u.menu, u.ch.menus.def} {
		if m := u.ch.menus.byID[id]; m != nil {
			return m
		}
	}
	return nil
}

func (u *lineUser) menuButtons() []lineButton {
	var out []lineButton
	if m := u.current(); m != nil {
		for _, a := range array(m.body["areas"]) {
			action := object(object(a)["action"])
			label, _ := action["label"].(string)
			out = append(out, lineButton{label, action})
		}
	}
	return out
}

// switchMenu is what a richmenuswitch action does: the app brings up the
// alias's menu and tells the bot by a postback.
func (p *LinePerson) switchMenu(alias, data string) {
	status := "SUCCESS"
	p.do(func() *lineEvent {
		if id := p.ch.menus.aliases[alias]; id != "" {
			p.user.shown = id
		} else {
			status = "RICHMENU_ALIAS_ID_NOTFOUND"
		}
		return nil
	})
	p.postback(data, map[string]any{"newRichMenuAliasId": alias, "status": status}, "", "")
}

// Menu is the rich menu on this person's phone: its name and labels; "" when
// there is none.
func (p *LinePerson) Menu() (name string, labels []string) {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	m := p.user.current()
	if m == nil {
		return "", nil
	}
	name, _ = m.body["name"].(string)
	for _, b := range p.user.menuButtons() {
		labels = append(labels, b.label)
	}
	return name, labels
}
