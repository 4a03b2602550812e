package pgtest_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"regulars/store/postgres/pgtest"
)

// ask runs one statement over a connection of its own.
func ask(t *testing.T, url, sql string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	var answer string
	err = conn.QueryRow(ctx, sql).Scan(&answer)
	return answer, err
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	one, two := pgtest.Start(t), pgtest.Start(t)
	a, err := ask(t, one, "SELECT current_database()")
	if err != nil {
		t.Fatal(err)
	}
	b, err := ask(t, two, "SELECT current_database()")
	if err != nil || a == b {
		t.Errorf("two tests got %q and %q, %v", a, b, err)
	}
}

// TestAStoppedServerComesBack also looks through a proxy, which must find the
// server again.
func TestAStoppedServerComesBack(t *testing.T) {
	t.Parallel()
	s := pgtest.NewServer(t)
	url := s.Database(t)
	p := pgtest.NewProxy(t, url)
	works := func(when string, want bool) {
		t.Helper()
		if got, err := ask(t, p.URL(), "SELECT 'here'"); (err == nil) != want || want && got != "here" {
			t.Errorf("%s: %q, %v", when, got, err)
		}
	}
	works("at first", true)
	s.Stop(t)
	works("stopped", false)
	s.Start(t)
	works("started again", true)
	p.Cut()
	works("cut", false)
	p.Mend()
	works("mended", true)
}

func TestAProxyStalls(t *testing.T) {
	t.Parallel()
	p := pgtest.NewProxy(t, pgtest.Start(t))
	p.Stall(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := pgx.Connect(ctx, p.URL()); err == nil {
		t.Error("a connection came through a stalled proxy")
	}
	p.Stall(false)
	if got, err := ask(t, p.URL(), "SELECT 'here'"); got != "here" {
		t.Errorf("after the stall: %q, %v", got, err)
	}
}

// TestNothingIsLeftRunning lets a test process start a server and kills it: the
// server must end and its directory go.
func TestNothingIsLeftRunning(t *testing.T) {
	if os.Getenv("PGTEST_CHILD") != "" {
		url := pgtest.Start(t)
		dir, err := ask(t, url, "SHOW unix_socket_directories")
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("\ndir " + dir + "\n")
		select {} // until it is killed
	}
	t.Parallel()
	pgtest.Start(t) // to skip where none can be run
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(exe, "-test.run=^TestNothingIsLeftRunning$")
	child.Env = append(os.Environ(), "PGTEST_CHILD=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	dir := ""
	for dir == "" {
		buf := make([]byte, 4096)
		n, err := out.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if _, after, ok := strings.Cut(string(buf[:n]), "dir "); ok {
			dir, _, _ = strings.Cut(after, "\n")
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	beat := time.NewTicker(10 * time.Millisecond)
	defer beat.Stop()
	for end := time.After(30 * time.Second); ; {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		select {
		case <-end:
			t.Fatalf("%s is still there", dir)
		case <-beat.C:
		}
	}
}
