package handlers

import (
	"slices"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/mission"
	"regulars/loyalty/programme"
)

// missions shows what the speaker is challenged to and how far they are, their
// streaks and their badges. What was owed to them for want of stock is handed over
// here.
func (c counter) missions(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if !c.Has("missions", t.Now) {
		t.Say(bot.Message{Text: t.Word(i18n.MissionNone), Menu: c.Menu(t)})
		return nil
	}
	came, err := c.Missions.Collect(t.Tx, m.ID, book.Act{Op: loyalty.OpID(t.Op("missions")), Actor: loyalty.ByJob("mission"), Now: t.Now})
	if err != nil {
		return err
	}
	list, err := c.Missions.List(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	streaks, err := c.Missions.Streaks(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b mission.Progress) int { return order[a.State] - order[b.State] })
	var cards []bot.Message
	for i := range list {
		cards = append(cards, c.missionCard(t, &list[i]))
	}
	for i := range streaks {
		cards = append(cards, c.streakCard(t, &streaks[i]))
	}
	c.achieved(t, came)
	switch cards = cards[:min(len(cards), bot.MaxCards)]; len(cards) {
	case 0:
		t.Say(bot.Message{Text: t.Word(i18n.MissionNone), Menu: c.Menu(t)})
	case 1:
		t.Say(cards[0])
	default:
		t.Say(bot.Message{Cards: cards})
	}
	return c.badges(t, m.ID)
}

// order is how missions stand beside each other: first what can be done.
var order = map[mission.State]int{mission.Running: 0, mission.Waiting: 1, mission.Done: 2, mission.Missed: 3}

// achieved says what a deed of the speaker's own brought, in one message however much
// it is: an answer has room for few.
func (c counter) achieved(t *bot.Turn, all []mission.Happened) {
	var cards []bot.Message
	for _, h := range all {
		if msg, ok := c.Achieved(t.Printer, t.Now, h); ok {
			cards = append(cards, msg)
		}
	}
	switch more := len(cards) - bot.MaxCards; {
	case len(cards) == 0:
	case len(cards) == 1:
		t.Say(cards[0])
	case more <= 0:
		t.Say(bot.Message{Cards: cards})
	default: // what they brought stands under the points and the vouchers too
		var titles []string
		for _, card := range cards {
			titles = append(titles, card.Title+": "+strings.ReplaceAll(card.Text, "\n", " "))
		}
		t.Say(bot.Message{Text: strings.Join(titles, "\n")})
	}
}

// goalWords say how far somebody is, by what is counted.
var goalWords = map[loyalty.Goal]i18n.Key{
	loyalty.GoalVisits: i18n.MissionVisits, loyalty.GoalSpend: i18n.MissionSpend, loyalty.GoalItems: i18n.MissionItems,
	loyalty.GoalKinds: i18n.MissionKinds, loyalty.GoalStores: i18n.MissionStores, loyalty.GoalCheckIns: i18n.MissionCheckIns,
	loyalty.GoalFriends: i18n.MissionFriends, loyalty.GoalAnswers: i18n.MissionAnswers,
}

// soFar says how far a mission is in words.
func (c counter) soFar(t *bot.Turn, p *mission.Progress) string {
	have, want := i18n.Number(min(p.Value, p.Target)), i18n.Number(p.Target)
	if p.Mission.Goal == loyalty.GoalSpend {
		have, want = c.Money(t.Printer, t.Now, loyalty.Money(min(p.Value, p.Target))), c.Money(t.Printer, t.Now, loyalty.Money(p.Target))
	}
	return t.Word(goalWords[p.Mission.Goal], "Count", int(p.Target), "Have", have, "Number", want)
}

// missionCard is one mission of the speaker's.
func (c counter) missionCard(t *bot.Turn, p *mission.Progress) bot.Message {
	words := c.Programme(t.Now).Words(programme.Mission, p.Mission.ID, string(t.Lang))
	msg := bot.Message{Title: words.Name}
	var lines []string
	if words.About != "" {
		lines = append(lines, words.About)
	}
	if what := c.Prize(t.Printer, t.Now, p.Mission.Prize); len(what) > 0 {
		lines = append(lines, t.Word(i18n.MissionBrings, "What", what))
	}
	switch p.State {
	case mission.Done:
		lines = append(lines, t.Word(i18n.MissionDone))
		if p.Owed != "" {
			lines = append(lines, t.Word(i18n.MissionOwed, "Reward", c.reward(t, p.Owed).Name))
		}
	case mission.Waiting:
		if p.Mission.Days > 0 {
			lines = append(lines, t.Word(i18n.MissionDays, "Count", p.Mission.Days))
		}
		msg.Buttons = []bot.Button{command(t.Word(i18n.MissionBegin), "begin "+p.Mission.ID)}
	case mission.Missed:
		lines = append(lines, t.Word(i18n.MissionMissed))
	case mission.Running:
		so := c.soFar(t, p)
		lines = append(lines, so)
		msg.Bar = &bot.Bar{To: p.Target, Value: min(p.Value, p.Target), Label: so}
		if dots := p.Target; !(p.Mission.Goal == loyalty.GoalSpend) && dots <= 12 {
			msg.Bar, msg.Dots = nil, &bot.Dots{Have: int(min(p.Value, dots)), Size: int(dots), Alt: so}
		}
	}
	msg.Text, msg.Note = strings.Join(lines, "\n"), c.missionEnds(t, p)
	return msg
}

// missionEnds says until when a mission runs, or when it begins anew.
func (c counter) missionEnds(t *bot.Turn, p *mission.Progress) string {
	switch {
	case p.State == mission.Waiting && p.Mission.Days > 0 && p.Mission.To.IsZero():
		return ""
	case p.State == mission.Done && p.Again && (p.Mission.To.IsZero() || p.Ends.Before(p.Mission.To)):
		return t.Word(i18n.MissionAgain, "Date", t.Date(c.Local(p.Ends)))
	case p.State == mission.Done || p.Ends.IsZero():
		return ""
	}
	return t.Word(i18n.MissionUntil, "Date", c.lastDay(t, p.Ends))
}

// begin takes the speaker into a mission that asks for it: /begin ID, as its button
// says. The id is public.
func (c counter) begin(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	id := strings.TrimSpace(t.Args)
	if _, err := c.Missions.Begin(t.Tx, m.ID, id, t.Now); err != nil {
		return err
	}
	list, err := c.Missions.List(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Mission.ID == id {
			msg := c.missionCard(t, &list[i])
			msg.Text = t.Word(i18n.MissionBegun) + "\n" + msg.Text
			t.Say(msg)
		}
	}
	return nil
}

// streakCard is one streak of the speaker's.
func (c counter) streakCard(t *bot.Turn, s *mission.StreakAt) bot.Message {
	words := c.Programme(t.Now).Words(programme.Streak, s.Streak.ID, string(t.Lang))
	var lines []string
	if words.About != "" {
		lines = append(lines, words.About)
	}
	so := c.InARow(t.Printer, &s.Streak, s.Count)
	lines = append(lines, so)
	if next := s.Next(); next > 0 {
		lines = append(lines, t.Word(i18n.StreakNext, "Run", c.InARow(t.Printer, &s.Streak, next), "What", c.Prize(t.Printer, t.Now, s.Streak.Prize)))
	}
	if s.Count > 0 && s.Freezes > 0 {
		lines = append(lines, t.Word(i18n.StreakFreeze, "Count", s.Freezes))
	}
	if len(s.Owed) > 0 {
		lines = append(lines, t.Word(i18n.MissionOwed, "Reward", c.reward(t, s.Owed[0]).Name))
	}
	msg := bot.Message{Title: words.Name, Text: strings.Join(lines, "\n")}
	if size := s.Streak.Length; size > 0 && size <= 12 {
		msg.Dots = &bot.Dots{Have: s.Count % size, Size: size, Alt: so}
	}
	switch {
	case s.Now:
		msg.Note = t.Word(i18n.StreakNow)
	case s.Count > 0:
		msg.Note = t.Word(i18n.StreakKeep, "Date", c.lastDay(t, s.Ends))
	}
	return msg
}

// badges shows the speaker's badges in the programme's order, if there are any.
func (c counter) badges(t *bot.Turn, id loyalty.MemberID) error {
	if len(c.Rules(t.Now).Badges) == 0 {
		return nil
	}
	have, err := c.Missions.Badges(t.Tx, id, t.Now)
	if err != nil {
		return err
	}
	msg := bot.Message{Title: t.Word(i18n.BadgesTitle)}
	for _, b := range c.Rules(t.Now).Badges {
		if at, ok := have[b.ID]; ok {
			name := c.Programme(t.Now).Words(programme.Badge, b.ID, string(t.Lang)).Name
			msg.Rows = append(msg.Rows, bot.Row{Label: "★ " + name, Value: t.Date(c.Local(at))})
		}
	}
	if len(msg.Rows) == 0 {
		msg.Text = t.Word(i18n.BadgesNone)
	}
	t.Say(msg)
	return nil
}
