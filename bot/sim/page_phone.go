package sim

import (
	"fmt"
	"sync"
	"time"

	"regulars/bot/draw"
)

// pagePhone is somebody's phone on the page.
type pagePhone struct {
	id   string // "p1"
	role string
	set  handset
	todo chan func() // what its owner does, one thing after another

	mu     sync.Mutex
	hidden bool
	chat   string // the open one; "" is the private chat
	draft  string // put into the text field by the tour
	drafts int    // counts drafts, so that the same one is put in again
	sheet  *sheet
	note   string // the last thing that failed
	read   map[string]int
	text   *SMS // the newest one, until its owner puts it away
}

// handset is a phone of one platform. Its methods take no locks of the page.
type handset interface {
	platform() string // "line" or "telegram"
	account() string  // what tells accounts apart, the platform's user id
	name() string
	lang() string // the language of the app, a BCP 47 tag
	shop() string // the bot's display name
	chats() []pageChat
	// log is the newest messages of a chat, oldest first.
	log(chat string) []pageMessage
	// under is what stands below the messages: menus and keyboards.
	under(chat string) pageUnder
	state() pageState
	say(chat, text string)
	// tap does what an action of a drawn message is for. It gives an address
	// that the phone should open, or a text that it copied.
	tap(chat, message string, a draw.Action) (open, copied string, err error)
	// do does a deed by its name; see phoneDeeds.
	do(chat, deed, value string) error
	// opens follows an address of the own platform.
	opens(l deepLink) (chat string, err error)
	picture(ref string) []byte
}

// pageChat is a chat in the list of a phone.
type pageChat struct {
	Key, Name string
	Count     int  // messages so far
	Bot       bool // the bot is in it
}

// pageMessage is a message to be drawn.
type pageMessage struct {
	ID     string
	At     time.Time
	Mine   bool
	Who    string
	Wire   map[string]any
	Unsent bool
	Read   bool
	Edited bool
}

// pageUnder is what stands under the messages.
type pageUnder struct {
	MenuID      string // LINE's rich menu
	MenuBar     string
	MenuW       int
	MenuH       int
	Areas       []pageArea
	Keys        []any // Telegram's reply keyboard
	Placeholder string
}

// pageArea is a place on a rich menu's picture.
type pageArea struct {
	Label      string
	X, Y, W, H int
	action     map[string]any
}

// pageState is whether the person can write now.
type pageState struct {
	Friend  bool // has added the account, or started the bot
	Blocked bool
	Draft   string // the platform's own: prefilled by a link
}

// sheet is what a phone has opened in front of the chat.
type sheet struct {
	URL    string // as it was
	Local  string // as this machine's browser reaches it; "" when it may not be followed
	Text   string // copied
	Note   string
	Links  []deepLink
	Pick   *draw.Action
	picked string // the chat and message of Pick
}

// take puts a phone on the page, or brings it back into sight.
func (pg *page) take(p PagePerson) *pagePhone {
	var set handset
	switch {
	case p.LINE != nil:
		set = lineHandset{p.LINE.Private()}
	case p.Telegram != nil:
		set = telegramHandset{p.Telegram}
	default:
		return nil
	}
	pg.mu.Lock()
	defer pg.mu.Unlock()
	for _, ph := range pg.phones {
		if ph.set.platform() == set.platform() && ph.set.account() == set.account() {
			ph.change(func() { ph.hidden = false })
			return ph
		}
	}
	if p.Role == "" {
		p.Role = "customer"
	}
	ph := &pagePhone{
		id: fmt.Sprintf("p%d", len(pg.phones)+1), role: p.Role, set: set,
		todo: make(chan func(), 64), read: map[string]int{},
	}
	pg.phones = append(pg.phones, ph)
	go ph.work(pg.sim.line.closing)
	return ph
}

// work does what the owner does, in order, until the simulator closes. A deed
// lasts as long as the bot takes to answer its webhook.
func (ph *pagePhone) work(closing <-chan struct{}) {
	for {
		select {
		case f := <-ph.todo:
			f()
		case <-closing:
			return
		}
	}
}

func (ph *pagePhone) change(f func()) {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	f()
}

// phone finds one by its id; nil when there is none.
func (pg *page) phone(id string) *pagePhone {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	for _, ph := range pg.phones {
		if ph.id == id {
			return ph
		}
	}
	return nil
}

func (pg *page) allPhones() []*pagePhone {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	return append([]*pagePhone(nil), pg.phones...)
}

func (ph *pagePhone) isHidden() bool {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	return ph.hidden
}
