package campaigns

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"

	"regulars/handlers/console"
	"regulars/i18n"
)

// maxSide is how many dots a picture in a chat has at most on a side: LINE shows
// no more (LINE docs, #f-image).
const maxSide = 1024

// maxPicture is how many bytes a picture in a chat has at most.
const maxPicture = 1 << 20

// uploaded puts a picture that was sent with the form into the shop's folder and
// gives its name; "" where none was, or, noted as wrong, it is none.
func (d *desk) uploaded(q *console.Request) string {
	if q.R.MultipartForm == nil || len(q.R.MultipartForm.File["upload"]) == 0 || q.R.MultipartForm.File["upload"][0].Size == 0 {
		return ""
	}
	raw, kind, ok := q.Picture("upload")
	if !ok {
		return ""
	}
	raw, err := fitting(raw, kind)
	if err == nil && d.folder == "" {
		err = fs.ErrNotExist
	}
	if err == nil {
		var name string
		if name, err = shelve(d.folder, raw, kind); err == nil {
			return name
		}
	}
	d.Shop.Log.Warn("a picture that was sent could not be kept", "error", err)
	q.Wrong("upload", q.Say(i18n.ConsoleCampaignsPictureNotKept))
	return ""
}

// shelve writes a picture under a name that its content gives, so that it never
// takes the place of another one.
func shelve(folder string, raw []byte, kind string) (string, error) {
	sum := sha256.Sum256(raw)
	name := "campaign-" + hex.EncodeToString(sum[:6]) + map[string]string{"png": ".png", "jpeg": ".jpg"}[kind]
	root, err := os.OpenRoot(folder)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(folder, 0o755); err == nil {
			root, err = os.OpenRoot(folder)
		}
	}
	if err != nil {
		return "", err
	}
	defer root.Close()
	return name, root.WriteFile(name, raw, 0o644)
}

// fitting is a picture as small as chats want it.
func fitting(raw []byte, kind string) ([]byte, error) {
	m, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	side := max(m.Bounds().Dx(), m.Bounds().Dy())
	if side <= maxSide && len(raw) <= maxPicture {
		return raw, nil
	}
	for most := min(side, maxSide); most >= 64; most = most * 3 / 4 {
		var b bytes.Buffer
		if kind == "png" {
			err = png.Encode(&b, shrunk(m, most))
		} else {
			err = jpeg.Encode(&b, shrunk(m, most), &jpeg.Options{Quality: 85})
		}
		if err != nil || b.Len() <= maxPicture {
			return b.Bytes(), err
		}
	}
	return nil, errors.New("the picture cannot be made small enough")
}

// shrunk is a picture with so many dots on its longer side, each the mean of those
// that it stands for.
func shrunk(m image.Image, most int) image.Image {
	from := m.Bounds()
	side := max(from.Dx(), from.Dy())
	w, h := max(1, from.Dx()*most/side), max(1, from.Dy()*most/side)
	out := image.NewNRGBA64(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			box := image.Rect(from.Min.X+x*from.Dx()/w, from.Min.Y+y*from.Dy()/h, from.Min.X+(x+1)*from.Dx()/w, from.Min.Y+(y+1)*from.Dy()/h)
			out.Set(x, y, mean(m, box))
		}
	}
	return out
}

func mean(m image.Image, box image.Rectangle) color.RGBA64 {
	var r, g, b, a, n uint64
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			cr, cg, cb, ca := m.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(cr), g+uint64(cg), b+uint64(cb), a+uint64(ca), n+1
		}
	}
	if n == 0 {
		n = 1
	}
	return color.RGBA64{R: uint16(r / n), G: uint16(g / n), B: uint16(b / n), A: uint16(a / n)}
}
