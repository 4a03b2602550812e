package people

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParsePhone(t *testing.T) {
	for _, c := range []struct {
		typed   string
		regions string
		want    string
		err     error
	}{
		{"0912345678", "TW", "+886912345678", nil},
		{"0912-345-678", "TW", "+886912345678", nil},
		{" ０９１２　３４５　６７８ ", "TW", "+886912345678", nil},
		{"+886 912 345 678", "TW", "+886912345678", nil},
		{"+886 0912 345 678", "TW", "+886912345678", nil},
		{"00886912345678", "TW", "+886912345678", nil},
		{"(02) 2345-6789", "TW", "+886223456789", nil},
		{"9123 4567", "HK", "+85291234567", nil},
		{"+852 9123 4567", "TW", "+85291234567", nil},
		{"090-1234-5678", "JP", "+819012345678", nil},
		{"０９０ー１２３４ー５６７８", "JP", "+819012345678", nil},
		{"081 234 5678", "TH", "+66812345678", nil},
		{"0812345678", "TW TH", "+66812345678", nil}, // no number in Taiwan
		{"912345678", "TW", "+886912345678", nil},    // the trunk 0 left out
		{"0912345678", "TW TH", "", ErrPhoneAmbiguous},
		{"12345", "TW", "", ErrPhoneInvalid},
		{"0912345", "TW", "", ErrPhoneInvalid},
		{"", "TW", "", ErrPhoneInvalid},
		{"1-800-FLOWERS", "US", "", ErrPhoneInvalid},
		{"0912345678 ext 5", "TW", "", ErrPhoneInvalid},
		{"+999123456789", "TW", "", ErrPhoneInvalid},
		{"0912345678", "", "", ErrPhoneInvalid},
		{strings.Repeat("9", 10_000), "TW", "", ErrPhoneInvalid},
	} {
		p, err := ParsePhone(c.typed, strings.Fields(c.regions)...)
		if !errors.Is(err, c.err) || p.E164() != c.want {
			t.Errorf("ParsePhone(%.20q, %s) = %q, %v; want %q, %v", c.typed, c.regions, p.E164(), err, c.want, c.err)
		}
	}
}

func TestPrintingGivesNothingAway(t *testing.T) {
	phone := mustPhone(t, "0912345678")
	person := Person{ID: "01X", Name: "Annabel", DisplayName: "Annabel", Phone: phone,
		Birthday: Birthday{1990, time.May, 2}, Accounts: []Account{{Identity: line("U-secret"), Username: "annabel"}}, Home: line("U-secret")}
	values := []any{phone, &phone, line("U-secret"), person, &person, person.Accounts[0], person.Accounts, person.Birthday,
		Staff{ID: "01S", Name: "Annabel"}, struct{ P Phone }{phone}, []Phone{phone}}
	for _, x := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			out := fmt.Sprintf(verb, x)
			for _, secret := range []string{"912345", "U-secret", "nnabel", "1990"} {
				if strings.Contains(out, secret) {
					t.Errorf("%s of %T prints %s", verb, x, secret)
				}
			}
		}
	}
	if got := phone.String(); got != "•••678" {
		t.Errorf("masked phone is %q", got)
	}
}

func TestParseBirthday(t *testing.T) {
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for typed, want := range map[string]string{
		"1990-05-02": "1990-05-02", "1990/5/2": "1990-05-02", "19900502": "1990-05-02",
		"１９９０年５月２日": "1990-05-02", "5/2": "--05-02", "5月2日": "--05-02", "02-29": "--02-29",
		"2000-02-29": "2000-02-29", "2533-05-02": "1990-05-02", " 1990 - 5 - 2 ": "1990-05-02",
		"1990-02-29": "", "1990-13-01": "", "2027-01-01": "", "1880-01-01": "", "0/0": "", "hello": "", "": "",
		"2026-11-22": "", "2026-11-20": "2026-11-20", strings.Repeat("1", 9000): "",
	} {
		b, err := ParseBirthday(typed, now)
		if again, err := ParseBirthday(b.ISO(), now); want != "" && (err != nil || again != b) {
			t.Errorf("%s does not read back: %v", b.ISO(), err)
		}
		if b.ISO() != want || (want == "") != errors.Is(err, ErrBirthday) {
			t.Errorf("ParseBirthday(%.20q) = %q, %v; want %q", typed, b.ISO(), err, want)
		}
	}
}

func TestCodesFindTypingMistakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		c, err := newCode(rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}))
		if err != nil {
			t.Fatal(err)
		}
		printed := CardCode(c).String()
		for _, typed := range []string{printed, strings.ToLower(printed), " " + strings.ReplaceAll(printed, "-", " "), wide(printed)} {
			if back, err := ParseCardCode(typed); err != nil || back != CardCode(c) {
				t.Fatalf("%q does not read back: %v", typed, err)
			}
		}
		i := rapid.IntRange(0, codeLength-1).Draw(t, "place")
		wrong := []byte(c)
		wrong[i] = rapid.SampledFrom([]byte(codeLetters)).Draw(t, "letter")
		if _, err := parseCode(string(wrong)); (err == nil) != (code(wrong) == c) {
			t.Fatalf("%s typed as %s: %v", c, wrong, err)
		}
		j := rapid.IntRange(0, codeLength-1).Draw(t, "other")
		swapped := []byte(c)
		swapped[i], swapped[j] = swapped[j], swapped[i]
		if _, err := parseCode(string(swapped)); (err == nil) != (code(swapped) == c) {
			t.Fatalf("%s swapped to %s: %v", c, swapped, err)
		}
	})
}

func wide(s string) string {
	return strings.Map(func(r rune) rune { return r + 0xfee0 }, s)
}

func TestNoCode(t *testing.T) {
	for _, s := range []string{"", "7KQ2", "0000-0000-0000", "OOOO-OOOO-OOOO", strings.Repeat("A", 1<<20), "日本語日本語日本語日本語"} {
		if _, err := ParseLinkCode(s); !errors.Is(err, ErrCodeForm) {
			t.Errorf("%.20q: %v", s, err)
		}
	}
}

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"0912345678", "+886", "7KQ2-M3XP-9ABC", "1990-05-02", "王小明 Ann", "\xff\x00", "ｱｲｳ"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePhone(s, "TW", "HK", "JP", "TH"); err == nil {
			if again, err := ParsePhone(p.E164()); err != nil || again != p {
				t.Fatalf("E.164 of %q does not read back", s)
			}
		}
		if c, err := ParseCardCode(s); err == nil {
			if again, err := ParseCardCode(c.String()); err != nil || again != c {
				t.Fatalf("%q does not read back", s)
			}
		}
		_, _ = ParseBirthday(s, now)
		for _, token := range queryTokens(s) {
			if len(s) < 100 && !slices.Contains(indexTokens(s+" "), token) && len(indexTokens(s)) < maxNameRows {
				t.Fatalf("name %q is not found by itself: %q", s, token)
			}
		}
	})
}

func TestIDsSortByTime(t *testing.T) {
	r := rand.NewChaCha8([32]byte{3})
	at := time.UnixMilli(0)
	var ids []string
	for range 200 {
		id, err := NewID(at, r)
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := idBytes(id); !ok || idText(b) != id || len(id) != 26 {
			t.Fatalf("%s does not read back", id)
		}
		ids = append(ids, string(id))
		at = at.Add(240 * 24 * time.Hour)
	}
	if !slices.IsSorted(ids) {
		t.Error("ids are not in the order of their times")
	}
	// The example of the ULID specification.
	if id, _ := NewID(time.UnixMilli(1469918176385), r); id[:10] != "01ARYZ6S41" {
		t.Errorf("time part %s", id[:10])
	}
}
