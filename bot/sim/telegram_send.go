package sim

import (
	"encoding/json"
)

// draft reads what every send method has in common and checks it: where, in
// answer to what, with which buttons.
func (c *tgCall) draft() (*tgChat, *tgMessage, error) {
	chat, err := c.writable()
	if err != nil {
		return nil, nil, err
	}
	m := &tgMessage{From: &c.user, byBot: true, Protected: c.bool("protect_content")}
	if chat.ref.Type == "channel" {
		m.From, m.SenderChat = nil, &chat.ref
		if s := chat.botStatus(); s != tgAdmin {
			return nil, nil, badRequest("need administrator rights in the channel chat")
		}
	}
	if m.ThreadID, err = c.thread(chat); err != nil {
		return nil, nil, err
	}
	m.IsTopicMessage = m.ThreadID != 0 && chat.ref.IsForum
	if m.ReplyTo, err = c.replyTo(chat); err != nil {
		return nil, nil, err
	}
	markup, err := c.markup(chat)
	if err != nil {
		return nil, nil, err
	}
	if markup != nil && markup.Inline != nil {
		m.Markup = markup
	} else {
		m.keyboard = markup
	}
	return chat, m, nil
}

// replyTo finds the message that is answered, by either parameter.
func (c *tgCall) replyTo(chat *tgChat) (*tgMessage, error) {
	p := struct {
		MessageID int64 `json:"message_id"`
		Without   bool  `json:"allow_sending_without_reply"`
	}{c.int("reply_to_message_id"), c.bool("allow_sending_without_reply")}
	if err := c.decode("reply_parameters", &p, "can't parse reply parameters: "); err != nil {
		return nil, err
	}
	if p.MessageID == 0 {
		return nil, nil
	}
	m := chat.message(p.MessageID)
	if m == nil && !p.Without {
		return nil, badRequest("message to be replied not found")
	}
	return m, nil
}

// checkText refuses what is empty or too long. TG-SPEC: 1..4096 characters
// after entities parsing.
func checkText(text string) error {
	if text == "" {
		return badRequest("message text is empty")
	}
	if utf16Len(text) > 4096 {
		return badRequest("message is too long")
	}
	return nil
}

// checkCaption: 0..1024 characters after entities parsing.
func checkCaption(text string) error {
	if utf16Len(text) > 1024 {
		return badRequest("message caption is too long")
	}
	return nil
}

func sendMessage(c *tgCall) (any, error) {
	text, entities, err := c.formatted("text", "entities")
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, badRequest("message text is empty")
	}
	chat, m, err := c.draft()
	if err != nil {
		return nil, err
	}
	if err := checkText(text); err != nil {
		return nil, err
	}
	m.Text, m.Entities = text, entities
	if raw := c.text("link_preview_options"); raw != "" {
		if !json.Valid([]byte(raw)) {
			return nil, badRequest("can't parse link preview options JSON object")
		}
		m.LinkPreview = json.RawMessage(raw)
	}
	return chat.add(m).wire(), nil
}

func sendPhoto(c *tgCall) (any, error) {
	caption, entities, err := c.formatted("caption", "caption_entities")
	if err != nil {
		return nil, err
	}
	photo, err := c.photo("photo", c.text("photo"))
	if err != nil {
		return nil, err
	}
	chat, m, err := c.draft()
	if err != nil {
		return nil, err
	}
	if err := checkCaption(caption); err != nil {
		return nil, err
	}
	m.Photo, m.Caption, m.CaptionEntities = photo, caption, entities
	return chat.add(m).wire(), nil
}

var tgActions = map[string]bool{
	"typing": true, "upload_photo": true, "record_video": true, "upload_video": true, "record_voice": true,
	"upload_voice": true, "upload_document": true, "choose_sticker": true, "find_location": true,
	"record_video_note": true, "upload_video_note": true,
}

func sendChatAction(c *tgCall) (any, error) {
	if !tgActions[c.text("action")] {
		return nil, badRequest("wrong parameter action in request")
	}
	chat, err := c.writable()
	if err != nil {
		return nil, err
	}
	_, err = c.thread(chat)
	return true, err
}

// source finds the message that is copied or forwarded.
func (c *tgCall) source(what string) (*tgMessage, error) {
	from := &tgCall{TelegramBot: c.TelegramBot, tgParams: tgParams{values: map[string]string{"chat_id": c.text("from_chat_id")}}}
	chat, err := from.readable()
	if err != nil {
		return nil, err
	}
	m := chat.message(c.int("message_id"))
	if m == nil || m.service() {
		return nil, badRequest("message to %s not found", what)
	}
	if m.Protected {
		return nil, badRequest("message can't be %s", map[string]string{"copy": "copied", "forward": "forwarded"}[what])
	}
	return m, nil
}

func copyMessage(c *tgCall) (any, error) {
	src, err := c.source("copy")
	if err != nil {
		return nil, err
	}
	chat, m, err := c.draft()
	if err != nil {
		return nil, err
	}
	m.copyContent(src)
	if c.has("caption") {
		if m.Caption, m.CaptionEntities, err = c.formatted("caption", "caption_entities"); err != nil {
			return nil, err
		}
	}
	return map[string]any{"message_id": chat.add(m).MessageID}, nil
}

func forwardMessage(c *tgCall) (any, error) {
	src, err := c.source("forward")
	if err != nil {
		return nil, err
	}
	chat, m, err := c.draft()
	if err != nil {
		return nil, err
	}
	m.copyContent(src)
	m.Markup = src.Markup
	m.ForwardOrigin = map[string]any{"type": "user", "date": src.Date, "sender_user": src.From}
	return chat.add(m).wire(), nil
}

func (m *tgMessage) copyContent(src *tgMessage) {
	m.Text, m.Entities = src.Text, src.Entities
	m.Photo, m.Caption, m.CaptionEntities = src.Photo, src.Caption, src.CaptionEntities
	m.Sticker, m.Contact = src.Sticker, src.Contact
}
