package pgtest

import (
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Proxy stands between clients and a server, on a port of loopback. All its
// methods may be called from any goroutine.
type Proxy struct {
	url           string
	network, host string
	listener      net.Listener

	mu    sync.Mutex
	cut   bool
	delay time.Duration
	flow  chan struct{} // closed while bytes may flow
	lines map[net.Conn]bool
}

// NewProxy stands before the database at rawURL until t ends.
func NewProxy(t testing.TB, rawURL string) *Proxy {
	t.Helper()
	cfg, err := pgx.ParseConfig(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	network, host := pgconn.NetworkAddress(cfg.Host, cfg.Port)
	u := url.URL{Scheme: "postgres", User: url.User(cfg.User), Host: l.Addr().String(), Path: "/" + cfg.Database, RawQuery: "sslmode=disable"}
	p := &Proxy{url: u.String(), network: network, host: host, listener: l, flow: make(chan struct{}), lines: map[net.Conn]bool{}}
	close(p.flow)
	go p.serve()
	t.Cleanup(func() {
		l.Close()
		p.Stall(false)
		p.Cut()
	})
	return p
}

// URL is that of the database, through the proxy.
func (p *Proxy) URL() string { return p.url }

// Cut breaks all connections and takes no more, until Mend.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for c := range p.lines {
		c.Close()
	}
}

// Mend takes connections again.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
}

// Stall holds back every byte in both directions, as a cable that was pulled
// does: nothing breaks, nothing comes. Stall(false) lets all of it through.
func (p *Proxy) Stall(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flow:
		if on {
			p.flow = make(chan struct{})
		}
	default:
		if !on {
			close(p.flow)
		}
	}
}

// Slow makes what each side sends wait for d before it goes on; 0 ends that.
func (p *Proxy) Slow(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			go p.join(client)
		}
	}
}

// join carries one connection's bytes both ways until either side ends.
func (p *Proxy) join(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(p.network, p.host)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.keep(client, server) {
		return
	}
	defer p.forget(client, server)
	ended := make(chan struct{}, 2)
	go func() { p.carry(server, client); ended <- struct{}{} }()
	go func() { p.carry(client, server); ended <- struct{}{} }()
	<-ended
}

func (p *Proxy) keep(lines ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut {
		return false
	}
	for _, c := range lines {
		p.lines[c] = true
	}
	return true
}

func (p *Proxy) forget(lines ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range lines {
		delete(p.lines, c)
	}
}

func (p *Proxy) carry(to, from net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			p.hold()
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// hold waits as the proxy was told to.
func (p *Proxy) hold() {
	p.mu.Lock()
	flow, delay := p.flow, p.delay
	p.mu.Unlock()
	<-flow
	if delay > 0 {
		<-time.After(delay)
	}
}
