package line

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"regulars/bot"
)

// Limits of messages (LINE docs, #text-message, #quick-reply,
// #send-multicast-message).
const (
	maxText  = 5000 // UTF-16 units
	maxQuick = 13
	// MaxReceivers is how many people one multicast may name.
	MaxReceivers = 500
)

// The methods of LINE's calls.
const (
	methodReply     = "reply"
	methodPush      = "push"
	methodMulticast = "multicast"
	methodMenu      = "menu" // link a person to the rich menu of a language
)

// Encode says l in one call: a reply, which is free and knows no retry key, or
// a push, which costs one message per person in the chat and does. A message's
// Menu becomes a free call of its own, after the words. A letter that says
// nothing gives no call.
func (c *Channel) Encode(l bot.Letter, byReply bool) ([]bot.Call, error) {
	if !chatForm.MatchString(string(l.To.ID)) {
		return nil, errors.New("line: the letter's chat is not a LINE id")
	}
	messages, err := c.messages(l.Messages, l.To.Group)
	if err != nil {
		return nil, err
	}
	var calls []bot.Call
	switch {
	case len(messages) == 0:
	case byReply && l.Reply.Value == "":
		return nil, errors.New("line: the letter has no reply token")
	case byReply:
		calls = append(calls, bot.Call{Method: methodReply, Body: mustJSON(&reply{ReplyToken: l.Reply.Value, Messages: messages})})
	default:
		calls = append(calls, bot.Call{Method: methodPush, Cost: 1, Idempotent: true, Body: mustJSON(&messaging_api.PushMessageRequest{
			To: string(l.To.ID), Messages: finished(messages),
		})})
	}
	return append(calls, menuCalls(l)...), nil
}

// EncodeMulticast says messages to up to MaxReceivers people in one paid call;
// its Cost is per receiver, as ever. Mentions and menus are left out.
func (c *Channel) EncodeMulticast(users []bot.UserID, messages []bot.Message) (bot.Call, error) {
	if len(users) == 0 || len(users) > MaxReceivers {
		return bot.Call{}, fmt.Errorf("line: a multicast to %d people; 1 to %d are possible", len(users), MaxReceivers)
	}
	to := make([]string, len(users))
	for i, u := range users {
		if to[i] = string(u); !userForm.MatchString(to[i]) {
			return bot.Call{}, errors.New("line: a receiver is not a LINE user id")
		}
	}
	objects, err := c.messages(messages, false)
	if err != nil {
		return bot.Call{}, err
	}
	if len(objects) == 0 {
		return bot.Call{}, errors.New("line: the messages say nothing")
	}
	body := mustJSON(&messaging_api.MulticastRequest{To: to, Messages: finished(objects)})
	return bot.Call{Method: methodMulticast, Cost: 1, Idempotent: true, Body: body}, nil
}

// mustJSON writes a request exactly as the module will write it when it is
// sent. It cannot fail: the requests hold strings and finished JSON only.
func mustJSON(request any) []byte {
	raw, err := json.Marshal(request)
	if err != nil {
		panic(err)
	}
	return raw
}

// messages turns ms into at most bot.MaxMessages message objects. Long texts
// use what objects are spare; quick replies stand under the last one, the only
// place where LINE shows them.
func (c *Channel) messages(ms []bot.Message, group bool) ([]any, error) {
	if len(ms) > bot.MaxMessages {
		return nil, fmt.Errorf("line: a letter of %d messages; %d are possible", len(ms), bot.MaxMessages)
	}
	var cards []card
	var mentions []string
	var quick []action
	for _, m := range ms {
		if err := m.Check(); err != nil {
			return nil, err
		}
		d, q := c.prepare(m, group)
		if len(q) > 0 {
			quick = q
		}
		if d.hollow() && len(d.cards) == 0 {
			continue
		}
		cards, mentions = append(cards, d), append(mentions, c.mentionOf(m, group))
	}
	var objects []any
	spare := bot.MaxMessages - len(cards)
	for i := range cards {
		made := cards[i].objects(1+spare, mentions[i])
		spare -= len(made) - 1
		objects = append(objects, made...)
	}
	if len(objects) > 0 && len(quick) > 0 {
		attach(objects[len(objects)-1], quick)
	}
	return objects, nil
}

// finished gives message objects the form in which the module passes them on.
func finished(objects []any) []messaging_api.MessageInterface {
	wire := make([]messaging_api.MessageInterface, len(objects))
	for i, o := range objects {
		wire[i] = rawMessage(mustJSON(o))
	}
	return wire
}

// prepare cleans m and finds its picture and actions. Quick buttons beyond
// LINE's number become ordinary ones, so that no answer is out of reach.
func (c *Channel) prepare(m bot.Message, group bool) (card, []action) {
	d := card{title: oneLine(m.Title), text: clean(m.Text), note: oneLine(m.Note), bar: m.Bar, dots: m.Dots, photo: c.photo(m.Photo)}
	for _, r := range m.Rows {
		r = bot.Row{Label: oneLine(r.Label), Value: oneLine(r.Value)}
		if r != (bot.Row{}) {
			d.rows = append(d.rows, r)
		}
	}
	quick, over := m.Quick, []bot.Button(nil)
	if len(quick) > maxQuick {
		quick, over = quick[:maxQuick], quick[maxQuick:]
	}
	for _, buttons := range [][]bot.Button{m.Buttons, over} {
		d.buttons = append(d.buttons, c.actions(buttons, group, maxFlexLabel)...)
	}
	if m.Picture != nil {
		c.preparePicture(&d, *m.Picture)
	}
	for i := range m.Cards {
		inner, _ := c.prepare(m.Cards[i], group)
		// What the chat shows as said must tell which card it was.
		for j, a := range c.actions(m.CardButtons(i), group, maxFlexLabel) {
			inner.buttons[j].DisplayText = a.DisplayText
		}
		if !inner.hollow() {
			d.cards = append(d.cards, inner)
		}
	}
	if d.hollow() && len(d.cards) == 0 && m.Photo != nil {
		d.text = clean(m.Photo.Alt)
	}
	return d, c.actions(quick, group, maxLabel)
}

func (c *Channel) actions(buttons []bot.Button, group bool, labelMax int) []action {
	var as []action
	for _, b := range buttons {
		if a, ok := c.action(b, group, labelMax); ok {
			as = append(as, a)
		}
	}
	return as
}

// preparePicture draws p where LINE can fetch it, and tells it in words where
// not: what it is, and what a reader would have read from it.
func (c *Channel) preparePicture(d *card, p bot.Picture) {
	d.told = clean(p.Alt)
	if c.pictures != nil {
		address, ok := wireURI(c.pictures.URL(p))
		if ok && strings.HasPrefix(address, "https://") {
			d.picture = &node{Type: "image", URL: address, Size: "full", AspectMode: "fit", AspectRatio: "1:1", Margin: "lg"}
			if p.Code128 != "" {
				d.picture.AspectRatio = "5:2"
			}
			return
		}
	}
	d.told = clean(d.told + "\n" + p.QR + p.Code128)
}

// photo is a bubble's hero; nil where LINE could not fetch it.
func (c *Channel) photo(p *bot.Photo) *node {
	if p == nil {
		return nil
	}
	address := p.File
	if c.photos != nil && !strings.Contains(p.File, "://") {
		address = c.photos.PhotoURL(p.File)
	}
	address, ok := wireURI(address)
	if !ok || !strings.HasPrefix(address, "https://") {
		return nil
	}
	return &node{Type: "image", URL: address, Size: "full", AspectMode: "cover", AspectRatio: photoRatio}
}

// mentionOf is the person whom a group message names, or "".
func (c *Channel) mentionOf(m bot.Message, group bool) string {
	if !group || m.Mention == nil || m.Mention.Channel != c.name || !userForm.MatchString(string(m.Mention.User)) {
		return ""
	}
	return string(m.Mention.User)
}

// objects gives d's message objects, no more than n. Text alone is a text
// message, so that it can be copied, quoted and named people in; all else is a
// bubble, in which LINE can name nobody.
func (d *card) objects(n int, mention string) []any {
	if !d.plain() {
		return []any{&flexMessage{Type: "flex", AltText: d.alt(), Contents: d.flex()}}
	}
	if mention != "" {
		return []any{mentioning(mention, clean(d.text+"\n"+d.told))}
	}
	var objects []any
	for _, piece := range split(clean(d.text+"\n"+d.told), maxText, n) {
		objects = append(objects, &textMessage{Type: "text", Text: piece})
	}
	return objects
}

// alt stands in notifications and chat lists. It must not be empty.
func (d *card) alt() string {
	if alt := cut(d.words(), maxAlt); alt != "" {
		return alt
	}
	return "…"
}

// mentioning puts a mention of user before text. Braces in text are doubled
// before it is cut, since LINE counts them so.
func mentioning(user, text string) *textMessage {
	const who = "{who} "
	escaped := strings.NewReplacer("{", "{{", "}", "}}").Replace(text)
	if units(who+escaped) > maxText {
		// Cut before doubling, or a cut could halve a pair.
		escaped = strings.NewReplacer("{", "{{", "}", "}}").Replace(cut(text, maxText/2-len(who)))
	}
	return &textMessage{Type: "textV2", Text: who + escaped, Substitution: map[string]substitution{
		"who": {Type: "mention", Mentionee: mentionee{Type: "user", UserID: user}},
	}}
}

func attach(object any, quick []action) {
	q := &quickReply{}
	for _, a := range quick {
		q.Items = append(q.Items, quickItem{Type: "action", Action: a})
	}
	switch o := object.(type) {
	case *textMessage:
		o.QuickReply = q
	case *flexMessage:
		o.QuickReply = q
	}
}
