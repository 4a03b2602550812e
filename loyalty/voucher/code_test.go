package voucher

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

func TestCodes(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100)
	v := s.must(s.redeem(ann, "latte"))
	code := s.d.CodeOf(v)
	shown := code.String()
	if len(shown) != 11 || shown[3] != '-' || shown[7] != '-' {
		t.Errorf("shown as %q", shown)
	}
	wide := strings.Map(func(r rune) rune {
		if r == '-' {
			return '－'
		}
		return r + 0xFEE0
	}, shown)
	for _, typed := range []string{shown, strings.ToLower(shown), strings.ReplaceAll(shown, "-", ""), " " + strings.ReplaceAll(shown, "-", " ") + " ", wide} {
		if got, ok := ParseCode(typed); !ok || got != code {
			t.Errorf("%q is read as %q, %v", typed, got, ok)
		}
	}
	for i := range len(code) {
		bad := []byte(code)
		if bad[i]++; bad[i] == 'O' || bad[i] == 'I' || bad[i] == 'L' || bad[i] == '0' || bad[i] == '1' {
			bad[i]++
		}
		if _, ok := ParseCode(string(bad)); ok {
			t.Errorf("one wrong character passes: %s for %s", bad, code)
		}
	}
	if _, ok := ParseCode("7KQ2M4"); ok {
		t.Error("a reference passes for a code")
	}
	unknown := Code(loyalty.NewRef([]byte("somethingelse"), 8))
	a := s.act(sam)
	if _, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Use(tx, unknown, a) }); !errors.Is(err, ErrUnknownCode) {
		t.Errorf("unknown: %v", err)
	}
	s.view(func(r store.Reader) error {
		w, err := s.d.ByCode(r, code)
		if w.ID != v.ID {
			t.Errorf("the code leads to %s", w.ID)
		}
		for row, err := range r.Scan(store.Range{}) {
			if err == nil && (strings.Contains(string(row.Value), string(code)) || strings.Contains(string(row.Key), string(code))) {
				t.Errorf("row %q holds the code", row.Key)
			}
		}
		return err
	})
}

// TestEveryRefusalSurvivesItsRow: what comes back is what was refused.
func TestEveryRefusalSurvivesItsRow(t *testing.T) {
	at := start.UTC()
	all := append([]error{
		&SoldOutError{Reward: "r"}, &LimitError{Reward: "r", Most: 2, Per: loyalty.SpanDay, Again: at}, &NotYetError{From: at},
		&UsedError{At: at, Store: "east", By: sam, Ref: "R"}, &LapsedError{At: at}, &StoreError{Stores: []loyalty.Store{"east"}},
		&loyalty.ShortError{Need: 2, Have: 1}, &loyalty.KindError{Kind: loyalty.KindEarn}, &loyalty.LimitError{Span: loyalty.SpanDay},
		&loyalty.ApprovalError{Over: 1, Asked: 2}, &loyalty.StopError{By: loyalty.StoppedCard, Limit: 3, Ask: true},
	}, plain...)
	for _, refusal := range all {
		if !loyalty.Refused(fmt.Errorf("wrapped: %w", refusal)) {
			t.Errorf("%v is no refusal", refusal)
		}
		row, err := pack(fmt.Errorf("wrapped: %w", refusal))
		if err != nil {
			t.Fatal(err)
		}
		if back := row.unpack(); fmt.Sprintf("%T %+v", back, back) != fmt.Sprintf("%T %+v", refusal, refusal) {
			t.Errorf("%T %v came back as %T %v", refusal, refusal, back, back)
		}
	}
}
