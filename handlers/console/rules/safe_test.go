package rules_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"regulars/handlers/console/consoletest"
	"regulars/loyalty/people"
	"regulars/store"
)

// TestWhoMayChange: who manages one store reads, what points are earned by and
// the file are the owner's, and a clerk sees nothing.
func TestWhoMayChange(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t, "[earn]\n", "[[store]]\nid = \"east\"\nname = \"東店\"\n\n[earn]\n")
	was := s.text()
	max, mia := w.Open(w.Main), w.Open(w.Manager)
	for _, path := range []string{"", "/list/reward", "/list/reward/cookie", "/shop", "/earn", "/versions", "/versions/1", "/file", "/codes", "/pictures", "/compare"} {
		max.Get("/console/rules" + path).Must()
	}
	page := max.Get("/console/rules/list/reward/cookie").Must("made by those who manage the whole shop")
	token := page.Form("/cookie").Values.Get("token")
	for _, path := range []string{"/list/reward/cookie", "/list/bonus/wednesday/drop", "/shop", "/pictures"} {
		p := send(w, max, "/console/rules"+path, url.Values{"token": {token}, "cost": {"1"}, "confirm": {"1"}, "reason": {"x"}, "name.zh-TW": {"x"}})
		if p.Status != http.StatusUnprocessableEntity || !p.Says("those who manage the whole shop") {
			t.Errorf("%s by the manager of one store gave %d", path, p.Status)
		}
	}
	token = mia.Get("/console/rules/earn").Must("the owner’s").Form("/earn").Values.Get("token")
	for _, path := range []string{"/earn", "/file"} {
		if p := send(w, mia, "/console/rules"+path, url.Values{"token": {token}, "earn.per": {"1"}, "text": {was}, "confirm": {"1"}, "reason": {"x"}}); p.Status != http.StatusForbidden {
			t.Errorf("%s by a manager gave %d", path, p.Status)
		}
	}
	review := mia.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("cost", "70").Send()
	w.Do(func(tx store.Tx) error { return w.Shop.Vault.Dismiss(tx, w.Manager.ID, w.Clock.Now()) })
	if p := review.Form("/cookie").Set("reason", "x").Send(); p.Status != http.StatusUnauthorized {
		t.Errorf("dismissed between form and save: %d", p.Status)
	}
	if s.text() != was || w.Clerk.Role != people.Clerk {
		t.Error("something was changed")
	}
}

// TestWhoMayWithdraw: a manager keeps no version from beginning that only the
// owner could have made, and one that managers make they do.
func TestWhoMayWithdraw(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	later := []string{"when", "at", "date", "2026-02-01"}
	owner, mia := w.Open(w.Owner), w.Open(w.Manager)
	confirm(owner.Get("/console/rules/earn").Form("/earn").Set("earn.per", "200").Send(), "/earn", later...).Must("Saved as version")
	earn := s.Versions()[len(s.Versions())-1].Number
	at := fmt.Sprintf("/console/rules/versions/%d", earn)
	if p := mia.Get(at); strings.Contains(p.Body, "/withdraw") {
		t.Error("a manager is offered to withdraw what is the owner's")
	}
	token := mia.Get("/console/rules/list/reward/cookie").Form("/cookie").Values.Get("token")
	p := send(w, mia, at+"/withdraw", url.Values{"token": {token}, "reason": {"no"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Says("This is for the owner") {
		t.Errorf("a manager withdraws it: %d %s", p.Status, p.Text())
	}
	confirm(mia.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("cost", "70").Send(), "/cookie", "when", "at", "date", "2026-01-20").Must("Saved as version")
	for _, v := range s.Versions() {
		if strings.Contains(v.Text, "2026-01-20") {
			mia.Get(fmt.Sprintf("/console/rules/versions/%d", v.Number)).Form("/withdraw").Set("reason", "no").Send().Must("is withdrawn")
		}
	}
}

// send is a form of ours with whatever values.
func send(w *consoletest.World, b *consoletest.Browser, path string, values url.Values) *consoletest.Page {
	req := httptest.NewRequest(http.MethodPost, w.URL+path, strings.NewReader(values.Encode()))
	req.RequestURI = ""
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(req)
}

// upload sends a file as a browser does.
func upload(w *consoletest.World, b *consoletest.Browser, path, field, name string, body []byte) *consoletest.Page {
	w.T.Helper()
	token := b.Get(strings.TrimSuffix(path, "/x")).Form("").Values.Get("token")
	var data bytes.Buffer
	m := multipart.NewWriter(&data)
	m.WriteField("token", token)
	part, err := m.CreateFormFile(field, name)
	if err != nil {
		w.T.Fatal(err)
	}
	part.Write(body)
	m.Close()
	req := httptest.NewRequest(http.MethodPost, w.URL+path, &data)
	req.RequestURI = ""
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(req)
}

// drawn is a picture of a size; glass has parts one can see through.
func drawn(width, height int, glass bool) (body []byte) {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		img.Set(x, x%height, color.NRGBA{uint8(x), 90, 30, 255})
	}
	var b bytes.Buffer
	if glass {
		png.Encode(&b, img)
	} else {
		jpeg.Encode(&b, img, nil)
	}
	return b.Bytes()
}

// webp is one dot, lossless.
var webp = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

// TestPictures: an upload is decoded, made small and written anew; what is no
// picture, too big or elsewhere is refused.
func TestPictures(t *testing.T) {
	t.Parallel()
	w, s, dir := open(t)
	b := w.Open(w.Manager)
	for _, c := range []struct {
		name, said string
		body       []byte
	}{
		{"latte.jpg", "not a picture", []byte("<svg onload=alert(1)>")},
		{"latte.png", "not a picture", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")},
		{"half.jpg", "not a picture", drawn(100, 100, false)[:300]},
		{"wide.png", "too many", bomb(30_000, 30_000)},
		{"huge.jpg", "2 MB", bytes.Repeat([]byte("x"), 2<<20+1)},
		{"none.jpg", "", nil},
	} {
		if p := upload(w, b, "/console/rules/pictures", "picture", c.name, c.body); p.Status != http.StatusUnprocessableEntity || !p.Says(c.said) {
			t.Errorf("%s: %d %s", c.name, p.Status, p.Text())
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Fatalf("something was kept: %v", left)
	}
	upload(w, b, "/console/rules/pictures", "picture", `..\..\Oat Latte!.jpg`, append(drawn(1500, 700, false), "<script>"...)).Must("oat-latte-")
	upload(w, b, "/console/rules/pictures", "picture", "../../etc/ラテ.png", drawn(60, 40, true)).Must("ラテ-")
	upload(w, b, "/console/rules/pictures", "picture", "dot.webp", webp).Must("dot-")
	left, _ := os.ReadDir(dir)
	if len(left) != 3 {
		t.Fatalf("%d files", len(left))
	}
	for _, e := range left {
		raw, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		size, kind, err := image.DecodeConfig(bytes.NewReader(raw))
		if err != nil || size.Width > 1024 || bytes.Contains(raw, []byte("script")) || strings.HasPrefix(e.Name(), "ラテ") != (kind == "png" && size.Width == 60) {
			t.Errorf("%s: %s %d × %d, %v", e.Name(), kind, size.Width, size.Height, err)
		}
		if p := b.Get("/console/rules/pictures/" + url.PathEscape(e.Name())); p.Status != http.StatusOK || p.Body != string(raw) {
			t.Errorf("%s is not shown: %d", e.Name(), p.Status)
		}
	}
	for _, path := range []string{"..%2fprogramme.toml", "%2e%2e%2fprogramme.jpg", "none.jpg", ".new-1.jpg"} {
		if p := b.Get("/console/rules/pictures/" + path); p.Status != http.StatusNotFound || strings.Contains(p.Body, "currency") {
			t.Errorf("%s gave %d", path, p.Status)
		}
	}
	name := left[0].Name()
	confirm(b.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("picture", name).Send(), "/cookie")
	if !strings.Contains(s.text(), name) {
		t.Error("the reward does not show it")
	}
}

// bomb is a small file of a picture that would be large.
func bomb(width, height uint32) []byte {
	body := drawn(1, 1, true)
	for i, n := range []uint32{width, height} {
		for j := range 4 {
			body[16+4*i+j] = byte(n >> (8 * (3 - j)))
		}
	}
	return withCRC(body)
}

// TestCodes: codes are counted and never shown; a pool that is not there takes none.
func TestCodes(t *testing.T) {
	t.Parallel()
	w, _, _ := open(t, "id    = \"cookie\"\n", "id    = \"cookie\"\nkind = \"code\"\n")
	b := w.Open(w.Manager)
	b.Get("/console/rules/codes").Must("Cookie").Click("Cookie").Form("/cookie").Set("codes", "AAA-1\nAAA-2\n\nAAA-1\n").Send().
		Must("2 codes added, 1 were there already; 2 are left")
	upload(w, b, "/console/rules/codes/cookie", "file", "codes.csv", []byte("\ufeff\"BBB-1\",5\r\nAAA-2,6\r\n")).Must("1 codes added, 1 were there already; 3 are left")
	if p := b.Get("/console/rules/codes/cookie").Form("/cookie").Set("codes", strings.Repeat("x", 1025)).Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("line 1") {
		t.Errorf("a long code: %d %s", p.Status, p.Text())
	}
	if p := b.Get("/console/rules/codes/cookie").Form("/cookie").Send(); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("no code: %d", p.Status)
	}
	if p := b.Get("/console/rules/codes/latte"); p.Status != http.StatusNotFound {
		t.Errorf("a reward without codes: %d", p.Status)
	}
	for _, path := range []string{"/console/rules/codes", "/console/rules/codes/cookie"} {
		if strings.Contains(b.Get(path).Body, "AAA") {
			t.Error("a code is shown on " + path)
		}
	}
	if strings.Contains(w.Log.String(), "AAA") {
		t.Error("a code is in the log")
	}
}

// TestHostile: whatever a name says stays text, in the page and in the file.
func TestHostile(t *testing.T) {
	t.Parallel()
	w, s, _ := open(t)
	b := w.Open(w.Manager)
	evil := `"]]</td><script>x</script> [[bonus]] = # \`
	confirm(b.Get("/console/rules/list/reward/cookie").Form("/cookie").Set("name.en", evil[:39]).Send(), "/cookie").Must(evil[:39])
	if n := len(s.now().Rules.Earning.Bonuses); n != 1 {
		t.Errorf("%d bonuses", n)
	}
	for _, path := range []string{"/list/reward", "/versions/2", "/compare?a=1&b=2", "/file"} {
		if body := b.Get("/console/rules" + path).Body; strings.Contains(body, "<script>x") {
			t.Errorf("%s runs what a name says", path)
		}
	}
	for _, path := range []string{"/list/none", "/list/reward/none", "/list/shop", "/versions/99", "/list/survey/+", "/list/reward/..%2f"} {
		if p := b.Get("/console/rules" + path); p.Status != http.StatusNotFound {
			t.Errorf("%s gave %d", path, p.Status)
		}
	}
}

// withCRC puts the checksum of a PNG's first chunk right.
func withCRC(body []byte) []byte {
	sum := crc32.ChecksumIEEE(body[12:29])
	for j := range 4 {
		body[29+j] = byte(sum >> (8 * (3 - j)))
	}
	return body
}
