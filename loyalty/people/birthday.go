package people

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrBirthday reports text that is no date of birth.
var ErrBirthday = errors.New("people: not a date of birth")

// Birthday is a date of birth. The year may be unknown (0). The zero Birthday
// is none. It prints masked.
type Birthday struct {
	Year  int // AD; 0 is unknown
	Month time.Month
	Day   int
}

// IsZero reports whether there is none.
func (b Birthday) IsZero() bool { return b == Birthday{} }

// ISO is "1990-05-02", or "--05-02" when the year is unknown.
func (b Birthday) ISO() string {
	switch {
	case b.IsZero():
		return ""
	case b.Year == 0:
		return fmt.Sprintf("--%02d-%02d", b.Month, b.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", b.Year, b.Month, b.Day)
}

// String does not give the date away.
func (b Birthday) String() string { return "birthday" }

// GoString does not give the date away.
func (b Birthday) GoString() string { return "people.Birthday(•••)" }

// LogValue does not give the date away.
func (b Birthday) LogValue() slog.Value { return slog.StringValue("birthday") }

// monthDay is the plain index key: "05-02".
func (b Birthday) monthDay() string { return fmt.Sprintf("%02d-%02d", b.Month, b.Day) }

var birthdayForms = []*regexp.Regexp{
	regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`),
	regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`),
	regexp.MustCompile(`^(\d{4})年(\d{1,2})月(\d{1,2})日?$`),
	regexp.MustCompile(`^(?:--)?()(\d{1,2})[-/.](\d{1,2})$`), // with "--" as ISO prints it
	regexp.MustCompile(`^()(\d{1,2})月(\d{1,2})[日號号]?$`),
}

// ParseBirthday reads a typed date, year first or without a year: "1990-05-02",
// "1990/5/2", "19900502", "1990年5月2日", "5/2", "5月2日". Years of the Thai
// calendar (2533) are turned into AD. A date in the future, or more than 120
// years before now, is ErrBirthday. What ISO prints is read back the same.
func ParseBirthday(typed string, now time.Time) (Birthday, error) {
	if len(typed) > 128 {
		return Birthday{}, ErrBirthday
	}
	s := strings.ReplaceAll(narrow(typed), " ", "")
	for _, form := range birthdayForms {
		if m := form.FindStringSubmatch(s); m != nil {
			return newBirthday(number(m[1]), number(m[2]), number(m[3]), now)
		}
	}
	return Birthday{}, ErrBirthday
}

func newBirthday(year, month, day int, now time.Time) (Birthday, error) {
	const thaiOffset = 543
	if year >= now.Year()+thaiOffset-120 {
		year -= thaiOffset
	}
	check := year
	if check == 0 {
		check = 2000 // a leap year: 29 February is a birthday
	}
	date := time.Date(check, time.Month(month), day, 0, 0, 0, 0, now.Location())
	if date.Month() != time.Month(month) || date.Day() != day {
		return Birthday{}, ErrBirthday
	}
	if year != 0 && (date.After(now) || year < now.Year()-120) {
		return Birthday{}, ErrBirthday
	}
	return Birthday{year, time.Month(month), day}, nil
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // the form lets digits through only; "" is 0
	return n
}
