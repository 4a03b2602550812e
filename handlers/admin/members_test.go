package admin_test

import (
	"strings"
	"testing"

	"regulars/handlers/admin"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// customer joins with a number and buys for so much.
func customer(t *testing.T, d admin.Desk, user, number string, amount loyalty.Money) (id loyalty.MemberID) {
	t.Helper()
	err := d.DB.Update(t.Context(), func(tx store.Tx) error {
		now, v := still{}.Now(), d.Shop.Vault
		p, _, err := v.Meet(tx, people.Identity{Channel: "main", User: user}, people.Seen{DisplayName: user + " Chen"}, now, d.Shop.Rand)
		if err != nil {
			return err
		}
		id = p.ID
		if _, err := v.Join(tx, id, "1", now, d.Shop.Rand); err != nil {
			return err
		}
		phone, err := people.ParsePhone(number, "TW")
		if err != nil {
			return err
		}
		if err := v.SetPhone(tx, id, phone, true, d.Shop.Rand); err != nil {
			return err
		}
		act := book.Act{Op: loyalty.OpID("sale/" + user), Actor: "job/till", Now: now}
		_, err = d.Shop.Club.Sale(tx, id, act, loyalty.Sale{Amount: amount})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestMembersAreFoundMergedAndParted: by number, masked, and every way leads to
// the one who stayed.
func TestMembersAreFoundMergedAndParted(t *testing.T) {
	d := newDesk(t, new(bool))
	from := customer(t, d, "Ming", "0912345678", 1000)
	into := customer(t, d, "Hua", "0987654321", 500)
	if _, err := do(t, d, "members-merge", map[string]string{"from": "0912345678", "into": "nobody"}); err == nil || strings.Contains(err.Error(), "nobody at all") {
		t.Errorf("with nobody: %v", err)
	}
	said, err := do(t, d, "members-merge", map[string]string{"from": "0912345678", "into": "0987654321"})
	if err != nil || !strings.Contains(said, string(from)+" is a part of "+string(into)) {
		t.Fatalf("%q, %v", said, err)
	}
	for _, who := range []string{"0912345678", "0987654321", string(into)} {
		said, err := do(t, d, "members-find", map[string]string{"who": who})
		if err != nil || !strings.Contains(said, string(into)) || !strings.Contains(said, "with "+string(from)) || strings.Contains(said, "09") && strings.Contains(said, "345678") {
			t.Errorf("find %s: %q, %v", who, said, err)
		}
	}
	if said, err := do(t, d, "members-find", map[string]string{"who": string(from)}); err != nil || !strings.Contains(said, "part of "+string(into)) {
		t.Errorf("find who went: %q, %v", said, err)
	}
	if _, err := do(t, d, "members-merge", map[string]string{"from": "0912345678", "into": "0987654321"}); err == nil || !strings.Contains(err.Error(), "one already") {
		t.Errorf("again: %v", err)
	}
	if said, err := do(t, d, "verify", nil); err != nil {
		t.Errorf("verify: %q, %v", said, err)
	}
	if said, err := do(t, d, "members-unmerge", map[string]string{"from": "0987654321"}); err != nil || !strings.Contains(said, "a card each") {
		t.Errorf("parted: %q, %v", said, err)
	}
	if said, err := do(t, d, "members-find", map[string]string{"who": "0912345678"}); err != nil || !strings.Contains(said, string(from)) {
		t.Errorf("find after that: %q, %v", said, err)
	}
	if said, err := do(t, d, "verify", nil); err != nil {
		t.Errorf("verify: %q, %v", said, err)
	}
}
