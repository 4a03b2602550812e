package i18n

import (
	"testing"
	"time"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567", -20: "−20", -1000: "−1,000",
		1<<63 - 1: "9,223,372,036,854,775,807", -1 << 63: "−9,223,372,036,854,775,808",
	} {
		if got := Number(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		lang   Lang
		minor  int64
		code   string
		digits int
		want   string
	}{
		{ZhTW, 1200, "TWD", 0, "NT$1,200"},
		{En, 350, "TWD", 0, "NT$350"},
		{ZhHK, 5800, "HKD", 2, "HK$58"},
		{ZhHK, 5850, "HKD", 2, "HK$58.50"},
		{ZhHK, 5805, "HKD", 2, "HK$58.05"},
		{Ja, 1200, "JPY", 0, "1,200円"},
		{ZhCN, 1200, "JPY", 0, "¥1,200"},
		{Ja, 350, "TWD", 0, "NT$350"},
		{Th, 12000, "THB", 2, "120 บาท"},
		{Th, 8550, "THB", 2, "85.50 บาท"},
		{En, 8550, "THB", 2, "฿85.50"},
		{Th, 350, "TWD", 0, "NT$350"},
		{En, -8550, "THB", 2, "−฿85.50"},
		{Th, -5, "THB", 2, "−0.05 บาท"},
		{En, 1234, "EUR", 2, "EUR 12.34"},
		{En, 1234500, "KWD", 3, "KWD 1,234.500"},
		{En, 0, "TWD", 0, "NT$0"},
	} {
		if got := For(c.lang).Money(c.minor, c.code, c.digits); got != c.want {
			t.Errorf("%s: %d %s is %q, want %q", c.lang, c.minor, c.code, got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, time.November, 3, 9, 5, 0, 0, time.UTC)
	for l, want := range map[Lang][2]string{
		ZhTW: {"2026年11月3日", "11月3日"},
		ZhHK: {"2026年11月3日", "11月3日"},
		ZhCN: {"2026年11月3日", "11月3日"},
		Ja:   {"2026年11月3日", "11月3日"},
		En:   {"3 Nov 2026", "3 Nov"},
		Th:   {"3 พ.ย. 2569", "3 พ.ย."},
	} {
		if got := [2]string{For(l).Date(at), For(l).ShortDate(at)}; got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
		if got := For(l).Time(at); got != "09:05" {
			t.Errorf("%s: the time is %q", l, got)
		}
	}
	if len(thaiMonths) != 12 {
		t.Errorf("%d Thai months", len(thaiMonths))
	}
	// A leap day stands in the Buddhist year of the same day.
	if got := For(Th).Date(time.Date(2028, time.February, 29, 0, 0, 0, 0, time.UTC)); got != "29 ก.พ. 2571" {
		t.Errorf("a leap day is %q", got)
	}
}

func TestList(t *testing.T) {
	three := []string{"A", "B", "C"}
	for lang, want := range map[Lang]string{En: "A, B and C", Ja: "A、B、C", Th: "A, B และ C"} {
		if got := For(lang).List(three); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if For(En).List(three[:1]) != "A" || For(En).List(three[:2]) != "A and B" || For(En).List(nil) != "" {
		t.Error("short lists are written wrongly")
	}
}
