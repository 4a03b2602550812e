package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/i18n"
)

// Command is a line of the list that opens at "/".
type Command struct {
	Name        string `json:"command"`     // 1..32 of a-z0-9_
	Description string `json:"description"` // 1..256 characters
}

// Scope says where a list of commands is shown. It decides what is seen, never
// what is allowed.
type Scope string

// The scopes used here (Bot API, #botcommandscope). InChat goes before the others.
const (
	Everywhere   Scope = "default"
	InPrivate    Scope = "all_private_chats"
	InGroups     Scope = "all_group_chats"
	InChat       Scope = "chat"
	maxCommands        = 100
	maxDescribed       = 256
)

// listFor is the call that gives a private chat the command list that goes with
// the menu it is shown: an employee's, or that of the Chinese which has no list
// of its own; anybody else gets the general list back. Bots without
// Config.Commands leave lists alone.
func (c *Channel) listFor(l bot.Letter, a *address) (request, bool) {
	var m *bot.Menu
	for i := range l.Messages {
		if l.Messages[i].Menu != nil {
			m = l.Messages[i].Menu
		}
	}
	if m == nil || a.group || c.commands == nil {
		return request{}, false
	}
	r := request{Method: "deleteMyCommands", Params: map[string]string{"scope": asJSON(scopeOf{"chat", json.Number(a.params["chat_id"])})}}
	if list, own := c.commands(m.Role, i18n.Lang(m.Lang)); own {
		r.Method, r.Params["commands"] = "setMyCommands", asJSON(list)
	}
	return r, true
}

// scopeOf is Telegram's BotCommandScopeChat.
type scopeOf struct {
	Type string      `json:"type"`
	Chat json.Number `json:"chat_id"`
}

// CommandList is one list, for one scope and language.
type CommandList struct {
	Scope    Scope
	Chat     bot.ChatID // InChat only
	Lang     i18n.Lang  // empty: for all languages that have no list of their own
	Commands []Command  // none: the list is taken away
}

// ErrOneChinese reports a list that would take the place of another: Telegram
// knows languages by two letters, so that of zh-TW, zh-HK and zh-CN only one
// can be shown by itself. The others are set for each chat, see SetChatCommands.
var ErrOneChinese = errors.New("telegram: two lists for the same scope and two-letter language")

// twoLetters is the language code that Telegram takes; "" for every language.
func twoLetters(l i18n.Lang) string {
	code, _, _ := strings.Cut(string(l), "-")
	return code
}

// NeedsChatCommands says that people of language l see another variant's list
// unless SetChatCommands gives them theirs; shown is the variant that has the
// two-letter code.
func NeedsChatCommands(l, shown i18n.Lang) bool {
	return l != shown && twoLetters(l) == twoLetters(shown)
}

// EnsureCommands sets those of the lists that are not set so already and says
// how many these were. It refuses lists that would overwrite each other.
func (c *Channel) EnsureCommands(ctx context.Context, lists []CommandList) (changed int, err error) {
	type place struct {
		scope Scope
		chat  bot.ChatID
		code  string
	}
	seen := map[place]bool{}
	for _, l := range lists {
		p := place{l.Scope, l.Chat, l.code()}
		if seen[p] {
			return 0, fmt.Errorf("%w: %s", ErrOneChinese, l.Lang)
		}
		seen[p] = true
		if err := l.check(); err != nil {
			return 0, err
		}
	}
	for _, l := range lists {
		set, err := c.ensure(ctx, l)
		if err != nil {
			return changed, err
		}
		if set {
			changed++
		}
	}
	return changed, nil
}

// SetChatCommands sets the list of one chat: staff's own commands, or a Chinese
// variant that has no list otherwise. It is shown whatever the app's language.
// An empty list gives the chat the general one back.
func (c *Channel) SetChatCommands(ctx context.Context, chat bot.ChatID, list []Command) (changed bool, err error) {
	l := CommandList{Scope: InChat, Chat: chat, Commands: list}
	if err := l.check(); err != nil {
		return false, err
	}
	return c.ensure(ctx, l)
}

// code is empty in a chat: its one list serves the app in any language, because
// the person's language is known to us and need not be the app's.
func (l CommandList) code() string {
	if l.Scope == InChat {
		return ""
	}
	return twoLetters(l.Lang)
}

var (
	chatForm = regexp.MustCompile(`^-?[1-9][0-9]{0,18}$`)
	nameForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
)

func (l CommandList) check() error {
	if (l.Scope == InChat) != chatForm.MatchString(string(l.Chat)) {
		return errors.New("telegram: a list of commands names a chat exactly when it is for one")
	}
	if len(l.Commands) > maxCommands {
		return fmt.Errorf("telegram: %d commands in a list, %d fit", len(l.Commands), maxCommands)
	}
	for _, cmd := range l.Commands {
		if n := units(cmd.Description); !nameForm.MatchString(cmd.Name) || n < 1 || n > maxDescribed {
			return fmt.Errorf("telegram: command %q with a description of %d characters cannot be listed", cmd.Name, n)
		}
	}
	return nil
}

func (l CommandList) params() map[string]string {
	p := map[string]string{"scope": asJSON(struct {
		Type Scope       `json:"type"`
		Chat json.Number `json:"chat_id,omitempty"`
	}{l.Scope, json.Number(l.Chat)})}
	if code := l.code(); code != "" {
		p["language_code"] = code
	}
	return p
}

// ensure compares first: reading is free, and clients fetch a changed list anew.
func (c *Channel) ensure(ctx context.Context, l CommandList) (bool, error) {
	var now []Command
	p := l.params()
	r := c.do(ctx, callTime, "getMyCommands", p)
	if err := r.decode("getMyCommands", &now); err != nil {
		return false, err
	}
	if slices.Equal(now, l.Commands) {
		return false, nil
	}
	method := "deleteMyCommands"
	if len(l.Commands) > 0 {
		method, p["commands"] = "setMyCommands", asJSON(l.Commands)
	}
	err := c.do(ctx, callTime, method, p).err
	return err == nil, err
}

// ProfileText is what people read of the bot before they start it.
type ProfileText struct {
	Lang        i18n.Lang // empty: for all languages that have no text of their own
	Description string    // up to 512 characters, in the empty chat
	Short       string    // up to 120 characters, on the profile page
}

// EnsureProfile sets those texts that differ and says how many these were.
// As with commands, one Chinese variant can have them.
func (c *Channel) EnsureProfile(ctx context.Context, texts []ProfileText) (changed int, err error) {
	seen := map[string]bool{}
	for _, t := range texts {
		code := twoLetters(t.Lang)
		if seen[code] {
			return changed, fmt.Errorf("%w: %s", ErrOneChinese, t.Lang)
		}
		seen[code] = true
		for _, part := range []struct{ what, field, text string }{
			{"MyDescription", "description", t.Description},
			{"MyShortDescription", "short_description", t.Short},
		} {
			set, err := c.ensureText(ctx, code, part.what, part.field, part.text)
			if err != nil {
				return changed, err
			}
			if set {
				changed++
			}
		}
	}
	return changed, nil
}

// ensureText sets one text through the pair get<what> and set<what>.
func (c *Channel) ensureText(ctx context.Context, code, what, field, text string) (bool, error) {
	p := map[string]string{}
	if code != "" {
		p["language_code"] = code
	}
	var now map[string]string
	r := c.do(ctx, callTime, "get"+what, p)
	if err := r.decode("get"+what, &now); err != nil || now[field] == text {
		return false, err
	}
	p[field] = text
	err := c.do(ctx, callTime, "set"+what, p).err
	return err == nil, err
}
