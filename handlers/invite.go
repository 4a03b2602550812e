package handlers

import (
	"net/url"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/referral"
)

// invite gives the speaker's own invitation: what it brings, what came of it so
// far, and for each platform that the shop is on a message to pass on.
func (c counter) invite(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if !c.Has("invite", t.Now) {
		t.Say(bot.Message{Text: t.Word(i18n.InviteNone), Menu: c.Menu(t)})
		return nil
	}
	code, err := c.Club.Referrals.Code(t.Tx, m.ID)
	if err != nil {
		return err
	}
	friends, err := c.Club.Referrals.List(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	used, err := c.Club.Referrals.CapUsed(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Title: t.Word(i18n.InviteTitle),
		Text:  paragraphs(c.inviteTerms(t), t.Word(i18n.InvitePass)),
		Rows:  append([]bot.Row{{Label: t.Word(i18n.InviteCode), Value: code.String()}}, c.friendsSoFar(t, friends)...),
		Note:  c.capOf(t, int64(used), len(friends)),
	})
	cards := c.invitations(t, code)
	for _, card := range cards {
		if len(cards) == 1 {
			card.Title = "" // there is no other one to tell it from
		}
		t.Say(card)
	}
	return nil
}

// inviteTerms says what both sides get and when, as far as the programme gives
// anything to either.
func (c counter) inviteTerms(t *bot.Turn) string {
	rules := c.Rules(t.Now)
	r := rules.Referral
	first := c.firstPurchase(t)
	theirs, yours := c.worth(t, r.FriendPoints, r.FriendReward), c.worth(t, r.ReferrerPoints, r.ReferrerReward)
	said := ""
	switch {
	case theirs != "" && yours != "":
		said = t.Word(i18n.InviteBoth, "Purchase", first, "Friend", theirs, "Yours", yours)
	case theirs != "":
		said = t.Word(i18n.InviteFriend, "Purchase", first, "Friend", theirs)
	default:
		said = t.Word(i18n.InviteYours, "Purchase", first, "Yours", yours)
	}
	if r.Within > 0 {
		said += gap(t) + t.Word(i18n.InviteWithin, "Count", r.Within)
	}
	if days := waitDays(rules); days > 0 {
		said += gap(t) + t.Word(i18n.InviteWait, "Count", days)
	}
	return said
}

// waitDays is how many days after the purchase both are rewarded: the
// programme's, and never before what was bought can come back no more.
func waitDays(p *loyalty.Programme) int {
	const day = 24 * time.Hour
	return max(p.Referral.WaitDays, int((p.ReturnWindow+day-1)/day))
}

// friendStates are a referrer's friends in the order of their way.
var friendStates = []struct {
	state referral.State
	word  i18n.Key
}{
	{referral.StateJoined, i18n.InviteJoined}, {referral.StateBought, i18n.InviteBought},
	{referral.StateRewarded, i18n.InviteRewarded}, {referral.StateRefused, i18n.InviteNothing},
}

// friendsSoFar counts the friends by how far they came. Who they are is theirs.
func (c counter) friendsSoFar(t *bot.Turn, friends []referral.Friend) (rows []bot.Row) {
	counts := map[referral.State]int64{}
	for _, f := range friends {
		counts[f.State]++
	}
	for _, s := range friendStates {
		if n := counts[s.state]; n > 0 {
			rows = append(rows, bot.Row{Label: t.Word(s.word), Value: i18n.Number(n)})
		}
	}
	return rows
}

// caps are the words for how many friends count within a span.
var caps = map[loyalty.Span]i18n.Key{
	loyalty.SpanDay: i18n.InviteCapDay, loyalty.SpanWeek: i18n.InviteCapWeek, loyalty.SpanMonth: i18n.InviteCapMonth, loyalty.SpanYear: i18n.InviteCapYear,
}

// capOf says how much of the cap is used, if there is one.
func (c counter) capOf(t *bot.Turn, used int64, friends int) string {
	r := c.Rules(t.Now).Referral
	if friends == 0 {
		return t.Word(i18n.InviteNobody)
	}
	if r.Most <= 0 {
		return ""
	}
	key, ok := caps[r.Per]
	if !ok {
		key = i18n.InviteCapEver
	}
	said := t.Word(key, "Number", i18n.Number(used), "Most", i18n.Number(r.Most))
	if used >= r.Most && (r.FriendPoints > 0 || r.FriendReward != "") {
		said += "\n" + t.Word(i18n.InviteFull)
	}
	return said
}

// invitations are messages to pass on: for the speaker's own platform first, and
// then for the other one where the shop is on it.
func (c counter) invitations(t *bot.Turn, code referral.Code) (all []bot.Message) {
	done := map[bot.Platform]bool{}
	own := c.Channel(t.Event.Channel)
	for _, ch := range append([]shop.Channel{own}, c.Channels...) {
		if done[ch.Platform] {
			continue
		}
		link, ok := c.ChatLink(ch.Name, c.friendLine(t, ch.Platform, code))
		if !ok {
			continue
		}
		plain, _ := c.ChatLink(ch.Name, "friend "+code.Bare())
		done[ch.Platform] = true
		all = append(all, c.invitation(t, ch, link, plain))
	}
	return all
}

// friendLine is the command that an invitation has ready. On LINE its reader
// sees it typed in, so it is in words there; on Telegram nobody sees it.
func (c counter) friendLine(t *bot.Turn, on bot.Platform, code referral.Code) string {
	word := "friend"
	if on == bot.LINE {
		word, _, _ = strings.Cut(t.Word(i18n.WordsFriend), ",")
	}
	return word + " " + code.Bare()
}

// invitation is a message to pass on: words, link and QR, with a button that
// opens the platform's own list of friends. plain is the link with the command
// in plain letters.
func (c counter) invitation(t *bot.Turn, ch shop.Channel, link, plain string) bot.Message {
	r := c.Rules(t.Now).Referral
	name := c.Name(t.Now, t.Lang)
	words := t.Word(i18n.InviteCardPlain, "Shop", name)
	if gift := c.worth(t, r.FriendPoints, r.FriendReward); gift != "" {
		words = t.Word(i18n.InviteCard, "Shop", name, "Purchase", c.firstPurchase(t), "Gift", gift)
	}
	m := bot.Message{
		Title:   t.Word(i18n.InviteOn, "Channel", c.Label(ch.Name)),
		Text:    words + "\n" + link,
		Picture: &bot.Picture{QR: link, Alt: t.Word(i18n.InviteAlt)},
		Buttons: []bot.Button{
			{Label: t.Word(i18n.InviteShare), Do: bot.DoOpen, Value: shareLink(ch.Platform, words, name, link, plain)},
			{Label: t.Word(i18n.InviteCopy), Do: bot.DoCopy, Value: link},
		},
	}
	if ch.Platform == bot.LINE {
		m.Note = t.Word(i18n.InviteSend)
	}
	return m
}

// maxLink is how long an address behind a button may be (LINE docs,
// #uri-action: 1,000 characters).
const maxLink = 1000

// shareLink opens the platform's own list of friends with a text to send (LINE
// docs, using-line-url-scheme; core.telegram.org/widgets/share). Escaped, a
// letter of Chinese or Thai takes nine characters, and in a link within it
// fifteen: where it does not fit, a plainer link is sent, and where that does
// not, the shop's name instead of the words.
func shareLink(on bot.Platform, words, name string, links ...string) string {
	for _, say := range []string{words, name} {
		for _, link := range links {
			address := "https://line.me/R/share?text=" + escape(say+"\n"+link)
			if on == bot.Telegram {
				address = "https://t.me/share/url?url=" + escape(link) + "&text=" + escape(say)
			}
			if len(address) <= maxLink {
				return address
			}
		}
	}
	return links[0]
}

// escape is s in an address; spaces must not become "+", which LINE shows.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
