package sim

// tgBotVerbs act on the bot's webhook.
var tgBotVerbs = map[string]func(*tgOrder){
	"again":   func(o *tgOrder) { o.bot.AgainFrom(o.N) },
	"hold":    func(o *tgOrder) { o.bot.Hold() },
	"release": func(o *tgOrder) { o.bot.Release(o.Reverse) },
	"apart":   func(o *tgOrder) { o.bot.Apart(o.On) },
}

// tgPersonVerbs are what a person does.
var tgPersonVerbs = map[string]func(*TelegramSeat, *tgOrder) error{
	"say":                func(s *TelegramSeat, o *tgOrder) error { s.Say(o.Text); return nil },
	"start":              func(s *TelegramSeat, o *tgOrder) error { s.person.Start(o.Payload); return nil },
	"press":              func(s *TelegramSeat, o *tgOrder) error { return s.Press(o.Label) },
	"press_inaccessible": func(s *TelegramSeat, o *tgOrder) error { return s.PressInaccessible(o.Label) },
	"reply":              func(s *TelegramSeat, o *tgOrder) error { return s.Reply(o.To, o.Text) },
	"edit":               func(s *TelegramSeat, o *tgOrder) error { return s.Edit(o.Text) },
	"sticker":            func(s *TelegramSeat, o *tgOrder) error { s.Sticker(o.Emoji); return nil },
	"photo":              func(s *TelegramSeat, o *tgOrder) error { s.Photo(o.Data, o.Text); return nil },
	"contact":            func(s *TelegramSeat, o *tgOrder) error { s.ShareContact(); return nil },
	"contact_of":         contactOf,
	"forward_contact":    forwardContact,
	"block":              func(s *TelegramSeat, o *tgOrder) error { s.person.Block(); return nil },
	"unblock":            func(s *TelegramSeat, o *tgOrder) error { s.person.Unblock(); return nil },
	"delete_account":     func(s *TelegramSeat, o *tgOrder) error { s.person.DeleteAccount(); return nil },
	"rename":             func(s *TelegramSeat, o *tgOrder) error { s.person.SetName(o.Text); return nil },
	"username":           func(s *TelegramSeat, o *tgOrder) error { s.person.SetUsername(o.Text); return nil },
	"language":           func(s *TelegramSeat, o *tgOrder) error { s.person.SetLanguage(o.Text); return nil },
	"number":             func(s *TelegramSeat, o *tgOrder) error { s.person.SetNumber(o.Text); return nil },
	"await":              func(s *TelegramSeat, o *tgOrder) error { _, err := s.Await(o.N); return err },
}

func contactOf(s *TelegramSeat, o *tgOrder) error {
	if o.Of == "" {
		s.SendContact(nil, o.Number, o.Text)
		return nil
	}
	of, err := o.bot.named(o.Of)
	if err == nil {
		s.SendContact(of, "", "")
	}
	return err
}

func forwardContact(s *TelegramSeat, o *tgOrder) error {
	of, err := o.bot.named(o.Of)
	if err == nil {
		s.ForwardContact(of)
	}
	return err
}

// tgGroupVerb is what happens to a group: done by who, to of.
type tgGroupVerb struct {
	who, of bool // which of the two are needed
	do      func(g *TelegramGroup, who, of *TelegramPerson, o *tgOrder)
}

var tgGroupVerbs = map[string]*tgGroupVerb{
	"add_bot":     {true, false, func(g *TelegramGroup, who, _ *TelegramPerson, o *tgOrder) { g.AddBot(who, o.Payload) }},
	"remove_bot":  {true, false, func(g *TelegramGroup, who, _ *TelegramPerson, _ *tgOrder) { g.RemoveBot(who) }},
	"promote_bot": {true, false, func(g *TelegramGroup, who, _ *TelegramPerson, _ *tgOrder) { g.PromoteBot(who) }},
	"promote":     {false, true, func(g *TelegramGroup, _, of *TelegramPerson, _ *tgOrder) { g.Promote(of) }},
	"join":        {false, true, func(g *TelegramGroup, _, of *TelegramPerson, _ *tgOrder) { g.Join(of) }},
	"add":         {true, true, func(g *TelegramGroup, who, of *TelegramPerson, _ *tgOrder) { g.Add(who, of) }},
	"ask_in":      {false, true, func(g *TelegramGroup, _, of *TelegramPerson, o *tgOrder) { o.err = of.AskIn(g) }},
	"leave":       {false, true, func(g *TelegramGroup, _, of *TelegramPerson, _ *tgOrder) { g.Leave(of) }},
	"kick":        {true, true, func(g *TelegramGroup, who, of *TelegramPerson, _ *tgOrder) { g.Kick(who, of) }},
	"topic":       {true, false, func(g *TelegramGroup, who, _ *TelegramPerson, o *tgOrder) { o.Topic = g.Topic(who, o.Text) }},
	"upgrade":     {true, false, func(g *TelegramGroup, who, _ *TelegramPerson, _ *tgOrder) { g.Upgrade(who) }},
	"post":        {false, false, func(g *TelegramGroup, _, _ *TelegramPerson, o *tgOrder) { g.Post(o.Text) }},
	"other_bot":   {false, false, func(g *TelegramGroup, _, _ *TelegramPerson, o *tgOrder) { g.OtherBotSays(o.Text) }},
}

// toGroup performs a group's verb and answers with the group's id, which an
// upgrade changes.
func (o *tgOrder) toGroup(v *tgGroupVerb) (any, error) {
	g, err := o.bot.titled(o.In)
	if err != nil {
		return nil, err
	}
	var who, of *TelegramPerson
	if v.who {
		if who, err = o.bot.named(o.Who); err != nil {
			return nil, err
		}
	}
	if v.of {
		if of, err = o.bot.named(o.Of); err != nil {
			return nil, err
		}
	}
	v.do(g, who, of, o)
	if o.err != nil {
		return nil, o.err
	}
	return map[string]any{"id": g.ID(), "topic": o.Topic}, nil
}
