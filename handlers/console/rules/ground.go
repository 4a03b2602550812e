package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/loyalty/programme/edit"
)

// ground is the version that a page shows and a form starts from.
type ground struct {
	programme.Version
	P     *programme.Programme
	F     *edit.File
	Waits bool
	// Was is the digest of the programme file when the page was made.
	Was  string
	Text []byte // the file's
	// Stray says that the file is not what the newest version says: somebody wrote
	// it and it was not taken in, or not yet.
	Stray bool
}

// stand finds the version that the request names, or the one that holds.
func stand(q *console.Request, b Book) (*ground, error) {
	all, soon := b.Versions(), b.Soon()
	g := &ground{Version: all[0]}
	for _, v := range all {
		if !v.From.After(soon) {
			g.Version = v
		}
	}
	if n, err := strconv.Atoi(q.R.FormValue("v")); err == nil {
		for _, v := range all {
			if v.Number == n {
				g.Version = v
			}
		}
	}
	g.Waits = g.From.After(soon)
	text, err := b.File()
	if err != nil {
		return nil, err
	}
	g.Text, g.Was, g.Stray = text, digest(text), string(text) != all[len(all)-1].Text
	p, wrong := programme.Load([]byte(g.Version.Text))
	if len(wrong) > 0 {
		return nil, programme.Mistakes(wrong)
	}
	g.P = p
	g.F, err = edit.New([]byte(g.Version.Text))
	return g, err
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Query is the version for addresses, "" for the one that holds.
func (g *ground) Query() string {
	if g.Waits {
		return strconv.Itoa(g.Number)
	}
	return ""
}

// waiting are the versions that have not begun.
func waiting(b Book) (all []programme.Version) {
	for _, v := range b.Versions() {
		if v.From.After(b.Soon()) {
			all = append(all, v)
		}
	}
	return all
}

// planned is what a save comes to.
type planned struct {
	Base  programme.Version // that holds at the moment from which on the change holds
	Texts [][]byte          // the changed version first, then those that wait for later
	From  time.Time         // zero: at once
	Later []int             // the numbers of versions that take the change over
}

// wish is what somebody wants of the programme: changes, or a whole text instead.
type wish struct {
	Ops  []edit.Op
	Text []byte
}

// plan makes changes to the version that holds at a moment, zero for at once,
// and to all that begin later. lost says that what was changed is not in the
// version that holds then.
func plan(b Book, w wish, at time.Time) (p planned, lost bool, err error) {
	all, when := b.Versions(), at
	if when.IsZero() {
		when = b.Soon()
	}
	number := all[len(all)-1].Number
	p.Base, p.From = all[0], at
	var later []programme.Version
	for _, v := range all {
		if v.From.After(when) {
			later = append(later, v)
			number = max(number, v.Number)
			continue
		}
		p.Base = v
	}
	zone := b.At(b.Soon()).Rules.Zone
	from := p.Base.Text
	if w.Text != nil {
		from = string(w.Text)
	}
	text, err := rewrite(from, w.Ops, number+1, effective(at, zone), true)
	if err != nil {
		return p, true, nil
	}
	p.Texts = [][]byte{text}
	for i, v := range later {
		from := effective(v.From, zone)
		if q, _ := programme.Load([]byte(v.Text)); q != nil && q.Rules.From.Equal(v.From) {
			from = asWritten
		}
		text, err := rewrite(v.Text, w.Ops, number+2+i, from, false)
		if err != nil {
			return p, false, err
		}
		p.Texts, p.Later = append(p.Texts, text), append(p.Later, v.Number)
	}
	return p, false, nil
}

// asWritten leaves a version's beginning as its text says it.
const asWritten = "as written"

// effective is a moment as the file says it, "" for none.
func effective(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format("2006-01-02T15:04:05")
}

// rewrite makes changes to a text and gives it a number and a beginning. Where
// it need not fit whole, what has no place in it is left out.
func rewrite(text string, ops []edit.Op, number int, from string, whole bool) ([]byte, error) {
	f, err := edit.New([]byte(text))
	if err != nil {
		return nil, err
	}
	for _, op := range ops {
		if err := f.Apply([]edit.Op{op}); err != nil && whole {
			return nil, err
		}
	}
	switch from {
	case asWritten:
	case "":
		err = f.Unset("effective")
	default:
		err = f.Set(edit.Date(from), "effective")
	}
	if err == nil {
		err = f.Set(number, "version")
	}
	return f.Text(), err
}

// begins is when a version begins, in words.
func begins(q *console.Request, v programme.Version) string {
	if v.From.IsZero() {
		return q.Say(i18n.ConsoleRulesSinceEver)
	}
	at := q.Shop().Local(v.From)
	return q.P.Date(at) + " " + q.P.Time(at)
}
