package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"regulars/bot/sim"
	"regulars/store/postgres/pgtest"
)

// cluster is a shop that several processes of the shipped program serve over one
// database, behind a load balancer at the place's address.
type cluster struct {
	*place
	data  string // the database, straight
	nodes []*node

	mu   sync.Mutex
	next int
}

// node is one of the processes.
type node struct {
	c    *cluster
	name string
	url  string
	// figures is where its metrics are.
	figures string
	env     []string
	proxy   *pgtest.Proxy // between it and the database

	proc *exec.Cmd
	done chan error
}

// newCluster makes a shop with n processes, which run when it returns.
func newCluster(t testing.TB, n int) *cluster {
	t.Helper()
	data := pgtest.Start(t)
	return newClusterAt(newPlace(t, "REGULARS_CHANNEL_TG_POLLING=false", "REGULARS_DATA="+data), data, n)
}

// newClusterAt makes one of a place over an empty database.
func newClusterAt(p *place, data string, n int) *cluster {
	t := p.t
	t.Helper()
	c := &cluster{data: data, place: p}
	c.line.SetRedelivery(true, 150*time.Millisecond)
	l, err := net.Listen("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	front := &http.Server{Handler: c}
	go front.Serve(l)
	t.Cleanup(func() { front.Close() })
	for i := range n {
		x := &node{c: c, name: fmt.Sprint("node", i), proxy: pgtest.NewProxy(t, data)}
		addr, figures := freeAddress(t), freeAddress(t)
		x.url, x.figures = "http://"+addr, "http://"+figures+"/metrics"
		x.env = append(c.env[:len(c.env):len(c.env)], "REGULARS_LISTEN="+addr, "REGULARS_METRICS_LISTEN="+figures, "REGULARS_DATA="+x.proxy.URL(),
			"REGULARS_ADMIN_SOCKET="+filepath.Join(c.dir, x.name+".sock"), "REGULARS_BACKUP_DIR=")
		c.nodes = append(c.nodes, x)
	}
	for _, x := range c.nodes { // together: each looks at the schema, and one makes the views
		x.launch()
	}
	for _, x := range c.nodes {
		x.ready()
	}
	c.hooked()
	return c
}

// ServeHTTP is the load balancer: each request goes to the next process that
// takes the connection. What breaks on the way is the platform's to send again.
func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	c.mu.Lock()
	first := c.next
	c.next++
	c.mu.Unlock()
	for i := range c.nodes {
		x := c.nodes[(first+i)%len(c.nodes)]
		out, err := http.NewRequestWithContext(r.Context(), r.Method, x.url+r.URL.RequestURI(), bytes.NewReader(body))
		if err != nil {
			break
		}
		out.Header = r.Header.Clone()
		res, err := http.DefaultClient.Do(out)
		if errors.Is(err, syscall.ECONNREFUSED) {
			continue
		}
		if err != nil {
			break
		}
		defer res.Body.Close()
		w.WriteHeader(res.StatusCode)
		io.Copy(w, res.Body)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

func (x *node) launch() {
	x.c.t.Helper()
	cmd := x.c.command("serve")
	cmd.Env, cmd.Stdout, cmd.Stderr = x.env, io.Discard, x.c.log
	if err := cmd.Start(); err != nil {
		x.c.t.Fatal(err)
	}
	x.proc, x.done = cmd, make(chan error, 1)
	done := x.done
	go func() { done <- cmd.Wait() }()
	x.c.t.Cleanup(func() { cmd.Process.Kill() })
}

// status is what a process answers to a GET; 0 is no answer.
func (x *node) status(path string) int {
	res, err := http.Get(x.url + path)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

// ready waits until the process may be sent requests.
func (x *node) ready() {
	x.c.t.Helper()
	x.c.eventually(x.name+" to be ready", func() bool {
		select {
		case err := <-x.done:
			x.c.t.Fatalf("%s ended: %v\n%s", x.name, err, x.c.log)
		default:
		}
		return x.status("/readyz") == http.StatusOK
	})
}

// hears sends a process, straight, the last webhook that LINE delivered: whoever
// has it already has no more of it.
func (x *node) hears(line *sim.LineChannel) (status int, took time.Duration) {
	x.c.t.Helper()
	all := line.Deliveries()
	body := all[len(all)-1].Body
	mac := hmac.New(sha256.New, []byte(e2eLineSecret))
	mac.Write(body)
	req, err := http.NewRequest(http.MethodPost, x.url+"/webhook/main", bytes.NewReader(body))
	if err != nil {
		x.c.t.Fatal(err)
	}
	req.Header.Set("X-Line-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		x.c.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode, time.Since(began)
}

// figure reads one of a process's metrics that has no labels.
func (x *node) figure(name string) (v float64) {
	x.c.t.Helper()
	res, err := http.Get(x.figures)
	if err != nil {
		x.c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		x.c.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			if v, err = strconv.ParseFloat(strings.TrimSpace(rest), 64); err == nil {
				return v
			}
		}
	}
	x.c.t.Fatalf("%s tells no %s", x.name, name)
	return 0
}

func (x *node) kill() {
	x.proc.Process.Kill()
	<-x.done
}

// stop ends a process in good order.
func (x *node) stop() error {
	if err := x.proc.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-x.done:
		return err
	case <-time.After(patience):
		x.kill()
		return errors.New("it did not end within a minute of SIGTERM")
	}
}

// end stops every process in good order, one after the other.
func (c *cluster) end() (err error) {
	for _, x := range c.nodes {
		err = errors.Join(err, x.stop())
	}
	return err
}

// asks reads one number with SQL.
func (c *cluster) asks(sql string) (n int64) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.data)
	if err == nil {
		defer conn.Close(ctx)
		err = conn.QueryRow(ctx, sql).Scan(&n)
	}
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// quiet waits until nothing is left to be sent: what a dead process had in hand
// is the others' after a few seconds.
func (c *cluster) quiet() {
	c.t.Helper()
	c.eventually("the outbox to be empty", func() bool { return c.asks(`SELECT coalesce(sum(letters), 0) FROM regulars_views.outbox`) == 0 })
}

// tallied holds what the shop says it sent on LINE against what LINE remembers.
func (c *cluster) tallied() {
	c.t.Helper()
	replies := int64(0)
	for _, call := range c.world.Wire.Calls() {
		if !call.ToBot && strings.HasSuffix(call.Path, "/message/reply") && call.Status == http.StatusOK {
			replies++
		}
	}
	if said := c.asks(`SELECT coalesce(sum(free), 0) FROM regulars_views.messages WHERE channel = 'main'`); said != replies {
		c.t.Errorf("LINE took %d replies, and %d are counted", replies, said)
	}
	if said, used := c.asks(`SELECT coalesce(sum(billed), 0) FROM regulars_views.messages WHERE channel = 'main'`), int64(c.line.Used()); said != used {
		c.t.Errorf("LINE charges for %d messages, and %d are counted", used, said)
	}
}
