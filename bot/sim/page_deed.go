package sim

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"regulars/bot/draw"
)

// phoneDeeds are what a person can do besides typing and pressing; handsets
// know them by these names. A value, where one is needed, is in the form.
var phoneDeeds = []string{
	"follow", "block", "sticker", "photo", "contact", "unsend", "rename", "group", "join", "leave", "botin", "botout",
}

// deed is something done on a phone. It is answered at once; what it changes
// comes live.
func (pg *page) deed(w http.ResponseWriter, r *http.Request) {
	ph := pg.phone(r.PathValue("phone"))
	if ph == nil {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	chat, value := r.FormValue("chat"), strings.TrimSpace(r.FormValue("value"))
	switch deed := r.PathValue("deed"); deed {
	case "say":
		if text := strings.TrimSpace(r.FormValue("text")); text != "" {
			ph.change(func() { ph.draft, ph.note = "", "" })
			pg.noteNumber(ph, text)
			ph.does(pg, func() error { ph.set.say(chat, text); return nil })
		}
	case "press":
		pg.press(ph, chat, r.FormValue("press"))
	case "pick":
		pg.pick(ph, value)
	case "chat":
		ph.change(func() { ph.chat, ph.note, ph.sheet = chat, "", nil })
	case "close":
		ph.change(func() { ph.sheet, ph.note = nil, "" })
	case "textread":
		ph.change(func() { ph.text = nil })
	case "hide", "show":
		ph.change(func() { ph.hidden = deed == "hide" })
	case "open":
		ph.does(pg, func() error { pg.open(ph, value); return nil })
	case "scan":
		pg.scan(ph, value)
	default:
		if !slices.Contains(phoneDeeds, deed) {
			http.NotFound(w, r)
			return
		}
		ph.does(pg, func() error {
			before := ph.set.chats()
			err := ph.set.do(chat, deed, value)
			ph.enter(before)
			return err
		})
	}
	pg.wake()
	answered(w, r)
}

// enter opens a chat that was not there before: a group made or joined.
func (ph *pagePhone) enter(before []pageChat) {
	for _, c := range ph.set.chats() {
		if !slices.ContainsFunc(before, func(o pageChat) bool { return o.Key == c.Key }) {
			ph.change(func() { ph.chat = c.Key })
		}
	}
}

// does puts something on the owner's list. A full list drops it: somebody who
// does 64 things while the bot is silent will not miss the next.
func (ph *pagePhone) does(pg *page, f func() error) {
	ph.change(func() { ph.note = "" })
	do := func() {
		if err := f(); err != nil {
			ph.change(func() { ph.note = strings.TrimPrefix(err.Error(), "sim: ") })
		}
		pg.wake()
	}
	select {
	case ph.todo <- do:
	default:
	}
}

// press presses what ref names: a message, or "menu" or "keys", then the
// number of the action in its drawing.
func (pg *page) press(ph *pagePhone, chat, ref string) {
	at := strings.LastIndexByte(ref, '.')
	if at < 0 {
		return
	}
	message := ref[:at]
	n, err := strconv.Atoi(ref[at+1:])
	a, ok := pg.action(ph, chat, message, n)
	if err != nil || !ok {
		return
	}
	if a.Kind == "datetimepicker" {
		ph.change(func() { ph.sheet = &sheet{Pick: &a, picked: chat} })
		return
	}
	ph.does(pg, func() error {
		open, copied, err := ph.set.tap(chat, message, a)
		switch {
		case open != "":
			pg.open(ph, open)
		case copied != "":
			ph.change(func() { ph.sheet = &sheet{Text: copied} })
		case a.Kind == "key", a.Kind == "command":
		default:
			pg.follow(ph)
		}
		return err
	})
}

// follow brings the private chat up when a press led there with a draft.
func (pg *page) follow(ph *pagePhone) {
	if ph.set.state().Draft != "" {
		ph.change(func() { ph.chat = "" })
	}
}

// action finds what stands at a place now, by drawing it again.
func (pg *page) action(ph *pagePhone, chat, message string, n int) (draw.Action, bool) {
	var actions []draw.Action
	switch under := ph.set.under(chat); message {
	case "menu":
		for _, a := range under.Areas {
			kind, _ := a.action["type"].(string)
			uri, _ := a.action["uri"].(string)
			actions = append(actions, draw.Action{Kind: kind, Label: a.Label, Value: uri, Raw: a.action})
		}
	case "keys":
		actions = draw.Keyboard(under.Keys, draw.Options{}).Actions
	default:
		for _, m := range ph.set.log(chat) {
			if m.ID == message && !m.Unsent {
				actions = drawn(ph, m, draw.Options{}).Actions
			}
		}
	}
	if n < 0 || n >= len(actions) {
		return draw.Action{}, false
	}
	return actions[n], true
}

// pick ends a date or time picker.
func (pg *page) pick(ph *pagePhone, value string) {
	var s *sheet
	ph.change(func() { s, ph.sheet = ph.sheet, nil })
	if s == nil || s.Pick == nil {
		return
	}
	a := *s.Pick
	a.Value = value
	ph.does(pg, func() error {
		_, _, err := ph.set.tap(s.picked, "", a)
		return err
	})
}

// scan holds a phone's camera to a picture on another one.
func (pg *page) scan(ph *pagePhone, key string) {
	ph.does(pg, func() error {
		text, ok := pg.pics.code(key)
		if !ok {
			ph.change(func() { ph.sheet = &sheet{Note: "no_code"} })
			return nil
		}
		pg.open(ph, text)
		return nil
	})
}

// drawn draws a message of a phone's platform.
func drawn(ph *pagePhone, m pageMessage, o draw.Options) draw.Drawing {
	if ph.set.platform() == "line" {
		return draw.LINE(m.Wire, o)
	}
	return draw.Telegram(m.Wire, o)
}

// pagePhoto is the picture that people send: an evening sky.
var pagePhoto = sync.OnceValue(func() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			c := color.RGBA{uint8(250 - y/2), uint8(120 + y/3), uint8(90 + y/2), 255}
			if dx, dy := x-230, y-150; dx*dx+dy*dy < 1600 {
				c = color.RGBA{255, 236, 170, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	png.Encode(&b, img)
	return b.Bytes()
})
