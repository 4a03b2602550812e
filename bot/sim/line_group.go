package sim

import "errors"

// LineGroup is a group, or a room (a multi-person chat), of people on LINE.
// It belongs to the channel it was made on: only one official account can be
// in a group (DOC group-chats).
type LineGroup struct {
	ch   *LineChannel
	chat *lineChat
}

// Group makes a group of these people and adds the official account, which
// sends a join event, unless the console forbids it ([LineConfig.NoGroups]).
func (ch *LineChannel) Group(name string, people ...*LinePerson) *LineGroup {
	return ch.gather("group", "C", name, people)
}

// Room makes a multi-person chat, which has no name.
func (ch *LineChannel) Room(people ...*LinePerson) *LineGroup {
	return ch.gather("room", "R", "", people)
}

// gather makes the chat with its people first, so that whoever hears of it by
// the join event finds it complete.
func (ch *LineChannel) gather(kind, letter, name string, people []*LinePerson) *LineGroup {
	ch.sim.mu.Lock()
	chat := ch.newChat(kind, letter+randomHex(16), name)
	chat.bot = false
	for _, p := range people {
		chat.members = append(chat.members, p.user)
	}
	ch.sim.mu.Unlock()
	g := &LineGroup{ch: ch, chat: chat}
	g.AddBot()
	return g
}

// ID is the group or room id.
func (g *LineGroup) ID() string { return g.chat.id }

// Name is the group's name; "" of a room.
func (g *LineGroup) Name() string { return g.chat.name }

// Members are the people in it now.
func (g *LineGroup) Members() []*LinePerson {
	g.ch.sim.mu.Lock()
	defer g.ch.sim.mu.Unlock()
	var out []*LinePerson
	for _, u := range g.chat.members {
		out = append(out, &LinePerson{ch: g.ch, user: u, chat: g.chat})
	}
	return out
}

// HasBot says whether the official account is in the group.
func (g *LineGroup) HasBot() bool {
	g.ch.sim.mu.Lock()
	defer g.ch.sim.mu.Unlock()
	return g.chat.bot
}

// do is LinePerson.do for what happens to a group.
func (g *LineGroup) do(f func() *lineEvent) {
	(&LinePerson{ch: g.ch, chat: g.chat}).do(f)
}

// AddBot adds the official account (again).
func (g *LineGroup) AddBot() error {
	err := errors.New("sim: this account may not join group chats")
	g.do(func() *lineEvent {
		if g.ch.cfg.NoGroups {
			return nil
		}
		if err = nil; g.chat.bot {
			return nil
		}
		g.chat.bot = true
		return g.ch.event("join", g.chat, nil, true, nil)
	})
	return err
}

// AddOther tries to add another official account and says why it cannot.
func (g *LineGroup) AddOther(*LineChannel) error {
	if g.HasBot() {
		return errors.New("sim: only one official account can be in a group")
	}
	return errors.New("sim: this group belongs to the channel it was made on")
}

// KickBot removes the official account: a leave event, without reply token.
func (g *LineGroup) KickBot() {
	g.do(func() *lineEvent {
		if !g.chat.bot {
			return nil
		}
		e := g.ch.event("leave", g.chat, nil, false, nil)
		g.chat.bot = false
		return e
	})
}

// Join brings people in: a memberJoined event with a reply token. They are in
// joined.members, never in source.
func (g *LineGroup) Join(people ...*LinePerson) {
	g.do(func() *lineEvent {
		var list []any
		for _, p := range people {
			if !g.chat.has(p.user) {
				g.chat.members = append(g.chat.members, p.user)
				g.chat.since[p.user] = len(g.chat.log)
				list = append(list, map[string]any{"type": "user", "userId": p.user.id})
			}
		}
		if !g.chat.bot || len(list) == 0 {
			return nil
		}
		return g.ch.event("memberJoined", g.chat, nil, true, map[string]any{"joined": map[string]any{"members": list}})
	})
}

// Leave takes people out: a memberLeft event, without reply token.
func (g *LineGroup) Leave(people ...*LinePerson) {
	g.do(func() *lineEvent {
		var list []any
		for _, p := range people {
			for i, u := range g.chat.members {
				if u == p.user {
					g.chat.members = append(g.chat.members[:i:i], g.chat.members[i+1:]...)
					list = append(list, map[string]any{"type": "user", "userId": u.id})
					break
				}
			}
		}
		if !g.chat.bot || len(list) == 0 {
			return nil
		}
		return g.ch.event("memberLeft", g.chat, nil, false, map[string]any{"left": map[string]any{"members": list}})
	})
}
