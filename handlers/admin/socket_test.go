package admin_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"regulars/handlers/admin"
)

// serve answers on a socket until the test ends.
func serve(t *testing.T, ops admin.Ops) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "s")
	l, err := admin.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- admin.ServeOn(ctx, l, ops) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Error("the socket is left behind")
		}
	})
	return path
}

// gather is a sink that keeps what was said.
type gather struct{ lines []admin.Line }

func (g *gather) take(l admin.Line) { g.lines = append(g.lines, l) }

func TestLinesArriveInOrder(t *testing.T) {
	path := serve(t, admin.Ops{"count": func(_ context.Context, args map[string]string, out admin.Out) error {
		out.Say("counting %s", args["what"])
		out.Progress(1, 2)
		out.Progress(2, 2)
		out.Say("done: <&>")
		return nil
	}})
	var g gather
	ran, err := admin.Call(t.Context(), path, "count", map[string]string{"what": "杯子"}, g.take)
	want := []admin.Line{{Text: "counting 杯子"}, {Progress: 1, Total: 2}, {Progress: 2, Total: 2}, {Text: "done: <&>"}}
	if !ran || err != nil || !slices.Equal(g.lines, want) {
		t.Fatalf("ran %v, %v: %+v", ran, err, g.lines)
	}
}

func TestFailuresKeepTheirTextAndExit(t *testing.T) {
	path := serve(t, admin.Ops{
		"plain": func(context.Context, map[string]string, admin.Out) error { return errors.New("no such thing") },
		"usage": func(context.Context, map[string]string, admin.Out) error {
			return &admin.Error{Text: "minutes may be 1 to 5", Exit: 2}
		},
		"panic": func(context.Context, map[string]string, admin.Out) error { panic(http.ErrAbortHandler) },
	})
	for op, want := range map[string]admin.Error{"plain": {"no such thing", 1}, "usage": {"minutes may be 1 to 5", 2}} {
		var got *admin.Error
		ran, err := admin.Call(t.Context(), path, op, nil, func(admin.Line) {})
		if !ran || !errors.As(err, &got) || *got != want {
			t.Errorf("%s: ran %v, %v", op, ran, err)
		}
	}
	for op, words := range map[string]string{"panic": "went away", "nonsense": "another version"} {
		ran, err := admin.Call(t.Context(), path, op, nil, func(admin.Line) {})
		if !ran || err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: ran %v, %v", op, ran, err)
		}
	}
}

func TestHangingUpStopsTheOperation(t *testing.T) {
	stopped := make(chan error, 1)
	path := serve(t, admin.Ops{"long": func(ctx context.Context, _ map[string]string, out admin.Out) error {
		out.Say("begun")
		<-ctx.Done()
		stopped <- ctx.Err()
		return ctx.Err()
	}})
	ctx, hangUp := context.WithCancel(t.Context())
	ran, err := admin.Call(ctx, path, "long", nil, func(admin.Line) { hangUp() })
	if !ran || !errors.Is(err, context.Canceled) {
		t.Fatalf("ran %v, %v", ran, err)
	}
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestNobodyThereIsNoError(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "stale")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	for _, path := range []string{filepath.Join(dir, "none"), stale, filepath.Join(dir, strings.Repeat("x", 200))} {
		if ran, err := admin.Call(t.Context(), path, "stats", nil, nil); ran || err != nil {
			t.Errorf("%s: ran %v, %v", path, ran, err)
		}
	}
	fresh, err := admin.Listen(stale)
	if err != nil {
		t.Fatalf("a socket that a killed serve left is in the way: %v", err)
	}
	fresh.Close()
}

func TestSocketIsPrivateAndRefusesASecond(t *testing.T) {
	path := serve(t, nil)
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	if _, err := admin.Listen(path); !errors.Is(err, admin.ErrLive) {
		t.Fatalf("a second serve took the socket: %v", err)
	}
	file := filepath.Join(t.TempDir(), "programme.toml")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Listen(file); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Fatalf("a file was taken for a socket: %v", err)
	}
	if _, err := admin.Listen("/tmp/" + strings.Repeat("x", 100)); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Fatalf("a path too long for a socket: %v", err)
	}
}
