package console

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// held is a JPEG of two halves, dark left and light right, that says how the
// phone was held.
func held(t *testing.T, how int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for x := range 64 {
		for y := range 32 {
			m.Set(x, y, color.Gray{Y: uint8(x / 32 * 255)})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	tiff := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"), 0, byte(how), 0, 0, 0, 0, 0, 0)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(tiff)+2))
	return append(append(append([]byte{0xff, 0xd8}, segment...), tiff...), b.Bytes()[2:]...)
}

// TestPicturesStandUpright: a photo is turned as the phone was held, and says no
// more about that, nor anything else.
func TestPicturesStandUpright(t *testing.T) {
	for how, want := range map[int]struct {
		w, h  int
		light image.Point // a dot that is in the light half
	}{1: {64, 32, image.Pt(60, 16)}, 3: {64, 32, image.Pt(4, 16)}, 6: {32, 64, image.Pt(16, 60)}, 8: {32, 64, image.Pt(16, 4)}} {
		out, ext, err := remade(held(t, how))
		if err != nil || ext != ".jpg" {
			t.Fatal(ext, err)
		}
		m, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		r, _, _, _ := m.At(want.light.X, want.light.Y).RGBA()
		if s := m.Bounds().Size(); s.X != want.w || s.Y != want.h || r < 0xc000 {
			t.Errorf("held %d: %v, light there %#x", how, s, r)
		}
		if bytes.Contains(out, []byte("Exif")) {
			t.Errorf("held %d: something of the file is left", how)
		}
	}
	for _, odd := range [][]byte{nil, {0xff, 0xd8}, held(t, 9), held(t, 6)[:30], []byte("GIF89a")} {
		if n := orientation(odd); n != 1 {
			t.Errorf("%q is held %d", odd, n)
		}
	}
}
