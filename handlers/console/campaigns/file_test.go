package campaigns

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// TestFileDownAndUp: a draft kept as a file is the same draft when it comes back;
// a file with mistakes makes none, and names them by their lines.
func TestFileDownAndUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	b := w.Open(w.Manager)
	id := w.idOf(w.draft(b).Set("present", "coupon").Send())
	p := b.Get("/console/campaigns/" + string(id) + "/file")
	if kind := p.Header.Get("Content-Disposition"); !strings.Contains(kind, "campaign-"+string(id)+".toml") {
		t.Errorf("the file is %s", kind)
	}
	up := b.Get("/console/campaigns/upload").Form("/upload").Attach("file", "winter.toml", []byte(p.Body)).Send().Must("Read. It is a draft now.", "made")
	_, want := w.get(id)
	if _, got := w.get(w.idOf(up)); !reflect.DeepEqual(got, want) {
		t.Errorf("back came %+v, not %+v", got, want)
	}
	for text, says := range map[string]string{
		"name = \"x\"\nsegmnt = \"active\"\n":                                "Line 2:",
		"name = \"x\"\nsegment = \"activ\"\n[text.en]\ntext = \"Hi\"\n":      "Line 2: segment I can't use that.",
		"name = \"x\"\nsegment = \"active\"\n[text.en]\ntext = \"{nmae}\"\n": "Line 4:",
		"name = ": "This is not TOML",
	} {
		q := b.Get("/console/campaigns/upload").Form("/upload").Attach("file", "w.toml", []byte(text)).Send()
		if q.Status != refused || !strings.Contains(strings.ToLower(q.Text()), strings.ToLower(says)) {
			t.Errorf("%q gave %d: %s", text, q.Status, q.Text())
		}
	}
	if q := b.Get("/console/campaigns/upload").Form("/upload").Send(); q.Status != refused {
		t.Errorf("no file gave %d", q.Status)
	}
}

// TestPictureSent: a picture that comes with the form is made to fit chats and
// stands in the preview; what is none is refused, and nothing outside the folder
// is shown.
func TestPictureSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	b := w.Open(w.Manager)
	var big bytes.Buffer
	if err := png.Encode(&big, image.NewGray(image.Rect(0, 0, 2000, 500))); err != nil {
		t.Fatal(err)
	}
	p := w.draft(b).Attach("upload", "../../winter.png", big.Bytes()).Send().Must("Kept.")
	_, d := w.get(w.idOf(p))
	if !strings.Contains(p.Body, "/console/campaigns/piece/picture/"+d.Picture) {
		t.Errorf("the preview lacks %q", d.Picture)
	}
	shown := b.Get("/console/campaigns/piece/picture/" + d.Picture)
	if m, _, err := image.DecodeConfig(strings.NewReader(shown.Body)); err != nil || m.Width != 1024 || m.Height != 256 {
		t.Errorf("the picture is %+v, %v", m, err)
	}
	if p := b.Get("/console/campaigns/piece/picture/..%2Fx.png"); p.Status != http.StatusNotFound {
		t.Errorf("a path out of the folder gave %d", p.Status)
	}
	q := w.draft(b).Attach("upload", "x.png", []byte("<script>")).Send()
	if q.Status != refused || !strings.Contains(q.Body, `id="f-upload-wrong"`) {
		t.Errorf("no picture gave %d: %s", q.Status, q.Text())
	}
}
