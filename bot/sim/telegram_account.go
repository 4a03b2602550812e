package sim

import (
	"fmt"
	"strings"
)

// SetName changes the first name.
func (p *TelegramPerson) SetName(name string) { p.change(func() { p.user.FirstName = name }) }

// SetUsername changes the @name; empty takes it away.
func (p *TelegramPerson) SetUsername(name string) { p.change(func() { p.user.Username = name }) }

// SetLanguage changes the app's language; empty sends none.
func (p *TelegramPerson) SetLanguage(code string) { p.change(func() { p.user.LanguageCode = code }) }

// SetNumber changes the phone number on the own contact card. Telegram does
// not promise a leading +.
func (p *TelegramPerson) SetNumber(number string) { p.change(func() { p.number = number }) }

// cardNumber is the one that [TelegramPerson.SetNumber] changes.
func (p *TelegramPerson) cardNumber() string {
	p.bot.server.mu.Lock()
	defer p.bot.server.mu.Unlock()
	return p.number
}

// DeleteAccount makes the bot's messages answer "user is deactivated".
func (p *TelegramPerson) DeleteAccount() { p.change(func() { p.deleted = true }) }

func (p *TelegramPerson) change(f func()) {
	p.bot.server.mu.Lock()
	defer p.bot.server.mu.Unlock()
	f()
	p.rename()
}

// Start opens the bot by a link t.me/<bot>?start=<payload> or by its Start
// button (empty payload). A person who had blocked the bot unblocks it by this.
// TG features#deep-linking: the payload is A-Z, a-z, 0-9, _ and -, at most 64.
func (p *TelegramPerson) Start(payload string) {
	p.Unblock()
	p.Say(strings.TrimSpace("/start " + payload))
}

// Block stops the bot: my_chat_member with status kicked.
func (p *TelegramPerson) Block() { p.setBlocked(true, tgMember, tgKicked) }

// Unblock lets the bot write again: my_chat_member with status member.
func (p *TelegramPerson) Unblock() { p.setBlocked(false, tgKicked, tgMember) }

func (p *TelegramPerson) setBlocked(blocked bool, old, now string) {
	p.bot.act(func() *tgUpdate {
		if p.blocked == blocked {
			return nil
		}
		p.blocked = blocked
		p.known = true
		return p.bot.myChatMember(p.bot.chats[p.user.ID], p.user, old, now)
	})
}

// myChatMember tells the bot that its own place in a chat changed. The lock is
// held.
func (b *TelegramBot) myChatMember(c *tgChat, by tgUser, old, now string) *tgUpdate {
	return b.post("my_chat_member", fmt.Sprintf("member %d", c.ref.ID), map[string]any{
		"chat": c.ref, "from": by, "date": b.now().Unix(),
		"old_chat_member": memberOf(b.user, old), "new_chat_member": memberOf(b.user, now),
	})
}

// memberOf is a ChatMember.
func memberOf(u tgUser, status string) map[string]any {
	m := map[string]any{"user": u, "status": status}
	if status == tgKicked {
		m["until_date"] = 0
	}
	return m
}
