package sim

import (
	"sort"
	"strconv"
	"strings"
)

// info is GET /v2/bot/info.
func (c *lineCall) info() lineAnswer {
	return lineOK(map[string]any{
		"userId": c.ch.userID, "basicId": c.ch.cfg.BasicID, "displayName": c.ch.cfg.Name,
		"chatMode": c.ch.cfg.ChatMode, "markAsReadMode": c.ch.cfg.ReadMode,
	})
}

// user finds the account named in the path; the answer is LINE's 400 or 404.
func (c *lineCall) user() (*lineUser, *lineAnswer) {
	id := c.r.PathValue("user")
	if !lineIDForm.MatchString(id) || id[0] != 'U' {
		a := lineRefuse(400, "The value for the 'userId' parameter is invalid")
		return nil, &a
	}
	if u := c.ch.users[id]; u != nil {
		return u, nil
	}
	a := lineRefuse(404, lineNotFound)
	return nil, &a
}

// profile is 404 for who is unknown, no friend, without consent, or blocked.
func (c *lineCall) profile() lineAnswer {
	u, bad := c.user()
	if bad != nil {
		return *bad
	}
	if !u.friend || u.blocked || u.noConsent {
		return lineRefuse(404, lineNotFound)
	}
	p := u.card()
	if u.lang != "" {
		p["language"] = u.lang
	}
	return lineOK(p)
}

// card is what every profile has.
func (u *lineUser) card() map[string]any {
	return map[string]any{"userId": u.id, "displayName": u.name, "pictureUrl": "https://profile.line-scdn.net/" + u.id[1:9]}
}

// group finds the group or room of the path, if the bot is in it.
func (c *lineCall) group() (*lineChat, *lineAnswer) {
	chat := c.ch.chats[c.r.PathValue("group")]
	kind := strings.Split(c.r.URL.Path, "/")[3] // "/v2/bot/group/…" or "/v2/bot/room/…"
	if chat == nil || chat.kind != kind || !chat.bot {
		a := lineRefuse(404, lineNotFound)
		return nil, &a
	}
	return chat, nil
}

// summary is a group's; rooms have none.
func (c *lineCall) summary() lineAnswer {
	g, bad := c.group()
	if bad != nil {
		return *bad
	}
	return lineOK(map[string]any{
		"groupId": g.id, "groupName": g.name, "pictureUrl": "https://profile.line-scdn.net/" + g.id[1:9],
	})
}

// members counts people, without the bot.
func (c *lineCall) members() lineAnswer {
	g, bad := c.group()
	if bad != nil {
		return *bad
	}
	return lineOK(map[string]any{"count": len(g.members)})
}

// member works for who is no friend, and has no language.
func (c *lineCall) member() lineAnswer {
	g, bad := c.group()
	if bad != nil {
		return *bad
	}
	u, bad := c.user()
	if bad != nil {
		return *bad
	}
	if !g.has(u) || u.noConsent {
		return lineRefuse(404, lineNotFound)
	}
	return lineOK(u.card())
}

const lineNotAvailable = "Access to this API is not available for your account"

// memberIDs is for verified accounts only, 100 a page.
func (c *lineCall) memberIDs() lineAnswer {
	if !c.ch.cfg.Verified {
		return lineRefuse(403, lineNotAvailable)
	}
	g, bad := c.group()
	if bad != nil {
		return *bad
	}
	return c.page("memberIds", 100, g.members)
}

// followers is for verified accounts only, 300 a page or as many as asked.
func (c *lineCall) followers() lineAnswer {
	if !c.ch.cfg.Verified {
		return lineRefuse(403, lineNotAvailable)
	}
	limit := 300
	if v := c.r.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 1000 {
			return lineRefuse(400, "The value for the 'limit' parameter is invalid")
		}
		limit = n
	}
	var friends []*lineUser
	for _, u := range c.ch.users {
		if u.friend && !u.blocked {
			friends = append(friends, u)
		}
	}
	return c.page("userIds", limit, friends)
}

// page lists ids in order from the "start" token on; who did not consent is
// missing.
func (c *lineCall) page(key string, limit int, users []*lineUser) lineAnswer {
	ids := []string{}
	for _, u := range users {
		if !u.noConsent && u.id >= c.r.URL.Query().Get("start") {
			ids = append(ids, u.id)
		}
	}
	sort.Strings(ids)
	out := map[string]any{key: ids}
	if len(ids) > limit {
		out[key], out["next"] = ids[:limit], ids[limit]
	}
	return lineOK(out)
}

// leave takes the bot out of the group and tells it so by a leave event.
func (c *lineCall) leave() lineAnswer {
	g, bad := c.group()
	if bad != nil {
		return *bad
	}
	e := c.ch.event("leave", g, nil, false, nil)
	g.bot = false
	c.l.background(func() { c.ch.send(e) })
	return lineOK(map[string]any{})
}

// startLoading shows the animation in a private chat: 202 even when nothing
// is shown. DOC #display-a-loading-indicator.
func (c *lineCall) startLoading() lineAnswer {
	body, bad := c.json()
	if bad != nil {
		return *bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	id := o.match("chatId", true, lineIDForm)
	seconds := 20
	if o.has("loadingSeconds") {
		seconds = o.integer("loadingSeconds", false, 5, 60)
		if seconds%5 != 0 {
			o.bad("loadingSeconds", "Must be a multiple of 5")
		}
	}
	o.seen["loadingSeconds"] = true
	if id != "" && id[0] != 'U' {
		o.bad("chatId", "Must be a user ID")
	}
	if bad := ck.refusal(o); bad != nil {
		return *bad
	}
	if u := c.ch.users[id]; u != nil && u.reachable(c.now) {
		c.ch.loading[id] = c.now.Add(durationSeconds(seconds))
	}
	return lineJSON(202, map[string]any{})
}

// markAsRead marks everything up to the token's message.
func (c *lineCall) markAsRead() lineAnswer {
	body, bad := c.json()
	if bad != nil {
		return *bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	token := o.str("markAsReadToken", true, 1, 0)
	if bad := ck.refusal(o); bad != nil {
		return *bad
	}
	m := c.ch.marks[token]
	if m == nil {
		return lineRefuse(400, "Invalid markAsReadToken")
	}
	for _, before := range m.chat.log {
		before.seen = before.seen || before.from != nil
		if before == m {
			break
		}
	}
	return lineOK(map[string]any{})
}
