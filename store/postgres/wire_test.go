package postgres

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
)

// wire lets a test break a connection at the moment that it chooses: what it
// orders befalls the next bytes that are sent.
type wire struct {
	next atomic.Pointer[order]
}

// order is what happens to a connection from a write on.
type order struct {
	before  func() // runs before the bytes go out
	swallow bool   // the bytes never arrive, and nobody says so
	deaf    bool   // the answer arrives, and is lost with the connection
	after   func() // runs when it was lost
	cut     bool   // the connection breaks instead of the write
}

var errCut = errors.New("the test cut this connection")

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	return &wired{Conn: conn, wire: w}, err
}

// wired is one connection. Its order is set by the writer and read by the
// reader of one round trip.
type wired struct {
	net.Conn
	wire *wire
	mine atomic.Pointer[order]
}

func (c *wired) Write(b []byte) (int, error) {
	o := c.wire.next.Swap(nil)
	if o == nil {
		return c.Conn.Write(b)
	}
	c.mine.Store(o)
	if o.before != nil {
		o.before()
	}
	switch {
	case o.cut:
		return 0, errors.Join(errCut, c.Close())
	case o.swallow:
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *wired) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if o := c.mine.Load(); o != nil && o.deaf && n > 0 {
		err := errors.Join(errCut, c.Close())
		if o.after != nil {
			o.after()
		}
		return 0, err
	}
	return n, err
}
