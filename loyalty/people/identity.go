package people

import (
	"log/slog"
	"time"
)

// Identity is one chat account: a platform's user as one channel knows him.
// Channels of one LINE provider give one person the same user id: two identities
// of one person, see [Vault.Kin].
type Identity struct {
	Channel string // name in the configuration: "main", "tg"
	User    string // the platform's user id: "U4af49…", "123456789"
}

// IsZero reports whether there is no identity.
func (i Identity) IsZero() bool { return i == Identity{} }

// String gives the channel only; the user id is personal data.
func (i Identity) String() string { return i.Channel + ":•••" }

// GoString keeps %#v from giving the user id away.
func (i Identity) GoString() string { return "people.Identity(" + i.String() + ")" }

// LogValue keeps structured logs from giving the user id away.
func (i Identity) LogValue() slog.Value { return slog.StringValue(i.String()) }

// Account is one of a person's identities and what is known of it.
type Account struct {
	Identity
	LinkedAt time.Time // first contact, or when it was linked
	Blocked  bool      // the person blocked the shop there: nothing can be sent
	// BlockedAt is when that was told; zero unless Blocked, and of blocks from
	// before it was kept.
	BlockedAt time.Time `json:",omitzero"`
	Frozen    bool      // lost or stolen: nothing said there is obeyed
	// Quiet is that the person wants nothing there that he did not ask for; he may
	// hear it in another chat.
	Quiet bool `json:",omitempty"`
	// HeardAt is when he last came here from another of his chats; zero of one that
	// he never left, or never spoke in since a second one came.
	HeardAt  time.Time `json:",omitzero"`
	Username string    // Telegram's @name without the @, as last seen; mostly ""
}

// String gives the channel only.
func (a Account) String() string { return a.Identity.String() }

// GoString keeps %#v from giving the user id away.
func (a Account) GoString() string { return a.Identity.GoString() }

// LogValue keeps structured logs from giving the user id away.
func (a Account) LogValue() slog.Value { return a.Identity.LogValue() }
