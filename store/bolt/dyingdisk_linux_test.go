package bolt

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestDyingDisk has a disk refuse all writes for a while, as one that went
// read-only does, or fail its syncs and lose what they were for, as Linux does
// with pages that could not be written ("fsyncgate", PostgreSQL's wiki). What the
// store refuses meanwhile it says is away; it goes on once the disk does, or after
// it was started again where it asks for that; and when the power is cut at last
// it is whole and has all that was acknowledged.
func TestDyingDisk(t *testing.T) {
	t.Parallel()
	for ill, name := range map[syscall.Errno]string{syscall.EROFS: "read-only", syscall.EIO: "fails to sync"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			p := &dying{powerTest: powerTest{T: t, rnd: rand.New(rand.NewPCG(seed, 0)), dir: t.TempDir()}}
			p.create()
			for round := range cuts(6) {
				if err := p.round(ill); err != nil {
					t.Fatalf("round %d: %v", round, err)
				}
			}
			if p.refused == 0 {
				t.Error("nothing was ever refused: the disk of this test is well")
			}
			t.Logf("%d rows, %d refusals, started again %d times", sumOf(p.acknowledged), p.refused, p.restarts)
		})
	}
}

// dying is a store on a disk that fails now and then.
type dying struct {
	powerTest
	child    *exec.Cmd
	said     *bufio.Reader
	refused  int
	restarts int
}

// round lives through some spells of illness, and then a power cut.
func (p *dying) round(ill syscall.Errno) error {
	root, at, unmount := mountPower(p.T, p.dir, p.rnd)
	path := filepath.Join(at, "regulars.db")
	p.start(path)
	for spell := 1; ; spell++ {
		p.until(20+p.rnd.IntN(100), 1<<30)
		root.d.falls(ill)
		p.until(1<<30, 20+p.rnd.IntN(60))
		for range 1 + p.rnd.IntN(3) { // somebody tries whether starting it again helps
			p.again(path)
			p.until(20, 20)
		}
		if spell == 3 {
			break // the power goes before the disk is well
		}
		root.d.falls(0)
		if !p.until(1, 500) { // a sync failed behind what showed already
			p.again(path)
		}
	}
	root.d.cut()
	p.end()
	unmount()
	p.dir = filepath.Join(p.TempDir(), "left")
	root.left(p.T, p.dir)
	return p.inspect(filepath.Join(p.dir, "regulars.db"))
}

func (p *dying) start(path string) {
	p.child = exec.Command(os.Args[0])
	p.child.Env = append(os.Environ(), crashEnv+"="+path, stubbornEnv+"=1")
	p.child.Stderr = os.Stderr
	out, err := p.child.StdoutPipe()
	if err != nil {
		p.Fatal(err)
	}
	if err := p.child.Start(); err != nil {
		p.Fatal(err)
	}
	p.said = bufio.NewReader(out)
}

func (p *dying) again(path string) {
	p.end()
	p.start(path)
	p.restarts++
}

// until waits for so many acknowledged rows (true), or refusals.
func (p *dying) until(rows, refusals int) bool {
	p.Helper()
	for rows > 0 && refusals > 0 {
		line, err := p.said.ReadString('\n')
		if err != nil {
			p.Fatal("the child ended early: ", err)
		}
		var w, row int
		switch {
		case strings.HasPrefix(line, "no "):
			p.refused++
			refusals--
		default:
			if _, err := fmt.Sscanf(line, "%d %d\n", &w, &row); err != nil {
				p.Fatalf("%q: %v", line, err)
			}
			p.acknowledged[w] = max(p.acknowledged[w], row+1)
			rows--
		}
	}
	return rows <= 0
}

func (p *dying) end() {
	_ = p.child.Process.Kill()
	_, _ = io.Copy(io.Discard, p.said)
	_ = p.child.Wait() // it was killed
}
