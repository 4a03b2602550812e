package pgtest

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// debians is where Debian and its children keep a server's programs, off the
// PATH, by version.
const debians = "/usr/lib/postgresql/*/bin"

var errNoServer = errors.New("no PostgreSQL server is installed here: neither PATH nor " + debians + " has initdb and postgres (Debian: apt-get install postgresql)")

// programs is the folder of initdb and postgres: PATH's, else the newest.
func programs() (string, error) {
	dirs, _ := filepath.Glob(debians)
	slices.SortFunc(dirs, func(a, b string) int { return versionOf(b) - versionOf(a) })
	if found, err := exec.LookPath("initdb"); err == nil {
		if found, err = filepath.EvalSymlinks(found); err == nil {
			dirs = slices.Insert(dirs, 0, filepath.Dir(found))
		}
	}
	for _, dir := range dirs {
		if has(dir, "initdb") && has(dir, "postgres") {
			return dir, nil
		}
	}
	return "", errNoServer
}

func has(dir, program string) bool {
	_, err := exec.LookPath(filepath.Join(dir, program))
	return err == nil
}

// versionOf reads 15 from …/15/bin.
func versionOf(bin string) int {
	first, _, _ := strings.Cut(filepath.Base(filepath.Dir(bin)), ".")
	n, _ := strconv.Atoi(first)
	return n
}
