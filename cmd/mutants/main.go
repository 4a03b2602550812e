// Command mutants takes the guards out one at a time and asks the tests whether
// they notice: a test that stays green without the check it is there for proves
// nothing. `make mutants` runs it; it ends with 1 when a mutant lives.
//
// Nothing is written to the tree: the go command is handed each changed file as
// an overlay.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

func main() {
	root := flag.String("root", ".", "the module's folder")
	only := flag.String("only", "", "a regular expression: the mutants whose guard, file or room it matches")
	flag.Parse()
	alive, err := run(*root, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
	if alive > 0 {
		fmt.Fprintf(os.Stderr, "mutants: %d live. Each is a guard that could be lost without a test that says so: name a test in cmd/mutants/table.go that fails without it, or write one.\n", alive)
		os.Exit(1)
	}
}

// run tries the mutants that only matches and tells how many live.
func run(root, only string) (alive int, err error) {
	match, err := regexp.Compile(only)
	if err != nil {
		return 0, err
	}
	if root, err = filepath.Abs(root); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "mutants-*")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	l, tried := lab{root: root, dir: dir, green: map[string]error{}}, 0
	for _, m := range mutants {
		if !match.MatchString(m.Guard + "\n" + m.File + "\n" + m.Room) {
			continue
		}
		if m.Linux && runtime.GOOS != "linux" {
			fmt.Printf("skipped   %s (its tests run on Linux)\n", m.Guard)
			continue
		}
		tried++
		if !l.judge(m) {
			alive++
		}
	}
	if tried == 0 {
		return 0, fmt.Errorf("no mutant matches %q", only)
	}
	fmt.Printf("%d mutants, %d found out\n", tried, tried-alive)
	return alive, nil
}
