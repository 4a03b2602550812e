package line

import (
	"net/url"
	"strings"

	"regulars/bot"
)

// Limits of actions, in UTF-16 units (LINE docs, #action-objects).
const (
	maxLabel      = 20 // quick replies and rich menus
	maxFlexLabel  = 40
	maxData       = 300
	maxActionText = 300
	maxURI        = 1000
	maxClipboard  = 1000
	// maxSpoken is how much of a label is shown as said by the person who
	// pressed; LINE would allow 300, which no label needs.
	maxSpoken = 100
)

// action is LINE's action object.
type action struct {
	Type          string `json:"type"`
	Label         string `json:"label"`
	Data          string `json:"data,omitempty"`
	DisplayText   string `json:"displayText,omitempty"`
	Text          string `json:"text,omitempty"`
	URI           string `json:"uri,omitempty"`
	ClipboardText string `json:"clipboardText,omitempty"`
}

// GetType lets the module pass action on as it is.
func (a action) GetType() string { return a.Type }

// action gives what b does in a private chat or in a group, its label cut to
// labelMax. It reports false for buttons that LINE cannot have there: a contact
// request, an address or payload that is too long, a one-time token in a group.
//
// In groups a press must come back as a message, because LINE tells who
// pressed only with messages; a token has no words, so its button is left out.
func (c *Channel) action(b bot.Button, group bool, labelMax int) (action, bool) {
	label := oneLine(b.Label)
	if label == "" {
		label = "…"
	}
	a := action{Label: cut(label, labelMax)}
	switch b.Do {
	case bot.DoCommand:
		if group {
			return a.say(oneLine("/" + b.Value))
		}
		return a.post(b, label)
	case bot.DoAnswer:
		if group {
			return a.say(cut(label, maxActionText))
		}
		return a.post(b, label)
	case bot.DoToken:
		if group {
			return a, false
		}
		return a.post(b, label)
	case bot.DoPrivate:
		if !group {
			return a.post(bot.Button{Do: bot.DoCommand, Value: b.Value}, label)
		}
		return a.open(c.privateURL(b.Value))
	case bot.DoOpen:
		return a.open(b.Value)
	case bot.DoCopy:
		a.Type, a.ClipboardText = "clipboard", b.Value
		return a, b.Value != "" && units(b.Value) <= maxClipboard
	}
	return a, false
}

func (a action) post(b bot.Button, label string) (action, bool) {
	a.Type, a.Data, a.DisplayText = "postback", postbackData(b), cut(label, maxSpoken)
	return a, units(a.Data) <= maxData
}

func (a action) say(text string) (action, bool) {
	a.Type, a.Text = "message", text
	return a, clean(text) != "" && units(text) <= maxActionText
}

func (a action) open(address string) (action, bool) {
	var ok bool
	a.Type = "uri"
	a.URI, ok = wireURI(address)
	return a, ok
}

// privateURL opens the chat with the bot with a command typed in, not yet sent
// (LINE docs, using-line-url-scheme); without a command it opens its profile.
func (c *Channel) privateURL(command string) string {
	if c.handle() == "" {
		return ""
	}
	id := "%40" + strings.TrimPrefix(c.handle(), "@")
	if command == "" {
		return "https://line.me/R/ti/p/" + id
	}
	return "https://line.me/R/oaMessage/" + id + "/?" + strings.ReplaceAll(url.QueryEscape("/"+command), "+", "%20")
}

// wireURI is address as LINE takes it: of a scheme it knows, at most 1,000
// characters, everything outside ASCII escaped.
func wireURI(address string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return "", false
	}
	switch u.Scheme {
	case "https", "http", "line", "tel":
	default:
		return "", false
	}
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c <= ' ' || c >= 0x7f {
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String(), b.Len() <= maxURI && (u.Host != "" || u.Scheme == "tel")
}

// postbackData is how a payload travels on LINE: "c=points" for Data "c:points".
func postbackData(b bot.Button) string { return strings.Replace(b.Data(), ":", "=", 1) }

// pressed is the inverse of postbackData. What a date picker chose follows the
// value. Data that is not ours is handed on as it is.
func pressed(p *wirePostback) string {
	mark, value, ok := strings.Cut(p.Data, "=")
	data := mark + ":" + value
	if _, _, known := bot.ParseData(data); !ok || !known {
		return p.Data
	}
	if p.Params == nil {
		return data
	}
	for _, chosen := range []string{p.Params.Date, p.Params.Time, p.Params.Datetime} {
		if chosen != "" && value != "" {
			data += " "
		}
		data += chosen
	}
	return data
}
