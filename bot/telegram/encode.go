package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"regulars/bot"
)

// request is what a Call's body holds, as JSON with sorted keys, so that the
// same letter gives the same bytes. A picture is drawn, and a file read, when it
// is sent.
type request struct {
	Method string            `json:"method"`
	Params map[string]string `json:"params"`
	Photo  *bot.Picture      `json:"photo,omitempty"`
	File   string            `json:"file,omitempty"` // of the shop's, uploaded
	// Else is made instead when the message to edit is gone, or a photo cannot
	// be had.
	Else *request `json:"else,omitempty"`
	// Anyway says that what follows is done even if nobody can be told this.
	Anyway bool `json:"anyway,omitempty"`
}

// Encode makes the calls that say a letter: the press is acknowledged first,
// then each message follows as one or more calls. byReply means nothing here:
// all messages are free.
//
// Only one keyboard can stand on a message. Buttons and Quick go under it;
// a Menu or a DoContact button on the same message gets a short message of its
// own, the menu before it, the contact button after it.
//
// It fails only for what our own code got wrong: a chat that is no number, a
// payload over 64 bytes, an address that is none, a command that fits no link.
func (c *Channel) Encode(l bot.Letter, _ bool) ([]bot.Call, error) {
	var all []request
	if l.Callback != "" {
		all = append(all, request{Method: "answerCallbackQuery", Params: map[string]string{"callback_query_id": l.Callback}})
	}
	a, err := addressOf(l)
	if err != nil {
		return nil, err
	}
	if err := checkDoor(l.Door); err != nil {
		return nil, err
	}
	before, after := door(l.Door)
	all = append(all, before...)
	for i := range l.Messages {
		if err := l.Messages[i].Check(); err != nil {
			return nil, err
		}
		more, err := c.say(&a, &l.Messages[i])
		if err != nil {
			return nil, err
		}
		for i := range more {
			more[i].Anyway = len(after) > 0
		}
		all = append(all, more...)
	}
	all = append(all, after...)
	if r, ok := c.listFor(l, &a); ok {
		all = append(all, r)
	}
	calls := make([]bot.Call, len(all))
	for i, r := range all {
		body, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("telegram: encoding: %w", err)
		}
		// Answers, edits and what is done at doors may be repeated without harm.
		again := slices.Contains([]string{"answerCallbackQuery", "editMessageText", "editMessageMedia", "setMyCommands", "deleteMyCommands"}, r.Method) || atDoor(r.Method)
		calls[i] = bot.Call{Method: r.Method, Body: body, Idempotent: again}
	}
	return calls, nil
}

// address is where the calls of one letter go. What only the first message
// does is taken from it by that message.
type address struct {
	params  map[string]string
	group   bool
	replyTo string // the message to answer
	edit    string // the message to change
}

func addressOf(l bot.Letter) (address, error) {
	id, err := strconv.ParseInt(string(l.To.ID), 10, 64)
	if err != nil {
		return address{}, errors.New("telegram: a letter to a chat whose id is no number")
	}
	a := address{params: map[string]string{"chat_id": number(id)}, group: l.To.Group}
	if l.To.Thread != 0 {
		a.params["message_thread_id"] = number(l.To.Thread)
	}
	a.replyTo, a.edit = digits(l.ReplyTo), digits(l.On)
	return a, nil
}

// digits lets through message ids only.
func digits(id bot.MessageID) string {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil || n <= 0 {
		return ""
	}
	return number(n)
}

// request starts a call to the address. The first one answers the message that
// the letter answers.
func (a *address) request(method string) request {
	r := request{Method: method, Params: maps.Clone(a.params)}
	if a.replyTo != "" {
		r.Params["reply_parameters"] = asJSON(replyTo{json.Number(a.replyTo), true})
		a.replyTo = ""
	}
	return r
}

// replyTo is Telegram's ReplyParameters. A message taken back in the meantime
// must not keep the answer from going out.
type replyTo struct {
	Message json.Number `json:"message_id"`
	Anyway  bool        `json:"allow_sending_without_reply"`
}

// text makes a sendMessage.
func (a *address) text(html string) request {
	r := a.request("sendMessage")
	r.Params["text"], r.Params["parse_mode"] = html, "HTML"
	r.Params["link_preview_options"] = noPreview
	return r
}

// noPreview keeps Telegram from drawing the first address of a text.
const noPreview = `{"is_disabled":true}`

// say makes the calls of one message.
func (c *Channel) say(a *address, m *bot.Message) ([]request, error) {
	buttons := slices.Concat(m.Buttons, m.Quick)
	under, err := c.underneath(m, a.group)
	if err != nil {
		return nil, err
	}
	var lasting, ask *replyKeyboard
	if !a.group { // in a group they would stand before everybody
		lasting, ask = menu(m.Menu), contactKeys(buttons, m.Menu)
	}
	calls := c.body(a, m, under != nil || lasting != nil || ask != nil)
	if len(calls) == 0 {
		return nil, nil
	}
	last := &calls[len(calls)-1]
	switch {
	case under != nil:
		last.keyboard(under)
	case ask != nil:
		last.keyboard(ask)
	case lasting != nil:
		last.keyboard(lasting)
	}
	if a.edits(m) && (under != nil || ask == nil && lasting == nil) {
		calls[0] = calls[0].instead(a.edit)
		a.edit = ""
	}
	switch {
	case under == nil:
	case ask != nil:
		calls = append(calls, a.labels(ask, ask.Rows[0][:1]))
	case lasting != nil:
		calls = append([]request{a.labels(lasting, slices.Concat(lasting.Rows...))}, calls...)
	}
	return calls, nil
}

// labels makes the short message that carries a reply keyboard: it repeats what
// stands on the keys, which is in the right language already.
func (a *address) labels(k *replyKeyboard, keys []replyKey) request {
	var r rich
	for i, key := range keys {
		if i > 0 {
			r.add(" · ", "")
		}
		r.add(key.Text, "")
	}
	call := a.text(r.html(r.pieces(maxText)[0]))
	call.keyboard(k)
	return call
}

// keyboard puts k under the message, whatever way it is sent.
func (r *request) keyboard(k any) {
	for q := r; q != nil; q = q.Else {
		q.Params["reply_markup"] = asJSON(k)
	}
}

// edits says that m is to take the place of the message that was pressed. One
// with a code in it never does: a scanner may be reading the old one.
func (a *address) edits(m *bot.Message) bool { return m.Replace && a.edit != "" && m.Picture == nil }

// instead makes a new message into the change of an old one. Should the old one
// be gone, the new one is sent after all, as it is where words are to take the
// place of a picture: an edit can change a picture's caption but never take the
// picture away. The other way round, words may become a picture (Bot API,
// #editmessagemedia).
func (r request) instead(old string) request {
	method := "editMessageText"
	if r.Method == "sendPhoto" {
		method = "editMessageMedia"
	}
	edit := request{Method: method, File: r.File, Else: &r, Params: map[string]string{"message_id": old}}
	same := []string{"chat_id", "reply_markup"}
	if r.Method == "sendPhoto" {
		edit.Params["media"] = r.asMedia()
	} else {
		same = append(same, "text", "parse_mode", "link_preview_options")
	}
	for _, key := range same {
		if v, ok := r.Params[key]; ok {
			edit.Params[key] = v
		}
	}
	return edit
}

// body makes the calls without their keyboard. needed asks for a message even
// if there is nothing to read, for a keyboard to stand on.
func (c *Channel) body(a *address, m *bot.Message, needed bool) []request {
	words := c.compose(m, a.group)
	fits := units(words.text.String()) <= maxCaption
	drawn := m.Picture != nil && c.pictures != nil
	if drawn && fits {
		return []request{a.photo(m.Picture, words)}
	}
	var calls []request
	if p := photoOf(m); p != nil && !drawn {
		switch {
		case fits:
			if !visible(words.text.String()) {
				words.add(clean(p.Alt), "")
			}
			if r, ok := c.shot(a, p, words); ok {
				return []request{r}
			}
		case !a.edits(m): // else the words alone take the old message's place
			if r, ok := c.shot(a, p, &rich{}); ok {
				calls = append(calls, r)
			}
		}
	}
	for _, p := range words.pieces(maxText) {
		calls = append(calls, a.text(words.html(p)))
	}
	switch {
	case drawn:
		calls = append(calls, a.photo(m.Picture, &rich{}))
	case needed && len(calls) == 0:
		calls = append(calls, a.text("…"))
	}
	return calls
}

// photo makes a sendPhoto. Its caption is what a screen reader reads, so it is
// the picture's own words if there are no others.
func (a *address) photo(p *bot.Picture, words *rich) request {
	r := a.request("sendPhoto")
	r.Photo = p
	if !visible(words.text.String()) {
		words = &rich{}
		words.add(clean(p.Alt), "")
	}
	if cut := words.pieces(maxCaption); len(cut) > 0 {
		r.Params["caption"], r.Params["parse_mode"] = words.html(cut[0]), "HTML"
	}
	return r
}

// asJSON encodes strings, numbers and switches, which cannot fail.
func asJSON(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}
