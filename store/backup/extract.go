package backup

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"
)

// Extract writes the content to a new file at path, for its owner only, and
// has it on disk. It refuses what is not, to the last byte, what was written:
// ErrBroken; an encrypted one without the right identity: ErrIdentity. What it
// began is removed when it fails.
func (b *Backup) Extract(ctx context.Context, path string, ids []age.Identity, tell Progress) error {
	from, err := os.Open(b.Path)
	if err != nil {
		return err
	}
	defer from.Close()
	if _, err := from.Seek(b.body, io.SeekStart); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = b.unpack(ctx, f, from, ids, tell)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// unpack decrypts and decompresses into f, and holds it against the head.
func (b *Backup) unpack(ctx context.Context, f *os.File, from io.Reader, ids []age.Identity, tell Progress) error {
	if b.Sealed {
		open, err := age.Decrypt(from, ids...)
		var none *age.NoIdentityMatchError
		if errors.As(err, &none) || len(ids) == 0 {
			return fmt.Errorf("%s %w", b.Path, ErrIdentity)
		}
		if err != nil {
			return fmt.Errorf("%s %w: %v", b.Path, ErrBroken, err)
		}
		from = open
	}
	z, err := gzip.NewReader(from)
	if err != nil {
		return fmt.Errorf("%s %w: %v", b.Path, ErrBroken, err)
	}
	sum := sha256.New()
	// A byte more than it should have is enough to know that it is not ours.
	content := &counted{ctx: ctx, r: io.LimitReader(z, b.Bytes+1), total: b.Bytes, tell: tell}
	n, err := io.Copy(io.MultiWriter(&disk{f}, sum), content)
	var full *diskError
	switch {
	case errors.As(err, &full):
		return full.err
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("%s %w: %v", b.Path, ErrBroken, err)
	case n != b.Bytes || hex.EncodeToString(sum.Sum(nil)) != b.SHA256:
		return fmt.Errorf("%s %w: its content is not what was written", b.Path, ErrBroken)
	}
	return f.Sync()
}

// disk tells what could not be written from what could not be read.
type disk struct{ f *os.File }

type diskError struct{ err error }

func (e *diskError) Error() string { return e.err.Error() }

func (d *disk) Write(p []byte) (int, error) {
	n, err := d.f.Write(p)
	if err != nil {
		err = &diskError{err}
	}
	return n, err
}

// Identities reads a file of age identities ("AGE-SECRET-KEY-1…").
func Identities(path string) ([]age.Identity, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the identity cannot be read: %w", err)
	}
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s holds no age identity: a line that begins with AGE-SECRET-KEY- is asked for", path)
	}
	return ids, nil
}

// NewIdentity draws an identity and the recipient that goes with it, as text.
func NewIdentity() (identity, recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", err
	}
	return id.String(), id.Recipient().String(), nil
}
