package passbook

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/loyalty"
)

// ErrNotStatement reports a file that is something else.
var ErrNotStatement = errors.New("this is no statement of Regulars: its first line is not \"" + first + "\"")

// ErrTooLong reports a file that is longer than any statement.
var ErrTooLong = errors.New("this is longer than any statement of Regulars")

// MaxSize is the longest statement that is read: some 60,000 entries.
const MaxSize = 16 << 20

// Fault is what does not fit in a statement.
type Fault struct {
	Line int    // of the file, from 1; 0: the file as a whole
	Text string // what, in a sentence's second half
}

// String names the line and what is wrong with it.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.Text
	}
	return fmt.Sprintf("line %d %s", f.Line, f.Text)
}

// ChangedError reports a statement that is not as it was signed.
type ChangedError struct{ Faults []Fault }

// Error has all faults, a line each.
func (e *ChangedError) Error() string {
	var all []string
	for _, f := range e.Faults {
		all = append(all, f.String())
	}
	return strings.Join(all, "\n")
}

// Read reads a statement and checks that it fits together: every link, every balance,
// the sums, the head and the signature under it by the key that it names. Whose key that is
// the caller has to know. What a mail program does to line ends does not count. A file with
// signs that no statement has, as those that steer a terminal or turn the writing round, is
// read no further: what it says could be another thing than what is seen of it. Errors:
// ErrNotStatement, ErrTooLong, *ChangedError.
func Read(file []byte) (*Statement, error) {
	file = bytes.ReplaceAll(bytes.TrimPrefix(file, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	lines := strings.Split(strings.TrimRight(string(file), "\n"), "\n")
	switch {
	case lines[0] != first:
		return nil, ErrNotStatement
	case len(file) > MaxSize:
		return nil, ErrTooLong
	}
	if odd := oddLines(lines); len(odd) > 0 {
		return nil, &ChangedError{odd}
	}
	r := &reader{lines: lines, s: &Statement{Zone: time.UTC}}
	r.header()
	r.entries()
	r.closing()
	r.seal()
	if len(r.faults) > 0 {
		return r.s, &ChangedError{r.faults}
	}
	return r.s, nil
}

// mostOdd is how many lines with odd signs are named: it may be all of a file.
const mostOdd = 5

// oddLines names the lines in which stands what [plain] would not have let in. It does not
// repeat them.
func oddLines(lines []string) (faults []Fault) {
	for i, l := range lines {
		if len(faults) == mostOdd {
			break
		}
		if !utf8.ValidString(l) || strings.ContainsFunc(l, func(r rune) bool { return r != ' ' && (unicode.IsSpace(r) || !unicode.IsGraphic(r)) }) {
			faults = append(faults, Fault{i + 1, "has signs in it that no statement has, and that could hide what it says"})
		}
	}
	return faults
}

// reader goes through a file's lines, and goes on after a fault.
type reader struct {
	lines  []string
	at     int // the next line
	last   string
	s      *Statement
	count  int
	faults []Fault
}

// fault names line i, counted from 0.
func (r *reader) fault(i int, text string) { r.faults = append(r.faults, Fault{i + 1, text}) }

// block are the lines down to the next "link:", which must follow from them; part
// names them for people.
func (r *reader) block(part string) []string {
	from := r.at
	for r.at < len(r.lines) && !strings.HasPrefix(r.lines[r.at], "link: ") {
		r.at++
	}
	block := r.lines[from:r.at]
	if r.at == len(r.lines) {
		r.faults = append(r.faults, Fault{Text: "the file is cut short: " + part + " has no end"})
		return block
	}
	is := strings.TrimPrefix(r.lines[r.at], "link: ")
	if is != link(r.last, strings.Join(block, "\n")) {
		r.faults = append(r.faults, Fault{Text: fmt.Sprintf("%s, lines %d to %d, was changed", part, from+1, r.at+1)})
	}
	r.last = is
	r.at++
	return block
}

// blank takes the empty line between two parts.
func (r *reader) blank() {
	if r.at < len(r.lines) && r.lines[r.at] == "" {
		r.at++
	}
}

func (r *reader) header() {
	r.count = -1
	for _, l := range r.block("the header") {
		name, value, _ := strings.Cut(l, ": ")
		switch name {
		case "shop":
			r.s.Shop = value
		case "key":
			if key, err := base64.StdEncoding.DecodeString(value); err == nil && len(key) == ed25519.PublicKeySize {
				r.s.Key = key
			}
		case "published":
			r.s.Published = value
		case "account":
			r.s.Account = value
		case "card":
			r.s.Card = value
		case "language":
			r.s.Lang = value
		case "zone":
			if z, err := time.LoadLocation(value); err == nil {
				r.s.Zone = z
			}
		case "made":
			r.s.Made, _ = time.Parse(time.RFC3339, value) // zero where it cannot be read; the header's link says so
		case "entries":
			r.count, _ = strconv.Atoi(value)
		}
		if about, ok := strings.CutPrefix(l, hint); ok {
			r.s.About = append(r.s.About, about)
		}
	}
	r.blank()
}

// entries reads to the empty line. Each line is held against the link that stands
// before it, so that one that was changed does not speak ill of those after it.
func (r *reader) entries() {
	var balance loyalty.Points
	seq := uint64(0)
	for ; r.at < len(r.lines) && strings.Contains(r.lines[r.at], bar); r.at++ {
		text, is := cutLast(r.lines[r.at])
		l, ok := parseLine(text)
		switch seq++; {
		case !ok:
			r.fault(r.at, "cannot be read: it was changed")
		case l.Seq != seq:
			r.fault(r.at, fmt.Sprintf("is entry %d where entry %d belongs: a line was taken out, put in or moved", l.Seq, seq))
			seq = l.Seq
		case is != link(r.last, text):
			r.fault(r.at, fmt.Sprintf("(entry %d%s) was changed", l.Seq, named(l.Ref)))
		case l.Balance != balance+l.Points:
			r.fault(r.at, fmt.Sprintf("(entry %d%s) has a balance of %d where %d%+d gives another", l.Seq, named(l.Ref), l.Balance, balance, l.Points))
		}
		r.last, balance = is, l.Balance
		r.s.Lines = append(r.s.Lines, l)
	}
	if n := len(r.s.Lines); r.count != n {
		r.faults = append(r.faults, Fault{Text: fmt.Sprintf("the header speaks of %d entries, and there are %d", r.count, n)})
	}
	r.blank()
}

// closing reads the sums, and holds them against the lines.
func (r *reader) closing() {
	from := r.at
	block := r.block("the closing")
	var lots loyalty.Points
	for _, l := range block {
		name, value, _ := strings.Cut(l, ": ")
		n, _ := strconv.ParseInt(value, 10, 64) // what is no number differs from what the lines give, below
		day, dated := strings.CutPrefix(name, "until ")
		switch {
		case name == "owed":
			r.s.Owed = loyalty.Points(n)
		case name == "always":
			r.s.Lots = append(r.s.Lots, Lot{Points: loyalty.Points(n)})
			lots += loyalty.Points(n)
		case dated:
			last, _ := time.ParseInLocation(time.DateOnly, day, r.s.zone())
			r.s.Lots = append(r.s.Lots, Lot{last.AddDate(0, 0, 1), loyalty.Points(n)})
			lots += loyalty.Points(n)
		}
	}
	want := r.s.closing()
	for i := 0; i < len(want) && len(r.faults) == 0; i++ {
		if i >= len(block) || block[i] != want[i] {
			r.fault(from+i, "is not what the entries give, which is \""+want[i]+"\"")
		}
	}
	if len(r.faults) == 0 && lots-r.s.Owed != r.s.Balance() {
		r.fault(from, fmt.Sprintf("and what follows: the lots sum to %d, and the balance is %d", lots, r.s.Balance()+r.s.Owed))
	}
}

// seal checks the head and the signature.
func (r *reader) seal() {
	whole := strings.Join(r.lines[:min(r.at, len(r.lines))], "\n") + "\n"
	rest := r.lines[min(r.at, len(r.lines)):]
	if len(rest) != 2 || !strings.HasPrefix(rest[0], "head: ") || !strings.HasPrefix(rest[1], "signature: ") {
		r.faults = append(r.faults, Fault{Text: "the file does not end with its head and its signature: it was cut, or something was added"})
		return
	}
	head := strings.TrimPrefix(rest[0], "head: ")
	if head != headOf(whole) && len(r.faults) == 0 {
		r.fault(r.at, "does not fit what stands above it: something was changed")
	}
	sig, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest[1], "signature: "))
	if err != nil || r.s.Key == nil || !ed25519.Verify(r.s.Key, signed(headOf(whole)), sig) {
		r.fault(r.at+1, "is no signature of the key in the header over this statement")
	}
}

// cutLast parts a line from its link.
func cutLast(line string) (text, link string) {
	i := strings.LastIndex(line, bar)
	return line[:i], line[i+len(bar):]
}

// named is a reference in a complaint: quoted where it is none, so that it does not speak
// in the complaint's name.
func named(r loyalty.Ref) string {
	if r == "" {
		return ""
	}
	if is, ok := loyalty.ParseRef(string(r)); !ok || is != r {
		return ", " + strconv.Quote(string(r))
	}
	return ", " + string(r)
}

// parseLine reads a line; only what Write would write is one.
func parseLine(text string) (l Line, ok bool) {
	cols := strings.Split(text, bar)
	if len(cols) != 8 {
		return l, false
	}
	var errs [4]error
	l.Seq, errs[0] = strconv.ParseUint(cols[0], 10, 64)
	l.At, errs[1] = time.Parse(time.RFC3339, cols[1])
	points, err := strconv.ParseInt(cols[4], 10, 64)
	balance, err2 := strconv.ParseInt(cols[5], 10, 64)
	errs[2], errs[3] = err, err2
	l.Points, l.Balance = loyalty.Points(points), loyalty.Points(balance)
	if cols[2] != "-" {
		l.Ref = loyalty.Ref(cols[2])
	}
	l.Kind, l.Entry = loyalty.Kind(cols[3]), cols[7]
	if cols[6] != "-" {
		l.Words = cols[6]
	}
	return l, errors.Join(errs[:]...) == nil && len(l.Entry) == markSize
}
