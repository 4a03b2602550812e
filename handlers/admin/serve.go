package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// maxPath is how long a socket's path may be: 104 bytes on macOS and the BSDs,
// 108 on Linux, with the zero at its end.
const maxPath = 103

// maxArgs is how many bytes of arguments are read: a programme file may be one.
const maxArgs = 4 << 20

// every is how often progress is sent at most.
const every = 100 * time.Millisecond

// ErrLive reports a socket that another process answers on.
var ErrLive = errors.New("another regulars serve answers on the admin socket; stop it first, or give this one another admin_socket")

// Listen opens the socket at path, for its owner only. A socket that nobody
// answers on was left by a serve that was killed, and is replaced; a live one
// is ErrLive; any other file is left alone and refused.
func Listen(path string) (net.Listener, error) {
	if len(path) > maxPath {
		return nil, fmt.Errorf("the admin socket's path has %d bytes and may have %d: set a shorter admin_socket, as in /run/regulars.sock", len(path), maxPath)
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("%s is no socket and was left alone: set admin_socket to another path", path)
	default:
		if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
			return nil, errors.Join(ErrLive, c.Close())
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	return listenPrivately(path)
}

// Serve answers on the socket at path until ctx ends, and removes it. What runs
// then is told to stop, and has five seconds for it.
func Serve(ctx context.Context, path string, ops Ops) error {
	l, err := Listen(path)
	if err != nil {
		return err
	}
	return ServeOn(ctx, l, ops)
}

// ServeOn is Serve on a socket that Listen opened, for who must know at once
// whether it could be.
func ServeOn(ctx context.Context, l net.Listener, ops Ops) error {
	s := &http.Server{
		Handler: handler(ops), ReadHeaderTimeout: 5 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	err := s.Shutdown(patience)
	if err != nil {
		err = s.Close()
	}
	<-ended // the socket is gone
	return err
}

func handler(ops Ops) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /op/{name}", func(w http.ResponseWriter, r *http.Request) {
		op, ok := ops[r.PathValue("name")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		args := map[string]string{}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxArgs)).Decode(&args); err != nil {
			http.Error(w, "arguments are not JSON texts", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		s := &stream{to: json.NewEncoder(w), flush: http.NewResponseController(w).Flush}
		s.send(last(op(r.Context(), args, s.send)))
	})
	return mux
}

// stream writes lines as they come, progress not too often. A caller who hung
// up shows in the operation's context, so failed writes are not looked at.
type stream struct {
	mu     sync.Mutex
	to     *json.Encoder
	flush  func() error
	lately time.Time
}

func (s *stream) send(l Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.Progress > 0 {
		now := time.Now()
		if now.Sub(s.lately) < every && l.Progress != l.Total {
			return
		}
		s.lately = now
	}
	_ = s.to.Encode(l)
	_ = s.flush()
}
