package bot

import (
	"encoding/json"

	"regulars/store"
)

// GroupChat is a group that the bot is in.
type GroupChat struct {
	Code  string // its short public name
	Title string // as the platform told it; may be empty
	Chat  Chat
}

// GroupChat finds a group by its code; false where there is none, or the bot has
// left it.
func (b *Bot) GroupChat(r store.Reader, code string) (GroupChat, bool, error) {
	lane, ok, err := groupTable.Get(r, code)
	if err != nil || !ok {
		return GroupChat{}, false, err
	}
	row, ok, err := chatTable.Get(r, lane)
	if err != nil || !ok || len(row.Sealed) == 0 || row.Left.After(row.Joined) {
		return GroupChat{}, false, err
	}
	facts, err := b.groupFacts(r, row)
	return GroupChat{Code: code, Title: facts.Title, Chat: facts.Chat}, err == nil, err
}

// GroupChats lists the groups that the bot is in, in the order of their codes. It is
// for a View.
func (b *Bot) GroupChats(r store.Reader) (list []GroupChat, err error) {
	for code := range groupTable.Scan(r, groupTable.All(), &err) {
		g, ok, err := b.GroupChat(r, code)
		if err != nil {
			return list, err
		}
		if ok {
			list = append(list, g)
		}
	}
	return list, err
}

// groupFacts opens what is sealed of a group. No person's key is asked for, so
// that any reader will do.
func (b *Bot) groupFacts(r store.Reader, row chatRow) (facts groupFacts, err error) {
	raw, err := b.Persons.Open(r, "", row.Sealed)
	if err == nil {
		err = json.Unmarshal(raw, &facts)
	}
	return facts, err
}
