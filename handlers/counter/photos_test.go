package counter

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"regulars/bot"
	"regulars/handlers/shop"
)

// pictureFile is a picture of so many pixels, saved as its name says.
func pictureFile(t testing.TB, name string, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)))
	if strings.HasSuffix(name, ".jpg") {
		b.Reset()
		err = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPhotos(t *testing.T) {
	pages, _, get := site(t, "https://cafe.example")
	dir := filepath.Join(t.TempDir(), "pictures") // comes later than the pages
	pages.Pictures = Folder(dir)
	if got := pages.PhotoURL("latte.jpg"); got != "" {
		t.Errorf("without a folder: %q", got)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"latte.jpg", "拿鐵 大.png", "拿鐵-大.png"} {
		put(t, filepath.Join(dir, name), pictureFile(t, name, 1024, 640))
	}
	for name, kind := range map[string]string{"latte.jpg": "image/jpeg", "拿鐵-大.png": "image/png"} {
		path, ok := strings.CutPrefix(pages.PhotoURL(name), "https://cafe.example")
		if !ok {
			t.Fatalf("%s has no address", name)
		}
		w := get(path, "")
		want, err := pages.Photo(name)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || err != nil || !bytes.Equal(w.Body.Bytes(), want) {
			t.Errorf("%s: status %d, %s, %d bytes (%v)", path, w.Code, w.Header().Get("Content-Type"), w.Body.Len(), err)
		}
		if c := w.Header().Get("Cache-Control"); !strings.Contains(c, "immutable") {
			t.Errorf("%s: %q", path, c)
		}
	}
	// Another picture under the same name has another address.
	old := pages.PhotoURL("latte.jpg")
	put(t, filepath.Join(dir, "latte.jpg"), pictureFile(t, "latte.jpg", 640, 640))
	if err := os.Chtimes(filepath.Join(dir, "latte.jpg"), time.Time{}, time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	if now := pages.PhotoURL("latte.jpg"); now == old || now == "" {
		t.Errorf("changed, it is at %q", now)
	}
	if w := get(strings.TrimPrefix(old, "https://cafe.example"), ""); w.Code != http.StatusNotFound {
		t.Errorf("the old address: status %d", w.Code)
	}
}

// Nothing but good pictures of the folder itself can be had, and nothing of it
// can be listed.
func TestPhotosOfNothingElse(t *testing.T) {
	pages, _, get := site(t, "https://cafe.example")
	top := t.TempDir()
	dir := filepath.Join(top, "pictures")
	if err := os.MkdirAll(filepath.Join(dir, "inner.jpg"), 0o700); err != nil {
		t.Fatal(err)
	}
	good := pictureFile(t, "a.jpg", 10, 10)
	for path, data := range map[string][]byte{
		"secret.jpg": good, "pictures/latte.jpg": good, "pictures/wrong.png": good, "pictures/words.jpg": []byte("no picture"), "pictures/.hidden.jpg": good,
		"pictures/wide.jpg": pictureFile(t, "a.jpg", 1025, 10), "pictures/heavy.jpg": append(good, make([]byte, maxPhoto)...), "pictures/a.gif": good,
	} {
		put(t, filepath.Join(top, path), data)
	}
	if err := os.Symlink("../secret.jpg", filepath.Join(dir, "way-out.jpg")); err != nil {
		t.Skip("no links here:", err)
	}
	pages.Pictures = Folder(dir)
	if pages.PhotoURL("latte.jpg") == "" {
		t.Fatal("the good one has no address")
	}
	mark := strings.SplitN(strings.TrimPrefix(pages.PhotoURL("latte.jpg"), "https://cafe.example/p/"), "-", 2)[0]
	for _, name := range []string{"secret.jpg", "../secret.jpg", "way-out.jpg", "inner.jpg", "wrong.png", "words.jpg", ".hidden.jpg", "wide.jpg", "heavy.jpg", "a.gif", "", "."} {
		if u := pages.PhotoURL(name); u != "" {
			t.Errorf("%q is at %s", name, u)
		}
		if _, err := pages.Photo(name); err == nil {
			t.Errorf("%q can be uploaded", name)
		}
		for _, path := range []string{"/p/" + mark + "-" + strings.ReplaceAll(name, "/", "%2F"), "/p/" + name} {
			if w := get(path, ""); w.Code == http.StatusOK {
				t.Errorf("%s: status %d", path, w.Code)
			}
		}
	}
	for _, path := range []string{"/p/", "/p/latte.jpg", "/p/-latte.jpg", "/p/0123456789abcdef-latte.jpg"} {
		if w := get(path, ""); w.Code == http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	for name, want := range map[string]string{"wide.jpg": "1025 × 10", "heavy.jpg": "1 MB", "words.jpg": "no picture", "gone.jpg": "no such file", "../a.jpg": "letters"} {
		if err := CheckPhoto(pages.Pictures, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if err := CheckPhoto(pages.Pictures, "latte.jpg"); err != nil {
		t.Error(err)
	}
}

// Without a public https address a photo has none, and its bytes can still be
// uploaded; an address of the shop's own choice is left alone.
func TestPhotosWithoutPublicAddress(t *testing.T) {
	pages, _, _ := site(t, "http://127.0.0.1:8080")
	dir := t.TempDir()
	put(t, filepath.Join(dir, "latte.jpg"), pictureFile(t, "latte.jpg", 10, 10))
	pages.Pictures = Folder(dir)
	pages.Shop.Photos = pages.PhotoURL
	if _, err := pages.Photo("latte.jpg"); err != nil || pages.Shop.PhotoURL("latte.jpg") != "" {
		t.Error(err, pages.Shop.PhotoURL("latte.jpg"))
	}
	if got := pages.Shop.PhotoURL("https://cdn.example/a.jpg"); got != "https://cdn.example/a.jpg" {
		t.Error(got)
	}
	if got := (&shop.Shop{}).PhotoURL("latte.jpg"); got != "" {
		t.Error(got)
	}
}

// The longest link that a voucher's code may hold still fits into a picture's
// address, on LINE's terms (1,000 letters of a button, 2,000 of a picture).
func TestVoucherCodesFit(t *testing.T) {
	pages, _, get := site(t, "https://a-rather-long-name-of-a-shop.bot.example.com")
	for what, p := range map[string]bot.Picture{
		"a link":    {QR: pages.Shop.PublicURL + "/c/" + strings.Repeat("A", 200), Alt: strings.Repeat("words", 100)},
		"a command": {QR: "https://t.me/" + strings.Repeat("b", 32) + "?start=" + strings.Repeat("c", 64)},
		"a code":    {Code128: "ABC-DEF-GHJ"},
	} {
		address := pages.URL(p)
		if len(address) == 0 || len(address) > 1000 {
			t.Errorf("%s: an address of %d letters", what, len(address))
		}
		w := get(strings.TrimPrefix(address, pages.Shop.PublicURL), "")
		shown, err := png.DecodeConfig(w.Body)
		if w.Code != http.StatusOK || err != nil || shown.Width > 1024 || shown.Height > 1024 {
			t.Errorf("%s: status %d, %v, %d × %d pixels", what, w.Code, err, shown.Width, shown.Height)
		}
	}
}

// Whatever path is asked for, nothing but a picture is ever given.
func FuzzPhotoPath(f *testing.F) {
	pages, _, get := site(f, "https://cafe.example")
	dir := f.TempDir()
	put(f, filepath.Join(dir, "latte.jpg"), pictureFile(f, "latte.jpg", 10, 10))
	put(f, filepath.Join(dir, "secret.txt"), []byte("secret"))
	pages.Pictures = Folder(dir)
	good := strings.TrimPrefix(pages.PhotoURL("latte.jpg"), "https://cafe.example/p/")
	for _, s := range []string{good, good + "/", "..%2F" + good, good + "%00", strings.Replace(good, "latte.jpg", "..%2Fpictures%2Flatte.jpg", 1), "-secret.txt", "x-" + filepath.Base(dir), "%2e%2e-latte.jpg"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if _, err := url.ParseRequestURI("/p/" + path); err != nil || strings.ContainsFunc(path, unicode.IsSpace) {
			t.Skip("no client could ask for it")
		}
		w := get("/p/"+path, "")
		if w.Code == http.StatusOK && w.Header().Get("Content-Type") != "image/jpeg" {
			t.Fatalf("%q gave %s", path, w.Header().Get("Content-Type"))
		}
	})
}
