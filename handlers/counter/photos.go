package counter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // what photos are
	_ "image/png"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Limits of photos: what LINE shows in a Flex message is at most 1024 pixels
// each way (LINE docs, #f-image); a megabyte is what a phone loads at a glance,
// and as much as LINE takes for previews.
const (
	maxPhoto     = 1 << 20 // bytes
	maxPhotoSide = 1024    // pixels
	// maxShelf is how many photos are kept in memory; beyond it they are read
	// anew.
	maxShelf = 200
)

// photoName is what the programme file takes as a picture's name: no folders,
// nothing hidden.
var photoName = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,99}\.(jpg|jpeg|png)$`)

// Folder is a folder of photos on disk. It is looked at anew each time, so that
// it may come later than the program, and nothing outside of it is ever opened,
// not even by way of a link.
func Folder(dir string) fs.FS { return folder(dir) }

type folder string

// Open opens a file of the folder (fs.FS).
func (f folder) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.FS().Open(name)
}

// photo is a picture file that has been looked at.
type photo struct {
	when time.Time // the file's
	size int64
	err  error // why it cannot be shown
	data []byte
	kind string // its media type
	mark string // of its content, in its address
}

// shelf keeps photos in memory, by name.
type shelf struct {
	mu  sync.Mutex
	all map[string]*photo
}

// find gives a photo as it is on disk now; fresh says that it was read anew.
func (s *shelf) find(from fs.FS, name string) (p *photo, fresh bool) {
	if from == nil || !photoName.MatchString(name) {
		return &photo{err: fs.ErrNotExist}, false
	}
	info, err := fs.Stat(from, name)
	if err != nil || !info.Mode().IsRegular() {
		return &photo{err: fs.ErrNotExist}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.all[name]; p != nil && p.when.Equal(info.ModTime()) && p.size == info.Size() {
		return p, false
	}
	if s.all == nil || len(s.all) >= maxShelf {
		s.all = map[string]*photo{}
	}
	p = &photo{when: info.ModTime(), size: info.Size()}
	if p.data, p.kind, p.err = readPhoto(from, name); p.err == nil {
		sum := sha256.Sum256(p.data)
		p.mark = hex.EncodeToString(sum[:8])
	}
	s.all[name] = p
	return p, true
}

// CheckPhoto says why a picture file cannot be shown in chats, and what to do.
func CheckPhoto(from fs.FS, name string) error {
	if !photoName.MatchString(name) {
		return errors.New("a picture's name is letters, digits, . _ - and ends in .jpg or .png")
	}
	_, _, err := readPhoto(from, name)
	return err
}

func readPhoto(from fs.FS, name string) (data []byte, kind string, err error) {
	f, err := from.Open(name)
	if err != nil {
		return nil, "", errors.New("there is no such file in the folder pictures")
	}
	defer f.Close()
	if data, err = io.ReadAll(io.LimitReader(f, maxPhoto+1)); err != nil {
		return nil, "", errors.New("the file cannot be read")
	}
	if len(data) > maxPhoto {
		return nil, "", errors.New("the file has more than 1 MB; save it smaller, or as a .jpg")
	}
	shape, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil || format == "png" != (path.Ext(name) == ".png"):
		return nil, "", fmt.Errorf("the file is no picture of the kind that %s says", path.Ext(name))
	case shape.Width > maxPhotoSide || shape.Height > maxPhotoSide || shape.Width*shape.Height == 0:
		return nil, "", fmt.Errorf("the picture has %d × %d pixels; LINE shows at most %d × %d", shape.Width, shape.Height, maxPhotoSide, maxPhotoSide)
	}
	return data, "image/" + format, nil
}

// found is a photo that can be shown, or nil. One that cannot is named in the
// log, once for each time that the file changes.
func (p *Pages) found(name string) *photo {
	ph, fresh := p.photos.find(p.Pictures, name)
	if ph.err == nil {
		return ph
	}
	if fresh {
		p.Shop.Log.Warn("a picture is not shown in chats", "picture", name, "why", ph.err)
	}
	return nil
}

// PhotoURL is the address of a picture file, or "" when there is none that the
// world can open: no such picture, or no public https address. The address
// names the content, so that it may be kept for ever. It is what bot/line and
// bot/telegram need of photos.
func (p *Pages) PhotoURL(file string) string {
	if !strings.HasPrefix(p.Shop.PublicURL, "https://") {
		return ""
	}
	ph := p.found(file)
	if ph == nil {
		return ""
	}
	return p.Shop.PublicURL + "/p/" + ph.mark + "-" + url.PathEscape(file)
}

// Photo gives a picture file's bytes, for who uploads it.
func (p *Pages) Photo(file string) ([]byte, error) {
	ph := p.found(file)
	if ph == nil {
		return nil, fs.ErrNotExist
	}
	return ph.data, nil
}

// photo serves a picture file under the address of its content: an older one's
// is gone, and nobody can guess the address of one that was never shown.
func (p *Pages) photo(w http.ResponseWriter, r *http.Request) {
	mark, name, _ := strings.Cut(r.PathValue("file"), "-")
	ph := p.found(name)
	if ph == nil || mark != ph.mark {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", ph.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(ph.data))
}
