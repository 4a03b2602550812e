package passbook

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"regulars/loyalty"
)

// first is a statement's first line.
const first = "regulars statement 1"

// Between an entry's columns, and before a comment.
const (
	bar  = " | "
	hint = "# "
)

// Write is the statement as a file, signed. s.Key is the key's own public half,
// whatever stood there.
func Write(s Statement, key ed25519.PrivateKey) []byte {
	s.Key = key.Public().(ed25519.PublicKey)
	header := strings.Join(s.header(), "\n")
	last := link("", header)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nlink: %s\n\n", header, last)
	for _, l := range s.Lines {
		text := l.text(s.zone())
		last = link(last, text)
		b.WriteString(text + bar + last + "\n")
	}
	closing := strings.Join(s.closing(), "\n")
	fmt.Fprintf(&b, "\n%s\nlink: %s\n", closing, link(last, closing))
	head := headOf(b.String())
	sig := ed25519.Sign(key, signed(head))
	fmt.Fprintf(&b, "head: %s\nsignature: %s\n", head, base64.StdEncoding.EncodeToString(sig))
	return []byte(b.String())
}

// headOf is the hash of all that stands above the head.
func headOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (s *Statement) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// header is what stands above the entries. Its names are the same in every language,
// so that one program reads all statements.
func (s *Statement) header() []string {
	lines := []string{first}
	for _, a := range s.About {
		lines = append(lines, hint+plain(a))
	}
	say := func(name, value string) {
		if value = plain(value); value != "" {
			lines = append(lines, name+": "+value)
		}
	}
	say("shop", s.Shop)
	say("key", base64.StdEncoding.EncodeToString(s.Key))
	say("published", s.Published)
	say("account", s.Account)
	say("card", s.Card)
	say("language", s.Lang)
	say("zone", s.zone().String())
	say("made", s.stamp(s.Made))
	if n := len(s.Lines); n > 0 {
		say("from", s.day(s.Lines[0].At))
		say("to", s.day(s.Lines[n-1].At))
	}
	say("entries", strconv.Itoa(len(s.Lines)))
	return lines
}

// closing is what stands below them.
func (s *Statement) closing() []string {
	in, out := s.Sums()
	var lines []string
	say := func(name string, p loyalty.Points) {
		lines = append(lines, name+": "+strconv.FormatInt(int64(p), 10))
	}
	say("in", in)
	say("out", out)
	say("owed", s.Owed)
	say("balance", s.Balance())
	for _, l := range s.Lots {
		if l.Until.IsZero() {
			say("always", l.Points)
		} else { // the last day on which they can be spent
			say("until "+s.day(l.Until.Add(-time.Nanosecond)), l.Points)
		}
	}
	return lines
}

// text is the line without its link.
func (l *Line) text(zone *time.Location) string {
	return strings.Join([]string{
		strconv.FormatUint(l.Seq, 10), l.At.In(zone).Format(time.RFC3339), or(string(l.Ref), "-"), plain(string(l.Kind)),
		fmt.Sprintf("%+d", l.Points), strconv.FormatInt(int64(l.Balance), 10), or(plain(l.Words), "-"), l.Entry,
	}, bar)
}

func (s *Statement) stamp(t time.Time) string { return t.In(s.zone()).Format(time.RFC3339) }
func (s *Statement) day(t time.Time) string   { return t.In(s.zone()).Format(time.DateOnly) }

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
