package people

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

func TestFirstContactMakesOnePerson(t *testing.T) {
	w := newWorld(t)
	p := w.meet(line("ann"), Seen{Language: "zh-TW", DisplayName: "安"})
	if p.Status != Contact || p.Language != "zh-TW" || p.Called() != "安" || !p.JoinedAt.IsZero() || p.Home != line("ann") {
		t.Errorf("first contact: %s %s %v", p.Status, p.Language, p.JoinedAt)
	}
	writes := w.db.Writes()
	if again := w.meet(line("ann"), Seen{Language: "en", DisplayName: "安"}); again.ID != p.ID || again.Language != "zh-TW" {
		t.Error("the second word made another person, or changed his language")
	}
	if w.db.Writes() != writes {
		t.Error("a word without news wrote something")
	}
	if other := w.meet(Identity{"second", "ann"}, Seen{}); other.ID == p.ID {
		t.Error("one user id in two channels is two identities")
	}
}

func TestFirstWordsAtOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	ids := make([]loyalty.MemberID, 20)
	var mu sync.Mutex // guards the test's randomness
	for i := range ids {
		wg.Go(func() {
			err := w.db.Update(context.Background(), func(tx store.Tx) error {
				mu.Lock()
				defer mu.Unlock()
				p, _, err := w.v.Meet(tx, line("ann"), Seen{}, w.now, w.rand)
				ids[i] = p.ID
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("20 first words made %v", ids)
	}
}

func TestSpeakingUnblocks(t *testing.T) {
	w := newWorld(t)
	p := w.meet(line("ann"), Seen{})
	w.do(func(tx store.Tx) error { return w.v.SetBlocked(tx, line("ann"), true, w.now, w.rand) })
	w.do(func(tx store.Tx) error { return w.v.SetBlocked(tx, line("stranger"), true, w.now, w.rand) })
	if a, _ := w.get(p.ID).Account(line("ann")); !a.Blocked {
		t.Error("the block was not noted")
	}
	if a, _ := w.meet(line("ann"), Seen{}).Account(line("ann")); a.Blocked {
		t.Error("who speaks has not blocked")
	}
}

func TestUsernamesChangeHands(t *testing.T) {
	w := newWorld(t)
	find := func(name string) (id loyalty.MemberID) {
		w.view(func(r store.Reader) (err error) {
			id, _, err = w.v.ByUsername(r, "tg", name)
			return err
		})
		return id
	}
	ann := w.meet(tg("1"), Seen{Username: "@Annie"})
	if find("annie") != ann.ID || find("@ANNIE") != ann.ID || find("bo") != "" {
		t.Error("not found by @name")
	}
	bo := w.meet(tg("2"), Seen{Username: "annie"})
	if find("annie") != bo.ID {
		t.Error("the name is its last holder's")
	}
	w.meet(tg("1"), Seen{Username: "ann_new"})
	if find("annie") != bo.ID || find("ann_new") != ann.ID {
		t.Error("giving up a name that somebody else took must not remove it")
	}
	w.meet(tg("2"), Seen{Username: "bo"})
	if find("annie") != "" {
		t.Error("a name nobody has is nobody's")
	}
}

func TestJoiningAndConsents(t *testing.T) {
	w := newWorld(t)
	id := w.member(line("ann"), "Ann")
	joined := w.get(id).JoinedAt
	w.now = w.now.Add(time.Hour)
	w.do(func(tx store.Tx) error {
		if again, err := w.v.Join(tx, id, "join-2", w.now, w.rand); again || err != nil {
			t.Errorf("joining twice: %v, %v", again, err)
		}
		return w.v.SetConsent(tx, id, ForPromo, true, "promo-3", w.now, w.rand)
	})
	p := w.get(id)
	if p.Status != Member || !p.JoinedAt.Equal(joined) || !p.Agreed(ForJoining) || !p.Agreed(ForPromo) {
		t.Errorf("%s joined %v: %v", p.Status, p.JoinedAt, p.Consents)
	}
	if c := p.Consents[ForPromo]; c.Wording != "promo-3" || !c.At.Equal(w.now) {
		t.Errorf("consent %+v", c)
	}
	for _, given := range []bool{false, false, true} { // the same answer twice is one line of history
		w.now = w.now.Add(time.Minute)
		w.do(func(tx store.Tx) error { return w.v.SetConsent(tx, id, ForPromo, given, "promo-3", w.now, w.rand) })
	}
	w.view(func(r store.Reader) error {
		e, err := w.v.Export(r, id)
		if len(e.Consents) != 4 || e.Consents[0].Purpose != ForJoining || e.Consents[2].Given || !e.Consents[3].Given {
			t.Errorf("history %+v", e.Consents)
		}
		return err
	})
}

func TestSettings(t *testing.T) {
	w := newWorld(t)
	id := w.member(line("ann"), "Ann")
	until := w.now.Add(time.Hour)
	w.do(func(tx store.Tx) error {
		return errors.Join(
			w.v.SetQuiet(tx, id, true, w.rand),
			w.v.Mute(tx, id, until, w.rand),
			w.v.SetLanguage(tx, id, "th", w.rand),
			w.v.Freeze(tx, id, true, w.rand),
			w.v.SetName(tx, id, " Annabel ", w.rand))
	})
	p := w.get(id)
	if !p.Quiet || !p.MutedUntil.Equal(until) || p.Language != "th" || !p.Frozen || p.Called() != "Annabel" {
		t.Errorf("%v %v %s %v %s", p.Quiet, p.MutedUntil, p.Language, p.Frozen, p.Name)
	}
	w.do(func(tx store.Tx) error { return w.v.Mute(tx, id, time.Time{}, w.rand) })
	if p := w.get(id); !p.MutedUntil.IsZero() {
		t.Error("still muted")
	}
}

func TestBirthdays(t *testing.T) {
	w := newWorld(t)
	id := w.member(line("ann"), "Ann")
	set := func(b Birthday) {
		w.do(func(tx store.Tx) error { return w.v.SetBirthday(tx, id, b, w.now, w.rand) })
	}
	on := func(m time.Month, d int) (ids []loyalty.MemberID) {
		w.view(func(r store.Reader) error {
			return ByBirthday(r, m, d, func(id loyalty.MemberID) bool {
				ids = append(ids, id)
				return true
			})
		})
		return ids
	}
	set(Birthday{1990, time.May, 2})
	if p := w.get(id); p.BirthdayChanged || len(on(time.May, 2)) != 1 {
		t.Error("a first entry is not a change, and is indexed")
	}
	set(Birthday{})
	set(Birthday{0, time.February, 29})
	if p := w.get(id); !p.BirthdayChanged || len(on(time.May, 2)) != 0 || len(on(time.February, 29)) != 1 {
		t.Error("removing and entering another is a change, and moves the index")
	}
}

func TestPhones(t *testing.T) {
	w := newWorld(t)
	ann, bo := w.member(line("ann"), "Ann"), w.member(line("bo"), "Bo")
	phone := mustPhone(t, "0912345678")
	set := func(id loyalty.MemberID, p Phone, proven bool) error {
		return w.try(func(tx store.Tx) error { return w.v.SetPhone(tx, id, p, proven, w.rand) })
	}
	claims := func(p Phone) (c []PhoneClaim) {
		w.view(func(r store.Reader) (err error) {
			c, err = w.v.ByPhone(r, p)
			return err
		})
		return c
	}
	// Case 28: typing a number answers the same whether somebody has it or not.
	if err := errors.Join(set(bo, phone, true), set(ann, phone, false)); err != nil {
		t.Fatal(err)
	}
	if c := claims(phone); len(c) != 2 || c[0].Member != bo || !c[0].Proven || c[1].Proven {
		t.Errorf("the one who proved it comes first: %v", c)
	}
	if err := set(ann, phone, true); !errors.Is(err, ErrPhoneTaken) {
		t.Errorf("proving a proven number: %v", err)
	}
	if c := claims(phone); len(c) != 2 || w.get(ann).Phone != phone {
		t.Error("the refusal changed something")
	}
	if err := set(bo, phone, false); err != nil || !w.get(bo).PhoneProven {
		t.Errorf("typing one's proven number unproves it: %v", err)
	}
	if err := set(bo, mustPhone(t, "0922345678"), false); err != nil || w.get(bo).PhoneProven {
		t.Errorf("another number is not proven: %v", err)
	}
	if err := set(ann, phone, true); err != nil || !w.get(ann).PhoneProven {
		t.Errorf("a number given up can be proven: %v", err)
	}
	if err := set(ann, Phone{}, true); err != nil || w.get(ann).PhoneProven || len(claims(phone)) != 0 {
		t.Errorf("removing it: %v", err)
	}
	if len(claims(Phone{})) != 0 {
		t.Error("no number is nobody's number")
	}
}

// byPages reads all that a name finds, one at a time.
func byPages(w *world, query string) (all []loyalty.MemberID) {
	for from, more := "", true; more; {
		w.view(func(r store.Reader) error {
			page, next, err := w.v.ByNamePage(r, query, from, 1)
			all, from, more = append(all, page...), next, next != ""
			return err
		})
	}
	slices.Sort(all)
	return all
}

func TestFindingByName(t *testing.T) {
	w := newWorld(t)
	ids := map[string]loyalty.MemberID{}
	for _, name := range []string{"王小明", "王大明", "Annabel Lee", "José Álvarez", "สมชาย ใจดี", "タナカ はな", "ＡＮＮ", "J", strings.Repeat("very long ", 1000)} {
		ids[name] = w.member(line(name), name)
	}
	w.meet(line("contact"), Seen{DisplayName: "王未加入"})
	for query, want := range map[string][]string{
		"王":            {"王小明", "王大明"},
		"小明":           {"王小明"},
		"王小明":          {"王小明"},
		"明小":           nil,
		"ann":          {"Annabel Lee", "ＡＮＮ"},
		"annabelle":    nil,
		"Annabe":       {"Annabel Lee"},
		"lee ann":      {"Annabel Lee"},
		"lee bo":       nil,
		"jose alv":     {"José Álvarez"},
		"สมชา":         {"สมชาย ใจดี"},
		"ใจ":           {"สมชาย ใจดี"},
		"たなか":          {"タナカ はな"},
		"ﾀﾅｶ":          {"タナカ はな"},
		"j":            {"J"},
		"":             nil,
		"!!!":          nil,
		"未加入":          nil,
		"zz\xff\x00zz": nil,
	} {
		var want2, got []loyalty.MemberID
		for _, n := range want {
			want2 = append(want2, ids[n])
		}
		w.view(func(r store.Reader) (err error) {
			got, err = w.v.ByName(r, query, 10)
			return err
		})
		slices.Sort(got)
		slices.Sort(want2)
		if !slices.Equal(got, want2) {
			t.Errorf("ByName(%q) = %v, want %v", query, got, want2)
		}
		if got := byPages(w, query); !slices.Equal(got, want2) {
			t.Errorf("%q by pages is %v, want %v", query, got, want2)
		}
	}
	if n := w.countRows("name/"); n > 200 {
		t.Errorf("a name of 10,000 characters made the index %d rows", n)
	}
	w.do(func(tx store.Tx) error { return w.v.SetName(tx, ids["J"], "Zoe", w.rand) })
	w.view(func(r store.Reader) error {
		if found, err := w.v.ByName(r, "zo", 1); len(found) != 1 || err != nil {
			t.Errorf("new name: %v, %v", found, err)
		}
		return nil
	})
}

func TestFrozenAccountIsNotHome(t *testing.T) {
	w := newWorld(t)
	id := w.member(line("ann"), "Ann")
	w.link(t, id, tg("1"))
	w.do(func(tx store.Tx) error { return w.v.FreezeAccount(tx, tg("1"), true, w.rand) })
	if p := w.get(id); p.Home != line("ann") {
		t.Error("a frozen account is still where the person is reached")
	}
	if p := w.meet(tg("1"), Seen{DisplayName: "Thief", Username: "thief"}); p.Called() != "Ann" || p.Home != line("ann") {
		t.Error("a frozen account changed the person")
	}
	w.do(func(tx store.Tx) error { return w.v.FreezeAccount(tx, tg("1"), false, w.rand) })
	if p := w.meet(tg("1"), Seen{}); p.Home != tg("1") {
		t.Error("thawed account is not heard")
	}
}
