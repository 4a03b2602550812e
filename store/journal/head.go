package journal

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"filippo.io/age"
)

// maxHead is how long a segment's three lines may be, in bytes.
const maxHead = 64 << 10

// Head is what a segment says of itself, in the clear.
type Head struct {
	Line  string    `json:"line"`           // of history
	From  uint64    `json:"from"`           // the first commit that nothing is missing since, in this segment or one before
	First uint64    `json:"first"`          // the first commit in this one
	At    time.Time `json:"at"`             // of that commit
	Key   string    `json:"key"`            // fingerprint of the installation's key
	Seal  []byte    `json:"seal,omitempty"` // the key to its frames, encrypted to the recipients
}

// lines are the three lines of h, and the MAC that the first frame follows.
func (h Head) lines(k Key) (text, mac []byte, err error) {
	line, err := json.Marshal(h)
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	b.WriteString(magic + layout + "\n")
	b.Write(append(line, '\n'))
	mac = sum(k, b.Bytes())
	b.WriteString(hex.EncodeToString(mac) + "\n")
	return b.Bytes(), mac, nil
}

// readHead reads the three lines; mac is what the first frame follows.
func readHead(r *bufio.Reader, k Key) (h Head, mac []byte, err error) {
	var lines [3]string
	for i := range lines {
		if lines[i], err = readLine(r); err != nil {
			return h, nil, broken("its head is cut off")
		}
	}
	version, ours := strings.CutPrefix(strings.TrimSuffix(lines[0], "\n"), magic)
	switch {
	case !ours:
		return h, nil, broken("it is no journal of regulars")
	case version != layout:
		return h, nil, broken("it was written by a newer regulars")
	}
	if json.Unmarshal([]byte(lines[1]), &h) != nil {
		return h, nil, broken("its head cannot be read")
	}
	if h.Key != k.Fingerprint {
		return h, nil, broken("it belongs to the key %s, and the key here is %s", h.Key, k.Fingerprint)
	}
	mac = sum(k, []byte(lines[0]+lines[1]))
	if !hmac.Equal([]byte(lines[2]), []byte(hex.EncodeToString(mac)+"\n")) {
		return h, nil, broken("its head was changed since it was written")
	}
	return h, mac, nil
}

// readLine reads one line that is no longer than a head may be.
func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil && len(line) <= maxHead:
			return string(line), nil
		case !errors.Is(err, bufio.ErrBufferFull) || len(line) > maxHead:
			return "", io.ErrUnexpectedEOF
		}
	}
}

func sum(k Key, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, k.Secret)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// newSeal draws a segment's key, and encrypts it to the recipients.
func newSeal(to []age.Recipient) (key, seal []byte, err error) {
	if len(to) == 0 {
		return nil, nil, nil
	}
	key = make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to...)
	if err == nil {
		_, err = w.Write(key)
	}
	if err == nil {
		err = w.Close()
	}
	return key, b.Bytes(), err
}

// openSeal gives a segment's key to whoever has an identity for it.
func openSeal(seal []byte, ids []age.Identity) ([]byte, error) {
	if len(seal) == 0 {
		return nil, nil
	}
	if len(ids) == 0 {
		return nil, ErrIdentity
	}
	r, err := age.Decrypt(bytes.NewReader(seal), ids...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrIdentity
	}
	if err != nil {
		return nil, broken("the key to a segment cannot be opened: %v", err)
	}
	return io.ReadAll(io.LimitReader(r, 64))
}
