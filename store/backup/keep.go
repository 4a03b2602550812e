package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// nameForm is what rotation may delete: names that Name gives.
var nameForm = regexp.MustCompile(`^regulars-[0-9]{8}T[0-9]{6}Z\.backup$`)

// Name is the file name of a backup in a folder of them; names sort by time.
func Name(at time.Time) string {
	return "regulars-" + at.UTC().Format("20060102T150405Z") + ".backup"
}

// List gives the backups of this installation in dir, the newest first. Files
// of other names, of other installations and broken ones are passed over; a
// folder that is not there has none.
func List(dir string, k Key) (list []*Backup, err error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range slices.Backward(files) { // sorted by name, so by time
		if !nameForm.MatchString(f.Name()) {
			continue
		}
		b, bad := Open(filepath.Join(dir, f.Name()))
		if bad == nil && b.Belongs(k) == nil {
			list = append(list, b)
		}
	}
	slices.SortStableFunc(list, func(a, b *Backup) int { return b.At.Compare(a.At) })
	return list, err
}

// Keep says how many backups stay: the newest of each of the last Daily days
// that have any, and of each of the last Weekly weeks. Those of the last 24
// hours all stay.
type Keep struct{ Daily, Weekly int }

// Days is how old a backup grows at most before it is replaced, in days, where one is
// made every day.
func (k Keep) Days() int { return max(k.Daily, 7*k.Weekly) }

var keepForm = regexp.MustCompile(`^([0-9]{1,3}) daily, ([0-9]{1,3}) weekly$`)

// ParseKeep reads "7 daily, 4 weekly".
func ParseKeep(s string) (Keep, error) {
	m := keepForm.FindStringSubmatch(s)
	if m == nil || m[1] == "0" {
		return Keep{}, errors.New(`must be written like "7 daily, 4 weekly", with one daily at least`)
	}
	daily, _ := strconv.Atoi(m[1]) // digits, as the form says
	weekly, _ := strconv.Atoi(m[2])
	return Keep{daily, weekly}, nil
}

// Spare gives those of list, the newest first, that need not stay: by days and
// weeks of zone. The newest is never among them.
func (k Keep) Spare(list []*Backup, now time.Time, zone *time.Location) (spare []*Backup) {
	days, weeks := map[string]bool{}, map[string]bool{}
	for i, b := range list {
		day := b.At.In(zone).Format(time.DateOnly)
		year, week := b.At.In(zone).ISOWeek()
		of := fmt.Sprint(year, "/", week)
		stays := i == 0 || now.Sub(b.At) < 24*time.Hour
		if !days[day] && len(days) < k.Daily {
			days[day], stays = true, true
		}
		if !weeks[of] && len(weeks) < k.Weekly {
			weeks[of], stays = true, true
		}
		if !stays {
			spare = append(spare, b)
		}
	}
	return spare
}

// Leftovers are unfinished files in dir of writers that were killed, older
// than a day.
func Leftovers(dir string, now time.Time) (paths []string) {
	files, _ := filepath.Glob(filepath.Join(dir, "regulars-*.backup"+partial+"*"))
	for _, path := range files {
		if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > 24*time.Hour {
			paths = append(paths, path)
		}
	}
	return paths
}
