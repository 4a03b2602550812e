package draw

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"regulars/bot"
)

func TestPNG(t *testing.T) {
	for _, p := range []bot.Picture{
		{QR: "https://bot.example.com/c/" + strings.Repeat("a", 50)},
		{Code128: "KMEY97NARXPK"},
	} {
		raw, err := PNG(p)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		// LINE takes pictures of 1 MB (PLATFORMS 1.4); ours are far below, and
		// large enough for a scanner held at arm's length.
		if b := img.Bounds(); len(raw) > 64<<10 || b.Dx() < 300 || b.Dy() < 200 {
			t.Errorf("%+v: %d bytes, %v", p, len(raw), b)
		}
		if r, _, _, _ := img.At(1, 1).RGBA(); r == 0 {
			t.Errorf("%+v: no quiet zone", p)
		}
	}
	if _, err := PNG(bot.Picture{QR: strings.Repeat("x", 5000)}); err == nil {
		t.Error("5,000 letters fitted into a QR code")
	}
}
