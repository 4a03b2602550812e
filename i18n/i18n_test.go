package i18n

import (
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	for tag, want := range map[string]Lang{
		"zh-Hant": ZhTW, "zh-TW": ZhTW, "zh_TW": ZhTW, "zh-hant-tw": ZhTW, "zh-Hant-US": ZhTW,
		"zh-Hant-HK": ZhHK, "zh-HK": ZhHK, "zh-hk": ZhHK, "zh-MO": ZhHK, "zh-Hant-MO": ZhHK, "yue": ZhHK, "yue-HK": ZhHK,
		"zh": ZhCN, "zh-Hans": ZhCN, "zh-CN": ZhCN, "zh-SG": ZhCN, "zh-MY": ZhCN, "zh-Hans-HK": ZhCN,
		"en": En, "en-GB": En, "en-HK": En, "EN-us": En,
		"th": Th, "th-TH": Th, "ja": Ja, "ja-JP": Ja,
	} {
		if got, ok := Match(tag); !ok || got != want {
			t.Errorf("%s speaks %q (%v), want %s", tag, got, ok, want)
		}
	}
	for _, tag := range []string{"fr", "ko", "de", "vi", "id", "und", "", "*", "no value", "xx-XX", strings.Repeat("a-", 400)} {
		if got, ok := Match(tag); ok {
			t.Errorf("%q speaks %s", tag, got)
		}
	}
}

func TestOwnNames(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range Langs {
		if n := l.Own(); n == "" || seen[n] || units(n) > maxLabel {
			t.Errorf("%s calls itself %q", l, n)
		}
		seen[l.Own()] = true
	}
}

func TestSay(t *testing.T) {
	if got := (Printer{}).Say(KeyPoints); got != "Points" {
		t.Errorf("the zero Printer says %q", got)
	}
	if got := For("fr").Say(KeyPoints); got != "Points" {
		t.Errorf("a language we do not speak says %q", got)
	}
	for n, want := range map[int]string{0: "0 points", 1: "1 point", 2: "2 points"} {
		if got := For(En).Say(PointsCount, "Count", n, "Number", Number(int64(n))); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := For(ZhTW).Print(T(RefuseDuplicate, "Ref", "7KQ2")); !strings.Contains(got, "7KQ2") {
		t.Errorf("a Text prints %q", got)
	}
	if got := For(En).Say("no.such.key"); got != "no.such.key" {
		t.Errorf("a missing key says %q", got)
	}
	// What people typed is shown as it is: it is no template, and no HTML.
	hostile := `{{.Ref}} <b>&"` + "\u202e"
	if got := For(En).Say(NameDone, "Name", hostile); !strings.Contains(got, hostile) {
		t.Errorf("a name became %q", got)
	}
}

// Chinese sets a name in Latin letters apart, and no other.
func TestSpacesAroundNames(t *testing.T) {
	for name, want := range map[string]string{
		"Ann":     "Ann 的會員卡已鎖定",
		"王○明":     "王○明的會員卡已鎖定",
		"王○":      "王○的會員卡已鎖定",
		"轉角咖啡 本店": "轉角咖啡 本店的會員卡已鎖定",
		"Ann Lee": "Ann Lee 的會員卡已鎖定",
	} {
		if got := For(ZhTW).Say(FreezeDone, "Name", name); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := For(ZhTW).Say(WelcomeTitle, "Shop", "轉角咖啡"), "歡迎光臨轉角咖啡"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Printers are shared by all webhooks.
func TestSayFromManyGoroutines(t *testing.T) {
	_, consts := read(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, l := range Langs {
				for _, key := range consts {
					For(l).Say(key, "Count", 2)
				}
			}
		})
	}
	wg.Wait()
}

// Days and amounts that travel in an error meet their language late.
func TestLateValues(t *testing.T) {
	day := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for lang, want := range map[Lang]string{En: "1 Dec 2026", ZhTW: "2026年12月1日", Th: "1 ธ.ค. 2569"} {
		if got := For(lang).Print(T(PointsNext, "Date", day)); !strings.Contains(got, want) {
			t.Errorf("%s: %q lacks %q", lang, got, want)
		}
	}
	if got := For(Ja).Print(T(EntrySale, "Money", Amount{Minor: 1200, Code: "JPY"})); !strings.Contains(got, "1,200円") {
		t.Errorf("an amount reads %q", got)
	}
}
