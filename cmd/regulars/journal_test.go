package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/handlers/admin"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/backup"
	"regulars/store/bolt"
	"regulars/store/journal"
)

// later moves a shell's clock.
func (s *shell) later(d time.Duration) { s.clock = fixed{s.clock.Now().Add(d)} }

// earns gives a member 100 points for the n-th time.
func (s *shell) earns(id loyalty.MemberID, n int) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		_, err := a.shop.Book.Earn(tx, id, book.Act{Op: loyalty.OpID(fmt.Sprintf("later-%d", n)), Actor: loyalty.ByJob("test"), Now: a.clock.Now()}, 1000, "")
		return err
	})
}

// points are what a member has.
func (s *shell) points(id loyalty.MemberID) (n int64) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		b, err := a.shop.Book.Balance(tx, id, a.clock.Now())
		n = int64(b.Available)
		return err
	})
	return n
}

// TestRestoreAt restores to seconds between three purchases, from a backup
// before them, over the store that had all of them.
func TestRestoreAt(t *testing.T) {
	t.Parallel()
	s, id := withSale(t)
	s.must("backup")
	first := s.points(id)
	for n := range 3 { // at 10:00:10, :20 and :30 by the shop's clock
		s.later(10 * time.Second)
		s.earns(id, n)
	}
	s.later(time.Minute)
	if out := s.must("backup", "--list"); !strings.Contains(out, "2026-01-05 10:00:00, 1 people, 2 entries; every second up to 2026-01-05 10:00:30") {
		t.Error(out)
	}
	s.refused(1, "is no second", "restore", s.path("backups"), "--force", "--at", "ten o'clock")
	s.refused(1, "the last second that can be reached", "restore", s.path("backups"), "--force", "--at", "2026-01-05 10:00:31")
	s.refused(1, "was made later", "restore", s.path("backups"), "--force", "--at", "2026-01-05 09:59:59")
	s.refused(1, "there is no journal", "restore", s.path("backups"), "--force", "--at", "latest", "--journal", s.path("nowhere"))
	for at, times := range map[string]int64{
		"2026-01-05 10:00:09": 0, "2026-01-05 10:00:10": 1, "2026-01-05T02:00:19Z": 1, "2026-01-05 10:00:29 +0800": 2, "2026-01-05 10:00": 3, "latest": 3,
	} {
		if at == "2026-01-05 10:00" { // the minute's last second, which nobody knows of
			s.refused(1, "the last second that can be reached", "restore", s.path("backups"), "--force", "--at", at)
			continue
		}
		other := s.path("at.db")
		out := s.must("restore", s.path("backups"), "--at", at, "--to", other, "--force")
		if !strings.Contains(out, "commits of the journal") || !strings.Contains(out, "all whole: ") {
			t.Error(out)
		}
		s.env["REGULARS_DATA"], s.env["REGULARS_ADMIN_SOCKET"] = other, ""
		if n := s.points(id); n != first+times*100 {
			t.Errorf("at %s: %d points, not %d", at, n, first+times*100)
		}
		delete(s.env, "REGULARS_DATA")
		delete(s.env, "REGULARS_ADMIN_SOCKET")
	}
	// In place: the history that goes on from there is another one.
	s.must("restore", s.path("backups"), "--force", "--at", "2026-01-05 10:00:20")
	s.later(time.Minute)
	s.earns(id, 7)
	out := s.refused(1, "the last second that can be reached", "restore", s.path("backups"), "--force", "--at", "2026-01-05 10:02:30")
	if !strings.Contains(out, "is 2026-01-05 10:00:30") || !strings.Contains(out, "another history begins") {
		t.Error(out)
	}
	if out := s.must("restore", s.path("backups"), "--force"); !strings.Contains(out, "The journal has what happened since, up to 2026-01-05 10:00:30") {
		t.Error(out)
	}
	if out := s.must("verify"); !strings.Contains(out, "all whole") {
		t.Error(out)
	}
}

// TestRestoreAtBroken: a journal that lacks something leads to the second
// before, and says so; with a backup from behind it, further.
func TestRestoreAtBroken(t *testing.T) {
	t.Parallel()
	s, id := withSale(t)
	s.must("backup")
	for n := range 4 {
		s.later(10 * time.Second)
		s.earns(id, n)
	}
	files, _ := filepath.Glob(s.path("regulars.db.journal/*"))
	if len(files) < 4 {
		t.Fatalf("%v", files)
	}
	if err := os.Remove(files[len(files)-2]); err != nil {
		t.Fatal(err)
	}
	out := s.must("backup", "--list")
	if !strings.Contains(out, "every second up to 2026-01-05 10:00:20, and no further: commits ") || !strings.Contains(out, " are missing") {
		t.Error(out)
	}
	s.refused(1, "is 2026-01-05 10:00:20: commits ", "restore", s.path("backups"), "--force", "--at", "2026-01-05 10:00:30")
	if _, out, _ := s.run("doctor"); !strings.Contains(out, "the journal does not go on") {
		t.Error(out)
	}
	s.must("backup")
	s.later(10 * time.Second)
	s.earns(id, 9)
	if _, out, _ := s.run("doctor"); !strings.Contains(out, "every second from 2026-01-05 10:00:40 to 2026-01-05 10:00:50 can be restored") {
		t.Error(out)
	}
	s.must("restore", s.path("backups"), "--force", "--at", "2026-01-05 10:00:50")
}

// TestErasedStayErasedByJournal: who was erased is not brought back by a second
// before that, and no key of theirs lies in what was restored.
func TestErasedStayErasedByJournal(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("init")
	s.within(func(a *app, tx store.Tx) error { _, err := meet(a, tx, sam, "Sam"); return err })
	s.must("backup")
	s.later(10 * time.Second)
	id := s.sale() // whose key came to be after the backup
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
	s.later(10 * time.Second)
	s.leave(id)
	for _, at := range []string{"2026-01-05 10:00:15", "latest"} {
		out := s.must("restore", s.path("backups"), "--to", s.path("at.db"), "--force", "--at", at)
		if again := strings.Contains(out, "1 who left since the backup are erased in it as well"); again != (at != "latest") {
			t.Error(out)
		}
		if row.Key == "" || strings.Contains(s.read("at.db"), row.Key) {
			t.Errorf("at %s: the key of somebody erased is in the file", at)
		}
		s.env["REGULARS_DATA"], s.env["REGULARS_ADMIN_SOCKET"] = s.path("at.db"), ""
		if s.status(id) != people.Erased {
			t.Errorf("at %s they are back", at)
		}
		delete(s.env, "REGULARS_DATA")
		delete(s.env, "REGULARS_ADMIN_SOCKET")
	}
}

// TestErasedStayErasedWithoutTheStore: the disk with the store is gone, and the
// list beside the backups is from before; the journal knows who left.
func TestErasedStayErasedWithoutTheStore(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("init")
	id := s.sale()
	s.must("backup")
	list, err := os.ReadFile(s.path("backups/" + admin.ErasedList))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	s.later(10 * time.Second)
	s.earns(id, 1)
	s.later(10 * time.Second)
	s.leave(id)
	for _, how := range [][]string{{"--at", "2026-01-05 10:00:15"}, nil} {
		files, _ := filepath.Glob(s.path("regulars.db*"))
		for _, f := range files {
			if f != s.path("regulars.db.journal") {
				_ = os.Remove(f)
			}
		}
		if err := os.WriteFile(s.path("backups/"+admin.ErasedList), list, 0o600); err != nil {
			t.Fatal(err)
		}
		if out := s.must(append([]string{"restore", s.path("backups")}, how...)...); !strings.Contains(out, "1 who left since the backup are erased in it as well") {
			t.Error(out)
		}
		if s.status(id) != people.Erased {
			t.Errorf("restored with %v they are back", how)
		}
	}
}

// TestEncryptedJournal: with a recipient for backups the journal is theirs to
// read as well, and nobody else's.
func TestEncryptedJournal(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("init")
	out := s.must("backup", "--new-identity", s.path("identity.txt"))
	recipient := strings.Fields(out[strings.Index(out, "\nage1"):])[0]
	s.write("regulars.toml", strings.Replace(s.read("regulars.toml"), "#backup_recipient = []", `backup_recipient = ["`+recipient+`"]`, 1))
	s.within(func(a *app, tx store.Tx) error { _, err := meet(a, tx, sam, "Sam"); return err })
	s.must("backup")
	id := s.sale()
	files, _ := filepath.Glob(s.path("regulars.db.journal/*"))
	for _, f := range files {
		if text, _ := os.ReadFile(f); strings.Contains(string(text), "person/") {
			t.Errorf("%s can be read", filepath.Base(f))
		}
	}
	s.must("backup", "--list") // needs no identity
	s.refused(1, "with --identity", "restore", s.path("backups"), "--force", "--at", "latest")
	s.must("restore", s.path("backups"), "--force", "--at", "latest", "--identity", s.path("identity.txt"))
	if s.status(id) != people.Member {
		t.Error("the member is not in it")
	}
}

func TestWhereTheJournalIs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                    "DIR/regulars.db.journal",
		"journal = true":                      "DIR/regulars.db.journal",
		"journal = false":                     "",
		`journal = "j"`:                       "DIR/j",
		`journal = "/mnt/j"`:                  "/mnt/j",
		`backup_dir = ""`:                     "",
		`data = "postgres://a:b@localhost/c"`: "",
	} {
		s := newShell(t)
		s.write("regulars.toml", text+"\n")
		cfg, err := LoadConfig(s.path("regulars.toml"), func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(cfg.Journal, s.dir, "DIR"); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// TestJournalHasABackup: serve makes a backup whenever the journal has none to
// go on from, keeps no segment that no backup needs, and tells owners when
// nothing can be written.
func TestJournalHasABackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := newWorld(t, func(c *Config) {
		c.BackupDir, c.BackupEvery, c.BackupKeep = filepath.Join(dir, "backups"), 24*time.Hour, backup.Keep{Daily: 2}
	})
	vault, err := people.NewVault(e2eKey)
	l.try(err)
	o := bolt.Options{NoSync: true, Journal: &journal.Options{Dir: filepath.Join(dir, "journal"), Key: journalKey(vault), Now: l.clock.Now}}
	l.start(o)
	list := func() []*backup.Backup {
		all, err := backup.List(filepath.Join(dir, "backups"), admin.BackupKey(vault))
		l.try(err)
		return all
	}
	l.passes(2 * time.Minute)
	l.eventually("the first backup", func() bool { return len(list()) == 1 && !l.app.app.journalLacksBackup(l.app.app.backupPlan()) })
	l.stop()
	// Commits that are not written down, as when the power goes.
	l.start(bolt.Options{NoSync: true})
	l.stop()
	l.start(o)
	l.world.Clock.Advance(20 * time.Minute)
	l.eventually("another backup", func() bool { return len(list()) == 2 })
	l.passes(20 * time.Minute)
	if n := len(list()); n != 2 {
		t.Errorf("%d backups: one was enough", n)
	}
	l.app.app.journalClears(l)
	troubles := func() (abouts []string) {
		found, _ := l.app.app.newWatch().copies(t.Context())
		for _, x := range found {
			abouts = append(abouts, x.About)
		}
		return abouts
	}
	if list := troubles(); len(list) > 0 {
		t.Errorf("owners hear of %v", list)
	}
	for figure, want := range map[string]string{
		"regulars_journal_failing": "0$", "regulars_journal_size_bytes": `[1-9]`, "regulars_journal_last_sync_timestamp_seconds": `[1-9]`,
	} {
		l.app.app.ops.metrics.shop.forget()
		if !regexp.MustCompile(`(?m)^` + figure + " " + want).MatchString(scraped(t, l.app.app)) {
			t.Errorf("%s is not told, or not as it is", figure)
		}
	}
	l.stop()
	l.try(os.Rename(o.Journal.Dir, o.Journal.Dir+".away"))
	l.try(os.WriteFile(o.Journal.Dir, nil, 0o600)) // the disk is not there
	l.start(o)
	if list := troubles(); !slices.Contains(list, "journal") {
		t.Errorf("owners hear of %v only", list)
	}
	l.app.app.ops.metrics.shop.forget()
	if !strings.Contains(scraped(t, l.app.app), "regulars_journal_failing 1\n") {
		t.Error("the figures do not tell that it fails")
	}
}

// journalClears lets days go by, and looks what is left.
func (a *app) journalClears(l *lab) {
	files := func() []string {
		all, _ := filepath.Glob(filepath.Join(filepath.Dir(a.cfg.BackupDir), "journal", "*"))
		return all
	}
	oldest := files()[0]
	for range 4 {
		l.world.Clock.Advance(24 * time.Hour)
		before := a.lastBackup(l)
		l.eventually("the next backup", func() bool { return a.lastBackup(l).After(before) })
	}
	l.eventually("the oldest segment to go", func() bool { _, err := os.Stat(oldest); return err != nil })
	j, err := journal.Look(l.t.Context(), filepath.Join(filepath.Dir(a.cfg.BackupDir), "journal"), journalKey(a.shop.Vault), nil)
	l.try(err)
	list, err := backup.List(a.cfg.BackupDir, admin.BackupKey(a.shop.Vault))
	l.try(err)
	for _, b := range list {
		if r := reachOf(j, b); r.End != nil || r.Line != a.db.(*bolt.DB).Line() {
			l.t.Errorf("from %s: %+v", b.At, r.End)
		}
	}
}

func (a *app) lastBackup(l *lab) time.Time {
	list, err := backup.List(a.cfg.BackupDir, admin.BackupKey(a.shop.Vault))
	l.try(err)
	return list[0].At
}
