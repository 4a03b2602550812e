package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"strings"
	"time"

	"regulars/handlers/admin"
	"regulars/loyalty/people"
	"regulars/store/backup"
	"regulars/store/bolt"
	"regulars/store/journal"
)

// goal is a state behind a backup, to which the journal leads.
type goal struct {
	journal *journal.Journal
	reach   journal.Reach
	n       uint64    // its last commit
	at      time.Time // when that was; the backup's own time where it is its
	moment  time.Time // the end of the second that was asked for; zero: the latest
	zone    *time.Location
}

// latest asks for all that the journal has.
const latest = "latest"

// choose finds the backup, and where a second is asked for, the way to it.
func (r *restore) choose(ctx context.Context) (err error) {
	key := admin.BackupKey(r.vault)
	if r.cmd.At == "" {
		r.backup, err = findBackup(r.cmd.File, key)
		return err
	}
	zone := shopZone(r.cfg)
	moment, err := parseMoment(r.cmd.At, zone)
	if err != nil {
		return err
	}
	list := []*backup.Backup{}
	if info, err := os.Stat(r.cmd.File); err == nil && info.IsDir() {
		list, err = backup.List(r.cmd.File, key)
		if err != nil {
			return err
		}
	}
	if len(list) == 0 {
		b, err := findBackup(r.cmd.File, key)
		if err != nil {
			return err
		}
		list = append(list, b)
	}
	j, err := r.lookThrough(ctx)
	if err != nil {
		return err
	}
	r.backup, r.goal, err = wayTo(j, list, moment, zone)
	if err == nil && r.goal.moment.IsZero() && r.goal.reach.End != nil {
		r.show.line(admin.Line{Text: "The journal goes no further than " + inZone(r.goal.at, zone) + ": " + aboutEnd(r.goal.reach.End)})
	}
	return err
}

// journalDir is the folder that is restored from.
func (r *restore) journalDir() string {
	if r.cmd.Journal != "" {
		return r.cmd.Journal
	}
	if r.cfg.Journal != "" {
		return r.cfg.Journal
	}
	return r.cfg.Data + ".journal"
}

// lookThrough looks through the journal, which must be there.
func (r *restore) lookThrough(ctx context.Context) (*journal.Journal, error) {
	dir := r.journalDir()
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no journal at %s, so only backups themselves can be restored; name it with --journal if it is elsewhere", dir)
	}
	return journal.Look(ctx, dir, journalKey(r.vault), admin.Out(r.show.line).Progress)
}

// parseMoment reads a second by the shop's clock, and gives its end; "latest"
// is the zero time.
func parseMoment(text string, zone *time.Location) (time.Time, error) {
	if text = strings.TrimSpace(text); text == latest {
		return time.Time{}, nil
	}
	for _, form := range []string{"2006-01-02 15:04:05 -0700", time.RFC3339, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(form, text, zone); err == nil {
			if form == "2006-01-02 15:04" {
				t = t.Add(59 * time.Second)
			}
			return t.Truncate(time.Second).Add(time.Second - time.Nanosecond), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no second; write it by the shop's clock, as in \"2026-11-22 18:03:07\", with an offset where clocks were set back then (\"2026-11-01 01:30:00 -0700\"), or write latest", text)
}

// wayTo picks the newest backup of list from which the journal leads to moment.
func wayTo(j *journal.Journal, list []*backup.Backup, moment time.Time, zone *time.Location) (*backup.Backup, *goal, error) {
	var why error
	for _, b := range list {
		g := &goal{journal: j, reach: reachOf(j, b), at: b.At, moment: moment, zone: zone}
		err := g.find(b)
		if err == nil {
			return b, g, nil
		}
		if why == nil || errors.Is(why, errTooNew) {
			why = err
		}
	}
	return nil, nil, why
}

// errTooNew reports a backup that was made after the second that is asked for.
var errTooNew = errors.New("was made later")

// find sets the goal's commit, or says why it cannot be reached from b.
func (g *goal) find(b *backup.Backup) error {
	g.n = g.reach.Last
	if g.reach.Last > g.reach.After {
		g.at = g.reach.Until
	}
	switch {
	case b.Line == "":
		return fmt.Errorf("%s was made before there was a journal: only itself can be restored, without --at", b.Path)
	case g.moment.IsZero():
		return nil
	case b.At.After(g.moment):
		return fmt.Errorf("%s %w, at %s: name an older one, or the folder", b.Path, errTooNew, inZone(b.At, g.zone))
	}
	n, at, ok := g.reach.At(g.moment)
	switch {
	case !ok && g.reach.Last == g.reach.After:
		return fmt.Errorf("the journal has nothing that follows on %s%s", b.Path, g.because())
	case !ok:
		return fmt.Errorf("the last second that can be reached from %s is %s%s.\nGive that to --at, or say --at latest; nothing was changed", b.Path, inZone(g.reach.Until, g.zone), g.because())
	}
	if g.n = n; !at.IsZero() {
		g.at = at
	}
	return nil
}

// because says why the journal ends where it does, as an end of a sentence.
func (g *goal) because() string {
	if g.reach.End == nil {
		return ""
	}
	return ": " + aboutEnd(g.reach.End)
}

// aboutEnd is why a journal goes no further, without what every such error says.
func aboutEnd(err error) string {
	return strings.ReplaceAll(err.Error(), journal.ErrBroken.Error()+": ", "")
}

// bytes is about how many bytes the journal adds.
func (g *goal) bytes() (n int64) {
	if g == nil {
		return 0
	}
	for _, x := range g.journal.Segments {
		n += x.Bytes
	}
	return n
}

// text says what is restored.
func (g *goal) text(b *backup.Backup, now time.Time) string {
	return fmt.Sprintf("%s, %s ago: the backup of %s and %d commits of the journal", inZone(g.at, g.zone), now.Sub(g.at).Round(time.Second), inZone(b.At, g.zone), g.n-g.reach.After)
}

// what names what is restored, for those who decide about held messages.
func (r *restore) what(local func(time.Time) time.Time) string {
	if r.goal != nil {
		return "the state of " + local(r.goal.at).Format(time.DateTime)
	}
	return "the backup of " + local(r.backup.At).Format("2006-01-02 15:04")
}

// replay goes on from the backup to the goal.
func (r *restore) replay(ctx context.Context, fresh string) error {
	if r.goal == nil {
		return nil
	}
	g := r.goal
	err := bolt.Replay(ctx, fresh, withProgress(g.journal.Read(ctx, g.reach, g.n, r.ids), g.reach.After, g.n, admin.Out(r.show.line).Progress))
	switch {
	case errors.Is(err, journal.ErrIdentity):
		return fmt.Errorf("the journal is encrypted: name the identity it was encrypted for with --identity FILE; nothing was changed")
	case err != nil:
		return fmt.Errorf("%w\nNothing was changed", err)
	}
	return nil
}

// erasedSince reads from the journal who was erased after what is restored: the
// store that was in use may be gone with its disk, and the list beside the backups
// is some minutes old. What cannot be read is said.
func (r *restore) erasedSince(ctx context.Context) (list []people.Erasure, err error) {
	var reach journal.Reach
	j := &journal.Journal{}
	switch {
	case r.goal != nil:
		j = r.goal.journal
		reach = j.Reach(r.backup.Line, r.goal.n)
	case r.backup.Line != "":
		if j, err = journal.Look(ctx, r.journalDir(), journalKey(r.vault), admin.Out(r.show.line).Progress); err != nil {
			return nil, err
		}
		reach = reachOf(j, r.backup)
	}
	for c, err := range j.Read(ctx, reach, reach.Last, r.ids) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			r.show.line(admin.Line{Text: "the journal cannot be read behind that (" + aboutEnd(err) + "); who was erased since is known from elsewhere only"})
			break
		}
		for _, row := range c.Changes {
			e, ok, err := people.ErasureIn(row.Key, row.Value)
			if err != nil {
				return nil, err
			}
			if ok {
				list = append(list, e)
			}
		}
	}
	return list, nil
}

// withProgress tells how far the commits behind after, up to n, are.
func withProgress(all iter.Seq2[journal.Commit, error], after, n uint64, tell func(done, total int64)) iter.Seq2[journal.Commit, error] {
	return func(yield func(journal.Commit, error) bool) {
		for c, err := range all {
			if err == nil && (c.N%256 == 0 || c.N == n) {
				tell(int64(c.N-after), int64(n-after))
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// tellFurther says that the journal has more than the backup that was restored.
func (r *restore) tellFurther() {
	if r.backup.Line == "" {
		return
	}
	j, err := journal.Look(context.Background(), r.journalDir(), journalKey(r.vault), nil)
	if err != nil {
		return
	}
	if reach := reachOf(j, r.backup); reach.Last > reach.After {
		r.say("The journal has what happened since, up to %s: `regulars restore` with --at latest, or --at and a second, brings it back as well.", inZone(reach.Until, shopZone(r.cfg)))
	}
}

// listBackups says which backups are in a folder, and which seconds each
// reaches.
func (m *Main) listBackups(ctx context.Context, dir string) error {
	r, err := m.restoreBase(&restoreCmd{})
	if err != nil {
		return err
	}
	defer r.show.end()
	if dir == "" {
		dir = r.cfg.BackupDir
	}
	list, err := backup.List(dir, admin.BackupKey(r.vault))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		m.say("There are no backups in %q.", dir)
		return nil
	}
	j, err := journal.Look(ctx, r.journalDir(), journalKey(r.vault), admin.Out(r.show.line).Progress)
	if err != nil {
		return err
	}
	r.show.end()
	zone := shopZone(r.cfg)
	for _, b := range list {
		m.say("%s  %s, %d people, %d entries; %s", b.Path, inZone(b.At, zone), b.Counts["person"], b.Counts["entry"], seconds(j, b, zone))
	}
	return nil
}

// seconds says which seconds can be reached from b.
func seconds(j *journal.Journal, b *backup.Backup, zone *time.Location) string {
	r := reachOf(j, b)
	switch {
	case b.Line == "":
		return "no second behind it, as there was no journal"
	case r.Last == r.After && r.End == nil:
		return "nothing happened since"
	case r.Last == r.After:
		return "no second behind it: " + aboutEnd(r.End)
	case r.End != nil:
		return fmt.Sprintf("every second up to %s, and no further: %s", inZone(r.Until, zone), aboutEnd(r.End))
	}
	return fmt.Sprintf("every second up to %s", inZone(r.Until, zone))
}
