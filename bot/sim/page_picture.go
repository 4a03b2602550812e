package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"net/http"
	"sync"
)

// pagePictures are the pictures that messages show, by a key that says nothing:
// the page serves only what a message has named, so that it is no proxy.
type pagePictures struct {
	mu  sync.Mutex
	all map[string]*pagePicture
}

type pagePicture struct {
	get   func() []byte
	once  sync.Once
	data  []byte
	code  string // what a scanner reads in it; "" when nothing
	ready bool
}

func (p *pagePictures) init() { p.all = map[string]*pagePicture{} }

// add registers a picture and gives its key. got is called when a new one has
// been loaded and looked at.
func (p *pagePictures) add(name string, get func() []byte, got func()) string {
	sum := sha256.Sum256([]byte(name))
	key := hex.EncodeToString(sum[:10])
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[key] == nil {
		pic := &pagePicture{get: get}
		p.all[key] = pic
		go func() {
			p.load(pic)
			got()
		}()
	}
	return key
}

// load gets the bytes and reads a code in them, once.
func (p *pagePictures) load(pic *pagePicture) {
	pic.once.Do(func() {
		data, code := pic.get(), ""
		if img, _, err := image.Decode(bytes.NewReader(data)); err == nil {
			code, _ = readQR(img)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		pic.data, pic.code, pic.ready = data, code, true
	})
}

// code is what a scanner reads in a picture.
func (p *pagePictures) code(key string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pic := p.all[key]
	if pic == nil || pic.code == "" {
		return "", false
	}
	return pic.code, true
}

// picture serves one.
func (pg *page) picture(w http.ResponseWriter, r *http.Request) {
	pg.pics.mu.Lock()
	pic := pg.pics.all[r.PathValue("key")]
	pg.pics.mu.Unlock()
	if pic == nil {
		http.NotFound(w, r)
		return
	}
	pg.pics.load(pic)
	switch kind := http.DetectContentType(pic.data); kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "private, max-age=3600")
		w.Write(pic.data)
	default:
		http.NotFound(w, r)
	}
}

// pictureOf gives the src of a picture on a phone.
func (pg *page) pictureOf(ph *pagePhone, ref string) (key string) {
	name := ph.set.platform() + "\x00" + ref
	if ph.set.platform() == "line" && isAddress(ref) {
		return pg.pics.add(name, func() []byte {
			data, _ := pg.fetch(ref)
			return data
		}, pg.wake)
	}
	return pg.pics.add(name, func() []byte { return ph.set.picture(ref) }, pg.wake)
}

func isAddress(ref string) bool {
	return len(ref) > 8 && (ref[:7] == "http://" || ref[:8] == "https://")
}
