package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"

	"regulars/bot/outbox"
	"regulars/handlers/admin"
	"regulars/handlers/campaign"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/backup"
	"regulars/store/bolt"
)

// restoreCmd puts a backup back.
type restoreCmd struct {
	File     string `arg:"" help:"The backup, or a folder of them: the newest is taken." type:"path"`
	Identity string `help:"The age identity that opens an encrypted backup." placeholder:"FILE" type:"path"`
	To       string `help:"Where to put it; data of the configuration when left out." placeholder:"FILE" type:"path"`
	Force    bool   `help:"Put the store that is there aside."`
	At       string `help:"Go on from the backup to the end of a second, by the shop's clock: \"2026-11-22 18:03:07\"; or to the latest that the journal has: latest." placeholder:"WHEN"`
	Journal  string `help:"The journal's folder, where it is not that of the configuration." placeholder:"FOLDER" type:"path"`
}

// Run restores in a file of its own, and moves that into place only once it was
// looked through: page by page, row by row, entry by entry.
func (c *restoreCmd) Run(ctx context.Context, m *Main) error {
	r, err := m.newRestore(ctx, c)
	if err != nil {
		return err
	}
	defer r.show.end()
	if err := r.mayReplace(); err != nil {
		return err
	}
	if r.dir, err = backup.Room(r.to, "restoring"); err != nil {
		return fmt.Errorf("there is no room to restore in: %w", err)
	}
	defer os.RemoveAll(r.dir)
	fresh := filepath.Join(r.dir, "restored.db")
	if err := r.extract(ctx, fresh); err != nil {
		return err
	}
	if err := r.replay(ctx, fresh); err != nil {
		return err
	}
	erased, err := r.mend(ctx, fresh)
	if err != nil {
		return fmt.Errorf("%w\nNothing was changed", err)
	}
	if erased > 0 || r.goal != nil {
		// The keys of who is erased still lie in pages that are free now.
		if _, _, err := bolt.Compact(ctx, fresh, bolt.Options{}, nil); err != nil {
			return err
		}
	}
	aside, err := r.moveIn(fresh)
	if err != nil {
		return err
	}
	r.tell(aside)
	return nil
}

// restore is one on its way.
type restore struct {
	*Main
	cmd    *restoreCmd
	cfg    *Config
	key    []people.Key
	vault  *people.Vault
	backup *backup.Backup
	ids    []age.Identity
	to     string
	dir    string // beside to: where it is restored
	goal   *goal  // nil: the backup as it is
	since  later
	show   *progress
}

// newRestore finds the backup, and refuses one that is not ours.
func (m *Main) newRestore(ctx context.Context, c *restoreCmd) (*restore, error) {
	r, err := m.restoreBase(c)
	if err != nil {
		return nil, err
	}
	if onServer(r.cfg.Data) && c.To == "" {
		return nil, errNoRestore
	}
	if err := r.choose(ctx); err != nil {
		return nil, err
	}
	if r.backup.Engine != "bolt" {
		return nil, fmt.Errorf("%s holds a store of another kind (%s): restore it with the regulars that wrote it, %s", r.backup.Path, r.backup.Engine, r.backup.Program)
	}
	if c.Identity != "" {
		r.ids, err = backup.Identities(c.Identity)
	}
	return r, err
}

// restoreBase reads configuration and key.
func (m *Main) restoreBase(c *restoreCmd) (*restore, error) {
	cfg, _, err := m.deskConfig()
	if err != nil {
		return nil, err
	}
	r := &restore{Main: m, cmd: c, cfg: cfg, to: cfg.Data, show: m.newProgress("restore")}
	if c.To != "" && !sameFile(c.To, cfg.Data) { // another name for the store is the store
		r.to = c.To
	}
	if r.key, err = cfg.ReadKey(m.Env); err != nil {
		return nil, err
	}
	r.vault, err = people.NewRing(slices.Clone(r.key))
	return r, err
}

// errNoRestore says how a store on a server comes back.
var errNoRestore = errors.New("the store is in PostgreSQL, and comes back by its own tools: stop every serve, then restore a dump (pg_restore) or a moment (WAL archiving).\n" +
	"The next serve notices, erases again who left since (from erased.jsonl in backup_dir), and holds all messages until you decide with `regulars outbox`.\n" +
	"To put a backup of a file back into a file, name that with --to; nothing was changed")

// sameFile says whether two names are one file that is there.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// findBackup is the backup at path, or the newest in the folder there.
func findBackup(path string, k backup.Key) (*backup.Backup, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		list, err := backup.List(path, k)
		if err == nil && len(list) == 0 {
			err = fmt.Errorf("%s holds no whole backup that was made with the key here (%s)", path, k.Fingerprint)
		}
		if err != nil {
			return nil, err
		}
		return list[0], nil
	}
	b, err := backup.Open(path)
	if err == nil {
		err = b.Belongs(k)
	}
	switch {
	case errors.Is(err, backup.ErrOtherKey):
		return nil, fmt.Errorf("%w.\nNobody in it could be recognised. Put the key file that belongs to it in the place of key_file; nothing was changed", err)
	case errors.Is(err, backup.ErrBroken), errors.Is(err, backup.ErrForeign):
		return nil, fmt.Errorf("%w.\nTake another backup; nothing was changed", err)
	}
	return b, err
}

// mayReplace refuses where a store is in use, or is there and was not given up.
func (r *restore) mayReplace() error {
	if r.to == r.cfg.Data && r.cfg.AdminSocket != "" && admin.Alive(r.cfg.AdminSocket) {
		return errors.New("serve runs on this store: stop it first; nothing was changed")
	}
	_, err := os.Stat(r.to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !r.cmd.Force {
		err = fmt.Errorf("%s is there, and what happened since the backup is only in it.\nWith --force it is put aside, not deleted", r.to)
	}
	return err
}

// extract opens the backup into a file, if there is room for it.
func (r *restore) extract(ctx context.Context, fresh string) error {
	// The file, a compacted one beside it, and a little.
	need := 2 * (r.backup.Bytes + r.goal.bytes())
	if free, err := freeDisk(filepath.Dir(fresh)); err == nil && free < uint64(need)+1<<20 {
		return fmt.Errorf("there is not room enough beside %s: %s are free, and %s are needed for a moment; nothing was changed", r.to, megabytes(int64(free)), megabytes(need))
	}
	err := r.backup.Extract(ctx, fresh, r.ids, admin.Out(r.show.line).Progress)
	switch {
	case errors.Is(err, backup.ErrIdentity) && r.cmd.Identity == "":
		return fmt.Errorf("%w.\nName the identity it was encrypted for with --identity FILE", err)
	case errors.Is(err, backup.ErrIdentity):
		return fmt.Errorf("%w: %s is not the one it was encrypted for", err, r.cmd.Identity)
	case errors.Is(err, backup.ErrBroken):
		return fmt.Errorf("%w.\nTake another backup; nothing was changed", err)
	}
	return err
}

// mend looks through the restored file, erases who was erased since, holds the
// outbox, and holds every entry against the chain. It tells how many were
// erased.
func (r *restore) mend(ctx context.Context, fresh string) (erased int, err error) {
	db, err := bolt.Open(fresh, bolt.Options{NewLine: true})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	out := admin.Out(r.show.line)
	if err := db.Check(ctx, func(done, total uint64) { out.Progress(int64(done), int64(total)) }); err != nil {
		return 0, err
	}
	cfg := *r.cfg
	cfg.Channels = nil // nothing is said
	a, err := newAppOver(&cfg, db, r.key, r.Clock, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, aboutGeneration(err)
	}
	root, _, err := a.shop.Book.Root(ctx, db)
	if err != nil {
		return 0, err
	}
	if r.goal == nil && root.String() != r.backup.Root {
		return 0, fmt.Errorf("the ledger in %s is not the one of which it was made: its root is %s, and the backup says %s", r.backup.Path, root, r.backup.Root)
	}
	if r.since, err = r.present(ctx); err != nil {
		return 0, err
	}
	if erased, err = r.eraseAgain(ctx, a); err != nil {
		return erased, err
	}
	if err := r.endAgain(ctx, a); err != nil {
		return erased, err
	}
	if err := campaign.Hold(ctx, db, r.Clock.Now()); err != nil {
		return erased, err
	}
	err = db.Update(ctx, func(tx store.Tx) error {
		return outbox.Hold(tx, r.what(a.shop.Local)+" was restored", r.Clock.Now())
	})
	if err == nil {
		err = a.desk().Ops()["verify"](ctx, nil, r.show.line)
	}
	if err == nil {
		err = r.writeProgramme(a)
	}
	return erased, err
}

// eraseAgain erases everybody in the restored store who was erased since, as
// far as anything still says so: the lists beside the backups, the store that was
// in use, and the journal.
func (r *restore) eraseAgain(ctx context.Context, a *app) (n int, err error) {
	var lists [][]people.Erasure
	for _, dir := range []string{filepath.Dir(r.backup.Path), r.cfg.BackupDir} {
		if dir == "" {
			continue
		}
		list, err := admin.ReadErased(filepath.Join(dir, admin.ErasedList), r.vault)
		if err != nil {
			return 0, err
		}
		lists = append(lists, list)
	}
	written, err := r.erasedSince(ctx)
	if err != nil {
		return 0, err
	}
	all := admin.JoinErasures(append(lists, r.since.erased, written)...)
	if n, err = a.eraseAgain(ctx, all, admin.Out(r.show.line).Progress); err != nil {
		return n, err
	}
	if n > 0 {
		r.show.line(admin.Line{Text: fmt.Sprintf("%d who left since the backup are erased in it as well", n)})
	}
	return n, nil
}

// endAgain revokes and dismisses, in the restored store, which devices and
// employees were revoked and dismissed since the backup: a tablet that was
// stolen meanwhile is not to open again.
func (r *restore) endAgain(ctx context.Context, a *app) error {
	var n, m int
	err := a.db.Update(ctx, func(tx store.Tx) error {
		n, m = 0, 0
		for _, d := range r.since.devices {
			there, err := people.DeviceByID(tx, d.ID)
			if errors.Is(err, people.ErrNoDevice) || err == nil && !there.RevokedAt.IsZero() {
				continue
			}
			if err == nil {
				err = people.RevokeDevice(tx, d.ID, d.RevokedAt)
			}
			if err != nil {
				return err
			}
			n++
		}
		for _, s := range r.since.staff {
			there, err := r.vault.StaffByID(tx, s.ID)
			if errors.Is(err, people.ErrNotStaff) || err == nil && !there.Active {
				continue
			}
			if err == nil {
				err = r.vault.Dismiss(tx, s.ID, s.EndedAt)
			}
			if err != nil {
				return err
			}
			m++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("a device or an employee could not be removed again: %w", err)
	}
	if n+m > 0 {
		r.show.line(admin.Line{Text: fmt.Sprintf("removed since the backup, and removed in it as well: devices %d, employees %d", n, m)})
	}
	return nil
}

// later is what holds in the restored store too of what happened after the
// backup.
type later struct {
	erased  []people.Erasure
	devices []people.Device // revoked
	staff   []people.Staff  // dismissed
	known   bool            // whether devices and staff could be read
}

// ended reads which devices and employees of a store were ended since the
// backup.
func (r *restore) ended(ctx context.Context, db store.DB, s *later) error {
	return db.View(ctx, func(rd store.Reader) error {
		devices, err := people.Devices(rd)
		if err != nil {
			return err
		}
		s.devices = slices.DeleteFunc(devices, func(d people.Device) bool { return d.RevokedAt.Before(r.backup.At) })
		staff, err := r.vault.AllStaff(rd)
		if err != nil {
			return err
		}
		s.staff = slices.DeleteFunc(staff, func(e people.Staff) bool { return e.Active || e.EndedAt.Before(r.backup.At) })
		s.known = true
		return nil
	})
}

// present reads that of the store that was in use, as far as it can still be
// read. Under a name of its own nothing beside it is looked at or
// touched: that it lost commits is no reason not to read it, and stays known.
func (r *restore) present(ctx context.Context) (s later, err error) {
	if onServer(r.cfg.Data) {
		return s, nil // the list beside the backups is kept from there, too
	}
	dir := r.dir
	if filepath.Dir(r.to) != filepath.Dir(r.cfg.Data) { // a link cannot lead to another disk
		if dir, err = backup.Room(r.cfg.Data, "restoring"); err != nil {
			dir = r.dir
		} else {
			defer os.RemoveAll(dir)
		}
	}
	link := filepath.Join(dir, "present.db")
	err = os.Link(r.cfg.Data, link)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	var db *bolt.DB
	if err == nil {
		db, err = bolt.Open(link, bolt.Options{AcceptLoss: true, Timeout: 200 * time.Millisecond})
	}
	switch {
	case errors.Is(err, bolt.ErrInUse) && r.to == r.cfg.Data:
		return s, errors.New("serve, or another command, has the store open: stop it first")
	case errors.Is(err, bolt.ErrInUse):
		r.show.line(admin.Line{Text: "serve runs; who was erased since the backup is known from " + admin.ErasedList + ", which it keeps up to date beside its backups"})
		return s, nil
	case err != nil:
		r.show.line(admin.Line{Text: "the store that was in use cannot be read; who was erased since the backup is known from " + admin.ErasedList + " only"})
		return s, nil
	}
	defer db.Close()
	s.erased, err = admin.Erasures(ctx, db)
	if e := r.ended(ctx, db, &s); err == nil {
		err = e
	}
	if err != nil {
		r.show.line(admin.Line{Text: "the store that was in use is damaged; who was erased since the backup is known from " + admin.ErasedList + " too"})
	}
	return s, nil
}

// writeProgramme gives back the programme's file where it was lost as well: the
// store has every version.
func (r *restore) writeProgramme(a *app) error {
	if _, err := os.Stat(r.cfg.Programme); !errors.Is(err, fs.ErrNotExist) || r.to != r.cfg.Data {
		return nil
	}
	n := a.rules.Newest().Rules.Version
	if err := writeNew(r.cfg.Programme, []byte(a.rules.Texts()[n]), 0o644); err != nil {
		return err
	}
	r.show.line(admin.Line{Text: r.cfg.Programme + " was missing and is written anew, from the backup"})
	return nil
}

// moveIn puts the old store aside and the new one in its place. Killed between
// the two, there is no store, and restore can be run again.
func (r *restore) moveIn(fresh string) (aside string, err error) {
	stamp := r.Clock.Now().UTC().Format("20060102T150405Z")
	old := r.to + ".before-restore-" + stamp
	// The counter beside it belongs to the old file: see bolt.Open.
	for _, ext := range []string{"", ".commits"} {
		err := os.Rename(r.to+ext, old+ext)
		switch {
		case err == nil && ext == "":
			aside = old
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
	}
	if err := os.Rename(fresh, r.to); err != nil {
		if aside != "" {
			err = errors.Join(err, os.Rename(aside, r.to))
		}
		return "", err
	}
	return aside, syncFolder(filepath.Dir(r.to))
}

// syncFolder makes renames in a folder durable, where that can be asked for.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}

// tell says what is there now, and what is lost.
func (r *restore) tell(aside string) {
	r.show.end()
	b := r.backup
	if r.goal != nil {
		r.say("%s is the shop as of %s. What happened since is not in it.", r.to, r.goal.text(r.backup, r.Clock.Now()))
	} else {
		r.say("%s is the shop as of %s UTC, %s ago: %d people, %d entries. What happened since is not in it.",
			r.to, b.At.Format("2006-01-02 15:04:05"), r.Clock.Now().Sub(b.At).Round(time.Second), b.Counts["person"], b.Counts["entry"])
		r.tellFurther()
	}
	if aside != "" {
		r.say("The store that was there is %s; delete it once you are sure.", aside)
	}
	back := "whoever left or was removed since is back"
	if r.since.known {
		back = "but whoever left or was removed since stays so"
	}
	r.say("Employees, devices on counters and locked cards are as they were then: %s; see `regulars staff list` and `regulars devices list`.", back)
	r.say("Messages are held until you decide: start `regulars serve`, then look at `regulars outbox list`.")
}
