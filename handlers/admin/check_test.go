package admin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/handlers/admin"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/event"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// checkRules are in force in the shop of the tests below.
const checkRules = `version = 1
zone = "Asia/Taipei"
currency = "TWD"
country = "TW"
languages = ["en"]
name.en = "Café"
[[store]]
id = "main"
name = "Main"
[earn]
per = 10
[expiry]
kind = "after_months"
months = 12
[tiers]
by = "spend"
window = "calendar"
[[tier]]
id = "member"
name = "Member"
[[tier]]
id = "silver"
name = "Silver"
at = 1000
[[tier]]
id = "gold"
name = "Gold"
at = 5000
[[stamp_card]]
id = "cup"
name = "Cups"
size = 10
prize = "cake"
[[reward]]
id = "cake"
name = "Cake"
[[reward]]
id = "latte"
name = "Latte"
cost = 50
valid_days = 30
[[gift]]
id = "hello"
kind = "welcome"
points = 10
`

// newCheckShop is a shop on 5 January 2026, 10:00 in Taipei, with four members:
//
//	Ann  bought for 6,000 on 3 January: 600 points until the end of 3 January 2027, gold, a stamp
//	Bob  for 3,000 that day: 300 points until then, silver, a stamp; and has a voucher for a latte, 50 of his points
//	Cat  for 900 that day: 90 points until then, no tier, a stamp
//	Dan  for 400 on 10 June 2025: 40 points until the end of 10 June 2026, no tier, a stamp
func newCheckShop(t *testing.T) admin.Desk {
	t.Helper()
	d := newDesk(t, new(bool))
	err := d.DB.View(t.Context(), func(r store.Reader) (err error) {
		d.History, err = programme.OpenHistory(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	offer(t, d, checkRules)
	d.Shop.Programme = d.History.At
	zone := d.History.Newest().Rules.Zone
	sale := func(tx store.Tx, m loyalty.MemberID, at time.Time, amount loyalty.Money) error {
		act := book.Act{Op: loyalty.OpID("sale-" + m), Actor: loyalty.ByJob("test"), Now: at}
		_, err := d.Shop.Book.Sell(tx, m, act, loyalty.Sale{Amount: amount})
		return err
	}
	err = d.DB.Update(t.Context(), func(tx store.Tx) error {
		third := time.Date(2026, 1, 3, 12, 0, 0, 0, zone)
		for m, amount := range map[loyalty.MemberID]loyalty.Money{"ANN": 6000, "BOB": 3000, "CAT": 900} {
			if err := sale(tx, m, third, amount); err != nil {
				return err
			}
		}
		if err := sale(tx, "DAN", time.Date(2025, 6, 10, 12, 0, 0, 0, zone), 400); err != nil {
			return err
		}
		desk := &voucher.Desk{Book: d.Shop.Book, Key: []byte(strings.Repeat("v", 32)), Programme: d.Shop.Rules}
		_, _, err := desk.Redeem(tx, "BOB", book.Act{Op: "redeem-1", Actor: loyalty.ByMember("BOB"), Now: still{}.Now()}, "latte")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func offer(t *testing.T, d admin.Desk, text string) {
	t.Helper()
	err := d.DB.Update(t.Context(), func(tx store.Tx) error {
		_, _, err := d.History.Offer(tx, []byte(text), still{}.Now())
		return err
	})
	if err == nil {
		err = d.DB.View(t.Context(), func(r store.Reader) error { _, err := d.History.Refresh(r); return err })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// edit is checkRules as its next version with old texts replaced by new ones.
func edit(oldNew ...string) string {
	return strings.NewReplacer(append(oldNew, "version = 1\n", "version = 2\n")...).Replace(checkRules)
}

const (
	atOnce  = "version 2 would take the place of version 1 as soon as serve sees the file\n"
	nothing = "nothing changes for people: nobody gains or loses a tier, no points go sooner or later, nothing that they have is gone\n"
)

func TestCheckSaysWhatChangesForPeople(t *testing.T) {
	d := newCheckShop(t)
	for name, c := range map[string]struct{ text, want string }{
		"the file as it is": {checkRules, "version 1 is in force, and the file is what was taken in\n" + nothing},
		"other words": {strings.Replace(checkRules, "Café", "Corner", 1),
			"version 1 is in force with the same rules; other words and settings are taken in as soon as serve sees the file\n" + nothing},
		"another rate": {edit("per = 10", "per = 20"), atOnce + nothing},
		"harder tiers": {edit("at = 1000", "at = 3500", "at = 5000", "at = 10_000"), // Ann has spent 6,000, Bob 3,000
			atOnce + "2 members would lose a tier, each at the end of the time for which it stands: 1 from gold to silver, 1 from silver to member\n"},
		"easier tiers": {edit("at = 1000", "at = 900", "at = 5000", "at = 3000"), // Bob and Cat rise
			atOnce + "2 members would gain a tier, each with the next sale: 1 from member to silver, 1 from silver to gold\n"},
		// Ann's, Bob's and Cat's points would have gone after 3 January 2027. Six
		// months from their purchase is before that, but nothing goes sooner than a
		// full period from now: after 5 July. Dan's go after 10 June anyway.
		"shorter lives": {edit("months = 12", "months = 6"),
			atOnce + "990 points of 3 members would lapse sooner, the first on 2026-07-06\n"},
		// The same from 1 March: after 1 September.
		"shorter lives from a date": {"effective = 2026-03-01\n" + edit("months = 12", "months = 6"),
			"version 2 would take the place of version 1 on 2026-03-01 00:00\n990 points of 3 members would lapse sooner, the first on 2026-09-02\n"},
		"shorter lives for new points": {edit("months = 12", "months = 6\nfollow = false"), atOnce + nothing},
		// Everybody's points gain a year; Dan's are the first to go, after 10 June 2027.
		"longer lives": {edit("months = 12", "months = 24"),
			atOnce + "1030 points of 4 members would lapse later, the first on 2027-06-11\n"},
		"lives without end": {edit("after_months\"\nmonths = 12", "never\""),
			atOnce + "1030 points of 4 members would lapse later, and never\n"},
		"a tier less": {edit("[[tier]]\nid = \"silver\"\nname = \"Silver\"\nat = 1000\n", ""), atOnce +
			"1 member would lose a tier, each at the end of the time for which it stands: 1 from silver to member\n" +
			"the tier \"silver\" is gone; 1 member is in it at the moment and would be in the lowest at once\n"},
		"a reward less": {edit("[[reward]]\nid = \"latte\"\nname = \"Latte\"\ncost = 50\nvalid_days = 30\n", ""),
			atOnce + "the reward \"latte\" is gone; 1 open voucher for it can still be used, until each one's own end\n"},
		"a card, its prize and a gift less": {
			edit("[[stamp_card]]\nid = \"cup\"\nname = \"Cups\"\nsize = 10\nprize = \"cake\"\n[[reward]]\nid = \"cake\"\nname = \"Cake\"\n", "",
				"[[gift]]\nid = \"hello\"\nkind = \"welcome\"\npoints = 10\n", ""),
			atOnce + "the reward \"cake\" is gone; nobody has an open voucher for it\n" +
				"the stamp card \"cup\" is gone; 4 members have 4 stamps on it that bring nothing any more\n" +
				"the gift \"hello\" (welcome) is gone\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := do(t, d, "check", map[string]string{"file": "programme.toml", "text": c.text})
			if err != nil || got != c.want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, c.want)
			}
			if d.History.Newest().Rules.Version != 1 {
				t.Error("it was taken in")
			}
		})
	}
}

func TestCheckRefusesWhatServeWould(t *testing.T) {
	d := newCheckShop(t)
	for text, want := range map[string]string{
		strings.Replace(checkRules, "per = 10", "per = 20", 1): "programme.toml cannot be used:\n  line 1: version: 1 is in force already with other rules; write version = 2",
		edit("per = 10", "per = 0"):                            "programme.toml cannot be used:\n  line 11: earn.per: ",
	} {
		said, err := do(t, d, "check", map[string]string{"file": "programme.toml", "text": text})
		if err == nil || said != "" || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\n%s\nwant %s", err, said, want)
		}
	}
}

// TestCheckOfWhatWaits compares a version that was taken in for a later date
// with the one that still holds.
func TestCheckOfWhatWaits(t *testing.T) {
	d := newCheckShop(t)
	text := "effective = 2026-03-01\n" + edit("at = 1000", "at = 3500")
	offer(t, d, text)
	got, err := do(t, d, "check", map[string]string{"file": "programme.toml", "text": text})
	want := "version 2 waits and takes the place of version 1 on 2026-03-01 00:00\n" +
		"1 member would lose a tier, each at the end of the time for which it stands: 1 from silver to member\n"
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestCheckCountsWhoItLooksAt tells how far it is, out of all members.
func TestCheckCountsWhoItLooksAt(t *testing.T) {
	d := newCheckShop(t)
	var last admin.Line
	err := d.Ops()["check"](context.Background(), map[string]string{"text": edit("per = 10", "per = 20")}, func(l admin.Line) {
		if l.Progress > 0 {
			last = l
		}
	})
	if err != nil || last.Progress != 4 || last.Total != 4 {
		t.Errorf("%+v, %v", last, err)
	}
}

// TestCheckNamesEventsOfAnIDUsedBefore: this year's tasting is not last year's, whose
// guests could not sign up again.
func TestCheckNamesEventsOfAnIDUsedBefore(t *testing.T) {
	d := newCheckShop(t)
	now := still{}.Now()
	old := loyalty.Event{ID: "tasting", Places: 5, Start: now.AddDate(0, 0, -30), End: now.AddDate(0, 0, -30).Add(time.Hour), Closes: now.AddDate(0, 0, -31), CancelBy: now.AddDate(0, 0, -31)}
	desk := *d.Shop.Events
	desk.Events = func(time.Time) []loyalty.Event { return []loyalty.Event{old} }
	err := d.DB.Update(t.Context(), func(tx store.Tx) error {
		_, err := desk.SignUp(tx, "ANN", book.Act{Op: "sign-up", Actor: loyalty.ByMember("ANN"), Now: now.AddDate(0, 0, -40)}, "tasting", event.Answers{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	held := "[[event]]\nid = \"%s\"\nname = \"Tasting\"\nstarts = 2026-11-20T19:00:00\n"
	for id, want := range map[string]bool{"tasting": true, "tasting-2026": false} {
		said, err := do(t, d, "check", map[string]string{"file": "programme.toml", "text": edit() + fmt.Sprintf(held, id)})
		if named := strings.Contains(said, "event \"tasting\": one of this id ended on 2025-12-06"); err != nil || named != want {
			t.Errorf("%s: %v\n%s", id, err, said)
		}
	}
}
