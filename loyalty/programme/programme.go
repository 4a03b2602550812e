// Package programme reads a shop's programme file (TOML) into the rules'
// types, and says clearly what is wrong with one: the line, the key, what is
// allowed there, and which key was probably meant.
//
// The presets that ship with the program are programme files as well; they are
// the reference of what can be written.
//
// # Rows
//
//	programme/<version>     a version's text and since when it holds; kept for ever once it has begun
//	programmechange/all     how often those rows were changed; one row, kept for ever
//	programmefile/all       which version the programme file is to be brought to, and from which text; one row
//
// All are guarded by the subject "programme/versions".
package programme

import (
	"time"
	_ "time/tzdata" // zones are known on machines that have none installed

	"regulars/loyalty"
	"regulars/loyalty/segment"
)

// Programme is one programme file, read: the rules, and what the shop is called
// and where. It is not changed after Load.
type Programme struct {
	// Rules are what the ledger works by. Rules.Version and Rules.From are the
	// file's version and its effective moment, or the start of that date, in the
	// shop's zone.
	Rules loyalty.Programme
	// Country is the shop's ISO 3166 code: "TW".
	Country string
	// Languages the shop speaks, the first one by default: "zh-TW", "en" …
	Languages []string
	// Stores, in the file's order; at least one.
	Stores []Store
	// Partners are neighbours whose goods some rewards are, in the file's order.
	Partners []Partner
	// Quiet is when no message goes out that nobody asked for.
	Quiet Hours
	// Contact is how many such messages may reach one member.
	Contact loyalty.Caps
	// Nudges are those that are on, in the file's order.
	Nudges []loyalty.Nudge
	// Surveys are what members are asked; their words are in Words and Questions.
	Surveys []loyalty.Survey
	// Privacy is who answers for members' data.
	Privacy Privacy
	// Digest is when managers are told how the week was.
	Digest Digest
	// Fraud is from when on something is worth an owner's look.
	Fraud Fraud
	// Campaigns bound what one manager sends alone.
	Campaigns Campaigns
	// Messages is what pushed messages cost, and may cost.
	Messages Messages
	// Segments are the shop's own, in the file's order.
	Segments []segment.Named

	segmentNames map[string]texts

	regions     []string
	names       map[string]string
	words       map[named]said
	cardLife    time.Duration
	receiptDays int
}

// Store is one branch.
type Store struct {
	ID   loyalty.Store // short, for commands and rows: "main"
	Name string        // for people
}

// Hours is a span of every local day, in minutes since midnight. It may run
// over midnight; with From == To there is none.
type Hours struct{ From, To int }

// ShopName is the shop's name in a language, or in its first language where
// that has none.
func (p *Programme) ShopName(language string) string {
	if n, ok := p.names[language]; ok {
		return n
	}
	return p.names[p.Languages[0]]
}

// Regions are the countries in which a phone number typed without + is looked
// for: ISO 3166 codes, the shop's own first.
func (p *Programme) Regions() []string { return p.regions }

// CardLife is how long a card's QR may be scanned after it was drawn.
func (p *Programme) CardLife() time.Duration { return p.cardLife }

// ReceiptUntil is the first moment at which the code of a receipt issued at t
// credits nothing any more: the end of a local day, so many whole days after t's.
func (p *Programme) ReceiptUntil(t time.Time) time.Time {
	return p.Rules.DayEnd(t.In(p.Rules.Location()).AddDate(0, 0, p.receiptDays))
}

// Store finds a branch by its id.
func (p *Programme) Store(id loyalty.Store) (Store, bool) {
	for _, s := range p.Stores {
		if s.ID == id {
			return s, true
		}
	}
	return Store{}, false
}

// QuietUntil is when messages that nobody asked for may go out again: t itself
// outside of quiet hours. Quiet hours are local; a clock that is moved at night
// makes them an hour longer or shorter.
func (p *Programme) QuietUntil(t time.Time) time.Time {
	local := t.In(p.Rules.Zone)
	from, to := p.Quiet.From, p.Quiet.To
	minute := local.Hour()*60 + local.Minute()
	day := local.Day()
	switch {
	case from < to && minute >= from && minute < to, from > to && minute < to:
	case from > to && minute >= from:
		day++
	default:
		return t
	}
	return time.Date(local.Year(), local.Month(), day, to/60, to%60, 0, 0, p.Rules.Zone)
}
