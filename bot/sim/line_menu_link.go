package sim

// setDefaultMenu shows a menu to everybody who has none linked.
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

// linkedMenu tells the linked one only: 404 also when the default shows.
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
