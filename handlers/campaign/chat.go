package campaign

import (
	"errors"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// chat is the engine as employees talk to it. A draft is kept as soon as it has
// words; from then on every question is a command of its own, /campaign ID WHAT,
// so that a conversation that was left can be taken up days later.
type chat struct{ *Engine }

// chatCommands are what employees can say about campaigns.
func (e *Engine) chatCommands() []*bot.Command {
	c := chat{e}
	return []*bot.Command{
		{Name: "campaign", Words: i18n.WordsCampaign, Help: i18n.HelpCampaign, Role: bot.Clerk, Place: bot.Private, Run: c.worded(c.campaign)},
		{Name: "campaigns", Words: i18n.WordsCampaigns, Help: i18n.HelpCampaigns, Role: bot.Clerk, Place: bot.Private, Run: c.worded(c.list)},
		{Name: "campaignyes", Role: bot.Manager, Place: bot.Private, Run: c.worded(c.decide)},
	}
}

// talk is one command about one campaign.
type talk struct {
	chat
	t  *bot.Turn
	me people.Staff
	c  Campaign
	d  Draft
	// guided: the first time through, where each answer leads to the next question.
	guided bool
}

// guided stands at the end of a command's arguments on the first time through.
const guided = "on"

// steps are what /campaign ID WHAT does, by WHAT.
func (x *talk) steps() map[string]func() error {
	return map[string]func() error{
		"": x.show, "edit": x.edit, "name": x.name, "who": x.who, "words": x.words, "lang": x.lang, "picture": x.picture,
		"button": x.button, "when": x.when, "holdout": x.holdOut, "ab": x.wordings, "test": x.test, "preview": x.preview,
		"send": x.send, "discard": x.discard, "pause": x.pause, "resume": x.resume, "stop": x.stop, "report": x.report,
		"yes": x.yes, "no": x.no,
	}
}

// me is the employee who speaks.
func (c chat) me(t *bot.Turn) (people.Staff, error) {
	s, ok, err := c.Shop.Vault.StaffOf(t.Tx, shop.Identity(t.Event.Identity()))
	if err == nil && !ok {
		err = bot.Refuse(i18n.BotOnlyStaff)
	}
	return s, err
}

// campaign drafts a new one: /campaign, with its name if they like. With an id it
// shows or does something with that one. The id is public: who may is looked up.
func (c chat) campaign(t *bot.Turn) error {
	me, err := c.me(t)
	if err != nil {
		return err
	}
	words := strings.Fields(t.Args)
	if len(words) == 0 {
		return c.begin(t, me, "")
	}
	x := &talk{chat: c, t: t, me: me}
	id, err := ParseID(words[0])
	if err == nil {
		x.c, err = c.Get(t.Tx, id)
	}
	what := strings.Join(words[1:], " ")
	if rest, ok := strings.CutSuffix(what, guided); ok && len(words) > 2 {
		x.guided, what = true, strings.TrimSpace(rest)
	}
	step, known := x.steps()[what]
	switch {
	case errors.Is(err, ErrNone) && (!known || what == ""):
		return c.begin(t, me, t.Args) // it is the name of a new one
	case err != nil:
		return err
	case !known:
		step = x.show
	}
	if x.d, err = c.Draft(t.Tx, x.c.ID, x.c.Version); err != nil {
		return err
	}
	return step()
}

// by is the speaker as By.
func (x *talk) by() By { return Employee(x.me) }

func (x *talk) manager() bool { return people.AtLeast(x.me.Role, people.Manager) }

// line is a command about this campaign.
func (c *Campaign) line(what string) string {
	return strings.TrimSpace("campaign " + string(c.ID) + " " + what)
}

// press is a button that says such a command.
func (c *Campaign) press(label, what string) bot.Button {
	return bot.Button{Label: label, Do: bot.DoCommand, Value: c.line(what)}
}

// open says that the draft can be changed, and words the refusal where it cannot.
func (x *talk) open(words bool) error {
	switch {
	case x.c.State == Drafted || x.c.State == Waiting:
		return nil
	case words && x.c.State == Paused && !x.manager():
		return ErrManager
	case words && x.c.State == Paused:
		return nil
	}
	return &StateError{x.c.State}
}

// keep stores what was changed. Of a draft, the next question is put on the first
// time through, or it is counted; a paused campaign has new words.
func (x *talk) keep(next string) error {
	if x.c.State == Paused {
		c, err := x.NewVersion(x.t.Tx, x.c.ID, x.d, x.by(), x.t.Now)
		if err != nil {
			return err
		}
		buttons := []bot.Button{c.press(x.t.Word(i18n.CampResume), "resume"), c.press(x.t.Word(i18n.CampOverview), "")}
		if c.Asks() { // another manager must look first
			buttons = buttons[1:]
		}
		x.t.Say(bot.Message{Text: x.t.Word(i18n.CampChanged), Buttons: buttons})
		return nil
	}
	if _, err := x.Save(x.t.Tx, x.c.ID, x.d, x.by(), x.t.Now, x.t.Rand()); err != nil {
		return err
	}
	if x.guided && next != "" {
		return x.lead(next)
	}
	return x.count(i18n.CampCounting)
}

// lead puts the next question of the first time through.
func (x *talk) lead(next string) error {
	if next == "lang" && len(x.missing()) == 0 {
		next = "picture"
	}
	q := map[string]func() bot.Question{"lang": x.langAsk, "picture": x.pictureAsk, "button": x.buttonAsk, "when": x.whenAsk}[next]()
	x.t.Then("campaign", strings.TrimPrefix(x.c.line(next), "campaign ")+" "+guided, q, "")
	return nil
}

// count has the draft counted: the overview comes by itself.
func (x *talk) count(why i18n.Key) error {
	if err := x.AskCount(x.t.Tx, x.c.ID, x.t.Person.ID); err != nil {
		return err
	}
	x.t.Say(bot.Message{Text: x.t.Word(why, "Name", x.d.Name), Buttons: []bot.Button{x.c.press(x.t.Word(i18n.CampEdit), "edit")}})
	return nil
}

// pickOne asks with buttons alone.
func (x *talk) pickOne(key string, text i18n.Key, options []bot.Option, args ...any) (string, bool) {
	r, ok := x.t.Ask(bot.Question{Key: key, Message: bot.Message{Text: x.t.Word(text, args...)}, Options: options})
	return r.Value, ok
}

// sure asks for a yes.
func (x *talk) sure(key i18n.Key, terms string, rows []bot.Row, args ...any) (yes, ok bool) {
	r, ok := x.t.Ask(bot.Question{
		Key: "sure", Terms: terms, Message: bot.Message{Text: x.t.Word(key, args...), Rows: rows},
		Options: []bot.Option{{Value: "yes", Label: x.t.Word(i18n.CampYes)}, {Value: "no", Label: x.t.Word(i18n.NotNow)}},
	})
	return r.Value == "yes", ok
}

// staffOf finds an employee by what they are called in rows.
func (c chat) staffOf(t *bot.Turn, a string) (people.Staff, bool, error) {
	all, err := c.Shop.Vault.AllStaff(t.Tx)
	i := slices.IndexFunc(all, func(s people.Staff) bool { return string(s.ID.Actor()) == a })
	if err != nil || i < 0 {
		return people.Staff{}, false, err
	}
	return all[i], true, nil
}
