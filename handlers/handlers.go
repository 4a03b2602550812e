// Package handlers is what a member can say, one command a file.
//
// A command is a function over a *bot.Turn: it reads, asks, writes, and says.
// What goes wrong comes back as a typed refusal, which shop.Words puts into
// words, or as an error, which becomes "something went wrong" with a reference.
// The package owns no rows.
package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
)

// counter is the shop as members' commands see it.
type counter struct{ *shop.Shop }

// Commands is the table of what members can say, in the order of /help.
func Commands(s *shop.Shop) []*bot.Command {
	c := counter{s}
	return []*bot.Command{
		{Name: "start", Place: bot.Private, Run: c.start, On: []bot.EventKind{bot.Followed}},
		{Name: "menu", Words: i18n.WordsMenu, Everyday: true, Place: bot.Both, Run: c.menu},
		{Name: "join", Words: i18n.WordsJoin, Everyday: true, Help: i18n.HelpJoin, Place: bot.Private, Run: c.join},
		{Name: "points", Words: i18n.WordsPoints, Everyday: true, Help: i18n.HelpPoints, Place: bot.Private, Run: c.points},
		{Name: "card", Words: i18n.WordsCard, Everyday: true, Help: i18n.HelpCard, Place: bot.Private, Run: c.card},
		{Name: "claim", Words: i18n.WordsClaim, Everyday: true, Help: i18n.HelpClaim, Place: bot.Private, Run: c.claim},
		{Name: "history", Words: i18n.WordsHistory, Everyday: true, Help: i18n.HelpHistory, Place: bot.Private, Run: c.history},
		{Name: "wrong", Words: i18n.WordsWrong, Everyday: true, Help: i18n.HelpWrong, Place: bot.Private, Run: c.wrong},
		{Name: "passbook", Words: i18n.WordsPassbook, Everyday: true, Help: i18n.HelpPassbook, Place: bot.Private, Run: c.passbook},
		{Name: "redeem", Words: i18n.WordsRedeem, Everyday: true, Help: i18n.HelpRedeem, Place: bot.Private, Run: c.redeem},
		{Name: "voucher", Place: bot.Private, Run: c.voucher},
		{Name: "vouchers", Words: i18n.WordsVouchers, Everyday: true, Help: i18n.HelpVouchers, Place: bot.Private, Run: c.vouchers},
		{Name: "gifts", Words: i18n.WordsGifts, Everyday: true, Help: i18n.HelpGifts, Place: bot.Private, Run: c.gifts},
		{Name: "level", Words: i18n.WordsLevel, Everyday: true, Help: i18n.HelpLevel, Place: bot.Private, Run: c.level},
		{Name: "stamps", Words: i18n.WordsStamps, Everyday: true, Help: i18n.HelpStamps, Place: bot.Private, Run: c.stamps},
		{Name: "offers", Words: i18n.WordsOffers, Everyday: true, Help: i18n.HelpOffers, Place: bot.Both, Run: c.freeOffers},
		{Name: "plan", Words: i18n.WordsPlan, Everyday: true, Help: i18n.HelpPlan, Place: bot.Private, Run: c.plan},
		{Name: "missions", Words: i18n.WordsMissions, Everyday: true, Help: i18n.HelpMissions, Place: bot.Private, Run: c.missions},
		{Name: "begin", Place: bot.Private, Run: c.begin},
		{Name: "checkin", Words: i18n.WordsCheckIn, Everyday: true, Help: i18n.HelpCheckIn, Place: bot.Private, Run: c.checkIn},
		{Name: "board", Words: i18n.WordsBoard, Help: i18n.HelpBoard, Place: bot.Both, Run: c.board},
		{Name: "activities", Words: i18n.WordsActivities, Everyday: true, Help: i18n.HelpActivities, Place: bot.Private, Run: c.activities},
		{Name: "events", Words: i18n.WordsEvents, Everyday: true, Help: i18n.HelpEvents, Place: bot.Both, Run: c.events},
		{Name: "attend", Place: bot.Private, Run: c.attend},
		{Name: "absent", Place: bot.Private, Run: c.absent},
		{Name: "review", Words: i18n.WordsReview, Everyday: true, Help: i18n.HelpReview, Place: bot.Private, Run: c.review},
		{Name: "post", Words: i18n.WordsPost, Everyday: true, Help: i18n.HelpPost, Place: bot.Private, Run: c.post},
		{Name: "donate", Words: i18n.WordsDonate, Everyday: true, Help: i18n.HelpDonate, Place: bot.Private, Run: c.donate},
		{Name: "play", Words: i18n.WordsPlay, Everyday: true, Help: i18n.HelpPlay, Place: bot.Private, Run: c.play},
		{Name: "piece", Place: bot.Private, Run: c.piece},
		{Name: "guess", Place: bot.Private, Run: c.guess},
		{Name: "rooms", Words: i18n.WordsRooms, Everyday: true, Help: i18n.HelpRooms, Place: bot.Private, Run: c.rooms},
		{Name: "knock", Place: bot.Private, Run: c.knock, On: []bot.EventKind{bot.Knocked}},
		{Name: "invite", Words: i18n.WordsInvite, Everyday: true, Help: i18n.HelpInvite, Place: bot.Private, Run: c.invite},
		{Name: "friend", Words: i18n.WordsFriend, Place: bot.Private, Run: c.friend},
		{Name: "family", Words: i18n.WordsFamily, Help: i18n.HelpFamily, Everyday: true, Place: bot.Private, Run: c.family},
		{Name: "match", Words: i18n.WordsMatch, Help: i18n.HelpMatch, Everyday: true, Place: bot.Private, Run: c.match},
		{Name: "settings", Words: i18n.WordsSettings, Everyday: true, Help: i18n.HelpSettings, Place: bot.Private, Run: c.settings},
		{Name: "language", Words: i18n.WordsLanguage, Everyday: true, Help: i18n.HelpLanguage, Place: bot.Private, Run: c.language},
		{Name: "name", Words: i18n.WordsName, Place: bot.Private, Run: c.name},
		{Name: "phone", Words: i18n.WordsPhone, Place: bot.Private, Run: c.phone},
		{Name: "birthday", Words: i18n.WordsBirthday, Place: bot.Private, Run: c.birthday},
		{Name: "news", Place: bot.Private, Run: c.news},
		{Name: "quiet", Place: bot.Private, Run: c.quiet},
		{Name: "link", Words: i18n.WordsLink, Help: i18n.HelpLink, Place: bot.Private, Run: c.link},
		{Name: "recovery", Words: i18n.WordsRecovery, Everyday: true, Help: i18n.HelpRecovery, Place: bot.Private, Run: c.recovery},
		{Name: "lost", Words: i18n.WordsLost, Everyday: true, Help: i18n.HelpLost, Place: bot.Private, Run: c.lost},
		{Name: "digits", Place: bot.Private, Run: c.digits},
		{Name: "talk", Words: i18n.WordsTalk, Everyday: true, Help: i18n.HelpTalk, Place: bot.Private, Run: c.talk},
		{Name: "back", Place: bot.Private, Run: c.back},
		{Name: "reply", Place: bot.Private, Run: c.reply, Hears: c.hearsReply},
		{Name: "why", Place: bot.Private, Run: c.why, Hears: c.hearsWhy},
		{Name: "survey", Place: bot.Private, Run: c.survey, Hears: c.hearsScore},
		{Name: "privacy", Words: i18n.WordsPrivacy, Everyday: true, Help: i18n.HelpPrivacy, Place: bot.Private, Locked: i18n.PrivacyLocked, Run: c.privacy},
		{Name: "export", Words: i18n.WordsExport, Everyday: true, Help: i18n.HelpExport, Place: bot.Private, Locked: i18n.PrivacyLocked, Run: c.export},
		{Name: "leave", Words: i18n.WordsLeave, Help: i18n.HelpLeave, Place: bot.Private, Locked: i18n.PrivacyLocked, Run: c.leave},
		{Name: "help", Words: i18n.WordsHelp, Everyday: true, Help: i18n.HelpHelp, Place: bot.Private, Run: c.help},
		{Name: "blocked", Place: bot.Private, Run: c.blocked, On: []bot.EventKind{bot.Blocked}},
		{Name: "greet", Place: bot.Group, Run: c.greetGroup, On: []bot.EventKind{bot.BotJoined}},
	}
}

// command makes a button that runs a command.
func command(label, line string) bot.Button {
	return bot.Button{Label: label, Do: bot.DoCommand, Value: line}
}
