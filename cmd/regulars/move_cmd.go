package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"regulars/bot/schedule"
	"regulars/handlers/admin"
	"regulars/store"
	"regulars/store/bolt"
)

// moveCmd brings the shop's store to another engine.
type moveCmd struct {
	To     string `help:"Where to: an address of PostgreSQL, postgres://user:password@host/database, whose database is there and empty of regulars; or a new file." placeholder:"PLACE" xor:"what" required:""`
	Reopen bool   `help:"Go on with the store of the configuration though it was moved away. What happened in the other one since is not in it; asks for --force." xor:"what" required:""`
	Force  bool   `help:"With --reopen: yes. With --to FILE: put the file that is there aside."`
}

// Run copies every row, holds the copy against the source, row by row and point
// by point, and only then marks the source as left, so that nobody goes on with it
// by mistake. At no moment are both in use; stopped before that mark, the source is
// as it was, and a next try begins anew.
func (c *moveCmd) Run(ctx context.Context, m *Main) error {
	cfg, _, err := m.deskConfig()
	if err != nil {
		return err
	}
	if c.Reopen {
		return c.reopen(ctx, m, cfg)
	}
	v := &move{Main: m, cfg: cfg, to: c.To, force: c.Force, show: m.newProgress("rows")}
	defer v.show.end()
	if err := v.check(); err != nil {
		return err
	}
	if err := v.open(ctx); err != nil {
		return err
	}
	err = v.run(ctx)
	return errors.Join(err, v.close())
}

// move is one on its way.
type move struct {
	*Main
	cfg   *Config
	to    string
	force bool
	show  *progress

	from   store.DB
	into   store.DB
	origin string // of into; "" for a file
	fresh  string // a file that is being made beside its place; "" on a server
	aside  string
}

// check refuses what cannot be meant.
func (v *move) check() error {
	if wrong := checkData(v.to); wrong != "" {
		return &usageError{"--to " + wrong}
	}
	if !onServer(v.to) {
		path, err := filepath.Abs(v.to)
		if err != nil {
			return err
		}
		v.to = path
	}
	if v.to == v.cfg.Data || onServer(v.to) && onServer(v.cfg.Data) && storeName(v.to) == storeName(v.cfg.Data) || sameFile(v.to, v.cfg.Data) {
		return &usageError{"the shop is there already: --to " + storeName(v.to)}
	}
	if v.cfg.AdminSocket != "" && admin.Alive(v.cfg.AdminSocket) {
		return errors.New("serve runs on this store: stop it first; nothing was changed")
	}
	return nil
}

// open opens both sides. What an earlier try left is taken away.
func (v *move) open(ctx context.Context) (err error) {
	log := slog.New(slog.DiscardHandler)
	if v.from, err = openData(ctx, v.cfg.Data, bolt.Options{}, log); err != nil {
		if errors.Is(err, bolt.ErrInUse) {
			err = fmt.Errorf("another regulars has %s open: stop serve first; nothing was changed", storeName(v.cfg.Data))
		}
		return aboutOpening(v.cfg.Data, err)
	}
	if err = v.mayLeave(ctx); err == nil {
		err = v.openInto(ctx, log)
	}
	if err != nil {
		return errors.Join(err, v.close())
	}
	return nil
}

// mayLeave refuses a source that others use, and one that was left for another
// place than this.
func (v *move) mayLeave(ctx context.Context) error {
	to, gone, err := movedMark(ctx, v.from, movedTo)
	if err == nil && gone && to.Place != storeName(v.to) {
		err = notMoved(ctx, v.from, v.cfg.Data)
	}
	if err != nil {
		return err
	}
	if _, half, err := movedMark(ctx, v.from, movedFrom); err != nil || half {
		return errors.Join(err, notMoved(ctx, v.from, v.cfg.Data))
	}
	if !onServer(v.cfg.Data) {
		return nil // whoever has the file open has it alone
	}
	n, err := schedule.Stirring(ctx, v.from, v.Clock)
	if err != nil || n == 0 {
		return err
	}
	return fmt.Errorf("%d serve run on %s: stop them all first; nothing was changed", n, storeName(v.cfg.Data))
}

func (v *move) close() (err error) {
	if v.into != nil {
		err = v.into.Close()
	}
	if v.from != nil {
		err = errors.Join(err, v.from.Close())
	}
	if v.fresh != "" {
		for _, p := range []string{v.fresh, v.fresh + ".commits"} {
			if gone := os.Remove(p); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}
	return err
}

// run does it, in the order that leaves one usable store at most at any moment,
// and one that can be made usable at every.
func (v *move) run(ctx context.Context) error {
	copied, err := v.copy(ctx)
	if err != nil {
		return fmt.Errorf("%w\nThe shop is where it was", err)
	}
	if err := v.compare(ctx, copied); err != nil {
		return fmt.Errorf("%w\nThe shop is where it was", err)
	}
	now := v.Clock.Now()
	if err := setMoved(ctx, v.from, movedTo, &moved{storeName(v.to), now}); err != nil {
		return fmt.Errorf("%w\nThe shop is where it was", err)
	}
	if err := v.settle(ctx); err != nil {
		return fmt.Errorf("%w\nAll is copied, but the new store is not ready: run the same command again", err)
	}
	v.tell(copied)
	return nil
}

// tell says what comes next.
func (v *move) tell(copied digest) {
	v.show.end()
	v.say("%s holds the shop now: %d rows, each held against its source.", storeName(v.to), copied.rows)
	v.say("Write into %s:", v.configPath)
	if onServer(v.to) {
		v.say(`  data = "…"   # the address that you gave to --to; or leave it to REGULARS_DATA, or a file that REGULARS_DATA_FILE names`)
	} else {
		v.say(`  data = "%s"`, v.to)
	}
	if v.aside != "" {
		v.say("The file that was there is %s; delete it once you are sure.", v.aside)
	}
	v.say("%s keeps all that it had, and no serve starts on it any more. Keep it until you are sure.", storeName(v.cfg.Data))
	if onServer(v.to) {
		v.say("Backups are the server's from now on: `regulars backup` copies files only.")
	}
}

// reopen takes the mark of a move away again.
func (c *moveCmd) reopen(ctx context.Context, m *Main, cfg *Config) (err error) {
	db, err := openData(ctx, cfg.Data, bolt.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return aboutOpening(cfg.Data, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	to, gone, err := movedMark(ctx, db, movedTo)
	switch {
	case err != nil:
		return err
	case !gone:
		m.say("%s was not moved away: nothing was changed", storeName(cfg.Data))
		return nil
	case !c.Force:
		return fmt.Errorf("the shop was moved to %s on %s. Sales, redemptions and people who left since then are there only: going on here brings points back that were spent, and people who left.\n"+
			"If that is what you want, say it again with --force; nothing was changed", to.Place, to.At.Format(time.DateTime))
	}
	if err := setMoved(ctx, db, movedTo, nil); err != nil {
		return err
	}
	m.say("%s is the shop again. Do not start a serve on %s any more.", storeName(cfg.Data), to.Place)
	return nil
}
