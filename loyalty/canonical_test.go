package loyalty

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fullEntry has every field set.
func fullEntry() Entry {
	t := time.Date(2026, 3, 10, 4, 5, 6, 789, time.UTC)
	return Entry{
		Form: FormPeer, Member: "01HANN00000000000000000000", Seq: 7, Ref: "7KQ2M4", Kind: KindEarn,
		Legs:  []Leg{{Issued, -120}, {Debt, 20}, {Pending, 100}},
		Parts: []Part{{Lot: 3, Points: 4}, {Lot: 5, Points: 6, Expired: true}},
		Lot:   &Opening{Granted: 100, Rule: 2, Base: t, ActiveAt: t.Add(time.Hour), ExpiresAt: t.AddDate(1, 0, 0), Idle: true, Level: "gold"},
		Of:    4, For: 6, Whole: true, Sale: true, Op: "line:main:01J", Digest: Hash{1, 2, 3},
		EffectiveAt: t, RecordedAt: t.Add(time.Second), Actor: ByStaff("sam"), Role: "clerk", Approver: ByStaff("mo"),
		Store: "main", Reason: []byte{0, 1, 255}, Amount: 12000, Order: "A-1", Programme: 3,
		Deadline: t.Add(time.Minute), RenewsTo: t.AddDate(2, 0, 0),
		Lines:    []Line{{"latte", "drinks", 2, 240}, {Category: "beans", Quantity: 1}},
		Shares:   []Share{{"base", 100}, {"bonus/tuesday", 40}, {"cap", -20}},
		Tally:    Tally{20513, 20522, 1, 2, 12000, 100, 120},
		Stamps:   []Stamping{{"coffee", -8, 1}},
		Standing: &Standing{"gold", t, t.AddDate(1, 0, 0), t.AddDate(0, -2, 0), "silver", t.AddDate(0, 9, 0)},
		Level:    "silver", Voucher: "01V", Gift: "birthday/2026", Forfeit: true,
		Carry: fullCarry(t), Peer: &Peer{With: "01OTHER0000000000000000000", Seq: 12, Lot: 1<<32 | 9},
	}
}

// fullCarry has every field set.
func fullCarry(t time.Time) *Carry {
	lot := Lot{
		Seq: 1<<32 | 3, Pending: true, Remaining: 1, Held: 2, Consumed: 3, Expired: 4, Reversed: 5, Moved: 6, From: "01LENDER000000000000000000", Of: 8,
		Opening: Opening{Granted: 21, Rule: 2, Base: t, ActiveAt: t.Add(time.Hour), ExpiresAt: t.AddDate(1, 0, 0), Idle: true, Level: "gold"},
	}
	lines := []Line{{"latte", "drinks", 2, 240}}
	return &Carry{
		With: "01OTHER0000000000000000000", Wing: 1, Lots: []Lot{lot},
		Marks:   []Marked{{1<<32 | 4, Mark{7, 700, true, lines, 1, 2, []Stamping{{"coffee", -1, 1}}}}},
		Holds:   []HoldState{{1<<32 | 5, []Part{{Lot: 1<<32 | 3, Points: 2}}, t.Add(time.Minute), true}},
		Waits:   []Wait{{1<<32 | 6, "A-2", 100, lines, t}},
		Frozen:  true,
		Count:   Counters{1, 2, 3, 4, t, t.Add(time.Hour)},
		Buckets: []Tally{{Bucket: 20513, Visits: 1, Money: 5}}, Days: []Tally{{Day: 20522, Visits: 1, Earned: 6}},
		Cards:    []CardState{{"coffee", Stamps{7, 1}}},
		Standing: Standing{"gold", t, t.AddDate(1, 0, 0), t.AddDate(0, -2, 0), "silver", t.AddDate(0, 9, 0)},
	}
}

// TestCanonicalFormIsGolden: chains of old stay verifiable only while these
// bytes, and the hash over them, never change.
func TestCanonicalFormIsGolden(t *testing.T) {
	for form, file := range map[uint8]string{1: "testdata/canonical.golden", 2: "testdata/canonical2.golden", 3: "testdata/canonical3.golden", 4: "testdata/canonical4.golden"} {
		full, small := fullEntry(), Entry{Member: "M", Seq: 1, Kind: KindFreeze}
		full.Form, small.Form = form, form
		golden(t, file, &full, &small)
	}
}

func golden(t *testing.T, file string, entries ...*Entry) {
	t.Helper()
	var got strings.Builder
	for _, e := range entries {
		link := Link([]byte("key"), Hash{9}, e)
		got.WriteString(hex.EncodeToString(e.Canonical()) + "\n" + hex.EncodeToString(link[:]) + "\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the canonical form changed:\n got %s\nwant %s", got.String(), want)
	}
}

// TestCanonicalCoversEveryField: changing any one field but Hash changes the
// bytes, so that no field can be edited unnoticed.
func TestCanonicalCoversEveryField(t *testing.T) {
	full := fullEntry()
	for i := range reflect.TypeFor[Entry]().NumField() {
		e := fullEntry()
		name := reflect.TypeFor[Entry]().Field(i).Name
		reflect.ValueOf(&e).Elem().Field(i).SetZero()
		same := bytes.Equal(e.Canonical(), full.Canonical())
		if same != (name == "Hash") {
			t.Errorf("without %s the bytes are the same: %v", name, same)
		}
	}
	for i := range reflect.TypeFor[Opening]().NumField() {
		e := fullEntry()
		reflect.ValueOf(e.Lot).Elem().Field(i).SetZero()
		if bytes.Equal(e.Canonical(), full.Canonical()) {
			t.Errorf("without the lot's %s the bytes are the same", reflect.TypeFor[Opening]().Field(i).Name)
		}
	}
	for i := range reflect.TypeFor[Carry]().NumField() {
		e := fullEntry()
		reflect.ValueOf(e.Carry).Elem().Field(i).SetZero()
		if bytes.Equal(e.Canonical(), full.Canonical()) {
			t.Errorf("without the carried %s the bytes are the same", reflect.TypeFor[Carry]().Field(i).Name)
		}
	}
}

// TestKindsAreGolden: the bytes of the entries that lending and matching make.
func TestKindsAreGolden(t *testing.T) {
	at := time.Date(2026, 3, 10, 4, 5, 6, 0, time.UTC)
	lent := &Opening{Granted: 30, Rule: 2, Base: at.AddDate(0, -1, 0), ExpiresAt: at.AddDate(1, 0, 0), Level: "gold"}
	list := []*Entry{
		{Kind: KindTransfer, Member: "A", Seq: 4, Op: "op", EffectiveAt: at, RecordedAt: at, Actor: "member/B", Parts: []Part{{Lot: 2, Points: 30}},
			Legs: []Leg{{Available, -30}, {Joined, 30}}, Peer: &Peer{"B", 9, 9}},
		{Kind: KindTransfer, Member: "B", Seq: 9, Op: "op", EffectiveAt: at, RecordedAt: at, Actor: "member/B", Lot: lent,
			Legs: []Leg{{Joined, -30}, {Available, 30}}, Peer: &Peer{"A", 4, 2}},
		{Kind: KindHome, Member: "B", Seq: 12, EffectiveAt: at, RecordedAt: at, Actor: "job/settle", Of: 9, Parts: []Part{{Lot: 9, Points: 30}},
			Legs: []Leg{{Available, -30}, {Joined, 30}}, Peer: &Peer{With: "A", Lot: 2}},
		{Kind: KindHome, Member: "A", Seq: 5, EffectiveAt: at, RecordedAt: at, Actor: "job/settle", Of: 2, Parts: []Part{{Lot: 2, Points: 30}},
			Legs: []Leg{{Joined, -30}, {Available, 30}}, Peer: &Peer{"B", 12, 9}},
		{Kind: KindMatch, Member: "A", Seq: 6, EffectiveAt: at, RecordedAt: at, Actor: "staff/sam", Level: "silver",
			Standing: &Standing{Level: "gold", Since: at, Until: at.AddDate(0, 3, 0), Floor: "gold", FloorUntil: at.AddDate(0, 3, 0)}},
	}
	for _, e := range list {
		e.Form = e.Formed()
	}
	golden(t, "testdata/kinds.golden", list...)
}

// TestCarriedLotsHaveTheOldestForm: carried lots without a lender keep the older form.
func TestCarriedLotsHaveTheOldestForm(t *testing.T) {
	e := fullEntry()
	if e.Peer = nil; e.Formed() != FormPeer {
		t.Errorf("with a borrowed lot: form %d", e.Formed())
	}
	if e.Carry.Lots[0].From = ""; e.Formed() != FormCarry {
		t.Errorf("without: form %d", e.Formed())
	}
	if e.Carry = nil; e.Formed() != FormNow {
		t.Errorf("without a carry: form %d", e.Formed())
	}
}

// TestEntrySurvivesItsRow: the stored JSON gives back the same canonical bytes.
func TestEntrySurvivesItsRow(t *testing.T) {
	e := fullEntry()
	e.EffectiveAt = e.EffectiveAt.In(taipei)
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Entry
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.Canonical(), e.Canonical()) {
		t.Errorf("%s\ncame back as %+v", raw, back)
	}
}

// FuzzEntry: whatever parses prints the same bytes, and nothing panics.
func FuzzEntry(f *testing.F) {
	full := fullEntry()
	f.Add(full.Canonical())
	f.Add((&Entry{Form: FormNow}).Canonical())
	f.Add((&Entry{Form: FormCarry, Carry: full.Carry}).Canonical())
	f.Add((&Entry{Form: FormPeer, Peer: full.Peer}).Canonical())
	f.Add([]byte{FormNow})
	f.Add(full.Canonical()[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEntry(b)
		if err != nil {
			return
		}
		if got := e.Canonical(); !bytes.Equal(got, b) {
			t.Errorf("parsed and printed:\n got %x\nwant %x", got, b)
		}
	})
}

func TestRef(t *testing.T) {
	ref := NewRef([]byte{0, 40, 99, 200, 255}, 5)
	if got, ok := ParseRef(" #" + strings.ToLower(string(ref[:3])) + "-" + string(ref[3:]) + " "); !ok || got != ref {
		t.Fatalf("%s typed by a person reads as %q, %v", ref, got, ok)
	}
	for i := range ref {
		for _, c := range refLetters {
			wrong := ref[:i] + Ref(c) + ref[i+1:]
			if _, ok := ParseRef(string(wrong)); ok != (wrong == ref) {
				t.Errorf("%s for %s: %v", wrong, ref, ok)
			}
		}
		if i > 0 && ref[i] != ref[i-1] {
			swapped := ref[:i-1] + ref[i:i+1] + ref[i-1:i] + ref[i+1:]
			if _, ok := ParseRef(string(swapped)); ok {
				t.Errorf("%s for %s passes", swapped, ref)
			}
		}
	}
	for _, s := range []string{"", "A", "OOOOOO", "7KQ2M4\x00", "七KQ2M4", strings.Repeat("2", 40)} {
		if _, ok := ParseRef(s); ok {
			t.Errorf("%q passes", s)
		}
	}
}
