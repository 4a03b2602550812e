package sim

import (
	"encoding/json"
	"net/url"
	"strings"
)

// tgMarkup is any of the four kinds of reply_markup.
type tgMarkup struct {
	Inline     [][]tgButton `json:"inline_keyboard,omitempty"`
	Keyboard   [][]tgKey    `json:"keyboard,omitempty"`
	Remove     bool         `json:"remove_keyboard,omitempty"`
	ForceReply bool         `json:"force_reply,omitempty"`

	Persistent  bool   `json:"is_persistent,omitempty"`
	Resize      bool   `json:"resize_keyboard,omitempty"`
	OneTime     bool   `json:"one_time_keyboard,omitempty"`
	Placeholder string `json:"input_field_placeholder,omitempty"`
	Selective   bool   `json:"selective,omitempty"`
}

// tgButton is an InlineKeyboardButton.
type tgButton struct {
	Text         string          `json:"text"`
	URL          string          `json:"url,omitempty"`
	Data         string          `json:"callback_data,omitempty"`
	WebApp       json.RawMessage `json:"web_app,omitempty"`
	CopyText     *tgCopy         `json:"copy_text,omitempty"`
	SwitchInline *string         `json:"switch_inline_query,omitempty"`
	Style        string          `json:"style,omitempty"`
}

type tgCopy struct {
	Text string `json:"text"`
}

// tgKey is a KeyboardButton; a bare string stands for one with that text.
type tgKey struct {
	Text            string          `json:"text"`
	RequestContact  bool            `json:"request_contact,omitempty"`
	RequestLocation bool            `json:"request_location,omitempty"`
	WebApp          json.RawMessage `json:"web_app,omitempty"`
	Style           string          `json:"style,omitempty"`
}

func (k *tgKey) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &k.Text) == nil {
		return nil
	}
	type plain tgKey
	return json.Unmarshal(raw, (*plain)(k))
}

// decode reads a parameter that holds JSON, if it is there.
func (c *tgCall) decode(key string, to any, complaint string) error {
	raw := c.text(key)
	if raw == "" || raw == "null" {
		return nil
	}
	if err := json.Unmarshal([]byte(raw), to); err != nil {
		return badRequest("%s", complaint+"unexpected JSON")
	}
	return nil
}

// markup reads and checks reply_markup for a chat. nil is none.
func (c *tgCall) markup(chat *tgChat) (*tgMarkup, error) {
	raw := c.text("reply_markup")
	if raw == "" || raw == "null" || raw == "{}" {
		return nil, nil
	}
	m := &tgMarkup{}
	if err := json.Unmarshal([]byte(raw), m); err != nil {
		return nil, badRequest("can't parse reply keyboard markup JSON object")
	}
	for _, row := range m.Inline {
		for _, b := range row {
			if err := b.check(chat); err != nil {
				return nil, err
			}
		}
	}
	for _, row := range m.Keyboard {
		for _, k := range row {
			if err := k.check(chat); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// check refuses what a server refuses in an inline button. TG-SPEC: callback_data
// is 1..64 bytes; copy_text 1..256 characters; web_app in private chats only.
func (b tgButton) check(chat *tgChat) error {
	if strings.TrimSpace(b.Text) == "" {
		return badRequest(`can't parse inline keyboard button: Field "text" must be non-empty`)
	}
	uses := 0
	for _, set := range []bool{b.URL != "", b.Data != "", b.WebApp != nil, b.CopyText != nil, b.SwitchInline != nil} {
		if set {
			uses++
		}
	}
	switch {
	case uses == 0:
		return badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	case uses > 1:
		return badRequest("BUTTON_TYPE_INVALID")
	case len(b.Data) > 64:
		return badRequest("BUTTON_DATA_INVALID")
	case b.URL != "" && !goodLink(b.URL):
		return badRequest("BUTTON_URL_INVALID")
	case b.WebApp != nil && chat.ref.Type != "private":
		return badRequest("BUTTON_TYPE_INVALID")
	case b.CopyText != nil && (b.CopyText.Text == "" || utf16Len(b.CopyText.Text) > 256):
		return badRequest("BUTTON_COPY_TEXT_INVALID")
	}
	return nil
}

// goodLink says whether Telegram would take an address on a button: http,
// https and tg, with a host that has a dot in it.
func goodLink(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "tg":
		return true
	case "http", "https", "":
		// the simulator allows loopback, which Telegram would not
		return strings.Contains(u.Host+u.Path, ".") || u.Hostname() == "localhost"
	}
	return false
}

// check refuses what a server refuses in a reply keyboard. TG-SPEC:
// request_contact and request_location in private chats only.
func (k tgKey) check(chat *tgChat) error {
	if strings.TrimSpace(k.Text) == "" {
		return badRequest(`can't parse keyboard button: Field "text" must be non-empty`)
	}
	if chat.ref.Type == "private" {
		return nil
	}
	switch {
	case k.RequestContact:
		return badRequest("phone number can be requested in private chats only")
	case k.RequestLocation:
		return badRequest("location can be requested in private chats only")
	case k.WebApp != nil:
		return badRequest("web app buttons can be used in private chats only")
	}
	return nil
}
