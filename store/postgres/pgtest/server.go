package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience is how long a server may take to come up or to go: far longer than
// it does, since other tests may hold the processors.
const patience = time.Minute

// settings trade what only a power cut could lose for speed, and keep a test's
// server small.
var settings = []string{
	"-c", "fsync=off", "-c", "full_page_writes=off", // a commit is the system's at once, so that Stop loses none
	"-c", "shared_buffers=64MB", "-c", "max_connections=300", "-c", "max_wal_size=256MB",
	"-c", "listen_addresses=", "-c", "log_min_messages=warning", "-c", "timezone=UTC",
}

// watch runs the server and waits for its own input to end. A line means that
// the server is only stopped; the end of the input without one means that
// nobody will ask again, and then nothing is left of it.
const watch = `dir=$1; shift
"$@" >>"$dir/log" 2>&1 &
server=$!
read -r word
kill -QUIT $server 2>/dev/null
wait $server
[ -n "$word" ] || { cd /; rm -rf "$dir"; }`

// Server is one PostgreSQL server. Its methods may be called from one goroutine
// at a time, Database from several.
type Server struct {
	dir, bin string
	made     atomic.Int64

	set []string // its settings beyond those of all

	shell *exec.Cmd
	input io.WriteCloser
}

// shared is the server of [Start]; it lives until the test process ends.
var shared = sync.OnceValues(func() (*Server, error) { return newServer() })

// Start returns the URL of an empty database, as its owner and superuser, on
// the server that all tests of this process share. The database is dropped at
// the test's end. It skips t where no server can be run.
func Start(t testing.TB) string {
	t.Helper()
	s, err := shared()
	return s.orSkip(t, err).Database(t)
}

// Durable are settings for [NewServer] under which a commit survives a power cut,
// with the memory of a small server: what a benchmark wants to know the price of.
var Durable = []string{"fsync=on", "full_page_writes=on", "shared_buffers=1GB", "max_wal_size=2GB"}

// NewServer starts a server of t's own, which ends with it, with settings, each as
// in "fsync=on", over those that serve tests. It skips t where no server can be
// run.
func NewServer(t testing.TB, set ...string) *Server {
	t.Helper()
	s, err := newServer(set...)
	s.orSkip(t, err)
	t.Cleanup(func() { s.end() })
	return s
}

// errCannot marks what makes tests skip, and not fail.
var errCannot = errors.New("PostgreSQL cannot be tried")

func (s *Server) orSkip(t testing.TB, err error) *Server {
	t.Helper()
	if errors.Is(err, errCannot) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newServer(set ...string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCannot, err)
	}
	who, err := account()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCannot, err)
	}
	dir, err := home(who)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, set: set}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--pgdata", s.data(), "--username", "regulars",
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	initdb.Dir = dir
	own(initdb, who)
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(dir))
	}
	return s, s.start()
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// url is that of a database, through the server's socket.
func (s *Server) url(database string) string {
	return "postgres://regulars@/" + database + "?" + url.Values{"host": {s.dir}, "sslmode": {"disable"}}.Encode()
}

// Start brings a stopped server up again, with all that it had committed.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) start() error {
	args := append([]string{"-c", watch, "sh", s.dir, filepath.Join(s.bin, "postgres"), "-D", s.data(), "-k", s.dir}, settings...)
	for _, one := range s.set { // the last of two holds
		args = append(args, "-c", one)
	}
	s.shell = exec.Command("/bin/sh", args...)
	s.shell.Dir = s.dir
	who, err := account()
	if err != nil {
		return err
	}
	own(s.shell, who)
	if s.input, err = s.shell.StdinPipe(); err != nil {
		return err
	}
	if err := s.shell.Start(); err != nil {
		return err
	}
	return s.await()
}

// await returns when the server answers.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	beat := time.NewTicker(10 * time.Millisecond)
	defer beat.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("PostgreSQL did not come up: %w\n%s", err, log)
		case <-beat.C:
		}
	}
}

// Stop ends the server at once, as a crash of it would: what was committed is
// there when it is started again, all connections break, and new ones are
// refused.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if _, err := io.WriteString(s.input, "stop\n"); err != nil {
		t.Fatal(err)
	}
	if err := s.shell.Wait(); err != nil {
		t.Fatal(err)
	}
}

// end stops the server for good and takes away what it had.
func (s *Server) end() {
	s.input.Close()
	s.shell.Wait()
	os.RemoveAll(s.dir) // one that was stopped before left it
}

// Database makes an empty database, drops it at the test's end, and returns its
// URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("shop%d", s.made.Add(1))
	s.run(t, "CREATE DATABASE "+name)
	t.Cleanup(func() {
		if !s.stopped() {
			s.run(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		}
	})
	return s.url(name)
}

// stopped reports whether the server was stopped and not started again.
func (s *Server) stopped() bool { return s.shell.ProcessState != nil }

func (s *Server) run(t testing.TB, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatal(err)
	}
}

// Promote has a running server go on on a new timeline of its log, as after going
// back to an earlier moment, or where a standby takes over. It is stopped for
// that, and loses nothing.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.Stop(t)
	if err := os.WriteFile(filepath.Join(s.data(), "standby.signal"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.Start(t)
	s.run(t, "SELECT pg_promote()")
}
