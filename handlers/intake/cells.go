package intake

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// longestCell is how many bytes of a cell are looked at; more is somebody's
// novel, or somebody's attack.
const longestCell = 4 << 10

// plain is a cell's text without what does not belong into text: control
// letters, and those that turn the direction of others.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == 0xa0 || r == 0x3000:
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

var (
	errRounded = errors.New("the spreadsheet rounded it (as in 9.1E+08): format the column as text or as a number without decimals, and save the file again")
	errNumber  = errors.New("it is no number")
	errHalf    = errors.New("points are whole")
	errDay     = errors.New("it is no date")
	errOrder   = errors.New("day and month could be either: say --dates dmy or --dates mdy")
)

var scientific = regexp.MustCompile(`^([+-]?)(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})$`)

// unrounded writes out a number that a spreadsheet keeps as 9.12345678E8. One
// with fewer digits than it stands for has lost some.
func unrounded(s string) (string, error) {
	m := scientific.FindStringSubmatch(s)
	if m == nil {
		return s, nil
	}
	exp, _ := strconv.Atoi(m[4])
	digits := m[2] + m[3]
	if len(digits) < exp+1 {
		return "", errRounded
	}
	whole, rest := digits[:exp+1], strings.TrimRight(digits[exp+1:], "0")
	if rest != "" {
		whole += "." + rest
	}
	return m[1] + whole, nil
}

// exact writes out a number that a workbook keeps as 1.2E3: that one has lost
// nothing, as it stands there for the program and not for people.
func exact(s string) string {
	if !scientific.MatchString(s) {
		return s
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(n) >= 1<<53 {
		return s
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// phoneCell is a phone number as people type it, out of what spreadsheets make
// of it: '0912…, 912345678.0.
func phoneCell(s string) string {
	s = strings.TrimLeft(plain(s), "'’`")
	s = strings.TrimSuffix(s, ".0")
	if whole, err := unrounded(s); err == nil {
		return whole
	}
	return s
}

// number is a cell's number: thousands' commas, currency and full width do not
// matter, brackets around it are a minus.
func number(s string) (whole string, frac string, negative bool, err error) {
	s = strings.TrimLeft(strings.TrimSpace(width.Narrow.String(s)), "'")
	if s, err = unrounded(s); err != nil {
		return "", "", false, err
	}
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s, negative = s[1:len(s)-1], true
	}
	s = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' || r == ',' || r == '-' || r == '+' || r == '−' {
			return r
		}
		if unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) || unicode.IsLetter(r) {
			return ' '
		}
		return 'x'
	}, s)
	s = strings.TrimSpace(s)
	if t := strings.TrimLeft(s, "-−"); t != s {
		s, negative = strings.TrimSpace(t), true
	}
	s = strings.ReplaceAll(strings.TrimPrefix(s, "+"), ",", "")
	whole, frac, _ = strings.Cut(s, ".")
	if whole == "" || strings.Trim(whole+frac, "0123456789") != "" || len(whole) > 18 {
		return "", "", false, errNumber
	}
	return whole, strings.TrimRight(frac, "0"), negative, nil
}

// wholeNumber reads points.
func wholeNumber(s string) (int64, error) {
	whole, frac, negative, err := number(s)
	if err != nil {
		return 0, err
	}
	if frac != "" {
		return 0, errHalf
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, errNumber
	}
	if negative {
		n = -n
	}
	return n, nil
}

// money reads an amount in minor units of a currency with so many digits.
func money(s string, digits int) (int64, error) {
	whole, frac, negative, err := number(s)
	if err != nil {
		return 0, err
	}
	if len(frac) > digits {
		return 0, fmt.Errorf("the currency has %d digits behind the point", digits)
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
	if err != nil {
		return 0, errNumber
	}
	if negative {
		n = -n
	}
	return n, nil
}

// yesNo reads a consent; nil says nothing.
func yesNo(s string) (*bool, error) {
	yes, no := true, false
	switch strings.ToLower(norm.NFKC.String(plain(s))) {
	case "":
		return nil, nil
	case "1", "y", "yes", "true", "是", "有", "同意", "願意", "愿意", "はい", "有り", "○", "希望する", "ใช่", "ยินยอม", "รับ", "ok", "v":
		return &yes, nil
	case "0", "n", "no", "false", "否", "無", "无", "不同意", "不願意", "不愿意", "いいえ", "無し", "×", "希望しない", "ไม่", "ไม่ยินยอม", "ไม่รับ", "x":
		return &no, nil
	}
	return nil, errors.New("it is neither yes nor no")
}

// dates reads a file's dates.
type dates struct {
	zone  *time.Location
	order string // "dmy", "mdy", or "" where nothing has told
	roc   bool   // years below 200 are of the Republic
}

// eras are calendars that count years by another name.
var eras = []struct {
	names []string
	year  int // that year 1 is
}{
	{[]string{"民國", "民国", "中華民國", "roc"}, 1912},
	{[]string{"令和", "r"}, 2019}, {[]string{"平成", "h"}, 1989}, {[]string{"昭和", "s"}, 1926}, {[]string{"大正", "t"}, 1912}, {[]string{"明治", "m"}, 1868},
	{[]string{"พ.ศ.", "พศ", "b.e.", "be"}, -542}, {[]string{"西元", "公元", "西暦", "ค.ศ."}, 1},
}

var (
	threeParts = regexp.MustCompile(`^(\d{1,4})[-/.年 ](\d{1,2})[-/.月 ](\d{1,4})日?$`)
	compact    = regexp.MustCompile(`^(\d{3,4})(\d{2})(\d{2})$`)
	timeOfDay  = regexp.MustCompile(`^(.*?)[T ]+(上午|下午|午前|午後|am|pm|AM|PM)?\s*(\d{1,2})[:時时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?)?秒?分?\s*(am|pm|AM|PM|น\.)?(Z|[+-]\d{2}:?\d{2})?$`)
	thaiMonths = strings.NewReplacer("ม.ค.", "/1/", "ก.พ.", "/2/", "มี.ค.", "/3/", "เม.ย.", "/4/", "พ.ค.", "/5/", "มิ.ย.", "/6/", "ก.ค.", "/7/", "ส.ค.", "/8/", "ก.ย.", "/9/", "ต.ค.", "/10/", "พ.ย.", "/11/", "ธ.ค.", "/12/")
)

// firstSerial and lastSerial are the days of 1920 and 2100 as spreadsheets
// number them, from 30 December 1899.
const firstSerial, lastSerial = 7306, 73051

// read is a cell's moment in the shop's zone, midnight where it says no time.
func (d dates) read(cell string, serial bool) (time.Time, error) {
	s := strings.TrimSpace(width.Narrow.String(strings.TrimLeft(plain(cell), "'")))
	if len(s) > 60 {
		return time.Time{}, errDay
	}
	if n, err := strconv.ParseFloat(s, 64); serial && err == nil && n >= firstSerial && n < lastSerial {
		days, part := math.Modf(n)
		at := time.Date(1899, 12, 30+int(days), 0, 0, 0, 0, d.zone)
		return at.Add(time.Duration(math.Round(part*86400)) * time.Second), nil
	}
	hours := time.Duration(0)
	if m := timeOfDay.FindStringSubmatch(s); m != nil {
		if t, err := time.Parse(time.RFC3339, strings.Replace(s, " ", "T", 1)); err == nil && m[7] != "" {
			return t, nil
		}
		h, min, sec := atoi(m[3]), atoi(m[4]), atoi(m[5])
		half := strings.ToLower(m[2] + m[6])
		if (half == "下午" || half == "午後" || half == "pm") && h < 12 {
			h += 12
		} else if (half == "上午" || half == "午前" || half == "am") && h == 12 {
			h = 0
		}
		if h > 24 || min > 59 || sec > 60 {
			return time.Time{}, errDay
		}
		s, hours = strings.TrimSpace(m[1]), time.Duration(h)*time.Hour+time.Duration(min)*time.Minute+time.Duration(sec)*time.Second
	}
	y, m, day, err := d.civil(s)
	if err != nil {
		return time.Time{}, err
	}
	at := time.Date(y, time.Month(m), day, 0, 0, 0, 0, d.zone)
	if at.Month() != time.Month(m) || at.Day() != day {
		return time.Time{}, errDay
	}
	return at.Add(hours), nil
}

// civil reads year, month and day.
func (d dates) civil(s string) (y, m, day int, err error) {
	base := 0
	low := strings.ToLower(s)
	for _, e := range eras {
		for _, name := range e.names {
			if rest, ok := strings.CutPrefix(low, name); ok && base == 0 && rest != "" && (rest[0] >= '0' && rest[0] <= '9' || rest[0] == ' ' || rest[0] == '.' || strings.HasPrefix(rest, "元")) {
				base = e.year
				s = strings.Replace(strings.TrimLeft(rest, " ."), "元年", "1年", 1)
			}
		}
	}
	if named := thaiMonths.Replace(s); named != s { // the day comes before a month that has a name
		d.order = "dmy"
		s = strings.ReplaceAll(strings.ReplaceAll(named, " /", "/"), "/ ", "/")
	}
	if parts := compact.FindStringSubmatch(s); parts != nil {
		y, m, day = atoi(parts[1]), atoi(parts[2]), atoi(parts[3])
		if len(parts[1]) == 3 && base == 0 {
			base = 1912
		}
	} else if parts := threeParts.FindStringSubmatch(s); parts != nil {
		if y, m, day, err = d.arrange(parts[1], parts[2], parts[3], base != 0); err != nil {
			return 0, 0, 0, err
		}
	} else {
		return 0, 0, 0, errDay
	}
	switch {
	case base != 0:
		y += base - 1
	case y < 200 && d.roc:
		y += 1911
	case y >= 2400: // of the Buddha
		y -= 543
	}
	if y < 1868 || y > 2200 || m < 1 || m > 12 || day < 1 || day > 31 {
		return 0, 0, 0, errDay
	}
	return y, m, day, nil
}

// arrange says which of three numbers is the year.
func (d dates) arrange(a, b, c string, era bool) (y, m, day int, err error) {
	switch {
	case len(a) >= 3 || era || d.roc && len(c) <= 2 && atoi(a) > 31:
		if len(c) > 2 {
			return 0, 0, 0, errDay
		}
		return atoi(a), atoi(b), atoi(c), nil
	case len(c) != 4:
		return 0, 0, 0, errDay // a year of two digits says nothing
	case d.order == "mdy" || d.order == "" && atoi(b) > 12:
		return atoi(c), atoi(a), atoi(b), nil
	case d.order == "dmy" || atoi(a) > 12 || a == b:
		return atoi(c), atoi(b), atoi(a), nil
	}
	return 0, 0, 0, errOrder
}

// atoi reads digits that a pattern let through; "" is 0.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// dayFirst finds out from some cells whether day or month comes first; "" where
// they do not tell.
func dayFirst(cells []string) string {
	for _, c := range cells {
		if m := threeParts.FindStringSubmatch(strings.TrimSpace(strings.SplitN(width.Narrow.String(plain(c)), " ", 2)[0])); m != nil && len(m[3]) == 4 {
			switch {
			case atoi(m[1]) > 12:
				return "dmy"
			case atoi(m[2]) > 12:
				return "mdy"
			}
		}
	}
	return ""
}
