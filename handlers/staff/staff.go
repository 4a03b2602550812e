// Package staff is what an employee can say, one command a file.
//
// Role and store are read at the moment of the command, from the one who
// speaks: a forwarded command is the forwarder's, an ex-employee's is a
// customer's. Whom a command is about is told by phone, card, mention, @name,
// or by answering that person's message (see who.go). Purchases, refunds and
// undoing go through handlers/till, as they do for whoever else sells, and so do
// what managers decide. It owns no rows.
package staff

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
)

// desk is the shop as employees' commands see it.
type desk struct{ till.Till }

// Commands is the table of what employees can say.
func Commands(s *shop.Shop) []*bot.Command {
	d := desk{till.Till{Shop: s}}
	return []*bot.Command{
		{Name: "sale", Words: i18n.WordsSale, Help: i18n.HelpSale, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.sale)},
		{Name: "paid", Words: i18n.WordsPaid, Help: i18n.HelpPaid, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.paid)},
		{Name: "code", Words: i18n.WordsCode, Help: i18n.HelpCode, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.code)},
		{Name: "give", Words: i18n.WordsGive, Help: i18n.HelpGive, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.give)},
		{Name: "use", Words: i18n.WordsUse, Help: i18n.HelpUse, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.use)},
		{Name: "arrived", Words: i18n.WordsArrived, Help: i18n.HelpArrived, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.arrived)},
		{Name: "voices", Words: i18n.WordsVoices, Help: i18n.HelpVoices, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.voices)},
		{Name: "voice", Role: bot.Manager, Place: bot.Private, Run: d.ends(d.voiceOf)},
		{Name: "room", Words: i18n.WordsRoom, Help: i18n.HelpRoom, Role: bot.Manager, Place: bot.Group, Run: d.ends(d.room)},
		{Name: "guests", Words: i18n.WordsGuests, Help: i18n.HelpGuests, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.guests)},
		{Name: "guest", Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.guest)},
		{Name: "gone", Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.gone)},
		{Name: "checkincode", Words: i18n.WordsCheckInCode, Help: i18n.HelpCheckInCode, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.checkInCode)},
		{Name: "refund", Words: i18n.WordsRefund, Help: i18n.HelpRefund, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.refund)},
		{Name: "undo", Words: i18n.WordsUndo, Help: i18n.HelpUndo, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.undo)},
		{Name: "find", Words: i18n.WordsFind, Help: i18n.HelpFind, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.find)},
		{Name: "today", Words: i18n.WordsToday, Help: i18n.HelpToday, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.today)},
		{Name: "freeze", Words: i18n.WordsFreeze, Help: i18n.HelpFreeze, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.freeze)},
		{Name: "unfreeze", Words: i18n.WordsUnfreeze, Help: i18n.HelpUnfreeze, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.unfreeze)},
		{Name: "cases", Words: i18n.WordsCases, Help: i18n.HelpCases, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.cases)},
		{Name: "case", Role: bot.Manager, Place: bot.Private, Run: d.ends(d.caseOf)},
		{Name: "wedid", Words: i18n.WordsWedid, Help: i18n.HelpWedid, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.wedid)},
		{Name: "prove", Words: i18n.WordsProve, Help: i18n.HelpProve, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.prove)},
		{Name: "proved", Role: bot.Manager, Place: bot.Private, Run: d.ends(d.decideProof)},
		{Name: "merge", Words: i18n.WordsMerge, Help: i18n.HelpMerge, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.merge)},
		{Name: "unmerge", Words: i18n.WordsUnmerge, Help: i18n.HelpUnmerge, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.unmerge)},
		{Name: "tag", Words: i18n.WordsTag, Help: i18n.HelpTag, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.tag)},
		{Name: "untag", Words: i18n.WordsUntag, Help: i18n.HelpUntag, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.untag)},
		{Name: "segment", Words: i18n.WordsSegment, Help: i18n.HelpSegment, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.segment)},
		{Name: "stock", Words: i18n.WordsStock, Help: i18n.HelpStock, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.stock)},
		{Name: "pin", Words: i18n.WordsPIN, Help: i18n.HelpPIN, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.pin)},
		{Name: "counter", Words: i18n.WordsCounter, Help: i18n.HelpCounter, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.counter)},
		{Name: "matches", Words: i18n.WordsMatches, Help: i18n.HelpMatches, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.matches)},
		{Name: "matched", Role: bot.Manager, Place: bot.Private, Run: d.ends(d.matched)},
		{Name: "console", Words: i18n.WordsConsole, Help: i18n.HelpConsole, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.console)},
		{Name: "scan", Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.scan)},
		{Name: "decide", Role: bot.Manager, Place: bot.Private, Run: d.ends(d.decide)},
		{Name: "messages", Words: i18n.WordsMessages, Help: i18n.HelpMessages, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.messages)},
		{Name: "stats", Words: i18n.WordsStats, Help: i18n.HelpStats, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.stats)},
		{Name: "packet", Words: i18n.WordsPacket, Help: i18n.HelpPacket, Role: bot.Manager, Place: bot.Both, Run: d.ends(d.packet)},
		{Name: "quiz", Words: i18n.WordsQuiz, Help: i18n.HelpQuiz, Role: bot.Manager, Place: bot.Both, Run: d.ends(d.quiz)},
		{Name: "poster", Words: i18n.WordsPoster, Help: i18n.HelpPoster, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.poster)},
		{Name: "staff", Words: i18n.WordsStaff, Place: bot.Private, Run: d.enrol},
	}
}

// me is the employee who speaks.
func (d desk) me(t *bot.Turn) (people.Staff, error) {
	s, ok, err := d.Vault.StaffOf(t.Tx, shop.Identity(t.Event.Identity()))
	if err == nil && !ok {
		err = bot.Refuse(i18n.BotOnlyStaff)
	}
	return s, err
}

// call is what the till asks about the speaker's act.
func (d desk) call(t *bot.Turn, me people.Staff) *till.Call {
	return &till.Call{
		Tx: t.Tx, Now: t.Now, At: t.Event.At, Me: me, Store: d.At(t.Now, me), Printer: t.Printer,
		Op: func(part string) loyalty.OpID { return loyalty.OpID(t.Op(part)) }, Tell: t.Tell,
	}
}

// act is the particulars of what an employee does in this turn.
func (d desk) act(t *bot.Turn, me people.Staff, part string) book.Act { return d.call(t, me).Act(part) }

// remember notes an act for /undo.
func (d desk) remember(t *bot.Turn, me people.Staff, ref loyalty.Ref) error {
	return d.Remember(d.call(t, me), till.Done{Ref: ref, At: t.Now})
}

// undoButton takes an act back. The reference in it is public: who may undo is
// decided when it is pressed.
func undoButton(t *bot.Turn, ref loyalty.Ref) bot.Button {
	return bot.Button{Label: t.Word(i18n.UndoButton), Do: bot.DoCommand, Value: "undo " + string(ref)}
}
