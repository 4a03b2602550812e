package campaign

import (
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/store"
)

// stateWords are the words for where a campaign stands.
var stateWords = map[State]i18n.Key{
	Drafted: i18n.CampIsDraft, Waiting: i18n.CampIsWaiting, Scheduled: i18n.CampIsScheduled, Freezing: i18n.CampIsFreezing,
	Sending: i18n.CampIsSending, Paused: i18n.CampIsPaused, Stopped: i18n.CampIsStopped, Done: i18n.CampIsDone,
}

// whyWords are the words for who is left out, and why.
var whyWords = map[string]i18n.Key{
	WhyConsent: i18n.CampWhyConsent, WhyQuiet: i18n.CampWhyQuiet, WhyFrozen: i18n.CampWhyFrozen, WhyBlocked: i18n.CampWhyBlocked,
	WhyUnreachable: i18n.CampWhyBlocked, WhyChannel: i18n.CampWhyChannel,
}

// show is the campaign's page: of a draft its overview, else how far it is.
func (x *talk) show() error {
	switch {
	case x.c.State == Drafted && !x.c.current(x.t.Now):
		return x.count(i18n.CampCounting)
	case x.c.State == Drafted || x.c.State == Waiting:
		x.t.Say(x.overview(x.t.Tx, x.t.Printer, x.t.Now, &x.c, &x.d, x.by()))
		return nil
	}
	return x.progress()
}

// current says that the newest version was counted lately.
func (c *Campaign) current(now time.Time) bool {
	return c.Counted != nil && c.Counted.Version == c.Version && now.Sub(c.Counted.At) <= countedFor
}

// overview is all about a draft: what it says to whom, and, once that was counted,
// how many get it, at what cost, and who is left out.
func (c chat) overview(r store.Reader, p i18n.Printer, now time.Time, row *Campaign, d *Draft, by By) bot.Message {
	m := bot.Message{Title: d.Name, Rows: c.particulars(p, now, d)}
	wrong := c.Check(r, d)
	if len(wrong) > 0 {
		m.Text = p.Print(c.amiss(p, wrong[0]))
	} else if row.current(now) {
		a := &row.Counted.Audience
		m.Rows = append(m.Rows, c.reached(p, now, a)...)
		m.Note = c.caution(p, now, d, a, by)
		if tired, err := c.Shop.TiredLately(r, p, "", now); err == nil && tired != "" { // it decides nothing
			m.Note = strings.TrimSpace(m.Note + "\n" + tired)
		}
	}
	if row.State == Waiting {
		m.Text = p.Say(i18n.CampIsWaiting)
		if by.Manager && !slices.Contains(row.Yes, by.Actor) && row.Asked != by.Actor {
			m.Buttons = []bot.Button{row.press(p.Say(i18n.CampApprove), "yes"), row.press(p.Say(i18n.CampDecline), "no")}
		}
		m.Buttons = append(m.Buttons, row.press(p.Say(i18n.CampPreview), "preview"), row.press(p.Say(i18n.CampEdit), "edit"))
		return m
	}
	m.Buttons = []bot.Button{row.press(p.Say(i18n.CampTest), "test"), row.press(p.Say(i18n.CampPreview), "preview"), row.press(p.Say(i18n.CampEdit), "edit")}
	if len(wrong) > 0 {
		return m
	}
	m.Buttons = append(m.Buttons, row.press(p.Say(i18n.CampHoldOut), "holdout"), row.press(p.Say(i18n.CampWordings), "ab"))
	send := i18n.CampAskManager
	if by.Manager {
		send = i18n.CampSend
	}
	m.Buttons = append(m.Buttons, row.press(p.Say(send), "send"))
	return m
}

// particulars are what a draft says.
func (c chat) particulars(p i18n.Printer, now time.Time, d *Draft) []bot.Row {
	var langs []string
	for _, l := range d.Langs() {
		langs = append(langs, i18n.Lang(l).Own())
	}
	words := p.List(langs)
	if n := len(d.Names()); n > 1 {
		words += " · " + p.Say(i18n.CampSomeWordings, "Number", n)
	}
	rows := []bot.Row{
		{Label: p.Say(i18n.CampFor), Value: c.Shop.SegmentName(p, now, d.Segment)},
		{Label: p.Say(i18n.CampSays), Value: words},
	}
	if d.Picture != "" {
		rows = append(rows, bot.Row{Label: p.Say(i18n.CampPicture), Value: d.Picture})
	}
	return append(rows,
		bot.Row{Label: p.Say(i18n.CampButton), Value: c.does(p, now, d)},
		bot.Row{Label: p.Say(i18n.CampWhen), Value: c.starts(p, d)})
}

// does says what the draft's buttons do.
func (c chat) does(p i18n.Printer, now time.Time, d *Draft) string {
	var all []string
	for _, b := range d.Buttons {
		what := c.label(b, string(p.Lang))
		switch {
		case b.Do == DoCoupon && d.Coupon != nil:
			what += ": " + c.Shop.Programme(now).Words(programme.Reward, d.Coupon.Reward, string(p.Lang)).Name + ", " + p.Say(i18n.SpanDays, "Count", d.Coupon.Days)
		case b.Do == DoCoupon && d.Boost != nil:
			what += ": ×" + times(d.Boost.Percent) + ", " + p.Say(i18n.SpanDays, "Count", d.Boost.Days)
		case b.Do == DoOpen:
			what += ": " + b.Value
		}
		all = append(all, what)
	}
	if len(all) == 0 {
		return p.Say(i18n.CampNoButton)
	}
	return strings.Join(all, "\n")
}

// starts says when a draft is to go out.
func (c chat) starts(p i18n.Printer, d *Draft) string {
	written := d.When.At + d.When.Local // one of them
	at, err := time.ParseInLocation(Layout, written, c.zone())
	if err != nil {
		return p.Say(i18n.CampWhenNow)
	}
	said := p.ShortDate(at) + " " + p.Clock(at)
	if d.When.Local != "" {
		said = p.Say(i18n.CampAtLocal, "Time", said)
	}
	return said
}

// reached are the numbers of an audience.
func (c chat) reached(p i18n.Printer, now time.Time, a *Audience) []bot.Row {
	var on []string
	for _, ch := range c.Shop.Channels {
		if n := a.ByChannel[string(ch.Name)]; n > 0 {
			on = append(on, c.Shop.Label(ch.Name)+" "+i18n.Number(n))
		}
	}
	gets := i18n.Number(a.People)
	if len(on) > 1 {
		gets += " (" + strings.Join(on, ", ") + ")"
	} else if len(on) == 1 {
		gets += " (" + on[0][:strings.LastIndex(on[0], " ")] + ")"
	}
	rows := []bot.Row{{Label: p.Say(i18n.CampGets), Value: gets}}
	if a.Held > 0 {
		rows = append(rows, bot.Row{Label: p.Say(i18n.CampHeld), Value: i18n.Number(a.Held)})
	}
	if out := reasons(p, a.Skipped); out != "" {
		rows = append(rows, bot.Row{Label: p.Say(i18n.CampOut), Value: out})
	}
	if a.Groups > 0 {
		rows = append(rows, bot.Row{Label: p.Say(i18n.CampGroups), Value: i18n.Number(int64(a.Groups))})
	}
	rows = append(rows, bot.Row{Label: p.Say(i18n.CampCost), Value: c.costs(p, now, a)})
	if a.Takes >= time.Minute {
		rows = append(rows, bot.Row{Label: p.Say(i18n.CampTakes), Value: shop.Span(p, a.Takes)})
	}
	return rows
}

// reasons writes who is left out by why, those that are most first.
func reasons(p i18n.Printer, by map[string]int64) string {
	sums := map[string]int64{}
	for why, n := range by {
		key, ok := whyWords[why]
		if !ok {
			key = i18n.CampWhyOther
		}
		sums[p.Say(key)] += n
	}
	words := slices.SortedFunc(maps.Keys(sums), func(a, b string) int {
		if sums[a] != sums[b] {
			return int(sums[b] - sums[a])
		}
		return strings.Compare(a, b)
	})
	var all []string
	for _, w := range words {
		if sums[w] > 0 {
			all = append(all, w+" "+i18n.Number(sums[w]))
		}
	}
	return strings.Join(all, "\n")
}

// costs says what an audience costs in money.
func (c chat) costs(p i18n.Printer, now time.Time, a *Audience) string {
	n := i18n.Number(a.Messages)
	switch {
	case a.Messages == 0:
		return p.Say(i18n.CampFree)
	case !a.Price.Known:
		return p.Say(i18n.CampUnpriced, "Number", n)
	case a.Price.Money == 0:
		return p.Say(i18n.CampIncluded, "Number", n)
	}
	return p.Say(i18n.CampPriced, "Money", c.Shop.Money(p, now, a.Price.Money), "Number", n)
}

// caution is what should be known before it is sent.
func (c chat) caution(p i18n.Printer, now time.Time, d *Draft, a *Audience, by By) string {
	var all []string
	if a.People == 0 && a.Groups == 0 {
		all = append(all, p.Say(i18n.CampNobody))
	}
	if a.Messages > 0 && !a.Price.Fits {
		all = append(all, p.Say(i18n.CampTooMany))
	}
	if a.Personal > 0 {
		all = append(all, p.Say(i18n.CampPersonal))
	}
	if c.needs(*a, now) > 1 {
		all = append(all, p.Say(i18n.CampNeedsTwo))
	} else if !by.Manager {
		all = append(all, p.Say(i18n.CampNeedsOne))
	}
	return strings.Join(all, " ")
}

// amiss words what keeps a draft from being sent: its part is named, which is
// where a button of the page under "Edit" leads.
func (c chat) amiss(p i18n.Printer, wrong Complaint) i18n.Text {
	part, _, _ := strings.Cut(wrong.Key, ".")
	key, ok := map[string]i18n.Key{
		"name": i18n.CampName, "segment": i18n.CampFor, "text": i18n.CampSays, "picture": i18n.CampPicture, "button": i18n.CampButton,
		"coupon": i18n.CampButton, "multiplier": i18n.CampButton, "when": i18n.CampWhen, "not_after": i18n.CampWhen, "hold_out": i18n.CampHoldOut,
	}[part]
	if ok {
		part = p.Say(key)
	}
	return i18n.T(i18n.CampAmiss, "Part", part)
}

// edit lists what can be changed.
func (x *talk) edit() error {
	if err := x.open(true); err != nil {
		return err
	}
	parts := []struct {
		label i18n.Key
		what  string
	}{{i18n.CampName, "name"}, {i18n.CampFor, "who"}, {i18n.CampSays, "words"}, {i18n.CampLanguage, "lang"}, {i18n.CampPicture, "picture"},
		{i18n.CampButton, "button"}, {i18n.CampWhen, "when"}, {i18n.CampHoldOut, "holdout"}, {i18n.CampWordings, "ab"}, {i18n.CampDiscard, "discard"}}
	m := bot.Message{Text: x.t.Word(i18n.CampAskEdit)}
	for _, part := range parts {
		if x.c.State == Paused && part.what != "words" && part.what != "picture" {
			continue
		}
		m.Buttons = append(m.Buttons, x.c.press(x.t.Word(part.label), part.what))
	}
	m.Buttons = append(m.Buttons, x.c.press(x.t.Word(i18n.CampOverview), ""))
	x.t.Say(m)
	return nil
}

// progress is the page of a campaign that was sent, or is about to be.
func (x *talk) progress() error {
	n, err := x.Counts(x.t.Tx, x.c.ID)
	if err != nil {
		return err
	}
	p, c := x.t.Printer, &x.c
	m := bot.Message{Title: c.Name, Text: x.stands(), Rows: []bot.Row{{Label: p.Say(i18n.CampFor), Value: x.Shop.SegmentName(p, x.t.Now, x.d.Segment)}}}
	if !c.SendingAt.IsZero() {
		at := x.Shop.Local(c.SendingAt)
		m.Rows = append(m.Rows, bot.Row{Label: p.Say(i18n.CampBegan), Value: p.ShortDate(at) + " " + p.Clock(at)})
	}
	m.Rows = append(m.Rows, counted(p, &n)...)
	if last := len(c.Changes) - 1; last >= 0 && c.Changes[last].Begun > 0 {
		m.Note = p.Say(i18n.CampOldWords, "Number", i18n.Number(c.Changes[last].Begun))
	}
	m.Buttons = x.controls()
	x.t.Say(m)
	return nil
}

// stands says where it stands, and why it paused by itself.
func (x *talk) stands() string {
	p, c := x.t.Printer, &x.c
	said := p.Say(stateWords[c.State])
	switch {
	case c.State == Scheduled:
		at := x.Shop.Local(c.Start)
		return p.Say(i18n.CampStarts, "Time", p.ShortDate(at)+" "+p.Clock(at))
	case c.State == Paused && c.Why == WhyGrew:
		return p.Say(i18n.CampGrew)
	case c.State == Paused && c.Why != "":
		return p.Say(i18n.CampHalted)
	}
	return said
}

// counted are the plain numbers of what was sent.
func counted(p i18n.Printer, n *Counts) (rows []bot.Row) {
	add := func(key i18n.Key, k int64) {
		if k > 0 {
			rows = append(rows, bot.Row{Label: p.Say(key), Value: i18n.Number(k)})
		}
	}
	sent := i18n.Number(n.States[outbox.Sent])
	if n.People > 0 {
		sent = p.Say(i18n.CampSentOf, "Sent", sent, "All", i18n.Number(n.People))
	}
	rows = append(rows, bot.Row{Label: p.Say(i18n.CampSent), Value: sent})
	add(i18n.CampLeft, n.Bulk.Left)
	add(i18n.CampFailed, n.States[outbox.Failed])
	add(i18n.CampLate, n.States[outbox.Expired])
	add(i18n.CampUnsure, n.States[outbox.Unsure])
	add(i18n.CampHeld, n.Campaign.Held)
	if out := reasons(p, n.Suppressed()); out != "" {
		rows = append(rows, bot.Row{Label: p.Say(i18n.CampOut), Value: out})
	}
	return rows
}

// controls are the buttons of what is under way.
func (x *talk) controls() (all []bot.Button) {
	add := func(label i18n.Key, what string) { all = append(all, x.c.press(x.t.Word(label), what)) }
	grew := x.c.Asks()
	if x.manager() {
		switch x.c.State {
		case Scheduled, Freezing, Sending:
			add(i18n.CampPause, "pause")
		case Paused:
			switch {
			case !grew:
				add(i18n.CampResume, "resume")
			case !slices.Contains(x.c.Yes, x.by().Actor):
				add(i18n.CampApprove, "yes")
			}
			add(i18n.CampEditWords, "words")
		}
		if !x.c.Ended() {
			add(i18n.CampStop, "stop")
		}
	}
	if !x.c.SendingAt.IsZero() {
		add(i18n.CampReport, "report")
	}
	return append(all, bot.Button{Label: x.t.Word(i18n.CampRefresh), Do: bot.DoCommand, Value: x.c.line("")})
}
