package people

import (
	"context"
	"sync"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// chain is a world with two LINE channels of one provider, a third of another,
// and Telegram.
func chain(t fataler) *world {
	w := newWorld(t)
	w.v.Kin = map[string][]string{"main": {"main", "east"}, "east": {"main", "east"}}
	return w
}

func east(user string) Identity { return Identity{"east", user} }

func TestKnownOnOneChannelOfAProviderIsKnownOnAll(t *testing.T) {
	w := chain(t)
	ann := w.member(line("ann"), "Ann")
	if id, ok := w.who(east("ann")); !ok || id != ann {
		t.Error("nobody knows who an unspoken word of hers would be from")
	}
	w.do(func(tx store.Tx) error { // a block before the first word there
		return w.v.SetBlocked(tx, east("ann"), true, w.now, w.rand)
	})
	if p := w.get(ann); len(p.Accounts) != 1 || p.Accounts[0].Blocked {
		t.Errorf("blocking where she never spoke changed %v", p.Accounts)
	}
	p := w.meet(east("ann"), Seen{})
	if p.ID != ann || len(p.Accounts) != 2 || p.Home != east("ann") {
		t.Errorf("her first word there came from %s with %v", p.ID, p.Accounts)
	}
	if w.countRows("person/") != 1 || w.countRows("ident/") != 2 {
		t.Errorf("%d persons, %d accounts", w.countRows("person/"), w.countRows("ident/"))
	}
	for _, stranger := range []Identity{{"other", "ann"}, tg("ann"), east("bo")} {
		if p := w.meet(stranger, Seen{}); p.ID == ann {
			t.Errorf("%v is taken for her", stranger)
		}
	}
	w.do(func(tx store.Tx) error { return w.v.SetBlocked(tx, east("ann"), true, w.now, w.rand) })
	if all := w.get(ann).Chats(); len(all) != 1 || all[0].Identity != line("ann") {
		t.Errorf("with the last chat blocked she is reached at %v", all)
	}
}

func TestFirstWordsOnTwoChannelsAtOnce(t *testing.T) {
	w := chain(t)
	var wg sync.WaitGroup
	var mu sync.Mutex // guards the test's randomness
	ids := make([]loyalty.MemberID, 20)
	for i := range ids {
		wg.Go(func() {
			err := w.db.Update(context.Background(), func(tx store.Tx) error {
				mu.Lock()
				defer mu.Unlock()
				p, _, err := w.v.Meet(tx, []Identity{line("ann"), east("ann")}[i%2], Seen{}, w.now, w.rand)
				ids[i] = p.ID
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("first words on two channels made several persons: %v", ids)
		}
	}
}

// A store from before its provider was named has a person for each channel.
func TestAStoreFromBeforeItsProviderWasNamed(t *testing.T) {
	w := chain(t)
	kin := w.v.Kin
	w.v.Kin = nil
	ann := w.member(line("ann"), "Ann") // a member on one, a stranger who said a word on the other
	annEast := w.meet(east("ann"), Seen{}).ID
	bo, boEast := w.member(line("bo"), "Bo"), w.member(east("bo"), "Bo") // a member on both
	w.meet(line("cy"), Seen{})
	cyEast := w.member(east("cy"), "Cy")
	w.v.Kin = kin

	if p := w.meet(east("ann"), Seen{}); p.ID != ann || len(p.Accounts) != 2 {
		t.Errorf("the stranger on the other channel is still %s", p.ID)
	}
	if p := w.get(annEast); p.Status != Erased {
		t.Errorf("who turned out to be Ann is still a %s", p.Status)
	}
	if p := w.meet(line("cy"), Seen{}); p.ID != cyEast {
		t.Error("the older row won over the member")
	}
	// Two cards are two until a manager makes them one: points are at stake.
	if a, b := w.meet(line("bo"), Seen{}).ID, w.meet(east("bo"), Seen{}).ID; a != bo || b != boEast {
		t.Errorf("two members became %s and %s", a, b)
	}
	w.do(func(tx store.Tx) error { return w.v.Merge(tx, boEast, bo, w.now, w.rand) })
	if p := w.meet(east("bo"), Seen{}); p.ID != bo {
		t.Error("merged, they are still two")
	}
}

func TestLockingOnePhoneLocksItOnAllChannels(t *testing.T) {
	w := chain(t)
	ann := w.member(line("ann"), "Ann")
	w.do(func(tx store.Tx) error { return w.v.FreezeAccount(tx, line("ann"), true, w.rand) })
	if a, _ := w.meet(east("ann"), Seen{}).Account(east("ann")); !a.Frozen {
		t.Error("a locked chat opens through the other channel")
	}
	w.do(func(tx store.Tx) error { return w.v.FreezeAccount(tx, east("ann"), false, w.rand) })
	for _, a := range w.get(ann).Accounts {
		if a.Frozen {
			t.Errorf("%v is still locked", a)
		}
	}
	w.do(func(tx store.Tx) error {
		_, err := w.v.LockOut(tx, ann, w.rand, east("ann"))
		return err
	})
	if len(w.get(ann).Chats()) != 2 {
		t.Error("the phone that she kept was locked on the other channel")
	}
}

func TestLinkingTakesKindredChatsAlong(t *testing.T) {
	w := chain(t)
	ann := w.member(tg("ann"), "Ann")
	w.meet(line("ann"), Seen{})
	w.meet(east("ann"), Seen{})
	var code LinkCode
	w.do(func(tx store.Tx) (err error) { code, err = w.v.NewLinkCode(tx, ann, w.now, w.rand); return err })
	w.do(func(tx store.Tx) error { _, err := w.v.Link(tx, code, line("ann"), w.now, w.rand, nil); return err })
	for _, i := range []Identity{tg("ann"), line("ann"), east("ann")} {
		if id, _ := w.who(i); id != ann {
			t.Errorf("%v leads to %s", i, id)
		}
	}
	if p := w.get(ann); p.Home != line("ann") || len(p.Accounts) != 3 {
		t.Errorf("at home in %v, with %v", p.Home, p.Accounts)
	}
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, ann, w.now, w.now.AddDate(1, 0, 0)) })
	if w.countRows("ident/") != 0 {
		t.Error("erased, her accounts are still known")
	}
	w.v.Kin["west"] = []string{"main", "east", "west"}
	w.view(func(r store.Reader) error {
		if yes, err := w.v.Tombstoned(r, Identity{"west", "ann"}, w.now); !yes || err != nil {
			t.Errorf("a third channel gives her a second welcome (%v)", err)
		}
		return nil
	})
}

func TestChatsInTheOrderInWhichToTry(t *testing.T) {
	w := chain(t)
	ann := w.member(line("ann"), "Ann")
	w.meet(east("ann"), Seen{})
	var code LinkCode
	w.do(func(tx store.Tx) (err error) { code, err = w.v.NewLinkCode(tx, ann, w.now, w.rand); return err })
	w.do(func(tx store.Tx) error { _, err := w.v.Link(tx, code, tg("ann"), w.now, w.rand, nil); return err })
	w.now = w.now.AddDate(0, 0, 1)
	w.meet(east("ann"), Seen{})
	w.now = w.now.AddDate(0, 0, 1)
	w.meet(line("ann"), Seen{})
	var order []string
	for _, a := range w.get(ann).Chats() {
		order = append(order, a.Channel)
	}
	if len(order) != 3 || order[0] != "main" || order[1] != "east" || order[2] != "tg" {
		t.Errorf("she is tried at %v", order)
	}
	w.do(func(tx store.Tx) error { return w.v.SetQuietAt(tx, east("ann"), true, w.rand) })
	if a, _ := w.get(ann).Account(east("ann")); !a.Quiet || w.get(ann).Quiet {
		t.Error("quiet in one chat is not that")
	}
}
