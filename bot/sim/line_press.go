package sim

import (
	"fmt"
	"net/url"
	"strings"
)

// lineChoice is a button on somebody's phone now.
type lineChoice struct {
	lineButton
	where string // "quick", "message", "menu"
}

// choices are all buttons in sight, newest first. Quick replies belong to the
// last message only and are gone once somebody writes. Sim.mu is held.
func (p *LinePerson) choices() []lineChoice {
	var out []lineChoice
	log := p.chat.seen(p.user)
	for i := len(log) - 1; i >= 0; i-- {
		if i == len(log)-1 {
			for _, b := range log[i].quick {
				out = append(out, lineChoice{b, "quick"})
			}
		}
		for _, b := range log[i].buttons {
			out = append(out, lineChoice{b, "message"})
		}
	}
	if p.chat.kind == "user" {
		for _, b := range p.user.menuButtons() {
			out = append(out, lineChoice{b, "menu"})
		}
	}
	return out
}

// Buttons are the labels in sight, newest first, the rich menu's last.
func (p *LinePerson) Buttons() []string {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	var out []string
	for _, c := range p.choices() {
		out = append(out, c.label)
	}
	return out
}

// Press taps the newest button with this label ("Redeem · Latte" where several
// cards have a button "Redeem") and does what the app would:
// sends a text, posts a postback, opens an address ([LinePerson.Opened]),
// copies, or switches the rich menu. A link to a chat with text prefilled
// leaves a draft there, for [LinePerson.Send].
func (p *LinePerson) Press(label string) error { return p.press(label, "") }

// Pick presses a date or time button and picks a value ("2026-12-24",
// "18:30", "2026-12-24T18:30"); an empty one is the button's own.
func (p *LinePerson) Pick(label, value string) error { return p.press(label, value) }

func (p *LinePerson) press(label, value string) error {
	p.ch.sim.mu.Lock()
	var found *lineChoice
	for _, c := range p.choices() {
		if c.named(label) {
			found = &c
			break
		}
	}
	p.ch.sim.mu.Unlock()
	if found == nil {
		return fmt.Errorf("sim: %s sees no button %q, but %q", p.Name(), label, p.Buttons())
	}
	return p.act(found.action, value)
}

// act does what the app does with an action. value is what a person picks in
// a date or time picker.
func (p *LinePerson) act(a map[string]any, value string) error {
	text := func(key string) string { t, _ := a[key].(string); return t }
	switch a["type"] {
	case "message":
		p.Say(text("text"))
	case "postback":
		p.postback(text("data"), nil, text("text"), text("displayText"))
		if fill := text("fillInText"); fill != "" {
			p.do(func() *lineEvent { p.user.draft = fill; return nil })
		}
	case "datetimepicker":
		return p.pick(a, value)
	case "uri":
		uri := text("uri")
		if uri == "" {
			uri = text("linkUri")
		}
		return p.Open(uri)
	case "clipboard":
		p.do(func() *lineEvent { p.user.clipboard = text("clipboardText"); return nil })
	case "richmenuswitch":
		p.switchMenu(text("richMenuAliasId"), text("data"))
	default: // camera, cameraRoll, location: the app opens its own screen
		p.do(func() *lineEvent { p.user.opened = append(p.user.opened, "line:"+fmt.Sprint(a["type"])); return nil })
	}
	return nil
}

// postback shows what the action wants shown and sends its event. With text
// the app sends a message as well; displayText only shows.
func (p *LinePerson) postback(data string, params map[string]any, text, display string) {
	if text != "" {
		p.Say(text)
	}
	body := map[string]any{"data": data}
	if params != nil {
		body["params"] = params
	}
	p.do(func() *lineEvent {
		if display != "" {
			p.chat.add(&lineMessage{from: p.user, body: map[string]any{"type": "text", "text": display}, text: display})
		}
		if !p.chat.bot || p.chat.kind == "user" && p.user.blocked {
			return nil
		}
		return p.ch.event("postback", p.chat, p.user, true, map[string]any{"postback": body})
	})
}

// Postback sends a postback that no button carries: a forged one.
func (p *LinePerson) Postback(data string) { p.postback(data, nil, "", "") }

// pick fills in the button's initial value, else the time on the phone.
func (p *LinePerson) pick(a map[string]any, value string) error {
	mode, _ := a["mode"].(string)
	data, _ := a["data"].(string)
	layout := map[string]string{"date": "2006-01-02", "time": "15:04", "datetime": "2006-01-02T15:04"}[mode]
	if value == "" {
		value, _ = a["initial"].(string)
	}
	if value == "" {
		value = p.ch.sim.Clock.Now().Format(layout)
	}
	p.postback(data, map[string]any{mode: value}, "", "")
	return nil
}

// Open opens an address on the phone. https://line.me/R/oaMessage/{@id}/?text
// brings up the private chat with that account, the text ready to be sent.
func (p *LinePerson) Open(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("sim: the app cannot open %q", address)
	}
	p.do(func() *lineEvent { p.user.opened = append(p.user.opened, address); return nil })
	id, isChat := strings.CutPrefix(u.Path, "/R/oaMessage/")
	if u.Host != "line.me" || !isChat {
		return nil
	}
	text, err := url.PathUnescape(u.RawQuery)
	if err != nil {
		return fmt.Errorf("sim: the app cannot read the text in %q", address)
	}
	ch := p.ch.server.byBasicID(strings.TrimSuffix(id, "/"))
	if ch == nil {
		return fmt.Errorf("sim: no account has the id in %q", address)
	}
	there := ch.Person(p.user.name, p.user.lang)
	there.do(func() *lineEvent { there.user.draft = text; return nil })
	return nil
}

// byBasicID finds the account that a line.me link names.
func (l *lineServer) byBasicID(id string) *LineChannel {
	l.sim.mu.Lock()
	defer l.sim.mu.Unlock()
	for _, ch := range l.channels {
		if ch.cfg.BasicID == id {
			return ch
		}
	}
	return nil
}

// Private is the same person with the private chat before them.
func (p *LinePerson) Private() *LinePerson {
	return &LinePerson{ch: p.ch, user: p.user, chat: p.user.private}
}

// Send sends the draft that waits in the private chat's input field.
func (p *LinePerson) Send() error {
	there, text := p.Private(), ""
	there.do(func() *lineEvent { text, there.user.draft = there.user.draft, ""; return nil })
	if text == "" {
		return fmt.Errorf("sim: %s has nothing typed to send", p.Name())
	}
	there.Say(text)
	return nil
}
