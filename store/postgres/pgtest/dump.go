package pgtest

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// Dump takes a dump of the database at url, as operators do, with pg_dump. The
// function that it returns restores it into a new database and gives that one's
// URL.
func Dump(t testing.TB, url string) (restore func() string) {
	t.Helper()
	bin, err := programs()
	if err != nil {
		t.Skip(err)
	}
	file := filepath.Join(t.TempDir(), "dump")
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(filepath.Join(bin, name), args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	run("pg_dump", "--format=custom", "--file="+file, url)
	return func() string {
		t.Helper()
		fresh := Start(t)
		run("pg_restore", "--dbname="+fresh, file)
		return fresh
	}
}
