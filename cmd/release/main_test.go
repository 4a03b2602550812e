package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var content = []packed{
	{"regulars_v1_linux_amd64/regulars", 0o755, []byte(strings.Repeat("program", 1000))},
	{"regulars_v1_linux_amd64/README.md", 0o644, []byte("Begin here.\n")},
}

// The same content at the same commit gives the same bytes, whoever packs it and
// wherever, and it unpacks to a program that can be run.
func TestArchivesAreReproducible(t *testing.T) {
	at := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	for name, pack := range map[string]func([]packed, time.Time) ([]byte, error){"tar": tarGz, "zip": zipped} {
		first, err := pack(content, at)
		if err != nil {
			t.Fatal(err)
		}
		second, err := pack(content, at.Local().UTC())
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s: packed twice it differs (%v)", name, err)
		}
	}
	raw, _ := tarGz(content, at)
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for r, i := tar.NewReader(z), 0; ; i++ {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		got, _ := io.ReadAll(r)
		if want := content[i]; err != nil || h.Name != want.name || h.Mode != want.mode || !bytes.Equal(got, want.data) || !h.ModTime.Equal(at) || h.Uname != "" || h.Uid != 0 {
			t.Errorf("in the tar: %+v, %v", h, err)
		}
	}
	raw, _ = zipped(content, at)
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range r.File {
		if want := content[i]; f.Name != want.name || int64(f.Mode().Perm()) != want.mode || !f.Modified.Equal(at) {
			t.Errorf("in the zip: %s %v %v", f.Name, f.Mode(), f.Modified)
		}
	}
}

func TestSums(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b": "two", "a": "one"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := sums(dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	want := "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a\n3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  b\n"
	if err != nil || string(got) != want {
		t.Errorf("%s (%v)", got, err)
	}
}

func TestNames(t *testing.T) {
	if got := targets[4].name("v1.2.0") + targets[4].ending(); got != "regulars_v1.2.0_windows_amd64.exe" {
		t.Error(got)
	}
	if len(targets) != 6 {
		t.Error(targets)
	}
}
