package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"regulars/handlers/admin"
	"regulars/store"
	"regulars/store/backup"
	"regulars/store/bolt"
)

// filesOf is what can be done with the store's file; nil where it has none.
func filesOf(db store.DB) *admin.Files {
	b, ok := db.(*bolt.DB)
	if !ok {
		return nil
	}
	return &admin.Files{
		Engine: "bolt", Path: b.Path(), Copy: b.BackupTo,
		Compact: func(ctx context.Context, path string, progress func(done, total uint64)) (int64, int64, error) {
			return bolt.Compact(ctx, path, bolt.Options{}, progress)
		},
		Open: func(path string) (store.DB, func(context.Context, func(done, total uint64)) error, error) {
			c, err := bolt.Open(path, bolt.Options{})
			if err != nil {
				return nil, nil, err
			}
			return c, c.Check, nil
		},
	}
}

// backupPlan is how the configuration wants backups to be made.
func (a *app) backupPlan() admin.BackupPlan {
	to, _ := backup.Recipients(a.cfg.BackupRecipient...) // the configuration's check parsed them
	return admin.BackupPlan{Dir: a.cfg.BackupDir, Recipients: to, Keep: a.cfg.BackupKeep, Program: version()}
}

const (
	// erasedEvery is how often the list of erasures beside the backups is brought
	// up to date, and whether a backup is due is looked at: a store that is lost
	// entirely loses the erasures of that time at most.
	erasedEvery = time.Minute
	// againAfter is when a backup that failed is tried again.
	againAfter = 15 * time.Minute
)

// backups makes one whenever the newest in the folder is old enough, until ctx
// ends, and keeps the list of erasures beside them.
func (a *app) backups(ctx context.Context) error {
	plan := a.backupPlan()
	if plan.Dir == "" {
		return nil
	}
	var due, tried time.Time
	var journal error
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.clock.After(erasedEvery):
		}
		if due.IsZero() {
			due = a.backupDue(plan)
		}
		journal = a.logJournal(journal)
		if err := a.listErased(ctx, plan); err != nil && ctx.Err() == nil {
			a.log.Error("the list of erasures beside the backups is not up to date; it is tried again in a minute", "error", err)
		}
		now := a.clock.Now()
		// Without a backup that it follows on, a journal is of no use.
		lacks := a.journalLacksBackup(plan) && now.Sub(tried) >= againAfter
		if a.files == nil || now.Before(due) && !lacks { // a server's dumps are made by others
			continue
		}
		due, tried = now.Add(againAfter), now
		if at, ok := a.backUp(ctx, plan); ok {
			due = at.Add(a.cfg.BackupEvery)
		}
	}
}

// backupDue is when the next backup is to be made.
func (a *app) backupDue(plan admin.BackupPlan) time.Time {
	list, err := backup.List(plan.Dir, admin.BackupKey(a.shop.Vault))
	if err != nil || len(list) == 0 {
		return a.clock.Now() // making one says what is wrong
	}
	return list[0].At.Add(a.cfg.BackupEvery)
}

func (a *app) listErased(ctx context.Context, plan admin.BackupPlan) error {
	if err := os.MkdirAll(plan.Dir, 0o700); err != nil {
		return err
	}
	_, err := a.desk().WriteErased(ctx, plan.Dir)
	return err
}

// backUp makes one backup and clears the folder of those that need not stay. It
// tells the moment whose state the backup holds.
func (a *app) backUp(ctx context.Context, plan admin.BackupPlan) (at time.Time, ok bool) {
	began := time.Now()
	b, err := a.desk().Backup(ctx, plan, plan.Dir, func(admin.Line) {})
	if ctx.Err() != nil {
		return at, false
	}
	if err != nil {
		a.log.Error(fmt.Sprintf("no backup was made; it is tried again in %s", againAfter), "error", err)
		return at, false
	}
	a.log.Info("backup made and looked through", "file", b.Path, "persons", b.Counts["person"], "entries", b.Counts["entry"], "took", time.Since(began).Round(time.Millisecond))
	if gone, err := a.desk().Rotate(plan); err != nil {
		a.log.Warn("old backups could not all be deleted", "error", err)
	} else if gone > 0 {
		a.log.Info("old backups deleted", "files", gone)
	}
	if err := a.clearJournal(plan); err != nil {
		a.log.Warn("the journal could not be cleared of what no backup needs any more", "error", err)
	}
	return b.At, true
}

// backupDays is how long the shop's backups hold what was deleted meanwhile; 0 where
// the program makes none, and nobody but the operator knows.
func (c *Config) backupDays() int {
	if c.BackupDir == "" || c.BackupEvery == 0 {
		return 0
	}
	return c.BackupKeep.Days()
}
