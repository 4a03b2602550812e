package backup

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Room makes a folder beside a store's file for what is being worked on there,
// "copying" or "restoring", for its owner only. Folders that killed processes
// left for the same work are removed first: one process has the store. Nothing
// else is touched, however much its name is like theirs: people name the copies
// that they make by hand after the store, too.
func Room(file, work string) (dir string, err error) {
	begins := filepath.Base(file) + "." + work + "-"
	all, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	for _, f := range all {
		if rest, ours := strings.CutPrefix(f.Name(), begins); ours && f.IsDir() && drawn.MatchString(rest) {
			_ = os.RemoveAll(filepath.Join(filepath.Dir(file), f.Name()))
		}
	}
	return os.MkdirTemp(filepath.Dir(file), begins+"*")
}

// drawn is what os.MkdirTemp puts in the place of a star.
var drawn = regexp.MustCompile(`^[0-9]+$`)
