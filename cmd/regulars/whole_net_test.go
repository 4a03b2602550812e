package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"syscall"
)

// pipes are a network without a kernel: who listens on it is found by address,
// and a connection is two ends of a pipe. What waits for one waits where
// testing/synctest can see it.
type pipes struct {
	mu sync.Mutex
	at map[string]*pipeDoor
}

func newPipes() *pipes { return &pipes{at: map[string]*pipeDoor{}} }

// pipeDoor is a net.Listener.
type pipeDoor struct {
	addr  *net.TCPAddr
	knock chan net.Conn
	shut  chan struct{}
	once  sync.Once
	mu    sync.Mutex
	open  []net.Conn // the callers' ends
}

var errShut = errors.New("nobody listens any more")

func (n *pipes) listen(addr string) *pipeDoor {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		panic(err)
	}
	d := &pipeDoor{addr: tcp, knock: make(chan net.Conn), shut: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at[addr] = d
	return d
}

// dial is a http.Transport's DialContext.
func (n *pipes) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	n.mu.Lock()
	d := n.at[addr]
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	if d == nil {
		return nil, refused
	}
	here, there := net.Pipe()
	select {
	case d.knock <- &pipeEnd{there, d.addr}:
		d.mu.Lock()
		defer d.mu.Unlock()
		d.open = append(d.open, here)
		return here, nil
	case <-d.shut:
		return nil, refused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (d *pipeDoor) Accept() (net.Conn, error) {
	select {
	case c := <-d.knock:
		return c, nil
	case <-d.shut:
		return nil, errShut
	}
}

func (d *pipeDoor) Addr() net.Addr { return d.addr }

func (d *pipeDoor) Close() error {
	d.once.Do(func() { close(d.shut) })
	return nil
}

// cut ends what listens here as a lost machine does: connections too.
func (d *pipeDoor) cut() {
	d.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.open {
		c.Close()
	}
	d.open = nil
}

// pipeEnd is a connection that says where it comes from.
type pipeEnd struct {
	net.Conn
	addr net.Addr
}

func (c *pipeEnd) RemoteAddr() net.Addr { return c.addr }

// transport calls over this network, without a proxy.
func (n *pipes) transport() *http.Transport {
	return &http.Transport{DialContext: n.dial, MaxIdleConnsPerHost: 8}
}
