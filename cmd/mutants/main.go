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
	// A build keeps several cores busy, and a test that waits keeps none.
	atOnce := flag.Int("j", max(1, runtime.NumCPU()/2), "how many mutants at once")
	flag.Parse()
	alive, err := run(*root, *only, max(1, *atOnce))
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
func run(root, only string, atOnce int) (alive int, err error) {
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
	var chosen []mutant
	for _, m := range mutants {
		switch {
		case !match.MatchString(m.Guard + "\n" + m.File + "\n" + m.Room):
		case m.Linux && runtime.GOOS != "linux":
			fmt.Printf("skipped   %s (its tests run on Linux)\n", m.Guard)
		default:
			chosen = append(chosen, m)
		}
	}
	if len(chosen) == 0 {
		return 0, fmt.Errorf("no mutant matches %q", only)
	}
	l := lab{root: root, dir: dir, green: map[string]func() error{}}
	alive = l.judgeAll(chosen, atOnce)
	fmt.Printf("%d mutants, %d found out\n", len(chosen), len(chosen)-alive)
	return alive, nil
}
