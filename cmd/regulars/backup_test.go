package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/handlers/admin"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
	"regulars/store/backup"
	"regulars/store/bolt"
)

// leave erases a member as their own /leave does.
func (s *shell) leave(id loyalty.MemberID) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		if err := a.shop.Club.Leave(tx, id, book.Act{Op: "leave", Actor: loyalty.ByMember(id), Reason: []byte("left"), Now: a.clock.Now()}); err != nil {
			return err
		}
		return a.shop.Vault.Erase(tx, id, a.clock.Now(), a.clock.Now().AddDate(1, 0, 0))
	})
}

// status is how far somebody has come in a store.
func (s *shell) status(id loyalty.MemberID) (status people.Status) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		p, err := a.shop.Vault.Get(tx, id)
		status = p.Status
		return err
	})
	return status
}

// TestBackupAndRestore is the way there and back, while serve runs and not.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *shell, id loyalty.MemberID) {
		out := s.must("backup", s.path("a.backup"))
		if !strings.Contains(out, "DIR/a.backup: ") || !strings.Contains(out, "read back and whole\nas of 2026-01-05 10:00: 1 person, 2 entries, root ") {
			t.Error(out)
		}
		s.refused(1, "is there already, and a backup overwrites nothing", "backup", s.path("a.backup"))
		s.must("backup") // into backup_dir
		if list, _ := filepath.Glob(s.path("backups/regulars-20260105T020000Z.backup")); len(list) != 1 {
			t.Errorf("backup_dir has %v", list)
		}
		if left, _ := filepath.Glob(s.path("*.copying-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		out = s.must("restore", s.path("a.backup"), "--to", s.path("other.db"))
		for _, want := range []string{
			"store: every page and row is whole", "all whole: 1 account, 2 entries, root ",
			"DIR/other.db is the shop as of 2026-01-05 02:00:00 UTC, 0s ago: 1 people, 2 entries.", "Messages are held until you decide",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is missing in\n%s", want, out)
			}
		}
		s.env["REGULARS_DATA"], s.env["REGULARS_ADMIN_SOCKET"] = s.path("other.db"), ""
		defer func() { delete(s.env, "REGULARS_DATA"); delete(s.env, "REGULARS_ADMIN_SOCKET") }()
		if s.status(id) != people.Member {
			t.Error("the member is not in it")
		}
		s.must("verify")
		if out := s.must("outbox", "list"); !strings.Contains(out, "held since 2026-01-05 10:00: the backup of 2026-01-05 10:00 was restored") {
			t.Error(out)
		}
		if out := s.must("outbox", "discard"); out != "0 messages were discarded; messages go out again\n" {
			t.Error(out)
		}
		if out := s.must("outbox", "release"); out != "nothing is held\n" {
			t.Error(out)
		}
	})
}

// TestCopiesByHandStay: what an owner laid beside the store is theirs, whatever
// its name; what a killed process left there goes.
func TestCopiesByHandStay(t *testing.T) {
	s, _ := withSale(t)
	mine := []string{"regulars.db.copy-2026", "regulars.db.restore-test", "regulars.db.copying-1", "regulars.db.copying-before", "regulars.db.restoring-old"}
	for _, name := range mine {
		s.write(name, "my own copy")
	}
	left := s.path("regulars.db.copying-123456789")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	s.must("backup", s.path("a.backup"))
	s.must("restore", s.path("a.backup"), "--force")
	for _, name := range mine {
		if s.read(name) != "my own copy" {
			t.Errorf("%s is another", name)
		}
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was left behind: %v", err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	s, _ := withSale(t)
	s.must("backup", s.path("a.backup"))
	whole := s.read("a.backup")
	restored := s.path("x.db")
	s.refused(1, "With --force it is put aside, not deleted", "restore", s.path("a.backup"))
	for name, c := range map[string]struct{ text, want string }{
		"half":    {whole[:len(whole)/2], "is not whole"},
		"head":    {whole[:100], "is not whole"},
		"changed": {strings.Replace(whole, `"person":1`, `"person":2`, 1), "its head was changed since it was written"},
		"foreign": {"PK\x03\x04 a zip file", "is no backup of regulars"},
		"empty":   {"", "is no backup of regulars"},
		"newer":   {"regulars backup 9\n", "was written by a newer regulars"},
		"store":   {s.read("regulars.db"), "is no backup of regulars"},
	} {
		s.write(name, c.text)
		out := s.refused(1, c.want, "restore", s.path(name), "--to", restored)
		if !strings.Contains(out, "DIR/"+name) {
			t.Errorf("%s is not named: %s", name, out)
		}
	}
	s.refused(1, "no such file", "restore", s.path("none"), "--to", restored)
	s.refused(1, "holds no whole backup", "restore", s.dir, "--to", restored)

	key := s.read("regulars.key")
	other := newShell(t)
	other.must("init")
	s.write("regulars.key", other.read("regulars.key"))
	s.refused(1, "belongs to another key: it was made with the key ", "restore", s.path("a.backup"), "--to", restored)
	s.write("regulars.key", key)
	if _, err := os.Stat(restored); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something was put there")
	}
	if left, _ := filepath.Glob(s.path("*.restoring-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	s.must("restore", s.path("a.backup"), "--to", restored)
}

func TestRestoreRefusesBesideServe(t *testing.T) {
	t.Parallel()
	s, _ := withSale(t)
	s.must("backup", s.path("a.backup"))
	a := s.open()
	defer a.db.Close()
	s.refused(1, "stop it first", "restore", s.path("a.backup"), "--force")
	if err := os.Symlink(s.path("regulars.db"), s.path("link.db")); err != nil {
		t.Fatal(err)
	}
	s.refused(1, "stop it first", "restore", s.path("a.backup"), "--force", "--to", s.path("link.db"))
	s.refused(1, "stop it, compact, and start it again", "compact")
}

// TestErasedStayErased: who left since the backup is not brought back, whether
// the store that knows it is there, is damaged, or is lost with all but the
// folder of backups.
func TestErasedStayErased(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(s *shell){
		"store there":    func(*shell) {},
		"store lost":     func(s *shell) { os.Remove(s.path("regulars.db")) },
		"store cut":      func(s *shell) { os.Truncate(s.path("regulars.db"), 5000) },
		"list lost":      func(s *shell) { os.Remove(s.path("backups/erased.jsonl")) },
		"programme lost": func(s *shell) { os.Remove(s.path("programme.toml")) },
	} {
		t.Run(name, func(t *testing.T) {
			s, id := withSale(t)
			s.must("backup")
			s.leave(id)
			a := s.open()
			if n, err := a.desk().WriteErased(t.Context(), s.path("backups")); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			a.db.Close()
			lose(s)
			out := s.must("restore", s.path("backups"), "--force")
			if !strings.Contains(out, "1 who left since the backup are erased in it as well") {
				t.Error(out)
			}
			if s.status(id) != people.Erased {
				t.Error("they are back")
			}
			if out := s.must("verify"); !strings.Contains(out, "all whole: 1 account, ") {
				t.Error(out)
			}
			if out := s.must("stats"); !strings.Contains(out, "points outstanding   0 ") {
				t.Error(out)
			}
			if s.read("programme.toml") == "" {
				t.Error("no programme")
			}
			old, _ := filepath.Glob(s.path("regulars.db.before-restore-*Z"))
			if (name == "store lost") != (len(old) == 0) {
				t.Errorf("put aside: %v", old)
			}
		})
	}
}

// TestErasedStayErasedElsewhere: a store that is restored onto another disk, to
// look at, brings nobody back either.
func TestErasedStayErasedElsewhere(t *testing.T) {
	elsewhere, err := os.MkdirTemp("/dev/shm", "regulars-*")
	if err != nil {
		t.Skip("there is no other disk: ", err)
	}
	t.Cleanup(func() { os.RemoveAll(elsewhere) })
	s, id := withSale(t)
	s.must("backup", s.path("a.backup"))
	s.leave(id)
	out := s.must("restore", s.path("a.backup"), "--to", filepath.Join(elsewhere, "other.db"))
	if !strings.Contains(out, "1 who left since the backup are erased in it as well") || !strings.Contains(out, "`regulars devices list`") {
		t.Error(out)
	}
	if left, _ := filepath.Glob(s.path("*.restoring-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestRemovedStayRemoved: devices that were revoked and employees who were
// dismissed since the backup stay so, as far as the store in use still says it;
// others are as they were.
func TestRemovedStayRemoved(t *testing.T) {
	t.Parallel()
	for _, readable := range []bool{true, false} {
		t.Run(fmt.Sprint("readable ", readable), func(t *testing.T) {
			s, _ := withSale(t)
			var boss, clerk people.Staff
			var kept, stolen people.Device
			s.within(func(a *app, tx store.Tx) (err error) {
				v, now := a.shop.Vault, a.clock.Now()
				hire := func(who people.Identity, role loyalty.Role) (e people.Staff) {
					if _, e := meet(a, tx, who, "somebody"); e != nil {
						t.Fatal(e)
					}
					code, err := v.Invite(tx, role, "", loyalty.ByJob("test"), now, people.CodeLife, a.shop.Rand)
					if err == nil {
						e, err = v.Enrol(tx, code, who, now, a.shop.Rand)
					}
					if err != nil {
						t.Fatal(err)
					}
					return e
				}
				register := func() (d people.Device) {
					link, err := v.NewDeviceLink(tx, "main", boss.ID, now, a.shop.Rand)
					if err == nil {
						d, _, err = v.Register(tx, link, "front", "", now, a.shop.Rand)
					}
					if err != nil {
						t.Fatal(err)
					}
					return d
				}
				boss, clerk = hire(ann, people.Manager), hire(sam, people.Clerk)
				kept, stolen = register(), register()
				return nil
			})
			s.must("backup", s.path("a.backup"))
			s.within(func(a *app, tx store.Tx) error {
				return errors.Join(people.RevokeDevice(tx, stolen.ID, a.clock.Now()), a.shop.Vault.Dismiss(tx, clerk.ID, a.clock.Now()))
			})
			if !readable {
				s.write("regulars.db", "no store any more")
			}
			out := s.must("restore", s.path("a.backup"), "--force")
			if said := strings.Contains(out, "removed in it as well: devices 1, employees 1") && strings.Contains(out, "but whoever left or was removed since stays so"); said != readable || readable == strings.Contains(out, "since is back") {
				t.Error(out)
			}
			s.within(func(a *app, tx store.Tx) error {
				for _, d := range []people.Device{kept, stolen} {
					if now, err := people.DeviceByID(tx, d.ID); err != nil || now.RevokedAt.IsZero() == (readable && d.ID == stolen.ID) {
						t.Errorf("the device %s is %+v: %v", d.ID, now, err)
					}
				}
				for _, e := range []people.Staff{boss, clerk} {
					if now, err := a.shop.Vault.StaffByID(tx, e.ID); err != nil || now.Active == (readable && e.ID == clerk.ID) {
						t.Errorf("%v is active %t: %v", e, now.Active, err)
					}
				}
				return nil
			})
		})
	}
}

// TestErasedAfterMerging: a person who was two members, or was taken for
// another, is erased as they were at last.
func TestErasedAfterMerging(t *testing.T) {
	t.Parallel()
	second := func(s *shell) (id loyalty.MemberID) {
		s.within(func(a *app, tx store.Tx) error {
			p, err := meet(a, tx, sam, "Ann again")
			if err == nil {
				_, err = a.shop.Vault.Join(tx, p.ID, shop.Wording, a.clock.Now(), a.shop.Rand)
			}
			if err == nil {
				_, err = a.shop.Book.Earn(tx, p.ID, book.Act{Op: "sale-2", Actor: loyalty.ByJob("test"), Now: a.clock.Now()}, 100, "")
			}
			id = p.ID
			return err
		})
		return id
	}
	act := func(a *app, op string) book.Act {
		return book.Act{Op: loyalty.OpID(op), Actor: loyalty.ByStaff("01"), Role: people.Manager, Now: a.clock.Now(), Reason: []byte("same")}
	}
	merge := func(a *app, tx store.Tx, from, into loyalty.MemberID) error {
		_, err := a.shop.Merge(tx, from, into, act(a, "merge"))
		return err
	}
	restored := func(s *shell, n string) {
		t.Helper()
		if out := s.must("restore", s.path("backups"), "--force"); !strings.Contains(out, n+" who left since") {
			t.Error(out)
		}
		s.must("verify")
		s.must("export", s.path("out"))
	}
	t.Run("merged since", func(t *testing.T) {
		s, into := withSale(t)
		from := second(s)
		s.must("backup")
		s.within(func(a *app, tx store.Tx) error { return merge(a, tx, from, into) })
		s.must("export", s.path("merged"))
		s.leave(into)
		restored(s, "2")
		if s.status(from) != people.Erased || s.status(into) != people.Erased {
			t.Error(s.status(from), s.status(into))
		}
	})
	t.Run("merged before, and both left", func(t *testing.T) {
		s, into := withSale(t)
		from := second(s)
		s.within(func(a *app, tx store.Tx) error { return merge(a, tx, from, into) })
		s.must("backup")
		s.leave(into)
		restored(s, "1")
		if s.status(from) != people.Erased || s.status(into) != people.Erased {
			t.Error(s.status(from), s.status(into))
		}
	})
	t.Run("merged before, parted since, one left", func(t *testing.T) {
		s, into := withSale(t)
		from := second(s)
		s.within(func(a *app, tx store.Tx) error { return merge(a, tx, from, into) })
		s.must("backup")
		s.within(func(a *app, tx store.Tx) error {
			_, err := a.shop.Unmerge(tx, from, act(a, "unmerge"))
			return err
		})
		s.leave(from)
		restored(s, "1")
		if s.status(from) != people.Erased || s.status(into) != people.Member {
			t.Error(s.status(from), s.status(into))
		}
		if out := s.must("stats"); !strings.Contains(out, "points outstanding   35 ") {
			t.Error(out)
		}
	})
}

// TestErasedListIsSigned: who can write beside the backups can have nobody
// erased.
func TestErasedListIsSigned(t *testing.T) {
	s, id := withSale(t)
	s.must("backup")
	line, _ := json.Marshal(map[string]any{"member": id, "at": s.clock.at, "until": s.clock.at, "mac": []byte("forged")})
	s.write("backups/"+admin.ErasedList, string(line)+"\n")
	s.refused(1, "line 1 was not written by this installation", "restore", s.path("backups"), "--force")
	s.refused(1, "line 1 was not written by this installation", "backup", s.path("backups/b.backup"))
	if s.status(id) != people.Member {
		t.Error("they are gone")
	}
}

// TestBackupHasNoErasedKeys: the free pages of the store, in which keys of
// erased people lie, do not travel.
func TestBackupHasNoErasedKeys(t *testing.T) {
	s, id := withSale(t)
	var row struct {
		Key string `json:"key"`
	}
	s.within(func(_ *app, tx store.Tx) error {
		raw, _, err := tx.Get([]byte("person/" + string(id)))
		if err != nil {
			return err
		}
		return store.Decode(nil, raw, &row)
	})
	s.leave(id)
	if !strings.Contains(s.read("regulars.db"), row.Key) {
		t.Skip("the page was used again")
	}
	s.must("backup", s.path("a.backup"))
	a := s.open()
	defer a.db.Close()
	b, err := backup.Open(s.path("a.backup"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Extract(t.Context(), s.path("content"), nil, nil); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.read("content"), row.Key) {
		t.Error("the key of somebody erased is in the backup")
	}
}

func TestEncryptedBackup(t *testing.T) {
	s, id := withSale(t)
	out := s.must("backup", "--new-identity", s.path("identity.txt"))
	at := strings.Index(out, "\nage1")
	recipient := strings.Fields(out[at:])[0]
	if info, err := os.Stat(s.path("identity.txt")); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	s.refused(1, "file exists", "backup", "--new-identity", s.path("identity.txt"))
	s.refused(1, "a recipient begins with age1", "backup", s.path("x"), "--for", "AGE-SECRET-KEY-1QQQ")
	s.write("regulars.toml", strings.Replace(s.read("regulars.toml"), "#backup_recipient = []", `backup_recipient = ["`+recipient+`"]`, 1))
	if out := s.must("backup", s.path("a.backup")); !strings.Contains(out, ", encrypted, read back and whole") {
		t.Error(out)
	}
	if b := s.read("a.backup"); !strings.Contains(b, "age-encryption.org") {
		t.Error("it is not an age file")
	}
	s.refused(1, "Name the identity it was encrypted for with --identity", "restore", s.path("a.backup"), "--force")
	s.must("backup", "--new-identity", s.path("other.txt"))
	s.refused(1, "is not the one it was encrypted for", "restore", s.path("a.backup"), "--force", "--identity", s.path("other.txt"))
	s.refused(1, "holds no age identity", "restore", s.path("a.backup"), "--force", "--identity", s.path("regulars.toml"))
	s.must("restore", s.path("a.backup"), "--force", "--identity", s.path("identity.txt"))
	if s.status(id) != people.Member {
		t.Error("the member is not in it")
	}
}

func TestCompact(t *testing.T) {
	s, id := withSale(t)
	s.within(func(_ *app, tx store.Tx) error {
		for i := range 200 {
			raw, err := store.Encode(strings.Repeat("x", 20<<10))
			if err != nil {
				return err
			}
			if err := tx.Put([]byte("pastime/"+string(rune('a'+i%26))+string(rune('a'+i/26))), raw); err != nil {
				return err
			}
		}
		return nil
	})
	s.within(func(_ *app, tx store.Tx) error {
		for row, err := range tx.Scan(store.Prefix([]byte("pastime/"))) {
			if err != nil {
				return err
			}
			if err := tx.Delete(row.Key); err != nil {
				return err
			}
		}
		return nil
	})
	before := len(s.read("regulars.db"))
	out := s.must("compact")
	if after := len(s.read("regulars.db")); after > before/5 || !strings.Contains(out, "DIR/regulars.db: from ") {
		t.Errorf("from %d to %d: %s", before, after, out)
	}
	s.must("verify")
	if s.status(id) != people.Member {
		t.Error("the member is not in it")
	}
}

// unhappy has a member answer a survey, say why, and be answered.
func unhappy(a *app, tx store.Tx, id loyalty.MemberID) error {
	now, asks := a.clock.Now(), a.shop.Surveys
	visit, _ := asks.Find(now, "visit")
	if _, err := asks.Ask(tx, id, visit, survey.Visit{At: now, Store: "main"}, now, "en", "main", true); err != nil {
		return err
	}
	if _, _, err := asks.Answer(tx, id, "visit", survey.Given{Score: 3}, now, "en", "main"); err != nil {
		return err
	}
	why, err := a.shop.SealWords(tx, id, "Cold coffee")
	if err != nil {
		return err
	}
	said, _, err := asks.Explain(tx, id, "visit", why, "", now)
	if err != nil {
		return err
	}
	c, _, err := asks.Alert(tx, said, now)
	if err != nil {
		return err
	}
	sorry, err := a.shop.SealWords(tx, id, "So sorry")
	if err != nil {
		return err
	}
	_, err = asks.Note(tx, c, survey.Note{At: now, By: "sam", Sealed: sorry})
	return err
}

// TestExport: everything is there, opened, and no cell of it does anything in a
// spreadsheet (case 31).
func TestExport(t *testing.T) {
	both(t, func(t *testing.T, s *shell, id loyalty.MemberID) {
		alone := !admin.Alive(s.path("regulars.sock"))
		if alone { // the store can be opened
			s.within(func(a *app, tx store.Tx) error {
				if _, err := meet(a, tx, sam, "=cmd|' /C calc'!A0\n\u202egnp.exe\x07"); err != nil {
					return err
				}
				return unhappy(a, tx, id)
			})
		}
		s.refused(2, `there is no format "xlsx"`, "export", s.path("out"), "--format", "xlsx")
		s.refused(1, "is not empty", "export", s.dir)
		out := s.must("export", s.path("out"))
		if !strings.Contains(out, "entries    2 rows\n") || !strings.Contains(out, "keep it as you keep money") {
			t.Error(out)
		}
		members := table(t, s.read("out/members.csv"))
		slices.SortFunc(members[1:], func(a, b []string) int { return strings.Compare(b[6], a[6]) })
		if members[1][0] != string(id) || members[1][6] != "Ann" || members[1][13] != "35" {
			t.Errorf("%q", members)
		}
		if alone && members[2][6] != "'=cmd|' /C calc'!A0 gnp.exe" {
			t.Errorf("%q", members[2][6])
		}
		var m struct {
			ID          string
			DisplayName string `json:"display_name"`
			Available   int
			Accounts    []struct{ User string }
			Consents    []struct{ Member, Purpose string }
		}
		if answers := table(t, s.read("out/answers.csv")); alone && (len(answers) != 2 || answers[1][2] != string(id) || answers[1][5] != "3" || answers[1][16] != "Cold coffee") {
			t.Errorf("%q", answers)
		}
		if cases := table(t, s.read("out/cases.csv")); alone && (len(cases) != 2 || cases[1][4] != "3" || cases[1][11] != "So sorry") {
			t.Errorf("%q", cases)
		}
		if alone && !strings.Contains(s.read("out/cases.jsonl"), `"words":"So sorry"`) {
			t.Error(s.read("out/cases.jsonl"))
		}
		if out := s.must("verify"); !strings.Contains(out, "all whole") {
			t.Error(out)
		}
		lines := strings.Split(strings.TrimSpace(s.read("out/members.jsonl")), "\n")
		slices.SortFunc(lines, func(a, b string) int { return strings.Index(b, `"Ann"`) - strings.Index(a, `"Ann"`) })
		if err := json.Unmarshal([]byte(lines[0]), &m); err != nil || m.ID != string(id) || m.Available != 35 || m.Accounts[0].User != ann.User || m.Consents[0].Member != string(id) {
			t.Errorf("%+v %v", m, err)
		}
		if len(lines) != len(members)-1 {
			t.Errorf("%d members in JSON, %d in CSV", len(lines), len(members)-1)
		}
		sales := table(t, s.read("out/sales.csv"))
		if len(sales) != 2 || sales[1][0] != "2026-01-05 10:00:00" || sales[1][5] != "350" || sales[1][7] != "35" {
			t.Errorf("%q", sales)
		}
		var manifest struct{ Rows map[string]int }
		if err := json.Unmarshal([]byte(s.read("out/manifest.json")), &manifest); err != nil || manifest.Rows["entries"] != 2 || manifest.Rows["consents"] != 1 {
			t.Error(manifest, err)
		}
		if s.read("out/programme-1.toml") != s.read("programme.toml") {
			t.Error("another programme")
		}
		s.must("export", s.path("raw"), "--format", "rows")
		// Three letters alone stand in what is sealed by chance.
		if rows := s.read("raw/rows.jsonl"); !strings.Contains(rows, `{"key":"entry/`+string(id)+`/000000000001","value":{`) || strings.Contains(rows, `"Ann"`) {
			t.Error("not all rows, or not as they are")
		}
		if files, _ := filepath.Glob(s.path("raw/*")); len(files) != 3 {
			t.Errorf("%v", files)
		}
		if info, err := os.Stat(s.path("out/members.csv")); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(info, err)
		}
	})
}

// table reads a CSV as a spreadsheet does.
func table(t *testing.T, text string) [][]string {
	t.Helper()
	text, ok := strings.CutPrefix(text, "\ufeff")
	if !ok {
		t.Error("a spreadsheet would not know that it is UTF-8")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestBackupsByThemselves lets a month pass: there is one a day, old ones go,
// and one that fails is told of and tried again.
func TestBackupsByThemselves(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "backups")
	l := newLab(t, bolt.Options{NoSync: true}, func(c *Config) {
		c.BackupDir, c.BackupEvery, c.BackupKeep = dir, 24*time.Hour, backup.Keep{Daily: 3, Weekly: 2}
	})
	known := func() (b shop.Backups) {
		l.try(l.app.app.db.View(t.Context(), func(r store.Reader) (err error) { b, err = shop.BackupsOf(r); return err }))
		return b
	}
	files := func() []string {
		all, _ := filepath.Glob(filepath.Join(dir, "*.backup"))
		return all
	}
	l.passes(2 * time.Minute)
	l.eventually("the first backup", func() bool { return !known().Good.IsZero() })
	if n := len(files()); n != 1 {
		t.Fatalf("%d files at first", n)
	}
	first := known().Good
	for range 12 {
		last := known().Good
		l.world.Clock.Advance(24 * time.Hour)
		l.eventually("the next backup", func() bool { return known().Good.After(last) })
	}
	if n := len(files()); n < 4 || n > 6 {
		t.Errorf("after 12 days %d files stay: %v", n, files())
	}
	if b := known(); b.Good.Sub(first) < 12*24*time.Hour || b.Bytes == 0 || b.File != filepath.Base(files()[len(files())-1]) {
		t.Errorf("%+v", b)
	}
	l.try(os.Rename(dir, dir+".away"))
	l.try(os.WriteFile(dir, nil, 0o600)) // the disk is not there
	l.world.Clock.Advance(24 * time.Hour)
	l.eventually("a failure to be noted", func() bool { return !known().Failed.IsZero() })
	if b := known(); b.Why == "" || b.Good.IsZero() {
		t.Errorf("%+v", b)
	}
	l.try(os.Remove(dir))
	l.passes(againAfter + 2*time.Minute)
	l.eventually("it to be made good", func() bool { return known().Failed.IsZero() })
	// A stop and a start make no other one.
	n := len(files())
	l.stop()
	l.start(bolt.Options{NoSync: true})
	l.passes(5 * time.Minute)
	if len(files()) != n {
		t.Errorf("%d files, %d before the restart", len(files()), n)
	}
}

// TestErasedListFollows: within minutes of somebody leaving, the list beside the
// backups says so, whenever the next backup is due.
func TestErasedListFollows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backups")
	l := newLab(t, bolt.Options{NoSync: true}, func(c *Config) {
		c.BackupDir, c.BackupEvery, c.BackupKeep = dir, 24*time.Hour, backup.Keep{Daily: 3}
	})
	eve := l.line.Person("Eve", "en")
	eve.Follow()
	l.hears(eve, 1)
	l.try(eve.Press("Join"))
	l.hears(eve, 2)
	eve.Say("/leave")
	l.hears(eve, 1)
	l.try(eve.Press("Leave and erase"))
	l.passes(2 * time.Minute)
	l.eventually("the list", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, admin.ErasedList))
		return err == nil && bytes.Count(text, []byte("\n")) == 1 && !bytes.Contains(text, []byte("Eve"))
	})
}
