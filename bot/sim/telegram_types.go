package sim

import (
	"encoding/json"
	"time"
)

// The wire types are stated from TG-SPEC (Bot API 10.1), as far as simulated.

// tgUser is a User.
type tgUser struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

// tgChatRef is a Chat.
type tgChatRef struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"` // private, group, supergroup, channel
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	IsForum   bool   `json:"is_forum,omitempty"`
}

// tgEntity is a MessageEntity; offset and length count UTF-16 units.
type tgEntity struct {
	Type     string  `json:"type"`
	Offset   int     `json:"offset"`
	Length   int     `json:"length"`
	URL      string  `json:"url,omitempty"`
	User     *tgUser `json:"user,omitempty"`
	Language string  `json:"language,omitempty"`
	Emoji    string  `json:"custom_emoji_id,omitempty"`
}

// tgPhoto is a PhotoSize.
type tgPhoto struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Size     int    `json:"file_size,omitempty"`
}

// tgContact is a Contact. UserID is there when the card belongs to an account.
type tgContact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	UserID      int64  `json:"user_id,omitempty"`
}

// tgMessage is a Message, with what the simulator remembers besides.
type tgMessage struct {
	MessageID       int             `json:"message_id"`
	ThreadID        int             `json:"message_thread_id,omitempty"`
	From            *tgUser         `json:"from,omitempty"`
	SenderChat      *tgChatRef      `json:"sender_chat,omitempty"`
	Date            int64           `json:"date"` // seconds
	Chat            tgChatRef       `json:"chat"`
	ForwardOrigin   map[string]any  `json:"forward_origin,omitempty"`
	IsTopicMessage  bool            `json:"is_topic_message,omitempty"`
	AutoForward     bool            `json:"is_automatic_forward,omitempty"`
	ReplyTo         *tgMessage      `json:"reply_to_message,omitempty"`
	EditDate        int64           `json:"edit_date,omitempty"`
	Protected       bool            `json:"has_protected_content,omitempty"`
	AuthorSignature string          `json:"author_signature,omitempty"`
	Text            string          `json:"text,omitempty"`
	Entities        []tgEntity      `json:"entities,omitempty"`
	LinkPreview     json.RawMessage `json:"link_preview_options,omitempty"`
	Photo           []tgPhoto       `json:"photo,omitempty"`
	Caption         string          `json:"caption,omitempty"`
	CaptionEntities []tgEntity      `json:"caption_entities,omitempty"`
	Sticker         map[string]any  `json:"sticker,omitempty"`
	Contact         *tgContact      `json:"contact,omitempty"`
	NewMembers      []tgUser        `json:"new_chat_members,omitempty"`
	LeftMember      *tgUser         `json:"left_chat_member,omitempty"`
	GroupCreated    bool            `json:"group_chat_created,omitempty"`
	MigrateTo       int64           `json:"migrate_to_chat_id,omitempty"`
	MigrateFrom     int64           `json:"migrate_from_chat_id,omitempty"`
	TopicCreated    map[string]any  `json:"forum_topic_created,omitempty"`
	Markup          *tgMarkup       `json:"reply_markup,omitempty"`

	byBot    bool      // sent by the bot under test
	at       time.Time // Date with its fraction
	keyboard *tgMarkup // a reply keyboard that came with it
	deleted  bool
}

// wire is the message as an answer or update shows it: replies show the
// message they answer, which shows no reply of its own [TG-SPEC].
func (m *tgMessage) wire() *tgMessage {
	out := *m
	if m.ReplyTo != nil {
		inner := *m.ReplyTo
		inner.ReplyTo = nil
		out.ReplyTo = &inner
	}
	return &out
}

// service says whether the message tells of the chat rather than from somebody.
func (m *tgMessage) service() bool {
	return len(m.NewMembers) > 0 || m.LeftMember != nil || m.GroupCreated ||
		m.MigrateTo != 0 || m.MigrateFrom != 0 || m.TopicCreated != nil
}

// tgFile is a stored file.
type tgFile struct {
	id, path string
	data     []byte
	photo    tgPhoto
}

// tgQuery is a press that waits for its answer.
type tgQuery struct {
	at     time.Time
	person *TelegramPerson
	done   bool
}
