package bot

// Message is one bubble as the program means it; adapters turn it into Flex,
// text and keyboards within their platform's limits. All strings are in the
// receiver's language already.
//
// Its reading order, everywhere, is: Photo, Title, Text, Bar, Dots, Rows, Note,
// Picture, Buttons, Cards. Its words are complete without Photo, Bar and Dots:
// these adorn what is said in words, and some phones never show them.
type Message struct {
	Photo   *Photo   `json:"ph,omitempty"`
	Title   string   `json:"ti,omitempty"` // one line, drawn large
	Text    string   `json:"t,omitempty"`  // plain text; line breaks are kept
	Bar     *Bar     `json:"bar,omitempty"`
	Dots    *Dots    `json:"dots,omitempty"`
	Rows    []Row    `json:"r,omitempty"` // a small table
	Note    string   `json:"n,omitempty"` // one line, drawn small
	Picture *Picture `json:"p,omitempty"`
	Buttons []Button `json:"b,omitempty"`
	// Cards stand side by side, up to MaxCards: a LINE carousel; on Telegram a
	// paragraph each, in one message. See [Message.Check] for what one may hold.
	Cards []Message `json:"c,omitempty"`

	// Quick buttons stand under the newest message only and go when used.
	Quick []Button `json:"q,omitempty"`
	// Replace asks that the message whose button was pressed be changed into
	// this one where the platform can (Telegram); elsewhere it is a new one.
	Replace bool `json:"rep,omitempty"`
	// Menu asks for the lasting menu of this language under the chat: LINE's
	// rich menu, Telegram's reply keyboard.
	Menu *Menu `json:"m,omitempty"`
	// Mention names the person a group message speaks to, if it can be told.
	Mention *Identity `json:"to,omitempty"`
}

// Row is a label and its value, drawn at opposite ends of a line.
type Row struct {
	Label string `json:"l"`
	Value string `json:"v"`
}

// Picture is something drawn on demand, so that an outbox row stays small. One
// of QR and Code128 is set.
type Picture struct {
	QR      string `json:"qr,omitempty"`  // the text in the QR code
	Code128 string `json:"bar,omitempty"` // the text in the bar code
	Alt     string `json:"alt"`           // what it shows, in words
}

// ActionKind says what a button does.
type ActionKind string

// What buttons can do. Whatever a button carries is public or a one-time
// token: nothing in it is believed (law 3).
const (
	// DoCommand acts as if its owner had typed the command "/Value", which may
	// have arguments, as in "points" or "history 40".
	DoCommand ActionKind = "command"
	// DoAnswer answers the open question with the option Value.
	DoAnswer ActionKind = "answer"
	// DoToken presents the one-time token Value.
	DoToken ActionKind = "token"
	// DoOpen opens the address Value.
	DoOpen ActionKind = "open"
	// DoPrivate opens the private chat with the bot, ready to say the command
	// Value. From a group it costs nothing.
	DoPrivate ActionKind = "private"
	// DoContact asks the person to share their own phone number (Telegram);
	// adapters without it leave the button out.
	DoContact ActionKind = "contact"
	// DoCopy copies Value where the platform can, and is left out elsewhere.
	DoCopy ActionKind = "copy"
)

// Button is a label and what it does.
type Button struct {
	Label string     `json:"l"`
	Do    ActionKind `json:"d"`
	Value string     `json:"v"`
}

// Menu names the lasting menu to show: a language and what kind of person.
type Menu struct {
	Lang string   `json:"lang"`
	Role Role     `json:"role,omitempty"`
	Keys []Button `json:"keys"` // the buttons in sight, four at most
}

// Address is where a letter goes.
type Address struct {
	Chat
	Person Identity `json:"who,omitzero"` // the receiver in a private chat
}

// Letter is everything that one intent says: up to five messages to one chat.
type Letter struct {
	To       Address    `json:"to"`
	Reply    ReplyToken `json:"reply,omitzero"` // LINE: free while it lasts
	Callback string     `json:"cb,omitempty"`   // Telegram: the press to acknowledge
	On       MessageID  `json:"on,omitempty"`   // the message a Replace changes
	ReplyTo  MessageID  `json:"rt,omitempty"`   // in a group: what this answers
	Messages []Message  `json:"msgs"`
	// Door is what is done at a group's door beside what is said; nil is nothing.
	// Platforms where programs have no say in that leave it out.
	Door *Door `json:"door,omitempty"`
}

// Door is what is done about one person at a group's door.
type Door struct {
	Do    DoorDeed `json:"do"`
	Group ChatID   `json:"g"`
	User  UserID   `json:"u"`
}

// DoorDeed says what is done.
type DoorDeed string

// What can be done at a door. Each may be done again without harm.
const (
	// DoorAdmit lets in who asked to be, before anything is said: words of welcome
	// are for who is in.
	DoorAdmit DoorDeed = "admit"
	// DoorDecline turns away who asked, after it was said why: from then on Telegram
	// lets no bot write to somebody who never wrote to it.
	DoorDecline DoorDeed = "decline"
	// DoorRemove takes somebody out of a group in such a way that they may ask again.
	DoorRemove DoorDeed = "remove"
)

// MaxMessages is how many messages a letter may hold (LINE docs,
// #send-reply-message: 1 to 5 per request).
const MaxMessages = 5
