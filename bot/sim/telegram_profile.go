package sim

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// tgCommand is a BotCommand.
type tgCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

var (
	tgCommandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	tgTwoLetters  = regexp.MustCompile(`^[a-z]{2}$`)
)

// scope gives the key under which commands of a scope and language are kept.
// TG-SPEC BotCommandScope; the language is two letters (ISO 639-1) or empty.
func (c *tgCall) scope() (string, error) {
	s := struct {
		Type   string
		ChatID json.Number `json:"chat_id"`
		UserID int64       `json:"user_id"`
	}{Type: "default"}
	if err := c.decode("scope", &s, "can't parse BotCommandScope: "); err != nil {
		return "", err
	}
	lang, err := c.language()
	if err != nil {
		return "", err
	}
	key := s.Type
	switch s.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
	case "chat", "chat_administrators", "chat_member":
		in := &tgCall{TelegramBot: c.TelegramBot, tgParams: tgParams{values: map[string]string{"chat_id": s.ChatID.String()}}}
		chat, err := in.readable()
		if err != nil {
			return "", err
		}
		if s.Type != "chat" && chat.person != nil {
			return "", badRequest("can't use the specified scope in private chats")
		}
		key += fmt.Sprintf(" %d", chat.ref.ID)
		if s.Type == "chat_member" {
			key += fmt.Sprintf(" %d", s.UserID)
		}
	default:
		return "", badRequest("can't parse BotCommandScope: Unsupported type specified")
	}
	return key + "/" + lang, nil
}

func (c *tgCall) language() (string, error) {
	lang := c.text("language_code")
	if lang != "" && !tgTwoLetters.MatchString(lang) {
		return "", badRequest("invalid language code specified")
	}
	return lang, nil
}

// setMyCommands. TG-SPEC: 1..100 commands, names 1..32 of a-z, 0-9 and _,
// descriptions 1..256. An empty list is the same as deleteMyCommands.
func setMyCommands(c *tgCall) (any, error) {
	key, err := c.scope()
	if err != nil {
		return nil, err
	}
	var list []tgCommand
	if err := c.decode("commands", &list, "can't parse commands: "); err != nil {
		return nil, err
	}
	if len(list) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, cmd := range list {
		if !tgCommandName.MatchString(cmd.Command) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := utf16Len(cmd.Description); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	if len(list) == 0 {
		delete(c.commands, key)
	} else {
		c.commands[key] = list
	}
	return true, nil
}

func getMyCommands(c *tgCall) (any, error) {
	key, err := c.scope()
	if err != nil {
		return nil, err
	}
	if list := c.commands[key]; list != nil {
		return list, nil
	}
	return []tgCommand{}, nil
}

func deleteMyCommands(c *tgCall) (any, error) {
	key, err := c.scope()
	if err != nil {
		return nil, err
	}
	delete(c.commands, key)
	return true, nil
}

// setMyText makes a setter of one profile text per language with its limit.
func setMyText(field string, limit int) func(*tgCall) (any, error) {
	return func(c *tgCall) (any, error) {
		lang, err := c.language()
		if err != nil {
			return nil, err
		}
		text := c.text(field)
		if utf16Len(text) > limit {
			return nil, badRequest("the %s is too long: at most %d characters", field, limit)
		}
		if text == "" {
			delete(c.texts, field+"/"+lang)
		} else {
			c.texts[field+"/"+lang] = text
		}
		if field == "name" && lang == "" && text != "" {
			c.TelegramBot.user.FirstName = text
		}
		return true, nil
	}
}

// getMyText makes a getter: the language's text, else the one for all.
func getMyText(field string) func(*tgCall) (any, error) {
	return func(c *tgCall) (any, error) {
		lang, err := c.language()
		if err != nil {
			return nil, err
		}
		text, ok := c.texts[field+"/"+lang]
		if !ok {
			text = c.texts[field+"/"]
		}
		if text == "" && field == "name" {
			text = c.user.FirstName
		}
		return map[string]string{field: text}, nil
	}
}

// setChatMenuButton sets the button beside the text field, for one private
// chat or for all.
func setChatMenuButton(c *tgCall) (any, error) {
	id := int64(0)
	if c.has("chat_id") {
		chat, err := c.writable()
		if err != nil {
			return nil, err
		}
		if chat.person == nil {
			return nil, badRequest("chat menu button can be set in private chats only")
		}
		id = chat.ref.ID
	}
	b := struct {
		Type, Text string
		WebApp     struct{ URL string } `json:"web_app"`
	}{Type: "default"}
	if err := c.decode("menu_button", &b, "can't parse menu button: "); err != nil {
		return nil, err
	}
	switch {
	case b.Type == "default" || b.Type == "commands":
	case b.Type == "web_app" && b.Text != "" && goodLink(b.WebApp.URL):
	default:
		return nil, badRequest("can't parse menu button: Unsupported type specified")
	}
	c.menus[id] = json.RawMessage(c.text("menu_button"))
	return true, nil
}

func getChatMenuButton(c *tgCall) (any, error) {
	for _, id := range []int64{c.int("chat_id"), 0} {
		if raw := c.menus[id]; len(raw) > 0 {
			return raw, nil
		}
	}
	return map[string]string{"type": "commands"}, nil
}
