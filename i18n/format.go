package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Number writes n with thousands separated, as all six languages do: 1,234.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// symbols are what shops of each market write before an amount.
var symbols = map[string]string{"TWD": "NT$", "HKD": "HK$", "JPY": "¥", "THB": "฿", "CNY": "¥", "USD": "$", "SGD": "S$", "MYR": "RM", "MOP": "MOP$"}

// Money writes an amount in minor units of a currency with so many digits:
// NT$1,200, HK$58, and as shops at home write them 1,200円 in Japanese and
// 85.50 บาท in Thai.
func (p Printer) Money(minor int64, code string, digits int) string {
	sign := ""
	if minor < 0 {
		sign, minor = "−", -minor
	}
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	n := Number(minor / unit)
	if rest := minor % unit; digits > 0 && rest != 0 {
		n += fmt.Sprintf(".%0*d", digits, rest)
	}
	switch symbol, ok := symbols[code]; {
	case code == "JPY" && p.Lang == Ja:
		return sign + n + "円"
	case code == "THB" && p.Lang == Th:
		return sign + n + " บาท"
	case ok:
		return sign + symbol + n
	default:
		return sign + code + " " + n
	}
}

// thaiMonths are the usual short names.
var thaiMonths = strings.Fields("ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.")

// Date writes a day: 2026年11月21日, 21 Nov 2026, 21 พ.ย. 2569 (Thailand counts
// from the Buddha's death, 543 years earlier). t is in the shop's zone already.
func (p Printer) Date(t time.Time) string {
	switch p.Lang {
	case ZhTW, ZhHK, ZhCN, Ja:
		return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
	case Th:
		return fmt.Sprintf("%d %s %d", t.Day(), thaiMonths[t.Month()-1], t.Year()+543)
	}
	return t.Format("2 Jan 2006")
}

// ShortDate is Date without the year.
func (p Printer) ShortDate(t time.Time) string {
	switch p.Lang {
	case ZhTW, ZhHK, ZhCN, Ja:
		return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
	case Th:
		return fmt.Sprintf("%d %s", t.Day(), thaiMonths[t.Month()-1])
	}
	return t.Format("2 Jan")
}

// Month writes a month: 2026年11月, Nov 2026, พ.ย. 2569.
func (p Printer) Month(t time.Time) string {
	switch p.Lang {
	case ZhTW, ZhHK, ZhCN, Ja:
		return fmt.Sprintf("%d年%d月", t.Year(), t.Month())
	case Th:
		return fmt.Sprintf("%s %d", thaiMonths[t.Month()-1], t.Year()+543)
	}
	return t.Format("Jan 2006")
}

// Time writes a time of day on the 24-hour clock: 15:04.
func (p Printer) Time(t time.Time) string { return t.Format("15:04") }

// Clock writes a time of day that stands alone: 15:04, in Thai 15:04 น.
func (p Printer) Clock(t time.Time) string {
	if p.Lang == Th {
		return p.Time(t) + " น."
	}
	return p.Time(t)
}

// List names several things in a row: "Silver, Gold and Black", "銀卡、金卡".
func (p Printer) List(all []string) string {
	comma, last := ", ", " and "
	switch p.Lang {
	case ZhTW, ZhHK, ZhCN, Ja:
		comma, last = "、", "、"
	case Th:
		comma, last = ", ", " และ "
	}
	if len(all) < 2 {
		return strings.Join(all, comma)
	}
	n := len(all) - 1
	return strings.Join(all[:n], comma) + last + all[n]
}
