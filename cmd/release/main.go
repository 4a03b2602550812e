// Command release builds what a shop downloads: the program for each system, an archive
// of each with the instructions, and the sums of all. `make release` runs it.
//
// The same commit built by the same Go version gives the same bytes on any
// machine: paths are trimmed, and every time in an archive is the commit's.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// target is a system to build for.
type target struct{ os, arch string }

var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// name is what a target's files begin with.
func (t target) name(version string) string { return "regulars_" + version + "_" + t.os + "_" + t.arch }

func (t target) ending() string {
	if t.os == "windows" {
		return ".exe"
	}
	return ""
}

// beside are the files that go into each archive with the program.
var beside = []string{"README.md", "SECURITY.md", "DEPENDENCIES.md"}

func main() {
	out := flag.String("o", "dist", "the folder to write, which is emptied first")
	only := flag.String("only", "", "one target, as in linux/amd64; without it, all")
	flag.Parse()
	if err := release(*out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func release(out, only string) error {
	version, err := git("describe", "--tags", "--always", "--dirty")
	if err != nil {
		return err
	}
	stamp, err := git("log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return err
	}
	if strings.HasSuffix(version, "-dirty") {
		fmt.Fprintln(os.Stderr, "release: there are changes that are not committed; the version says so")
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for i, t := range targets {
		if only != "" && only != t.os+"/"+t.arch {
			continue
		}
		fmt.Printf("%d/%d %s/%s\n", i+1, len(targets), t.os, t.arch)
		if err := make1(out, version, t, time.Unix(seconds, 0).UTC()); err != nil {
			return fmt.Errorf("%s/%s: %w", t.os, t.arch, err)
		}
	}
	return sums(out)
}

func git(args ...string) (string, error) {
	text, err := exec.Command("git", args...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w; a release is made from a git checkout", args[0], err)
	}
	return strings.TrimSpace(string(text)), nil
}

// make1 builds one program and its archive.
func make1(out, version string, t target, at time.Time) error {
	name := t.name(version)
	file := filepath.Join(out, name+t.ending())
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-ldflags", "-s -w", "-o", file, "./cmd/regulars")
	build.Env = append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0", "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	all := []packed{{name + "/regulars" + t.ending(), 0o755, program}}
	for _, f := range beside {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		all = append(all, packed{name + "/" + f, 0o644, text})
	}
	pack, ending := tarGz, ".tar.gz"
	if t.os == "windows" {
		pack, ending = zipped, ".zip"
	}
	data, err := pack(all, at)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, name+ending), data, 0o644)
}

// packed is a file in an archive.
type packed struct {
	name string
	mode int64
	data []byte
}

// tarGz packs files with one time and nobody's name.
func tarGz(all []packed, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression) // its header has no time and no name
	if err != nil {
		return nil, err
	}
	t := tar.NewWriter(z)
	for _, f := range all {
		h := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.data)), ModTime: at, Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := t.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := t.Close(); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

// zipped is tarGz for Windows.
func zipped(all []packed, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range all {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at}
		h.SetMode(os.FileMode(f.mode))
		w, err := z.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// sums writes SHA256SUMS of everything in the folder, which `sha256sum --check`
// reads.
func sums(out string) error {
	list, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	var lines []string
	for _, f := range list {
		sum, err := sumOf(filepath.Join(out, f.Name()))
		if err != nil {
			return err
		}
		lines = append(lines, sum+"  "+f.Name()+"\n")
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(strings.Join(lines, "")), 0o644)
}

func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
