package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/postgres"
)

// benchProcess is a shop of the benchmarks in a process of its own: with its own
// memory, collector and connections, as serve has them.
type benchProcess struct {
	url, about string
	cmd        *exec.Cmd
	input      io.Closer
}

// benchData names the store to the process that is to serve it.
const benchData = "REGULARS_BENCH_DATA"

// processFigures are what such a process tells of its store, since it began.
type processFigures struct {
	Commits, Trips, LockWaits, Restarts int64
	LockWaited                          time.Duration
}

// startProcess serves the store at data until end, or b's end.
func startProcess(b *testing.B, data string) *benchProcess {
	b.Helper()
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	p := &benchProcess{cmd: exec.Command(exe, "-test.run=NONE", "-test.bench=^BenchmarkEngineProcess$", "-test.benchtime=1x", "-test.timeout=0")}
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), benchData+"="+data), os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.input.Close() })
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n, _ := fmt.Sscanf(lines.Text(), "serves %s %s", &p.url, &p.about); n == 2 {
			go io.Copy(io.Discard, out)
			return p
		}
		said.WriteString(lines.Text() + "\n")
	}
	b.Fatalf("the process did not serve:\n%s", said.String())
	return nil
}

// end stops the process in good order.
func (p *benchProcess) end(b *testing.B) {
	p.input.Close()
	if err := p.cmd.Wait(); err != nil {
		b.Error(err)
	}
}

// BenchmarkEngineProcess is no benchmark: it is what startProcess runs.
func BenchmarkEngineProcess(b *testing.B) {
	data := os.Getenv(benchData)
	if data == "" {
		b.Skip("it serves another benchmark")
	}
	s := openBenchShop(b, data)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /figures", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(s.figures())
	})
	mux.HandleFunc("GET /sold", func(w http.ResponseWriter, r *http.Request) {
		n, err := s.sold(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(n)
	})
	mux.HandleFunc("GET /drained", func(http.ResponseWriter, *http.Request) { s.drained(b) })
	about, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go http.Serve(about, mux)
	fmt.Fprintf(os.Stdout, "\nserves %s http://%s\n", s.url, about.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin) // whoever started it ends it, or is gone
	s.stop()
}

func (s *benchShop) figures() (f processFigures) {
	switch db := s.app.db.(type) {
	case *postgres.DB:
		is := db.Stats()
		f = processFigures{Commits: is.Commits, Trips: is.Trips, LockWaits: is.LockWaits, Restarts: is.Restarts, LockWaited: is.LockWaited}
	case *bolt.DB:
		f.Commits = int64(db.Commits())
	}
	return f
}

// sold counts the sales with an order number that the store has, whoever made them.
func (s *benchShop) sold(ctx context.Context) (n int, err error) {
	err = s.app.db.View(ctx, func(r store.Reader) error {
		for _, err := range r.Scan(store.Prefix([]byte("order/"))) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// figures asks the process.
func (p *benchProcess) figures(b *testing.B) (f processFigures) {
	p.ask(b, "/figures", &f)
	return f
}

// sold asks the process.
func (p *benchProcess) sold(b *testing.B) (n int) {
	p.ask(b, "/sold", &n)
	return n
}

func (p *benchProcess) ask(b *testing.B, path string, answer any) {
	b.Helper()
	res, err := http.Get(p.about + path)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(answer); err != nil {
		b.Fatal(err)
	}
}

// drained waits until every answer has gone out.
func (p *benchProcess) drained(b *testing.B) {
	b.Helper()
	res, err := http.Get(p.about + "/drained")
	if err != nil {
		b.Fatal(err)
	}
	res.Body.Close()
}

// figuresOf are those of several processes together.
func figuresOf(b *testing.B, all []*benchProcess) (sum processFigures) {
	for _, p := range all {
		f := p.figures(b)
		sum.Commits += f.Commits
		sum.Trips += f.Trips
		sum.LockWaits += f.LockWaits
		sum.Restarts += f.Restarts
		sum.LockWaited += f.LockWaited
	}
	return sum
}
