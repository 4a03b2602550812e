package referral

import (
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

func TestCodeIsStableAndLeadsToItsMember(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	first := w.code(ann)
	writes := w.db.Writes()
	if again := w.code(ann); again != first || w.db.Writes() != writes {
		t.Errorf("asked again: %s, was %s; %d more rows written", again, first, w.db.Writes()-writes)
	}
	if len(first) != CodeLength || strings.ContainsAny(first.Bare(), "01OIL") || strings.Contains(first.Bare(), "ANN") {
		t.Errorf("code %q", first)
	}
	if other := w.code(bob); other == first {
		t.Errorf("two members have %s", first)
	}
	w.view(func(r store.Reader) error {
		m, err := w.desk.ByCode(r, first)
		if m != ann || err != nil {
			t.Errorf("it leads to %q, %v", m, err)
		}
		return nil
	})
	for _, row := range w.db.Dump() {
		if strings.Contains(string(row.Key)+string(row.Value), first.Bare()) {
			t.Errorf("the code stands in row %q", row.Key)
		}
	}
}

// TestParseCode: people write codes in their own ways, and mistype them.
func TestParseCode(t *testing.T) {
	w := newWorld(t, plan())
	c := w.code(ann)
	bare := c.Bare()
	full := strings.Map(func(r rune) rune { return r + '！' - '!' }, bare)
	for _, s := range []string{bare, c.String(), strings.ToLower(bare), " " + c.String() + " ", full, bare[:3] + "　" + bare[3:]} {
		if got, err := ParseCode(s); got != c || err != nil {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for i := range bare { // each wrong letter, at each place
		for _, l := range codeLetters {
			if wrong := bare[:i] + string(l) + bare[i+1:]; wrong != bare {
				if _, err := ParseCode(wrong); err != ErrUnknown {
					t.Errorf("%q passes for %q", wrong, bare)
				}
			}
		}
		for j := range i { // each swap of two
			b := []byte(bare)
			if b[i], b[j] = b[j], b[i]; string(b) != bare {
				if _, err := ParseCode(string(b)); err != ErrUnknown {
					t.Errorf("%q passes for %q", b, bare)
				}
			}
		}
	}
	for _, s := range []string{"", "7", "ABCDE-FGH0J", "\x00", strings.Repeat("A", 10_000), "邀請碼ABCDEFGHJK"} {
		if _, err := ParseCode(s); err != ErrUnknown {
			t.Errorf("%.20q: %v", s, err)
		}
	}
}

// TestTwoMembersOfOneCode: where a keyed hash gives somebody a code that is
// taken, they get their next one.
func TestTwoMembersOfOneCode(t *testing.T) {
	w := newWorld(t, plan())
	theirs, err := w.desk.derive(bob, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("refcode/" + w.desk.hash(theirs))); err != nil {
			return err
		}
		return codes.Put(tx, codeRow{ann}, w.desk.hash(theirs))
	})
	got := w.code(bob)
	if got == theirs || got != w.code(bob) {
		t.Errorf("bob has %s, ann %s", got, theirs)
	}
	w.view(func(r store.Reader) error {
		for c, want := range map[Code]loyalty.MemberID{theirs: ann, got: bob} {
			if m, err := w.desk.ByCode(r, c); m != want || err != nil {
				t.Errorf("%s leads to %q, %v", c, m, err)
			}
		}
		return nil
	})
}

func TestShortKeyMakesNoCodes(t *testing.T) {
	w := newWorld(t, plan())
	w.desk.Key = []byte("short")
	err := w.db.Update(t.Context(), func(tx store.Tx) error { _, err := w.desk.Code(tx, ann); return err })
	if err == nil || loyalty.Refused(err) {
		t.Errorf("%v", err)
	}
}
