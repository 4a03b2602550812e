package room

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Group is the Telegram group that a room is.
type Group struct {
	Code string        `json:"code"` // its short code, as the bot knows groups
	By   loyalty.Actor `json:"by"`   // who linked it
	At   time.Time     `json:"at"`
	// Link leads to asking for a place, made for the chat whose lane is Lane; "" while
	// there is none. Trouble is what keeps it from being made, or from people being let
	// in and out; "" is nothing.
	Link    string  `json:"link,omitempty"`
	Lane    string  `json:"lane,omitempty"`
	Trouble Trouble `json:"trouble,omitempty"`
	// Lost is as a guest's.
	Lost time.Time `json:"lost,omitzero"`
}

// Trouble is what a group lacks to be a room.
type Trouble string

// What can be wrong.
const (
	// NoRights: the bot is no administrator who may invite and ban.
	NoRights Trouble = "rights"
	// NoGroup: the bot is not in the group any more.
	NoGroup Trouble = "group"
)

// State is where a member stands with a room.
type State string

// The states.
const (
	Asked State = "asked" // wants to be let in by an employee
	In    State = "in"    // is in it
	Out   State = "out"   // on LINE, or where the bot cannot: is to be taken out by an employee
)

// Way is how a room is kept.
type Way string

// The ways.
const (
	ByBot   Way = "telegram" // the bot lets in and out
	ByStaff Way = "line"     // employees do
)

// Guest is one member's place in a room.
type Guest struct {
	Member loyalty.MemberID `json:"-"`
	Room   string           `json:"-"`
	Way    Way              `json:"way"`
	State  State            `json:"state"`
	Since  time.Time        `json:"since"` // of the state
	// Told is when they were told that they may not stay; zero: they may.
	Told time.Time `json:"told,omitzero"`
	// Left is when somebody was let in who has left the club since; zero: they have
	// not. By it employees find who it was: their name is not kept.
	Left time.Time `json:"left,omitzero"`
	// Lost is since when the programme has had no such room; zero: it has.
	Lost time.Time `json:"lost,omitzero"`
}

// listed is somebody of a room's people; Do says that employees have something to do
// about them.
type listed struct {
	Do bool `json:"do,omitempty"`
}

var (
	groups = store.NewTable[Group]("room/", store.Readable, store.FirstPart("room"))
	guests = store.NewTable[Guest]("roomguest/", store.Locked, store.FirstPart("member"))
	lists  = store.NewTable[listed]("roomlist/", store.Free, nil) // written by its member's transactions only
)
