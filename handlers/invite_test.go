package handlers

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
)

// The button that sends an invitation on says the words and the link in every
// language, within what LINE takes of an address.
func TestShareLinkFitsInEveryLanguage(t *testing.T) {
	s := &shop.Shop{Channels: []shop.Channel{
		{Name: "line", Platform: bot.LINE, Handle: "@123abcde"},
		{Name: "telegram", Platform: bot.Telegram, Handle: "a_bot_with_a_rather_long_name_bot"},
	}}
	for _, l := range i18n.Langs {
		p := i18n.For(l)
		word, _, _ := strings.Cut(p.Say(i18n.WordsFriend), ",")
		words := p.Say(i18n.InviteCard, "Shop", "かどのカフェ 本店", "Purchase", p.Say(i18n.InvitePurchaseMin, "Money", "NT$1,000"), "Gift", p.Say(i18n.InviteWith, "Points", "1,000", "Reward", "ลาเต้ หรือ ชา"))
		line, _ := s.ChatLink("line", word+" 7KQ2M3XP9A")
		plain, _ := s.ChatLink("line", "friend 7KQ2M3XP9A")
		telegram, _ := s.ChatLink("telegram", "friend 7KQ2M3XP9A")

		share := read(t, shareLink(bot.LINE, words, "Café", line, plain))
		if text := share.Query().Get("text"); !strings.HasPrefix(text, words+"\nhttps://line.me/R/oaMessage/") || !strings.HasSuffix(text, "7KQ2M3XP9A") {
			t.Errorf("%s: LINE sends %q", l, text)
		}
		share = read(t, shareLink(bot.Telegram, words, "Café", telegram, telegram))
		if q := share.Query(); q.Get("text") != words || q.Get("url") != telegram || !strings.HasSuffix(telegram, "?start=friend_7KQ2M3XP9A") {
			t.Errorf("%s: Telegram sends %q and %q", l, q.Get("text"), q.Get("url"))
		}
	}
}

// Words that do not fit give way to the shop's name, and at last to the link.
func TestShareLinkGivesWay(t *testing.T) {
	long, link := strings.Repeat("好", 200), "https://example.com/x"
	if text := read(t, shareLink(bot.LINE, long, "轉角咖啡", link)).Query().Get("text"); text != "轉角咖啡\n"+link {
		t.Errorf("%q", text)
	}
	if got := shareLink(bot.LINE, long, long, link); got != link {
		t.Errorf("%q", got)
	}
}

func read(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || len(address) > 1000 || strings.Contains(address, "+") {
		t.Fatalf("%d characters, %v: %s", len(address), err, address)
	}
	return u
}

// A reward does not come before what was bought can come back no more.
func TestWaitDays(t *testing.T) {
	for _, x := range []struct {
		wait   int
		window time.Duration
		want   int
	}{{0, 0, 0}, {7, 0, 7}, {7, 14 * 24 * time.Hour, 14}, {0, 36 * time.Hour, 2}} {
		p := &loyalty.Programme{ReturnWindow: x.window, Referral: loyalty.Referral{WaitDays: x.wait}}
		if got := waitDays(p); got != x.want {
			t.Errorf("%d days and %v: %d, want %d", x.wait, x.window, got, x.want)
		}
	}
}

// Days are counted by midnights of the shop's clock, over changes of it too.
func TestDaysBetween(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, x := range []struct {
		from, to string
		want     int
	}{{"2026-03-28 23:59", "2026-03-29 00:00", 1}, {"2026-03-28 10:00", "2026-03-30 09:00", 2}, {"2026-10-24 00:00", "2026-10-26 23:00", 2}, {"2026-05-01 00:00", "2026-05-01 23:59", 0}} {
		if got := shop.DaysBetween(at(x.from), at(x.to)); got != x.want {
			t.Errorf("%s to %s: %d, want %d", x.from, x.to, got, x.want)
		}
	}
}
