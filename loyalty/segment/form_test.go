package segment

import (
	"encoding/hex"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"regulars/loyalty"
)

// drawRoll is any roll, its days falling as they do.
func drawRoll(t *rapid.T) *Roll {
	word := rapid.StringN(0, 8, 20)
	words := rapid.SliceOfN(word, 0, 4)
	num := rapid.Int32()
	r := &Roll{
		Seq: uint64(rapid.Int64Min(0).Draw(t, "seq")), Promo: rapid.Bool().Draw(t, "promo"), Quiet: rapid.Bool().Draw(t, "quiet"),
		Frozen: rapid.Bool().Draw(t, "frozen"), Blocked: rapid.Bool().Draw(t, "blocked"), Joined: num.Draw(t, "joined"),
		BirthMonth: rapid.Uint8Max(12).Draw(t, "month"), BirthDay: rapid.Uint8Max(31).Draw(t, "day"),
		Lang: word.Draw(t, "lang"), Zone: word.Draw(t, "zone"), Level: word.Draw(t, "level"), Plan: word.Draw(t, "plan"),
		Chats: words.Draw(t, "chats"), Tags: words.Draw(t, "tags"), Groups: words.Draw(t, "groups"),
		NPS: num.Draw(t, "nps"), NPSDay: num.Draw(t, "npsday"), Answers: num.Draw(t, "answers"), Taps: num.Draw(t, "taps"),
		Ignored: num.Draw(t, "ignored"), Referrals: num.Draw(t, "referrals"), Debt: loyalty.Points(rapid.Int64().Draw(t, "debt")),
		Visits: rapid.Int64().Draw(t, "visits"), Money: loyalty.Money(rapid.Int64().Draw(t, "money")), VisitDays: num.Draw(t, "visitdays"),
		First: num.Draw(t, "first"), Last: rapid.Int32Range(0, 40000).Draw(t, "last"),
	}
	before := r.Last
	for range rapid.IntRange(0, 5).Draw(t, "days") {
		before -= rapid.Int32Range(0, 100).Draw(t, "gap")
		r.Days = append(r.Days, Day{before, num.Draw(t, "visits"), loyalty.Money(rapid.Int64().Draw(t, "money"))})
	}
	for range rapid.IntRange(0, 3).Draw(t, "stores") {
		r.Stores = append(r.Stores, Branch{loyalty.Store(word.Draw(t, "store")), num.Draw(t, "visits")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "lots") {
		r.Lots = append(r.Lots, Lot{rapid.Int64().Draw(t, "from"), rapid.Int64().Draw(t, "until"), loyalty.Points(rapid.Int64().Draw(t, "points"))})
	}
	return r
}

// tidy makes empty lists alike.
func tidy(r *Roll) Roll {
	c := *r
	for _, list := range []*[]string{&c.Chats, &c.Tags, &c.Groups} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if len(c.Days) == 0 {
		c.Days = nil
	}
	if len(c.Stores) == 0 {
		c.Stores = nil
	}
	if len(c.Lots) == 0 {
		c.Lots = nil
	}
	return c
}

// TestFormKeepsEverything, with one decoder for one roll after the other.
func TestFormKeepsEverything(t *testing.T) {
	var d decoder
	var got Roll
	rapid.Check(t, func(t *rapid.T) {
		want := drawRoll(t)
		if err := d.decode(want.encode(), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(tidy(&got), tidy(want)) {
			t.Fatalf("%+v\nbecame\n%+v", *want, got)
		}
	})
}

// TestFormRefuses what is cut or no roll, without a fall.
func TestFormRefuses(t *testing.T) {
	raw := ann().encode()
	var d decoder
	for i := range raw {
		if err := d.decode(raw[:i], &Roll{}); err == nil {
			t.Errorf("cut to %d of %d bytes", i, len(raw))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		_ = d.decode(rapid.SliceOf(rapid.Byte()).Draw(t, "raw"), &Roll{})
	})
}

// TestFormStays: rows are in stores that exist.
func TestFormStays(t *testing.T) {
	r := &Roll{
		Seq: 3, Promo: true, Joined: 20000, BirthMonth: 2, BirthDay: 29, Lang: "ja", Level: "gold", Chats: []string{"main"}, Tags: []string{"vegan"},
		Visits: 2, Money: 300, VisitDays: 2, First: 20001, Last: 20010, Stores: []Branch{{"a", 2}}, Days: []Day{{20010, 1, 100}, {20001, 1, 200}},
		Lots: []Lot{{0, 1800000000, 30}},
	}
	const golden = "010602c0b802043a026a610004676f6c640002046d61696e0205766567616e" +
		"000000000000000004d80404c2b802d4b8020201610408020080c8ceb40d3c040002c80112029003"
	if got := hex.EncodeToString(r.encode()); got != golden {
		t.Errorf("the form of a row has changed: raise form, so that rows of before are made anew\n%s", got)
	}
}
