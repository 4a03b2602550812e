package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"syscall"
)

// Call has a running serve do op, and hands its lines to sink until the last
// one. ran is false, without an error, where nobody answers at path: the caller
// may then open the store itself. An operation that failed is an [*Error].
func Call(ctx context.Context, path, op string, args map[string]string, sink Out) (ran bool, err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTSOCK), errors.Is(err, syscall.EINVAL):
		// EINVAL is a path that is too long for a socket: serve has none there.
		return false, nil
	case errors.Is(err, fs.ErrPermission):
		return false, fmt.Errorf("the admin socket %s belongs to another account; run this as the account that runs serve", path)
	case err != nil:
		return false, err
	}
	defer conn.Close()
	body, err := json.Marshal(args)
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://regulars/op/"+op, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}}
	res, err := client.Do(req)
	if err != nil {
		return true, cut(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return true, fmt.Errorf("the running serve does not know %q (status %d); it is of another version: restart it", op, res.StatusCode)
	}
	return true, follow(ctx, res.Body, sink)
}

// follow reads lines until the last one.
func follow(ctx context.Context, from io.Reader, sink Out) error {
	lines := json.NewDecoder(from)
	for {
		var l Line
		err := lines.Decode(&l)
		switch {
		case err != nil:
			return cut(ctx, err)
		case l.Done:
			return nil
		case l.Error != "":
			return &Error{l.Error, max(1, l.Exit)}
		}
		sink(l)
	}
}

// cut is an answer that ended too early.
func cut(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("serve went away before it was done (%w); see its log, then run this again", err)
}

// Alive reports whether somebody answers at path.
func Alive(path string) bool {
	c, err := net.Dial("unix", path)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}
