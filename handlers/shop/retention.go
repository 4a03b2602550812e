package shop

import (
	"slices"
	"strings"

	"regulars/i18n"
)

// LooksKept is for how many days it is kept who looked at whom: long
// enough to say whom a breach touched that is found a year later.
const LooksKept = 400

// Kept is one line of the list of what is kept of people, and for how long. The notice
// of privacy, `regulars retention` and the console read the same list.
type Kept struct {
	What   i18n.Key  // what it is, in a member's words
	For    i18n.Text // how long
	Tables []string  // the words of the tables it stands in
	Staff  bool      // it is about employees, not about members
}

// Retention is what is kept of people, and for how long. A test holds it against all
// tables of the program: each stands here, or among those that hold nothing of anybody.
// The sweeps that see to it stand in the rooms that own the tables.
func Retention() []Kept {
	all := make([]Kept, 0, len(kept))
	for _, k := range kept {
		all = append(all, Kept{k.what, k.span.text(), strings.Fields(k.tables), k.staff})
	}
	return all
}

// Impersonal are the words of the tables that hold nothing of anybody: the shop's
// settings, sums over people, and the program's own notes.
func Impersonal() []string { return strings.Fields(impersonal) }

// KeptIn is the line on which a table stands; ok is false for one of nobody's.
func KeptIn(table string) (k Kept, ok bool) {
	for _, k := range Retention() {
		if slices.Contains(k.Tables, table) {
			return k, true
		}
	}
	return k, false
}

// span is how long: so many days from when it was written or was last of use, or
// else what key says.
type span struct {
	key  i18n.Key
	days int
}

func (s span) text() i18n.Text {
	if s.days == 0 {
		return i18n.T(s.key)
	}
	return i18n.T(s.key, "Count", s.days, "Days", i18n.Number(int64(s.days)))
}

func days(n int) span  { return span{i18n.RetentionDays, n} }  // from when it was written
func after(n int) span { return span{i18n.RetentionAfter, n} } // from when it was closed or used

var (
	member   = span{key: i18n.RetentionMember}   // erasing takes it away
	nameless = span{key: i18n.RetentionNameless} // the books of the shop; erasing makes them nobody's
	needed   = span{key: i18n.RetentionNeeded}   // a day or less, or until it was done
	copies   = span{key: i18n.RetentionReplaced} // as many as the configuration keeps
	while    = span{key: i18n.RetentionWhile}    // while they take part
)

// kept follows what the packages' own comments say of their rows.
var kept = []struct {
	what   i18n.Key
	span   span
	tables string
	staff  bool
}{
	{what: i18n.RetentionProfile, span: member, tables: "person ident uname phone name nameof unnamed bday card extid imported recovery recoveryof lost tag joined"},
	{what: i18n.RetentionConsents, span: member, tables: "consent datarequest"},
	{what: i18n.RetentionPoints, span: nameless, tables: "account entry lot mark order ref due notice told wait intake clubcard clubpaid gift rollup rollord rollday rollpart rolltodo"},
	{what: i18n.RetentionPlans, span: nameless, tables: "plan planpaid planorder planref planyear plandue charitygift match matchopen"},
	{what: i18n.RetentionVouchers, span: after(400), tables: "voucher vouchercode voucherdue voucherop voucherpast stockdue offerclaim pool op"},
	{what: i18n.RetentionReceipts, span: after(90), tables: "slip slipref sliporder slipdue slipwait"},
	{what: i18n.RetentionFriends, span: nameless, tables: "referral referred referrer refcode refdue refgiven refheld refflag"},
	{what: i18n.RetentionInvites, span: days(90), tables: "refinvite refnear"},
	{what: i18n.RetentionHousehold, span: while, tables: "household housed housejoin houselost housecode"},
	{what: i18n.RetentionTalk, span: days(2), tables: "sess tok said"},
	{what: i18n.RetentionChats, span: needed, tables: "chat group calling"},
	{what: i18n.RetentionFailed, span: days(90), tables: "dead outdead"},
	{what: i18n.RetentionWaiting, span: days(90), tables: "outqueue outanswer outdue outlane"},
	{what: i18n.RetentionSent, span: days(30), tables: "outpast seen"},
	{what: i18n.RetentionReached, span: days(365), tables: "reach nudged nudgedue nudgestale"},
	{what: i18n.RetentionCampaigns, span: after(180), tables: "bulkpart bulkwho bulkbody bulkdue campopen campway campdue campwaits campboost"},
	{what: i18n.RetentionTaps, span: after(800), tables: "camptap campheld"},
	{what: i18n.RetentionAnswers, span: days(1100), tables: "survey surveyday surveydue surveyed surveytheme rollscore"},
	{what: i18n.RetentionWords, span: days(800), tables: "case caseopen casethanks voice voiceof voiceopen"},
	{what: i18n.RetentionPlay, span: days(400), tables: "draw drawday drawgo packet packetpiece quizrun quizguess quizdraft mission streak badge checkin boardweek boardin boardof houseuse"},
	{what: i18n.RetentionEvents, span: after(400), tables: "eventseat eventof eventticket eventqueue eventdue"},
	{what: i18n.RetentionRooms, span: while, tables: "roomguest roomlist"},
	{what: i18n.RetentionHabits, span: member, tables: "roll rolldue taste lever"},
	{what: i18n.RetentionCodes, span: days(14), tables: "linkcode smscode provecode proving approval apiop counterop throttle"},
	{what: i18n.RetentionFindings, span: days(400), tables: "finding findingday findtally"},
	{what: i18n.RetentionLooks, span: days(LooksKept), tables: "look lookof"},
	{what: i18n.RetentionHooks, span: days(30), tables: "hookqueue hookpast"},
	{what: i18n.RetentionCopies, span: copies}, // who was erased is taken out before one is put back
	{what: i18n.RetentionMark, span: days(366), tables: "tomb"},
	{what: i18n.RetentionErased, span: nameless, tables: "erased"},
	{what: i18n.RetentionStaff, span: nameless, tables: "staff staffof rollstaff partnertake", staff: true},
	{what: i18n.RetentionShifts, span: days(400), tables: "staffday uses desk invite pin pincode pinwait acts devlink weblink websession webof consoleonce", staff: true},
	{what: i18n.RetentionDeeds, span: days(1100), tables: "audit auditof", staff: true},
}

const impersonal = `alarm alarm-pulse alarm-told alike alikestate apiclash apiday apikey backup
bulk campaign campclick campdraft campgiven campreport census censusstores charitysum claim claims clubday
device drawseed drawstock eventcount eventmade eventoff follow goal heard hooks hookstate
joinday keymark lease leverfact metricranks metricset missioncount moved nudgewalk offercount origin
outday outpause outquota outstop partnerlink planday playday playdue poolcode poolhead programme programmechange
programmefile replica rewardtake rollfit rolllate rollsettle rollstate rollstore room segcount setup
statement statementof stock storeday tick wedid`
