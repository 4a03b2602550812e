package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"regulars/store/backup"
)

// backupCmd makes a backup.
type backupCmd struct {
	To          string   `arg:"" optional:"" help:"A new file, or a folder; backup_dir when left out."`
	For         []string `help:"Encrypt it for this age recipient; may be said several times. backup_recipient when left out." placeholder:"age1…"`
	List        bool     `help:"Make no backup, but list those in the folder, and which seconds each reaches with the journal."`
	NewIdentity string   `help:"Make no backup, but a new age identity in this file, and print the recipient to encrypt for." placeholder:"FILE"`
}

// Run makes it, by a running serve or by itself.
func (c *backupCmd) Run(ctx context.Context, m *Main) error {
	if c.NewIdentity != "" {
		return c.newIdentity(m)
	}
	if c.List {
		return m.listBackups(ctx, c.To)
	}
	to, err := placeOf(c.To)
	if err != nil {
		return err
	}
	return m.ask(ctx, "backup", map[string]string{"to": to, "for": strings.Join(c.For, " ")})
}

// placeOf is a path that a serve in another folder understands; a slash at its
// end, which says that it is a folder, stays.
func placeOf(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	abs, err := filepath.Abs(path)
	if err == nil && os.IsPathSeparator(path[len(path)-1]) {
		abs += string(filepath.Separator)
	}
	return abs, err
}

func (c *backupCmd) newIdentity(m *Main) error {
	identity, recipient, err := backup.NewIdentity()
	if err != nil {
		return err
	}
	text := "# Opens backups of Regulars that were encrypted for\n# " + recipient + "\n# Keep it away from the machine that makes them.\n" + identity + "\n"
	if err := writeNew(c.NewIdentity, []byte(text), 0o600); err != nil {
		return fmt.Errorf("the identity cannot be written: %w", err)
	}
	m.say("%s opens what is encrypted for", c.NewIdentity)
	m.say("%s", recipient)
	m.say("Write that line into regulars.toml: backup_recipient = [\"%s\"]", recipient)
	m.say("and move the file to where the backups are not: who has both, and regulars.key, has everything.")
	return nil
}

// exportCmd writes everything out.
type exportCmd struct {
	Dir    string `arg:"" help:"A new or empty folder."`
	Format string `help:"jsonl, csv, both; rows adds every row of the store as it lies there." default:"jsonl,csv" placeholder:"LIST"`
}

// Run writes it, by a running serve or by itself.
func (c *exportCmd) Run(ctx context.Context, m *Main) error {
	to, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	return m.ask(ctx, "export", map[string]string{"to": to, "format": c.Format})
}

// outboxCmd decides about what a restore holds back.
type outboxCmd struct {
	List    outboxList    `cmd:"" help:"Say what waits."`
	Release outboxRelease `cmd:"" help:"Send it all, though some of it may have been sent before the restore."`
	Discard outboxDiscard `cmd:"" help:"End what may have been sent, and send what is new."`
}

type outboxList struct{}

// Run prints it.
func (*outboxList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "outbox-list", nil) }

type outboxRelease struct{}

// Run sends it.
func (*outboxRelease) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "outbox-release", nil)
}

type outboxDiscard struct {
	All bool `help:"What came to be since the restore as well."`
}

// Run ends it.
func (c *outboxDiscard) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "outbox-discard", map[string]string{"all": fmt.Sprint(c.All)})
}
