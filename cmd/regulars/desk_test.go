package main

import (
	"context"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/admin"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// open opens the shell's shop as serve would; the caller closes it.
func (s *shell) open() *app {
	s.t.Helper()
	m := s.main(nil, nil)
	cfg, err := loadConfig(s.path("regulars.toml"), m.Env, true)
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := m.openApp(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// within opens the shop, changes something, and closes it.
func (s *shell) within(f func(*app, store.Tx) error) {
	s.t.Helper()
	a := s.open()
	err := a.db.Update(s.t.Context(), func(tx store.Tx) error { return f(a, tx) })
	if e := a.db.Close(); err != nil || e != nil {
		s.t.Fatal(err, e)
	}
}

var (
	ann = people.Identity{Channel: "main", User: "U" + strings.Repeat("a", 32)}
	sam = people.Identity{Channel: "main", User: "U" + strings.Repeat("b", 32)}
)

// meet makes a person.
func meet(a *app, tx store.Tx, who people.Identity, name string) (people.Person, error) {
	p, _, err := a.shop.Vault.Meet(tx, who, people.Seen{DisplayName: name}, a.clock.Now(), a.shop.Rand)
	return p, err
}

// withSale makes a shop with one member who bought something.
func withSale(t *testing.T) (*shell, loyalty.MemberID) {
	t.Helper()
	s := newShell(t)
	s.must("init")
	return s, s.sale()
}

// sale makes a member who bought something.
func (s *shell) sale() (id loyalty.MemberID) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		p, err := meet(a, tx, ann, "Ann")
		if err != nil {
			return err
		}
		id = p.ID
		if _, err := a.shop.Vault.Join(tx, id, shop.Wording, a.clock.Now(), a.shop.Rand); err != nil {
			return err
		}
		_, err = a.shop.Book.Earn(tx, id, book.Act{Op: "sale-1", Actor: loyalty.ByJob("test"), Now: a.clock.Now()}, 350, "")
		return err
	})
	return id
}

// both runs a test with the store closed, so that each command opens it, and
// again with a serve that answers on the socket.
func both(t *testing.T, f func(t *testing.T, s *shell, id loyalty.MemberID)) {
	t.Run("alone", func(t *testing.T) {
		s, id := withSale(t)
		f(t, s, id)
	})
	t.Run("over the socket", func(t *testing.T) {
		s, id := withSale(t)
		s.listens(t)
		f(t, s, id)
	})
}

// listens has the store open and answers on the socket until the test's end.
func (s *shell) listens(t *testing.T) {
	t.Helper()
	a := s.open()
	l, err := admin.Listen(a.cfg.AdminSocket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- admin.ServeOn(ctx, l, a.desk().Ops()) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.db.Close(); err != nil {
			t.Error(err)
		}
	})
}

var rootForm = regexp.MustCompile(`root [0-9a-f]{64}`)

func TestVerifyRebuildStats(t *testing.T) {
	both(t, func(t *testing.T, s *shell, _ loyalty.MemberID) {
		out := rootForm.ReplaceAllString(s.must("verify"), "root ROOT")
		golden(t, "desk.txt", out+s.must("rebuild")+s.must("stats")+s.must("staff", "list")+s.must("dead", "list"))
	})
}

func TestVerifyNamesWhatRebuildMends(t *testing.T) {
	s, id := withSale(t)
	s.within(func(_ *app, tx store.Tx) error {
		key := []byte("due/20990101T000000.000000000/" + string(id))
		raw, err := store.Encode(struct{}{})
		if err != nil {
			return err
		}
		return tx.Put(key, raw)
	})
	out := s.refused(1, "`regulars rebuild` puts it right", "verify")
	if !strings.Contains(out, "✗ ") || !strings.Contains(out, string(id)) || !strings.Contains(out, "1 fault,") {
		t.Error(out)
	}
	if out := s.must("rebuild"); !strings.Contains(out, "1 row differed from the entries and was written anew or removed") {
		t.Error(out)
	}
	s.must("verify")
}

func TestVerifyNamesABadEntry(t *testing.T) {
	s, id := withSale(t)
	s.within(func(_ *app, tx store.Tx) error {
		key := []byte("entry/" + string(id) + "/000000000001")
		raw, ok, err := tx.Get(key)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		var e map[string]any
		if err := store.Decode(key, raw, &e); err != nil {
			return err
		}
		e["store"] = "elsewhere" // who can write the file can mend the checksum
		if raw, err = store.Encode(e); err != nil {
			return err
		}
		return tx.Put(key, raw)
	})
	out := s.refused(1, "needs the newest backup that is clean", "verify")
	if !strings.Contains(out, string(id)) || !strings.Contains(out, "1") {
		t.Error(out)
	}
	s.refused(1, string(id), "rebuild")
}

var codeForm = regexp.MustCompile(`/staff ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\n`)

func TestStaff(t *testing.T) {
	both(t, func(t *testing.T, s *shell, _ loyalty.MemberID) {
		out := s.must("staff", "invite", "--role", "clerk", "--store", "main", "--minutes", "5")
		found := codeForm.FindStringSubmatch(out)
		if found == nil || !strings.Contains(out, "until 2026-01-05 10:05") {
			t.Fatal(out)
		}
		s.refused(2, `the programme has no store "mian"; it has main`, "staff", "invite", "--role", "clerk", "--store", "mian")
		s.refused(2, "minutes may be 1 to 10080", "staff", "invite", "--role", "clerk", "--minutes", "0")
		s.refused(2, "must be one of", "staff", "invite", "--role", "boss")
		s.refused(1, "no employee has the id NOBODY", "staff", "dismiss", "nobody")
	})
	s, _ := withSale(t)
	invited := s.must("staff", "invite", "--role", "owner")
	if !strings.Contains(invited, "until 2026-01-05 10:10") {
		t.Error("an invitation is good for ten minutes: ", invited)
	}
	code := codeForm.FindStringSubmatch(invited)[1]
	var id people.StaffID
	s.within(func(a *app, tx store.Tx) error {
		typed, err := people.ParseInviteCode(code)
		if err != nil {
			return err
		}
		if _, err := meet(a, tx, sam, "Sam\x1b[31m"); err != nil {
			return err
		}
		who, err := a.shop.Vault.Enrol(tx, typed, sam, a.clock.Now(), a.shop.Rand)
		id = who.ID
		return err
	})
	list := func() string {
		return strings.ReplaceAll(s.must("staff", "list"), string(id), "ID"+strings.Repeat("-", len(id)-2))
	}
	before := list()
	s.must("staff", "dismiss", strings.ToLower(string(id)))
	golden(t, "staff_list.txt", before+list())
}

func TestDeadLetters(t *testing.T) {
	both(t, func(t *testing.T, s *shell, _ loyalty.MemberID) {
		s.refused(1, "no dead letter has the reference ABCD", "dead", "replay", "ABCD")
		s.refused(1, "no dead letter has the reference ABCD", "dead", "discard", "ABCD")
	})
	s, _ := withSale(t)
	a := s.open()
	err := a.bot.Handle(t.Context(), []bot.Event{{
		ID: "e1", Channel: "main", Platform: bot.LINE, Kind: bot.Odd, At: s.clock.at, Raw: []byte(`{"type":"new"}`),
	}})
	if e := a.db.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	out := s.must("dead", "list")
	ref := strings.Fields(strings.Split(out, "\n")[1])[0]
	golden(t, "dead_list.txt", strings.ReplaceAll(out, ref, "REF7"))
	s.refused(1, "no dead letter "+ref+" that can be replayed", "dead", "replay", ref)
	s.must("dead", "discard", strings.ToLower(ref))
	if out := s.must("dead", "list"); out != "no dead letters\n" {
		t.Error(out)
	}
}

// What somebody known sent and nobody understood is sealed with their own key,
// so that erasing them makes it unreadable too.
func TestOddThingsGoWithTheirPerson(t *testing.T) {
	s, id := withSale(t)
	a := s.open()
	defer a.db.Close()
	ctx := t.Context()
	if err := a.bot.Handle(ctx, []bot.Event{{
		ID: "e1", Channel: "main", Platform: bot.LINE, Kind: bot.Odd, At: s.clock.at, From: bot.UserID(ann.User), Raw: []byte(`{"words":"mine"}`),
	}}); err != nil {
		t.Fatal(err)
	}
	read := func() (errs []error) {
		var row struct {
			Sealed []byte `json:"s"`
		}
		if err := a.db.View(ctx, func(r store.Reader) error {
			for kv, err := range r.Scan(store.Prefix([]byte("dead/"))) {
				if err != nil {
					return err
				}
				if err := store.Decode(kv.Key, kv.Value, &row); err != nil {
					return err
				}
			}
			_, shops := a.shop.Persons.Open(r, "", row.Sealed)
			_, own := a.shop.Persons.Open(r, bot.PersonID(id), row.Sealed)
			errs = []error{shops, own}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return errs
	}
	if errs := read(); errs[0] == nil || errs[1] != nil {
		t.Errorf("the shop's key: %v; the person's: %v", errs[0], errs[1])
	}
	if err := a.db.Update(ctx, func(tx store.Tx) error { return a.shop.Vault.Erase(tx, id, s.clock.at, time.Time{}) }); err != nil {
		t.Fatal(err)
	}
	if errs := read(); errs[0] == nil || errs[1] == nil {
		t.Error("it can be read after its person was erased")
	}
}

// A channel that was renamed or taken out of the configuration must not stop
// anybody from serving its people elsewhere.
func TestMembersOfAGoneChannelAreStillServed(t *testing.T) {
	s := newShell(t)
	s.must("init", "--telegram-token", "1001:abc", "--polling")
	clerk := people.Identity{Channel: "tg", User: "77"}
	card := ""
	s.within(func(a *app, tx store.Tx) error {
		now, lots := a.clock.Now(), a.shop.Rand
		p, err := meet(a, tx, ann, "Ann") // on main, which is not configured
		if err != nil {
			return err
		}
		if _, err := a.shop.Vault.Join(tx, p.ID, shop.Wording, now, lots); err != nil {
			return err
		}
		number, err := a.shop.Vault.Card(tx, p.ID, lots)
		if err != nil {
			return err
		}
		card = number.String()
		if _, err := meet(a, tx, clerk, "Sam"); err != nil {
			return err
		}
		code, err := a.shop.Vault.Invite(tx, people.Clerk, "", loyalty.ByJob("test"), now, people.CodeLife, lots)
		if err != nil {
			return err
		}
		_, err = a.shop.Vault.Enrol(tx, code, clerk, now, lots)
		return err
	})
	a := s.open()
	err := a.bot.Handle(t.Context(), []bot.Event{{
		ID: "e1", Channel: "tg", Platform: bot.Telegram, Kind: bot.Said, At: s.clock.at,
		Chat: bot.Chat{Channel: "tg", ID: "77"}, From: "77", Text: "/give " + card + " 20 waited",
	}})
	if e := a.db.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	if out := s.must("stats"); !strings.Contains(out, "20 points given by hand") {
		t.Errorf("nothing was given:\n%s\n%s", out, s.must("dead", "list"))
	}
}

func TestStoreInUseWithoutSocketIsExplained(t *testing.T) {
	t.Parallel()
	s, _ := withSale(t)
	a := s.open()
	defer a.db.Close()
	s.refused(1, "does not answer at", "stats")
	s.refused(1, "is in use by a process that does not answer", "doctor")
}

func TestLostStoreIsNotReplacedByAnEmptyOne(t *testing.T) {
	s, _ := withSale(t)
	if err := os.Remove(s.path("regulars.db")); err != nil {
		t.Fatal(err)
	}
	s.refused(1, "restore", "verify")
	if err := bolt.Create(s.path("regulars.db")); err == nil {
		t.Error("an empty store took the place of one that had rows")
	}
}

// A key from somewhere else would open the store to nobody, and ask everybody to
// join anew.
func TestAnotherShopsKeyIsRefused(t *testing.T) {
	s, _ := withSale(t)
	s.must("stats")
	other := newShell(t)
	other.must("init")
	own := s.read("regulars.key")
	s.write("regulars.key", other.read("regulars.key"))
	s.refused(1, "the key does not belong to", "stats")
	s.refused(1, "the key does not belong to", "serve")
	s.write("regulars.key", own)
	s.must("verify")
}

func TestUsage(t *testing.T) {
	s := newShell(t)
	s.refused(2, `did you mean "check"?`, "chekc")
	s.refused(2, "expected one of", "staff")
	s.refused(1, "there is no configuration at DIR/regulars.toml.\nMake one with `regulars init`", "stats")
	if exit, out, _ := s.run("--help"); exit != 0 || !strings.Contains(out, "staff invite") {
		t.Errorf("exit %d: %s", exit, out)
	}
	if out := s.must("version"); !regexp.MustCompile(`^regulars \S.*\nstore schema 1, go1\.\d+`).MatchString(out) {
		t.Error(out)
	}
}

func TestReplayingAloneNeedsTheChannels(t *testing.T) {
	s, _ := withSale(t)
	s.write("regulars.toml", s.read("regulars.toml")+"[[channel]]\nname = \"tg\"\nkind = \"telegram\"\npolling = true\n")
	s.must("dead", "list")
	s.refused(1, "channel tg: token is missing", "dead", "replay", "ABCD")
}
