package journal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"regulars/store"
)

const (
	frameHead = 4 + 8 + 8 // length, number, time
	macBytes  = 16        // of a frame
	maxFrame  = 1 << 30   // bytes of a content: a length beyond is damage
)

// encoder makes frames. One goroutine uses it.
type encoder struct {
	mac   chain
	seal  cipher.AEAD // nil: not encrypted
	plain []byte
	frame []byte
}

// begin has the next frame follow a head with this MAC, under a segment's key.
func (e *encoder) begin(k Key, mac, key []byte) (err error) {
	if e.mac, err = newChain(k, mac); err != nil {
		return err
	}
	e.seal, err = aead(key)
	return err
}

// chain makes the MACs of a segment's frames: GMAC under a key of the segment's
// own, several times as fast as an HMAC on machines that have AES only.
type chain struct {
	gmac cipher.AEAD
	last []byte // the MAC that the next frame follows
	text []byte
}

// newChain begins behind a head with this MAC.
func newChain(k Key, head []byte) (c chain, err error) {
	c.gmac, err = aead(sum(k, []byte("frames"), head))
	c.last = head
	return c, err
}

// sum is the MAC of a frame whose commit is n.
func (c *chain) sum(n uint64, head, content []byte) []byte {
	c.text = append(append(append(c.text[:0], c.last...), head...), content...)
	return c.gmac.Seal(nil, nonce(n), nil, c.text)
}

// aead is the cipher of a segment's frames; without a key there is none.
func aead(key []byte) (cipher.AEAD, error) {
	if len(key) == 0 {
		return nil, nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// nonce is used once under a segment's key: numbers rise within a segment.
func nonce(n uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 4, 12), n)
}

// encode is the frame of c, which holds until the next call. The frame is not
// followed by the next one before keep was called.
func (e *encoder) encode(c Commit) ([]byte, error) {
	content := e.content(c)
	if e.seal != nil {
		content = e.seal.Seal(nil, nonce(c.N), content, nil)
	}
	if len(content) > maxFrame {
		return nil, errors.New("journal: a commit is too large to be written down")
	}
	f := binary.BigEndian.AppendUint32(e.frame[:0], uint32(len(content)))
	f = binary.BigEndian.AppendUint64(f, c.N)
	f = binary.BigEndian.AppendUint64(f, uint64(c.At.UnixNano()))
	f = append(f, e.mac.sum(c.N, f, content)...)
	e.frame = append(f, content...)
	return e.frame, nil
}

// keep has the next frame follow the one that was encoded last.
func (e *encoder) keep() {
	e.mac.last = bytes.Clone(e.frame[frameHead : frameHead+macBytes])
}

// content packs the changes of c, as they are: to compress them would cost a
// busy shop a tenth of its sales.
func (e *encoder) content(c Commit) []byte {
	e.plain = e.plain[:0]
	for _, ch := range c.Changes {
		deleted := uint64(0)
		if ch.Deleted {
			deleted = 1
		}
		e.plain = binary.AppendUvarint(e.plain, uint64(len(ch.Key))<<1|deleted)
		e.plain = append(e.plain, ch.Key...)
		if !ch.Deleted {
			e.plain = binary.AppendUvarint(e.plain, uint64(len(ch.Value)))
			e.plain = append(e.plain, ch.Value...)
		}
	}
	return e.plain
}

// frame is one that was read, and fits the MAC before it.
type frame struct {
	n       uint64
	at      time.Time
	content []byte
}

// errEnd reports that a segment ends where a frame ends.
var errEnd = errors.New("journal: end of a segment")

// readFrame reads the next frame of r and holds it against the chain, which it
// moves on. errEnd is a clean end, all else damage.
func readFrame(r io.Reader, c *chain) (f frame, err error) {
	var head [frameHead + macBytes]byte
	switch _, err := io.ReadFull(r, head[:]); {
	case errors.Is(err, io.EOF):
		return f, errEnd
	case errors.Is(err, io.ErrUnexpectedEOF):
		return f, broken("it is cut off")
	case err != nil:
		return f, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > maxFrame {
		return f, broken("it was changed, or only half written")
	}
	// A broken length may claim a gigabyte, which is not asked for at once.
	var content bytes.Buffer
	switch n, err := io.CopyN(&content, r, int64(size)); {
	case n < int64(size) && (err == nil || errors.Is(err, io.EOF)):
		return f, broken("it is cut off")
	case err != nil:
		return f, err
	}
	f.n = binary.BigEndian.Uint64(head[4:])
	mac := c.sum(f.n, head[:frameHead], content.Bytes())
	if !hmac.Equal(mac, head[frameHead:]) {
		return f, broken("it was changed, or only half written")
	}
	c.last = mac
	f.at = time.Unix(0, int64(binary.BigEndian.Uint64(head[12:]))).UTC()
	f.content = content.Bytes()
	return f, nil
}

// changes unpacks a frame's content.
func (f frame) changes(seal cipher.AEAD) (list []store.Change, err error) {
	plain := f.content
	if seal != nil {
		if plain, err = seal.Open(nil, nonce(f.n), plain, nil); err != nil {
			return nil, broken("commit %d cannot be decrypted", f.n)
		}
	}
	for len(plain) > 0 {
		var c store.Change
		head, ok := uint64(0), false
		if head, plain, ok = number(plain); ok {
			c.Deleted = head&1 == 1
			c.Key, plain, ok = part(plain, head>>1)
		}
		if ok && !c.Deleted {
			var size uint64
			if size, plain, ok = number(plain); ok {
				c.Value, plain, ok = part(plain, size)
			}
		}
		if !ok {
			return nil, broken("the rows of commit %d cannot be read", f.n)
		}
		list = append(list, c)
	}
	return list, nil
}

func number(b []byte) (n uint64, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 {
		return 0, nil, false
	}
	return n, b[size:], true
}

func part(b []byte, size uint64) (p, rest []byte, ok bool) {
	if size > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:size:size], b[size:], true
}
