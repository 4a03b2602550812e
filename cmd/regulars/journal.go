package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"regulars/handlers/admin"
	"regulars/handlers/alarm"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store/backup"
	"regulars/store/bolt"
	"regulars/store/journal"
)

// journal is the folder that the key "journal" stands for; "" where there is
// nothing for a journal to go on from, or a server keeps its own.
func (l *loader) journal(cfg *Config) string {
	switch {
	case cfg.BackupDir == "" || onServer(cfg.Data) || cfg.Journal == "false":
		return ""
	case cfg.Journal == "true" || cfg.Journal == "":
		return cfg.Data + ".journal"
	}
	return l.resolve(cfg.Journal)
}

// journal is how the store's commits are written down; nil is not at all.
func (m *Main) journal(cfg *Config) *journal.Options {
	if cfg.Journal == "" {
		return nil
	}
	key, err := cfg.ReadKey(m.Env)
	if err != nil {
		return nil // whoever works on the store says so
	}
	vault, err := people.NewRing(key)
	if err != nil {
		return nil
	}
	to, _ := backup.Recipients(cfg.BackupRecipient...) // the configuration's check parsed them
	return &journal.Options{Dir: cfg.Journal, Key: journalKey(vault), Recipients: to, Now: m.Clock.Now}
}

// journalKey proves that a journal is of the installation with this vault.
func journalKey(v *people.Vault) journal.Key {
	return journal.Key{Fingerprint: v.Fingerprint(), Secret: v.Derive("journal")}
}

// journalStatus is how the journal stands; ok is false where none is kept.
func (a *app) journalStatus() (s journal.Status, ok bool) {
	db, ok := a.db.(*bolt.DB)
	if !ok {
		return s, false
	}
	return db.Journal()
}

// logJournal says in the log when the journal cannot be written any more, and
// when it can again; was is what it gave before.
func (a *app) logJournal(was error) error {
	s, _ := a.journalStatus()
	switch {
	case s.Err != nil && was == nil:
		a.log.Error("what changes is not written down in the journal; the shop goes on, and a backup follows as soon as there is room", "error", s.Err)
	case s.Err == nil && was != nil:
		a.log.Info("the journal is written again")
	}
	return s.Err
}

// journalLacksBackup says that the journal is written, and follows on no backup
// in the plan's folder: at first, after a restore, and after commits were left
// out.
func (a *app) journalLacksBackup(plan admin.BackupPlan) bool {
	s, ok := a.journalStatus()
	if !ok || s.Err != nil || s.Line == "" {
		return false
	}
	list, err := backup.List(plan.Dir, admin.BackupKey(a.shop.Vault))
	if err != nil {
		return false // the backup that is due says what is wrong
	}
	for _, b := range list {
		if s.Follows(b.Line, b.Commits) {
			return false
		}
	}
	return true
}

// clearJournal deletes the segments that no backup in the plan's folder needs:
// with them go the keys of those who were erased, as the backups' have.
func (a *app) clearJournal(plan admin.BackupPlan) error {
	s, ok := a.journalStatus()
	if !ok {
		return nil
	}
	list, err := backup.List(plan.Dir, admin.BackupKey(a.shop.Vault))
	if err != nil {
		return err
	}
	segments, err := journal.Heads(s.Dir, journalKey(a.shop.Vault))
	if err != nil {
		return err
	}
	var kept []journal.Point
	for _, b := range list {
		kept = append(kept, journal.Point{Line: b.Line, N: b.Commits})
	}
	for _, x := range journal.Spare(segments, kept, s.Line) {
		err = errors.Join(err, os.Remove(x.Path))
	}
	return err
}

// copies looks at what a broken machine would leave: the last backup, and the
// journal since.
func (w *watch) copies(ctx context.Context) (found []alarm.Trouble, ok bool) {
	found, ok = w.backup(ctx)
	if s, kept := w.a.journalStatus(); kept && s.Err != nil {
		found = append(found, alarm.Trouble{Kind: alarm.Backup, About: "journal", Again: 24 * time.Hour, Text: i18n.T(i18n.JournalUnwritten)})
	}
	return found, ok
}

// reachOf is how far a journal goes on from a backup.
func reachOf(j *journal.Journal, b *backup.Backup) journal.Reach { return j.Reach(b.Line, b.Commits) }

// journal looks at what could be restored with the newest backup and the
// journal since.
func (d *doctor) journal(ctx context.Context, cfg *Config) {
	key, err := cfg.ReadKey(d.m.Env)
	if cfg.Journal == "" || err != nil {
		return
	}
	vault, err := people.NewRing(key)
	if err != nil {
		return
	}
	list, err := backup.List(cfg.BackupDir, admin.BackupKey(vault))
	if err != nil || len(list) == 0 {
		return // the journal of a first day goes on from the first backup
	}
	if err := writable(cfg.Journal); err != nil {
		d.say(finding{false, "the journal cannot be written: " + err.Error(), "Make room, or let this account write into " + cfg.Journal + "; the shop goes on meanwhile"})
		return
	}
	j, err := journal.Look(ctx, cfg.Journal, journalKey(vault), nil)
	if err != nil {
		d.try(err, "")
		return
	}
	r := reachOf(j, list[0])
	zone := shopZone(cfg)
	switch {
	case r.End != nil:
		d.say(finding{false, "the journal does not go on from the newest backup to its own end: " + aboutEnd(r.End),
			"Seconds behind that cannot be restored before there is a newer backup: serve makes one by itself, or run `regulars backup`"})
	case r.Last == r.After:
		d.say(finding{true, "the journal goes on from the newest backup; nothing happened since", ""})
	default:
		d.say(finding{true, fmt.Sprintf("every second from %s to %s can be restored", inZone(list[0].At, zone), inZone(r.Until, zone)), ""})
	}
}

// writable asks for a folder to write in, or one to make it in.
func writable(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".regulars-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// shopZone is the zone of the programme's file, or this machine's where that
// cannot be read.
func shopZone(cfg *Config) *time.Location {
	p, err := readProgramme(cfg.Programme)
	if err != nil {
		return time.Local
	}
	return p.Rules.Location()
}

// inZone is a second as restore --at takes it.
func inZone(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateTime) }
