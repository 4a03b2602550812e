package sim

import (
	"reflect"
	"time"
)

// editable finds the bot's own message that is to be changed.
func (c *tgCall) editable() (*tgChat, *tgMessage, error) {
	chat, err := c.writable()
	if err != nil {
		return nil, nil, err
	}
	m := chat.message(c.int("message_id"))
	if m == nil {
		return nil, nil, badRequest("message to edit not found")
	}
	// a message with a reply keyboard cannot be edited [TG-SPEC Updating messages]
	if !m.byBot || m.service() || (m.keyboard != nil && m.keyboard.Keyboard != nil) {
		return nil, nil, badRequest("message can't be edited")
	}
	return chat, m, nil
}

// edit changes a message by way of a copy, so that a change to the same is
// noticed. An edit without reply_markup takes the inline keyboard away.
func (c *tgCall) edit(change func(*tgMessage) error) (any, error) {
	chat, m, err := c.editable()
	if err != nil {
		return nil, err
	}
	markup, err := c.markup(chat)
	if err != nil {
		return nil, err
	}
	if markup != nil && markup.Inline == nil {
		markup = nil
	}
	next := *m
	next.Markup = markup
	if err := change(&next); err != nil {
		return nil, err
	}
	if same(m, &next) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	spoken := m.words() != next.words() || !reflect.DeepEqual(m.Photo, next.Photo)
	*m = next
	m.EditDate = c.now().Unix()
	if spoken {
		chat.log = append(chat.log, m.line())
	}
	return m.wire(), nil
}

// same compares what can be edited.
func same(a, b *tgMessage) bool {
	return a.Text == b.Text && reflect.DeepEqual(a.Entities, b.Entities) && reflect.DeepEqual(a.Markup, b.Markup) &&
		reflect.DeepEqual(a.Photo, b.Photo) && a.Caption == b.Caption && reflect.DeepEqual(a.CaptionEntities, b.CaptionEntities)
}

func editMessageText(c *tgCall) (any, error) {
	text, entities, err := c.formatted("text", "entities")
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, badRequest("message text is empty")
	}
	return c.edit(func(m *tgMessage) error {
		if m.Text == "" {
			return badRequest("there is no text in the message to edit")
		}
		m.Text, m.Entities = text, entities
		return checkText(text)
	})
}

func editMessageCaption(c *tgCall) (any, error) {
	caption, entities, err := c.formatted("caption", "caption_entities")
	if err != nil {
		return nil, err
	}
	return c.edit(func(m *tgMessage) error {
		if len(m.Photo) == 0 {
			return badRequest("there is no caption in the message to edit")
		}
		m.Caption, m.CaptionEntities = caption, entities
		return checkCaption(caption)
	})
}

func editMessageMedia(c *tgCall) (any, error) {
	var media struct {
		Type, Media, Caption string
		ParseMode            string `json:"parse_mode"`
	}
	if err := c.decode("media", &media, "can't parse InputMedia: "); err != nil {
		return nil, err
	}
	if media.Type != "photo" {
		return nil, badRequest(`can't parse InputMedia: the simulator knows type "photo" only`)
	}
	photo, err := c.photo("media", media.Media)
	if err != nil {
		return nil, err
	}
	inner := &tgCall{tgParams: tgParams{values: map[string]string{"caption": media.Caption, "parse_mode": media.ParseMode}}}
	caption, entities, err := inner.formatted("caption", "caption_entities")
	if err != nil {
		return nil, err
	}
	return c.edit(func(m *tgMessage) error {
		m.Text, m.Entities, m.LinkPreview = "", nil, nil
		m.Photo, m.Caption, m.CaptionEntities = photo, caption, entities
		return checkCaption(caption)
	})
}

func editMessageReplyMarkup(c *tgCall) (any, error) {
	return c.edit(func(*tgMessage) error { return nil })
}

// deleteMessage. TG-SPEC: less than 48 hours old; own messages, and in private
// chats the other's too; service messages of a creation never.
func deleteMessage(c *tgCall) (any, error) {
	chat, err := c.writable()
	if err != nil {
		return nil, err
	}
	m := chat.message(c.int("message_id"))
	if m == nil {
		return nil, badRequest("message to delete not found")
	}
	mine := m.byBot || chat.person != nil || chat.botStatus() == tgAdmin
	if !mine || c.now().Sub(m.at) >= 48*time.Hour || m.GroupCreated {
		return nil, badRequest("message can't be deleted for everyone")
	}
	m.deleted = true
	return true, nil
}

// deleteMessages takes 1..100 ids and skips those not found [TG-SPEC].
func deleteMessages(c *tgCall) (any, error) {
	var ids []int64
	if err := c.decode("message_ids", &ids, "can't parse message identifiers: "); err != nil {
		return nil, err
	}
	if len(ids) == 0 || len(ids) > 100 {
		return nil, badRequest("wrong number of message identifiers")
	}
	chat, err := c.writable()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if m := chat.message(id); m != nil {
			m.deleted = true
		}
	}
	return true, nil
}

// answerCallbackQuery. TG-SRV: a query lives 150 s; TG-SPEC: text up to 200
// characters. It can be answered once.
func answerCallbackQuery(c *tgCall) (any, error) {
	q := c.queries[c.text("callback_query_id")]
	if q == nil || q.done || c.now().Sub(q.at) > 150*time.Second {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if utf16Len(c.text("text")) > 200 {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	q.done = true
	if t := c.text("text"); t != "" {
		q.person.toasts = append(q.person.toasts, t)
	}
	return true, nil
}
