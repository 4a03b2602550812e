package telegram

import (
	"errors"
	"strings"
)

// Keys are a bot's secrets, which can be changed while it is used.
type Keys struct {
	Token  string   // as BotFather gave it; its first half, the bot's id, stays
	Secret string   // comes with webhooks
	Before []string // accepted in webhooks, too, while a change is on its way
}

// ErrOtherBot reports a token of another bot's.
var ErrOtherBot = errors.New("telegram: the token is another bot's")

// SetKeys changes the bot's secrets. What is being sent just now ends with
// those it began with. Another bot's token is ErrOtherBot: people's chats are
// with the one they wrote to.
func (c *Channel) SetKeys(k Keys) error {
	id, _, _ := strings.Cut(k.Token, ":")
	if was, _, _ := strings.Cut(c.keys.Load().Token, ":"); id != was {
		return ErrOtherBot
	}
	c.keys.Store(&k)
	return nil
}
