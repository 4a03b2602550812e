package sim

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

// menuButtons are the areas; without a label, as is allowed there, they cannot
// be pressed by one.
func (u *lineUser) menuButtons() []lineButton {
	var out []lineButton
	if m := u.current(); m != nil {
		for _, a := range array(m.body["areas"]) {
			action := object(object(a)["action"])
			label, _ := action["label"].(string)
			out = append(out, lineButton{label: label, action: action})
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
