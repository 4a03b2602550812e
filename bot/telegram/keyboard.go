package telegram

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"regulars/bot"
)

const (
	maxData  = 64  // bytes of callback_data (Bot API, #inlinekeyboardbutton)
	maxCopy  = 256 // characters (#copytextbutton)
	maxKeys  = 100 // buttons under one message; Telegram's own clients show no more
	maxLabel = 64  // columns of a label; wider ones are cut by every phone
	// shortLabel is how many columns a label may have to share a line: two of
	// fourteen, or of seven Chinese characters, fit the narrowest phones.
	shortLabel = 14
)

// inlineKey is Telegram's InlineKeyboardButton.
type inlineKey struct {
	Text string    `json:"text"`
	Data string    `json:"callback_data,omitempty"`
	URL  string    `json:"url,omitempty"`
	Copy *copyText `json:"copy_text,omitempty"`
}

type copyText struct {
	Text string `json:"text"`
}

// replyKey is Telegram's KeyboardButton. Its label comes back as a text.
type replyKey struct {
	Text    string `json:"text"`
	Contact bool   `json:"request_contact,omitempty"`
}

type inlineKeyboard struct {
	Rows [][]inlineKey `json:"inline_keyboard"`
}

type replyKeyboard struct {
	Rows       [][]replyKey `json:"keyboard"`
	Persistent bool         `json:"is_persistent,omitempty"`
	Resize     bool         `json:"resize_keyboard"`
	OneTime    bool         `json:"one_time_keyboard,omitempty"`
}

// underneath makes the keyboard under a message; nil when no button goes there.
// The buttons of each card begin a row of their own.
func (c *Channel) underneath(m *bot.Message, group bool) (*inlineKeyboard, error) {
	if len(m.Cards) == 0 {
		return c.inline(group, slices.Concat(m.Buttons, m.Quick))
	}
	parts := [][]bot.Button{m.Buttons}
	for i := range m.Cards {
		parts = append(parts, m.CardButtons(i))
	}
	return c.inline(group, append(parts, m.Quick)...)
}

// inline makes a keyboard of parts, each of which begins a row.
func (c *Channel) inline(group bool, parts ...[]bot.Button) (*inlineKeyboard, error) {
	var rows [][]inlineKey
	count := 0
	for _, buttons := range parts {
		keys, err := c.inlineKeys(buttons, group)
		if err != nil {
			return nil, err
		}
		count += len(keys)
		rows = append(rows, inRows(keys, func(k inlineKey) string { return k.Text })...)
	}
	if count > maxKeys {
		return nil, fmt.Errorf("telegram: %d buttons under a message, %d are shown", count, maxKeys)
	}
	if count == 0 {
		return nil, nil
	}
	return &inlineKeyboard{rows}, nil
}

func (c *Channel) inlineKeys(buttons []bot.Button, group bool) (keys []inlineKey, err error) {
	for _, b := range buttons {
		if b.Do == bot.DoContact {
			continue // stands on a reply keyboard, see contactKeys
		}
		if b.Do == bot.DoPrivate && group && c.me() == "" {
			continue // nobody has told our @name yet: the words alone are better than silence
		}
		k, err := c.inlineKey(b, group)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func (c *Channel) inlineKey(b bot.Button, group bool) (inlineKey, error) {
	k := inlineKey{Text: label(b.Label)}
	switch b.Do {
	case bot.DoOpen:
		k.URL = b.Value
		return k, openable(b.Value)
	case bot.DoCopy:
		if n := uniseg.GraphemeClusterCount(b.Value); n == 0 || units(b.Value) > maxCopy {
			return k, fmt.Errorf("telegram: a button copies %d characters; 1 to %d can be", n, maxCopy)
		}
		k.Copy = &copyText{b.Value}
		return k, nil
	case bot.DoPrivate:
		if group {
			link, err := c.privateLink(b.Value)
			k.URL = link
			return k, err
		}
		b.Do = bot.DoCommand // the private chat is open already
	}
	k.Data = b.Data()
	if k.Data == "" || len(k.Data) > maxData {
		return k, fmt.Errorf("telegram: a %s button carries %d bytes; 1 to %d fit", b.Do, len(k.Data), maxData)
	}
	return k, nil
}

// privateLink opens the private chat with /start and the command as payload.
func (c *Channel) privateLink(command string) (string, error) {
	payload, ok := bot.StartPayload(command)
	if !ok {
		return "", fmt.Errorf("telegram: a command of %d bytes does not fit a start link", len(command))
	}
	return "https://t.me/" + c.me() + "?start=" + payload, nil
}

// openable refuses addresses for which Telegram would refuse the whole message.
func openable(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "tg" {
		return fmt.Errorf("telegram: a button opens something that is no http or https address")
	}
	return nil
}

// menu makes the lasting keyboard under the private chat. Its keys are their
// labels: what they do is found when the label comes back as a text.
func menu(m *bot.Menu) *replyKeyboard {
	if m == nil || len(m.Keys) == 0 {
		return nil
	}
	return &replyKeyboard{Rows: replyRows(m.Keys), Persistent: true, Resize: true}
}

// contactKeys makes the keyboard that asks for the person's own number, with
// the menu's keys below it, since only one keyboard stands there at a time.
func contactKeys(buttons []bot.Button, m *bot.Menu) *replyKeyboard {
	var ask []bot.Button
	for _, b := range buttons {
		if b.Do == bot.DoContact {
			ask = append(ask, b)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	k := &replyKeyboard{Rows: replyRows(ask), Resize: true, OneTime: true}
	if m != nil {
		k.Rows = append(k.Rows, replyRows(m.Keys)...)
	}
	return k
}

func replyRows(buttons []bot.Button) [][]replyKey {
	var keys []replyKey
	for _, b := range buttons {
		keys = append(keys, replyKey{label(b.Label), b.Do == bot.DoContact})
	}
	return inRows(keys, func(k replyKey) string { return k.Text })
}

// A scale, such as a survey's 0 to 10, is a run of at least scaleLeast keys with
// labels of up to scaleLabel columns: scaleWide of them share a line.
const (
	scaleLabel = 2
	scaleLeast = 3
	scaleWide  = 6
)

// inRows puts two short keys on a line, those of a scale side by side, and long
// ones alone.
func inRows[K any](keys []K, text func(K) string) [][]K {
	var rows [][]K
	half := false // the last row has room for one more
	for i := 0; i < len(keys); i++ {
		k, n := keys[i], i
		for n < len(keys) && uniseg.StringWidth(text(keys[n])) <= scaleLabel {
			n++
		}
		if n-i >= scaleLeast {
			rows = append(rows, slices.Collect(slices.Chunk(keys[i:n], scaleWide))...)
			i, half = n-1, false
			continue
		}
		short := uniseg.StringWidth(text(k)) <= shortLabel
		if short && half {
			rows[len(rows)-1] = append(rows[len(rows)-1], k)
			half = false
			continue
		}
		rows = append(rows, []K{k})
		half = short
	}
	return rows
}

// label makes a button's text fit to be shown; Telegram refuses empty ones.
func label(s string) string {
	s = line(s)
	if !visible(s) {
		return "…"
	}
	if uniseg.StringWidth(s) <= maxLabel && units(s) <= 4*maxLabel {
		return s
	}
	var b strings.Builder
	width := 0
	for rest, state := s, -1; rest != ""; {
		var c string
		var w int
		c, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if width += w; width >= maxLabel || units(b.String())+units(c) >= 4*maxLabel {
			break
		}
		b.WriteString(c)
	}
	return b.String() + "…"
}
