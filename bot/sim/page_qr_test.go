package sim

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"regulars/bot"
	"regulars/bot/draw"
)

// magnified draws a symbol with a quiet zone.
func magnified(code barcode.Barcode, module int) image.Image {
	n := code.Bounds().Dx()
	img := image.NewGray(image.Rect(0, 0, (n+8)*module, (n+8)*module))
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			img.SetGray(x, y, color.Gray{255})
			if i, j := x/module-4, y/module-4; i >= 0 && j >= 0 && i < n && j < n {
				if r, _, _, _ := code.At(i, j).RGBA(); r == 0 {
					img.SetGray(x, y, color.Gray{0})
				}
			}
		}
	}
	return img
}

// Whatever an encoder of somebody else writes is read back, at every level and
// nearly every size.
func TestReadQR(t *testing.T) {
	sizes := map[int]bool{}
	for level := qr.L; level <= qr.H; level++ {
		for n := 1; n < 1200; n = n*3/2 + 1 {
			for mode, unit := range map[string]string{"numeric": "7", "capitals": "A-/", "bytes": "https://例え/é?"} {
				text := strings.Repeat(unit, n/len(unit)+1)
				code, err := qr.Encode(text, level, qr.Auto)
				if err != nil {
					continue
				}
				sizes[code.Bounds().Dx()] = true
				if got, err := readQR(magnified(code, 1)); got != text || err != nil {
					t.Fatalf("level %v, %s of %d: read %q, %v", level, mode, len(text), got, err)
				}
			}
		}
	}
	if len(sizes) < 15 {
		t.Errorf("only %d sizes were tried", len(sizes))
	}
}

func TestReadQROfDraw(t *testing.T) {
	const link = "https://bot.example.com/c/4aF-9_zz"
	raw, err := draw.PNG(bot.Picture{QR: link})
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readQR(img); got != link || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestReadQROfOtherPictures(t *testing.T) {
	bar, err := draw.PNG(bot.Picture{Code128: "KMEY97NARXPK"})
	if err != nil {
		t.Fatal(err)
	}
	for i, raw := range [][]byte{bar, pagePhoto()} {
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := readQR(img); err == nil {
			t.Error(fmt.Sprint("picture ", i, " reads ", text))
		}
	}
	if _, err := readQR(image.NewGray(image.Rect(0, 0, 100, 100))); err == nil {
		t.Error("a black picture was read")
	}
}
