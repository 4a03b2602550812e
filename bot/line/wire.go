package line

import "encoding/json"

// reply is the module's ReplyMessageRequest in the same bytes. Replies are what
// every customer waits for, and the module's own way to write one goes over its
// messages four times.
type reply struct {
	ReplyToken           string `json:"replyToken"`
	NotificationDisabled bool   `json:"notificationDisabled"`
	Messages             []any  `json:"messages"`
}

// The message objects that are sent, in LINE's field names (LINE docs,
// #message-objects). Only what is used is here, and a zero is left out.

type textMessage struct {
	Type         string                  `json:"type"` // text or textV2
	Text         string                  `json:"text"`
	Substitution map[string]substitution `json:"substitution,omitempty"`
	QuickReply   *quickReply             `json:"quickReply,omitempty"`
}

type substitution struct {
	Type      string    `json:"type"`
	Mentionee mentionee `json:"mentionee"`
}

type mentionee struct {
	Type   string `json:"type"`
	UserID string `json:"userId"`
}

type flexMessage struct {
	Type       string          `json:"type"`
	AltText    string          `json:"altText"`
	Contents   json.RawMessage `json:"contents"`
	QuickReply *quickReply     `json:"quickReply,omitempty"`
}

type quickReply struct {
	Items []quickItem `json:"items"`
}

type quickItem struct {
	Type   string `json:"type"`
	Action action `json:"action"`
}

type carousel struct {
	Type     string   `json:"type"`
	Contents []bubble `json:"contents"`
}

type bubble struct {
	Type   string `json:"type"`
	Size   string `json:"size,omitempty"`
	Hero   *node  `json:"hero,omitempty"`
	Body   *node  `json:"body,omitempty"`
	Footer *node  `json:"footer,omitempty"`
}

// node is any Flex component: a box, a text, an image, a button or a separator.
type node struct {
	Type        string  `json:"type"`
	Layout      string  `json:"layout,omitempty"`
	Contents    []node  `json:"contents,omitzero"` // a box that is only a shape has [], never nothing
	Text        string  `json:"text,omitempty"`
	Size        string  `json:"size,omitempty"`
	Weight      string  `json:"weight,omitempty"`
	Color       string  `json:"color,omitempty"`
	Align       string  `json:"align,omitempty"`
	Wrap        bool    `json:"wrap,omitempty"`
	Flex        int     `json:"flex,omitempty"`
	Spacing     string  `json:"spacing,omitempty"`
	Margin      string  `json:"margin,omitempty"`
	URL         string  `json:"url,omitempty"`
	AspectRatio string  `json:"aspectRatio,omitempty"`
	AspectMode  string  `json:"aspectMode,omitempty"`
	Style       string  `json:"style,omitempty"`
	Height      string  `json:"height,omitempty"`
	Width       string  `json:"width,omitempty"`
	Background  string  `json:"backgroundColor,omitempty"`
	Corner      string  `json:"cornerRadius,omitempty"`
	Padding     string  `json:"paddingAll,omitempty"`
	Border      string  `json:"borderWidth,omitempty"`
	BorderColor string  `json:"borderColor,omitempty"`
	AlignItems  string  `json:"alignItems,omitempty"`
	Action      *action `json:"action,omitempty"`
}

// rawMessage is one finished message. The module passes a type with these two
// methods on unchanged, where its own types would lose or add fields.
type rawMessage json.RawMessage

// GetType says what kind of message it is.
func (m rawMessage) GetType() string {
	var t struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(m, &t)
	return t.Type
}

// MarshalJSON gives the message as it is.
func (m rawMessage) MarshalJSON() ([]byte, error) { return m, nil }
