package line

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // rich menu pictures may be either
	_ "image/png"
	"net/http"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"regulars/bot"
	"regulars/i18n"
)

// RichMenuSpec is the rich menu of one language: a picture whose equal columns
// are the buttons, from left to right.
type RichMenuSpec struct {
	Lang    i18n.Lang
	BarText string       // on the bar that opens the menu, 14 units at most
	Buttons []bot.Button // 1 to 8; commands, or addresses to open
	Picture []byte       // PNG or JPEG, width 800 to 2500, height from 250, at least 1.45 times as wide as high; 1 MB at most
}

// Limits of rich menus (LINE docs, #rich-menu-object, #upload-rich-menu-image).
const (
	maxBarText     = 14
	maxMenuPicture = 1 << 20
	maxMenuButtons = 8
	menuName       = "regulars "
)

// menuPlan is a spec made ready: its name holds a hash of everything in it, so
// that a menu at LINE with that name needs no doing.
type menuPlan struct {
	lang    i18n.Lang
	request messaging_api.RichMenuRequest
	picture []byte
	format  string // MIME type
}

func (c *Channel) plan(s RichMenuSpec) (menuPlan, error) {
	size, format, err := image.DecodeConfig(bytes.NewReader(s.Picture))
	w, h := size.Width, size.Height
	switch {
	case err != nil:
		return menuPlan{}, fmt.Errorf("line: rich menu %s: its picture is neither PNG nor JPEG", s.Lang)
	case w < 800 || w > 2500 || h < 250 || w*100 < h*145 || len(s.Picture) > maxMenuPicture:
		return menuPlan{}, fmt.Errorf("line: rich menu %s: LINE does not take a picture of %d x %d and %d bytes", s.Lang, w, h, len(s.Picture))
	case len(s.Buttons) == 0 || len(s.Buttons) > maxMenuButtons || clean(s.BarText) == "":
		return menuPlan{}, fmt.Errorf("line: rich menu %s: it needs 1 to %d buttons and a bar text", s.Lang, maxMenuButtons)
	}
	r := messaging_api.RichMenuRequest{
		Size: &messaging_api.RichMenuSize{Width: int64(w), Height: int64(h)}, Selected: true,
		ChatBarText: cut(oneLine(s.BarText), maxBarText),
	}
	for i, b := range s.Buttons {
		a, ok := c.action(b, false, maxLabel)
		if !ok {
			return menuPlan{}, fmt.Errorf("line: rich menu %s: button %d cannot stand in a rich menu", s.Lang, i+1)
		}
		left, right := w*i/len(s.Buttons), w*(i+1)/len(s.Buttons)
		r.Areas = append(r.Areas, messaging_api.RichMenuArea{Action: a,
			Bounds: &messaging_api.RichMenuBounds{X: int64(left), Width: int64(right - left), Height: int64(h)}})
	}
	sum := sha256.Sum256(append(mustJSON(&r), s.Picture...))
	r.Name = menuName + string(s.Lang) + " " + hex.EncodeToString(sum[:8])
	return menuPlan{s.Lang, r, s.Picture, "image/" + format}, nil
}

// EnsureMenus makes LINE have exactly these rich menus of the program: one a
// language under an alias, the first the one that everybody has who chose no
// language. It creates only what changed (LINE allows 100 creations an hour),
// moves people from a replaced menu to its successor, and deletes what earlier
// calls replaced. Menus made by others are left alone, and so is a default that
// somebody else set: it means that a person at the shop wants it.
func (c *Channel) EnsureMenus(ctx context.Context, specs []RichMenuSpec) error {
	if len(specs) == 0 || len(specs) > len(i18n.Langs) {
		return errors.New("line: give one rich menu a language")
	}
	var plans []menuPlan
	for _, s := range specs {
		p, err := c.plan(s)
		if err != nil {
			return err
		}
		plans = append(plans, p)
	}
	m, err := c.survey(ctx)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if err := m.install(ctx, p); err != nil {
			return err
		}
	}
	if err := m.setDefault(ctx, plans[0].lang); err != nil {
		return err
	}
	if err := m.sweep(ctx); err != nil {
		return err
	}
	c.keep(m.current)
	return nil
}

// menuWork is what LINE has, and what was changed about it so far.
type menuWork struct {
	c        *Channel
	names    map[string]string    // rich menu id → name, the program's own only
	before   map[i18n.Lang]string // what the aliases said at first
	current  map[i18n.Lang]string // what they say now
	replaced map[string]string    // old id → new id
}

func (c *Channel) survey(ctx context.Context) (*menuWork, error) {
	before, a := c.installed(ctx, true)
	if a != nil {
		return nil, a
	}
	list, a := call(ctx, c, "menus", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.RichMenuListResponse, error) {
		return api.GetRichMenuListWithHttpInfo()
	})
	if !a.ok() {
		return nil, a
	}
	m := &menuWork{c: c, names: map[string]string{}, before: before, current: map[i18n.Lang]string{}, replaced: map[string]string{}}
	for _, r := range list.Richmenus {
		if strings.HasPrefix(r.Name, menuName) && menuForm.MatchString(r.RichMenuId) {
			m.names[r.RichMenuId] = r.Name
		}
	}
	return m, nil
}

// install puts p's menu under its alias. A menu that an interrupted call left
// without a picture or alias is finished, not made again.
func (m *menuWork) install(ctx context.Context, p menuPlan) error {
	old := m.before[p.lang]
	if m.names[old] == p.request.Name {
		m.current[p.lang] = old
		return nil
	}
	id := ""
	for has, name := range m.names {
		if name == p.request.Name {
			id = has
		}
	}
	if id == "" {
		made, a := call(ctx, m.c, "create menu", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.RichMenuIdResponse, error) {
			return api.CreateRichMenuWithHttpInfo(&p.request)
		})
		if !a.ok() {
			return a
		}
		if id = made.RichMenuId; !menuForm.MatchString(id) {
			return errForm
		}
		m.names[id] = p.request.Name
	}
	if err := m.picture(ctx, id, p); err != nil {
		return err
	}
	if err := m.alias(ctx, p.lang, id, old != ""); err != nil {
		return err
	}
	m.current[p.lang] = id
	if m.names[old] != "" {
		m.replaced[old] = id
	}
	return nil
}

// picture uploads p's picture unless the menu has one: LINE refuses a second.
func (m *menuWork) picture(ctx context.Context, id string, p menuPlan) error {
	res, a := callBlob(ctx, m.c, "menu picture", func(api *messaging_api.MessagingApiBlobAPI) (*http.Response, *http.Response, error) {
		return api.GetRichMenuImageWithHttpInfo(id)
	})
	if a.ok() {
		return res.Body.Close()
	}
	if a.status != http.StatusNotFound {
		return a
	}
	_, a = callBlob(ctx, m.c, "upload menu picture", func(api *messaging_api.MessagingApiBlobAPI) (*http.Response, struct{}, error) {
		return api.SetRichMenuImageWithHttpInfo(id, p.format, bytes.NewReader(p.picture))
	})
	return a.fault()
}

func (m *menuWork) alias(ctx context.Context, l i18n.Lang, id string, exists bool) error {
	_, a := call(ctx, m.c, "menu alias", func(api *messaging_api.MessagingApiAPI) (*http.Response, struct{}, error) {
		if exists {
			return api.UpdateRichMenuAliasWithHttpInfo(aliasOf(l), &messaging_api.UpdateRichMenuAliasRequest{RichMenuId: id})
		}
		return api.CreateRichMenuAliasWithHttpInfo(&messaging_api.CreateRichMenuAliasRequest{RichMenuAliasId: aliasOf(l), RichMenuId: id})
	})
	return a.fault()
}

// setDefault shows the menu of l to everybody who has none of their own.
func (m *menuWork) setDefault(ctx context.Context, l i18n.Lang) error {
	now, a := call(ctx, m.c, "default menu", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.RichMenuIdResponse, error) {
		return api.GetDefaultRichMenuIdWithHttpInfo()
	})
	want := m.current[l]
	switch {
	case !a.ok() && a.status != http.StatusNotFound:
		return a
	case a.ok() && (now.RichMenuId == want || m.names[now.RichMenuId] == ""):
		return nil
	}
	_, a = call(ctx, m.c, "set default menu", func(api *messaging_api.MessagingApiAPI) (*http.Response, struct{}, error) {
		return api.SetDefaultRichMenuWithHttpInfo(want)
	})
	return a.fault()
}

// sweep moves people off the menus replaced just now, in one batch (LINE allows
// three an hour), and deletes those replaced earlier. The batch runs on at LINE
// after its answer, which is why what it empties is deleted only next time.
func (m *menuWork) sweep(ctx context.Context) error {
	if err := m.move(ctx); err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, id := range m.current {
		keep[id] = true
	}
	for id := range m.names {
		if keep[id] || m.replaced[id] != "" {
			continue
		}
		_, a := call(ctx, m.c, "delete menu", func(api *messaging_api.MessagingApiAPI) (*http.Response, struct{}, error) {
			return api.DeleteRichMenuWithHttpInfo(id)
		})
		if !a.ok() && a.status != http.StatusNotFound {
			return a
		}
	}
	return nil
}

func (m *menuWork) move(ctx context.Context) error {
	if len(m.replaced) == 0 {
		return nil
	}
	var r messaging_api.RichMenuBatchRequest
	for from, to := range m.replaced {
		r.Operations = append(r.Operations, &messaging_api.RichMenuBatchLinkOperation{From: from, To: to})
	}
	_, a := call(ctx, m.c, "move menus", func(api *messaging_api.MessagingApiAPI) (*http.Response, struct{}, error) {
		return api.RichMenuBatchWithHttpInfo(&r)
	})
	// Only a convenience: whoever is not moved falls back to the default menu
	// until an answer links theirs.
	if a.status/100 == 4 {
		return nil
	}
	return a.fault()
}
