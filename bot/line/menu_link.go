package line

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"regulars/bot"
	"regulars/i18n"
)

// menuBody is the body of a "menu" call.
type menuBody struct {
	User bot.UserID `json:"user"`
	Lang i18n.Lang  `json:"lang"`
}

// menuCalls gives the call that shows the last menu a letter asks for. Groups
// have no rich menus.
func menuCalls(l bot.Letter) []bot.Call {
	var calls []bot.Call
	for _, m := range l.Messages {
		if m.Menu != nil && userForm.MatchString(string(l.To.ID)) {
			body := mustJSON(menuBody{User: bot.UserID(l.To.ID), Lang: i18n.Lang(m.Menu.Lang)})
			calls = []bot.Call{{Method: methodMenu, Body: body}}
		}
	}
	return calls
}

// sendMenu links a menu. Doing it twice is harmless, so nothing about it is
// unknown; and where no menus are installed there is nothing to do.
func (c *Channel) sendMenu(ctx context.Context, body []byte) bot.Result {
	var m menuBody
	if err := json.Unmarshal(body, &m); err != nil || !userForm.MatchString(string(m.User)) {
		return bot.Result{Outcome: bot.Rejected, Err: errForm}
	}
	a := c.link(ctx, m.User, m.Lang)
	if a == nil {
		return bot.Result{Outcome: bot.Delivered}
	}
	r := a.result(true)
	if r.Outcome == bot.Unknown {
		r.Outcome = bot.NotSent
	}
	return r
}

// LinkMenu shows u the rich menu of lang from now on. It does nothing where
// EnsureMenus has installed none for lang, and LINE does nothing for people who
// are not friends (LINE docs, #link-rich-menu-to-user).
func (c *Channel) LinkMenu(ctx context.Context, u bot.UserID, lang i18n.Lang) error {
	if !userForm.MatchString(string(u)) {
		return errForm
	}
	if a := c.link(ctx, u, lang); a != nil {
		return a.fault()
	}
	return nil
}

// link is LinkMenu; nil when no menu of lang is installed. What is not known,
// or not there any more, is read anew: another replica may have installed it.
func (c *Channel) link(ctx context.Context, u bot.UserID, lang i18n.Lang) *answer {
	gone := ""
	for _, anew := range []bool{false, true} {
		menus, a := c.installed(ctx, anew)
		if a != nil {
			return a
		}
		id := menus[lang]
		if id == "" || id == gone {
			continue
		}
		if a = c.linkID(ctx, u, id); a.status != http.StatusNotFound {
			return a
		}
		gone = id
	}
	return nil
}

func (c *Channel) linkID(ctx context.Context, u bot.UserID, menu string) *answer {
	_, a := call(ctx, c, "link menu", func(api *messaging_api.MessagingApiAPI) (*http.Response, struct{}, error) {
		return api.LinkRichMenuIdToUserWithHttpInfo(string(u), menu)
	})
	return a
}

// aliasPrefix marks the rich menu aliases that are the program's own.
const aliasPrefix = "regulars-"

func aliasOf(l i18n.Lang) string { return aliasPrefix + strings.ToLower(string(l)) }

// installed reads which rich menu stands for which language, once, or anew.
func (c *Channel) installed(ctx context.Context, anew bool) (map[i18n.Lang]string, *answer) {
	c.mu.Lock()
	menus := c.menus
	c.mu.Unlock()
	if menus != nil && !anew {
		return menus, nil
	}
	list, a := call(ctx, c, "menu aliases", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.RichMenuAliasListResponse, error) {
		return api.GetRichMenuAliasListWithHttpInfo()
	})
	if !a.ok() {
		return nil, a
	}
	menus = map[i18n.Lang]string{}
	for _, l := range i18n.Langs {
		for _, alias := range list.Aliases {
			if alias.RichMenuAliasId == aliasOf(l) && menuForm.MatchString(alias.RichMenuId) {
				menus[l] = alias.RichMenuId
			}
		}
	}
	c.keep(menus)
	return menus, nil
}

func (c *Channel) keep(menus map[i18n.Lang]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.menus = menus
}
