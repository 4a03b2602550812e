package intake

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// charsets are the encodings that are read, by the names that people give them.
var charsets = map[string]encoding.Encoding{
	"utf-8":       unicode.UTF8BOM,
	"utf-16le":    unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"utf-16be":    unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	"big5":        traditionalchinese.Big5,
	"shift_jis":   japanese.ShiftJIS,
	"gb18030":     simplifiedchinese.GB18030,
	"windows-874": charmap.Windows874,
}

var aliases = map[string]string{
	"utf8": "utf-8", "utf16": "utf-16le", "utf-16": "utf-16le", "sjis": "shift_jis", "shift-jis": "shift_jis", "cp932": "shift_jis",
	"cp950": "big5", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "tis-620": "windows-874", "cp874": "windows-874",
}

// charset finds an encoding by name.
func charset(name string) (string, encoding.Encoding, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if a, ok := aliases[name]; ok {
		name = a
	}
	e, ok := charsets[name]
	if !ok {
		return "", nil, fmt.Errorf("encoding %q is not read; there are utf-8, utf-16le, utf-16be, big5, shift_jis, gb18030 and windows-874 (tis-620)", name)
	}
	return name, e, nil
}

// local is the encoding that a country's older systems write.
var local = map[string]string{"TW": "big5", "HK": "big5", "MO": "big5", "JP": "shift_jis", "CN": "gb18030", "SG": "gb18030", "TH": "windows-874"}

// sampleSize is how much text with other letters than ASCII's is looked at.
const sampleSize = 64 << 10

// look is what one pass over a file finds out.
type look struct {
	charset string
	lines   int64
}

// lookAt finds a file's encoding, and counts its lines for the progress bar.
// The country breaks ties.
func lookAt(r io.Reader, country string) (look, error) {
	var l look
	var head, other []byte
	buf := make([]byte, 256<<10)
	for {
		n, err := r.Read(buf)
		b := buf[:n]
		l.lines += int64(bytes.Count(b, []byte{'\n'}))
		if len(head) < 4096 {
			head = append(head, b[:min(n, 4096-len(head))]...)
		}
		// The first letters beyond ASCII may come late: a column of names may be
		// behind thousands of rows without any.
		if at := bytes.IndexFunc(b, func(r rune) bool { return r >= utf8.RuneSelf }); at >= 0 && len(other) < sampleSize {
			other = append(other, b[at:min(n, at+sampleSize-len(other))]...)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return l, err
		}
	}
	if l.charset = marked(head); l.charset == "" {
		l.charset = guess(other, country)
	}
	return l, nil
}

// marked is the encoding that the file's first bytes give away.
func marked(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return "utf-8"
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return "utf-16le"
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "utf-16be"
	}
	// Headings, separators and digits are ASCII: in UTF-16 every other byte is 0.
	var even, odd int
	for i, c := range head {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	switch {
	case odd > len(head)/8 && even == 0:
		return "utf-16le"
	case even > len(head)/8 && odd == 0:
		return "utf-16be"
	}
	return ""
}

// guess weighs the older encodings against each other by how ordinary the text
// would be in each.
func guess(sample []byte, country string) string {
	if whole := sample[:len(sample)-cutRune(sample)]; utf8.Valid(whole) {
		return "utf-8"
	}
	best, most := "utf-8", -1.0
	for _, c := range []struct {
		name string
		f    func([]byte) (ordinary, odd, all int)
	}{{"big5", likeBig5}, {"shift_jis", likeShiftJIS}, {"gb18030", likeGB}, {"windows-874", likeThai}} {
		ordinary, odd, all := c.f(sample)
		score := (float64(ordinary) - 2*float64(odd)) / float64(max(1, all))
		if local[country] == c.name {
			score += 0.08
		}
		if score > most {
			best, most = c.name, score
		}
	}
	return best
}

// cutRune is how many bytes at the end may be the beginning of a rune.
func cutRune(b []byte) int {
	for n := 1; n <= min(3, len(b)); n++ {
		if utf8.RuneStart(b[len(b)-n]) {
			if b[len(b)-n] >= utf8.RuneSelf {
				return n
			}
			return 0
		}
	}
	return 0
}

// pairs walks text of two-byte letters.
func pairs(b []byte, single func(byte) bool, f func(lead, trail byte) (ordinary, ok bool)) (ordinary, odd, all int) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c < 0x80 {
			continue
		}
		all++
		if single(c) {
			continue
		}
		if i+1 == len(b) {
			break
		}
		common, ok := f(c, b[i+1])
		if !ok {
			odd++
			continue
		}
		if common {
			ordinary++
		}
		i++
	}
	return ordinary, odd, all
}

func none(byte) bool { return false }

// likeBig5 takes the frequent characters of the first level as ordinary, and
// the punctuation before them.
func likeBig5(b []byte) (ordinary, odd, all int) {
	return pairs(b, none, func(l, t byte) (bool, bool) {
		ok := l >= 0xa1 && l <= 0xf9 && (t >= 0x40 && t <= 0x7e || t >= 0xa1 && t <= 0xfe)
		return l >= 0xa4 && l <= 0xc6 || l == 0xa1, ok
	})
}

// likeShiftJIS takes kana and the kanji of the first level as ordinary. Half
// kana are rare in names and very frequent in whatever is no Shift_JIS.
func likeShiftJIS(b []byte) (ordinary, odd, all int) {
	half := func(c byte) bool { return c >= 0xa1 && c <= 0xdf }
	return pairs(b, half, func(l, t byte) (bool, bool) {
		ok := (l >= 0x81 && l <= 0x9f || l >= 0xe0 && l <= 0xfc) && t >= 0x40 && t <= 0xfc && t != 0x7f
		return l >= 0x81 && l <= 0x83 || l >= 0x88 && l <= 0x97, ok
	})
}

// likeGB takes the first level of GB 2312 as ordinary.
func likeGB(b []byte) (ordinary, odd, all int) {
	return pairs(b, none, func(l, t byte) (bool, bool) {
		ok := l >= 0x81 && l <= 0xfe && t >= 0x30 && t != 0x7f && t != 0xff
		return l >= 0xb0 && l <= 0xd7 && t >= 0xa1 || l == 0xa1 || l == 0xa3, ok
	})
}

// likeThai takes consonants as ordinary, vowels and tones behind one, and
// vowels that are written before one. Latin letters that touch Thai ones are the
// second halves of somebody else's.
func likeThai(b []byte) (ordinary, odd, all int) {
	consonant := func(c byte) bool { return c >= 0xa1 && c <= 0xce }
	mark := func(c byte) bool { return c == 0xd1 || c >= 0xd4 && c <= 0xda || c >= 0xe7 && c <= 0xee }
	before := func(c byte) bool { return c >= 0xe0 && c <= 0xe4 }
	latin := func(c byte) bool { return c >= 0x40 && c <= 0x7e }
	for i, c := range b {
		if c < 0x80 {
			continue
		}
		all++
		prev, next := byte(0), byte(0)
		if i > 0 {
			prev = b[i-1]
		}
		if i+1 < len(b) {
			next = b[i+1]
		}
		switch {
		case c >= 0xdb && c <= 0xde || c >= 0xfc || c < 0xa0,
			mark(c) && !consonant(prev) && !mark(prev),
			before(c) && !consonant(next),
			latin(prev) || latin(next):
			odd++
		case consonant(c), mark(c), before(c), c == 0xd0, c == 0xd2, c == 0xd3, c == 0xe6:
			ordinary++
		}
	}
	return ordinary, odd, all
}
