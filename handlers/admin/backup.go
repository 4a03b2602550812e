package admin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"filippo.io/age"

	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/backup"
)

// Files is what the store's engine can do with whole files. Copies are made
// with it, so that whoever reads long holds up nobody.
type Files struct {
	Engine string // "bolt"
	Path   string // of the store: copies lie beside it while they are worked on
	// Copy writes the last commit to a new file.
	Copy func(ctx context.Context, path string) error
	// Compact looks through a file that nobody has open, and gives back the room
	// of what was deleted.
	Compact func(ctx context.Context, path string, progress func(done, total uint64)) (before, after int64, err error)
	// Open opens a file; check looks through it, as Desk.Check does.
	Open func(path string) (db store.DB, check func(ctx context.Context, progress func(done, total uint64)) error, err error)

	busy sync.Mutex // one copy at a time: each takes the store's room once more
}

// BackupPlan is how backups are made where a command says nothing else.
type BackupPlan struct {
	Dir        string          // "" is nowhere
	Recipients []age.Recipient // none: not encrypted
	Keep       backup.Keep
	Program    string // the version of this program
}

// ErrBusy reports that another copy of the store is being made.
var ErrBusy = errors.New("another backup or export is being made; wait for it")

// BackupKey proves that a backup is of the installation with this vault.
func BackupKey(v *people.Vault) backup.Key {
	return backup.Key{Fingerprint: v.Fingerprint(), Secret: v.Derive("backups")}
}

// backup is the command: "to" is a new file or a folder, "" the plan's; "for"
// names recipients, a word each, "" is the plan's.
func (d Desk) backup(ctx context.Context, args map[string]string, out Out) error {
	plan := d.Backups
	if args["for"] != "" {
		to, err := backup.Recipients(strings.Fields(args["for"])...)
		if err != nil {
			return errors.New("a recipient begins with age1; the identity that begins with AGE-SECRET-KEY stays with you")
		}
		plan.Recipients = to
	}
	to := args["to"]
	if to == "" {
		if to = plan.Dir; to == "" {
			return &Error{"say where: `regulars backup FILE`, or set backup_dir", 2}
		}
		to += string(filepath.Separator)
	}
	b, err := d.Backup(ctx, plan, to, out)
	if err != nil {
		return err
	}
	info, err := os.Stat(b.Path)
	if err != nil {
		return err
	}
	sealed := ""
	if b.Sealed {
		sealed = ", encrypted"
	}
	out.Say("%s: %s%s, read back and whole", b.Path, size(info.Size()), sealed)
	out.Say("as of %s: %s, %s, root %s", d.stamp(b.At), count(b.Counts["person"], "person", "people"), count(b.Counts["entry"], "entry", "entries"), b.Root)
	out.Say("It is of use with the key %s only: keep regulars.key apart from it.", b.Key)
	return nil
}

// Backup makes one at to, a new file or a folder (which ends in a separator or
// is there), looks through it, and remembers it. The list of erasures beside it
// is brought up to date first. The shop goes on meanwhile.
func (d Desk) Backup(ctx context.Context, plan BackupPlan, to string, out Out) (*backup.Backup, error) {
	b, err := d.makeBackup(ctx, plan, to, out)
	note := func(tx store.Tx) error {
		if err != nil {
			return shop.NoteBackupFailed(tx, d.now(), err.Error())
		}
		return shop.NoteBackup(tx, shop.Backups{Good: b.At, File: filepath.Base(b.Path), Bytes: fileSize(b.Path), Sealed: b.Sealed})
	}
	if ctx.Err() != nil || errors.Is(err, ErrBusy) {
		return nil, errors.Join(err, ctx.Err()) // stopped by whoever asked, or being made: nothing failed
	}
	return b, errors.Join(err, d.DB.Update(ctx, note))
}

func (d Desk) makeBackup(ctx context.Context, plan BackupPlan, to string, out Out) (*backup.Backup, error) {
	if d.Files == nil {
		return nil, errors.New("this store's engine makes its own backups; use its tools")
	}
	if !d.Files.busy.TryLock() {
		return nil, ErrBusy
	}
	defer d.Files.busy.Unlock()
	now := d.now()
	path, err := target(to, now)
	if err != nil {
		return nil, err
	}
	if _, err := d.WriteErased(ctx, filepath.Dir(path)); err != nil {
		return nil, err
	}
	copied, done, err := d.copied(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if _, _, err := d.Files.Compact(ctx, copied, pages(out)); err != nil {
		return nil, fmt.Errorf("the copy of the store is not whole, and was not kept: %w", err)
	}
	h, err := d.lookInto(ctx, copied, out)
	if err != nil {
		return nil, err
	}
	h.At, h.Program, h.Engine = now.UTC(), plan.Program, d.Files.Engine
	return backup.Write(ctx, path, copied, h, BackupKey(d.Shop.Vault), plan.Recipients, out.Progress)
}

// target is the file that to stands for.
func target(to string, now time.Time) (string, error) {
	info, err := os.Stat(to)
	folder := strings.HasSuffix(to, string(filepath.Separator))
	switch {
	case err == nil && info.IsDir(), folder && errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(to, 0o700); err != nil {
			return "", fmt.Errorf("the folder for backups cannot be made: %w", err)
		}
		return filepath.Join(to, backup.Name(now)), nil
	case err == nil:
		return "", fmt.Errorf("%s is there already, and a backup overwrites nothing; choose another name", to)
	case errors.Is(err, fs.ErrNotExist):
		return to, nil
	}
	return "", err
}

// copied is a copy of the store in a folder of its own, which done removes.
func (d Desk) copied(ctx context.Context) (path string, done func(), err error) {
	dir, err := backup.Room(d.Files.Path, "copying")
	if err != nil {
		return "", nil, fmt.Errorf("there is no room for a copy of the store beside it: %w", err)
	}
	done = func() { _ = os.RemoveAll(dir) }
	path = filepath.Join(dir, "copy.db")
	if err := d.Files.Copy(ctx, path); err != nil {
		done()
		return "", nil, fmt.Errorf("the store cannot be copied: %w", err)
	}
	return path, done, nil
}

// lookInto opens the copy, reads all of it, and says what is in it.
func (d Desk) lookInto(ctx context.Context, path string, out Out) (h backup.Header, err error) {
	db, check, err := d.Files.Open(path)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := check(ctx, pages(out)); err != nil {
		return h, err
	}
	if h.Counts, err = countRows(ctx, db); err != nil {
		return h, err
	}
	if c, ok := db.(interface {
		Line() string
		Commits() uint64
	}); ok {
		h.Line, h.Commits = c.Line(), c.Commits()
	}
	root, _, err := d.Shop.Book.Root(ctx, db)
	h.Root = root.String()
	return h, err
}

// pages shows how many pages of how many are looked through.
func pages(out Out) func(done, total uint64) {
	return func(done, total uint64) { out.Progress(int64(done), int64(total)) }
}

// countRows is how many rows each table has, by its prefix without the slash.
func countRows(ctx context.Context, db store.DB) (n map[string]int64, err error) {
	err = db.View(ctx, func(r store.Reader) error {
		n = map[string]int64{}
		for row, err := range r.Scan(store.Range{}) {
			if err = errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			table, _, _ := strings.Cut(string(row.Key), "/")
			n[table]++
		}
		return nil
	})
	return n, err
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 10<<10:
		return count(n, "byte", "bytes")
	case n < 10<<20:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// Rotate deletes the backups in the plan's folder that need not stay, and what
// killed writers left there. It returns how many backups went.
func (d Desk) Rotate(plan BackupPlan) (gone int, err error) {
	list, err := backup.List(plan.Dir, BackupKey(d.Shop.Vault))
	if err != nil {
		return 0, err
	}
	now := d.now()
	for _, b := range plan.Keep.Spare(list, now, d.Shop.Local(now).Location()) {
		if e := os.Remove(b.Path); e != nil {
			err = errors.Join(err, e)
			continue
		}
		gone++
	}
	for _, path := range backup.Leftovers(plan.Dir, time.Now()) { // by the disk's times
		err = errors.Join(err, os.Remove(path))
	}
	return gone, err
}
