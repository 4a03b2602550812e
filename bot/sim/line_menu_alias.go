package sim

import "sort"

// createAlias names a menu for richmenuswitch actions; names are not reused
// silently, updating is a call of its own.
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
