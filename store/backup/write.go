package backup

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// partial stands behind the name of a file that is still being written.
const partial = ".partial-"

// Write makes the backup at path of the file content, encrypted to the
// recipients where there are any. h says what it is; its Bytes, SHA256 and
// Sealed are filled in. It refuses where a file is (fs.ErrExist). When it
// returns nil the file is on disk under its name and was read back.
func Write(ctx context.Context, path, content string, h Header, k Key, to []age.Recipient, tell Progress) (*Backup, error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w; choose another name", path, errors.Join(err, fs.ErrExist))
	}
	from, err := os.Open(content)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	if h.Bytes, h.SHA256, err = digest(ctx, from); err != nil {
		return nil, err
	}
	h.Sealed = len(to) > 0
	h.Key = k.Fingerprint
	lines, err := head(h, k)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+partial+"*")
	if err != nil {
		return nil, err
	}
	err = fill(ctx, f, lines, from, h.Bytes, to, tell)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return Open(path)
}

// fill writes head and content into f, syncs it, and reads it back.
func fill(ctx context.Context, f *os.File, lines []byte, from *os.File, size int64, to []age.Recipient, tell Progress) error {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return err
	}
	wrote := sha256.New()
	w := io.MultiWriter(f, wrote)
	if _, err := w.Write(lines); err != nil {
		return err
	}
	if err := pack(w, &counted{ctx: ctx, r: from, total: size, tell: tell}, to); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, back, err := digest(ctx, f)
	if err == nil && back != hex.EncodeToString(wrote.Sum(nil)) {
		err = fmt.Errorf("%s: the disk does not give back what was written to it; use another one", f.Name())
	}
	return err
}

// pack compresses, and encrypts to whom there is.
func pack(w io.Writer, content io.Reader, to []age.Recipient) (err error) {
	seal := io.WriteCloser(nopCloser{w})
	if len(to) > 0 {
		if seal, err = age.Encrypt(w, to...); err != nil {
			return err
		}
	}
	z, err := gzip.NewWriterLevel(seal, gzip.BestSpeed)
	if err != nil {
		return err
	}
	_, err = io.Copy(z, content)
	return errors.Join(err, z.Close(), seal.Close())
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// digest is a file's length from where it stands, and its SHA-256.
func digest(ctx context.Context, f io.Reader) (int64, string, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, &counted{ctx: ctx, r: f})
	return n, hex.EncodeToString(sum.Sum(nil)), err
}

// Recipients reads age recipients ("age1…"), one a word.
func Recipients(words ...string) ([]age.Recipient, error) {
	text := strings.Join(words, "\n")
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return age.ParseRecipients(strings.NewReader(text))
}

// syncDir makes a rename in dir durable. Where directories cannot be synced,
// the file system does it in its own time.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
