package console

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
	"sync"

	"golang.org/x/image/draw" // scaling; the standard library has none
	_ "golang.org/x/image/webp"

	"regulars/i18n"
)

const (
	// MaxPicture bounds an uploaded picture's file in bytes: a phone's photo.
	MaxPicture = 12 << 20
	// pictureSide is what LINE shows of a picture in a message, in dots each way
	// (LINE docs, #f-image), and pictureBytes what a phone loads at a glance.
	pictureSide  = 1024
	pictureBytes = 1 << 20
	// maxDots bounds what is decoded, whatever the file's size: 50 million dots,
	// the largest photos of phones, are 200 MB.
	maxDots = 50_000_000
	maxSide = 20_000
)

// decoding lets one picture be decoded at a time, which bounds the memory.
var decoding sync.Mutex

// Picture is the picture of a form's field, written anew: as small as chats show
// it, upright, and with nothing left of the file but its dots. ext is ".png" for
// what can be seen through, else ".jpg". PNG, JPEG and WebP are taken. false, and
// noted as wrong, for what is no picture, whatever it calls itself, or too big.
func (q *Request) Picture(field string) (name string, body []byte, ext string, ok bool) {
	name, body, ok = q.upload(field, MaxPicture)
	if !ok {
		return "", nil, "", false
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(body)) // before room is made for it
	switch {
	case err != nil || size.Width < 1 || size.Height < 1:
		q.Wrong(field, q.Say(i18n.ConsoleNotPicture))
		return "", nil, "", false
	case size.Width > maxSide || size.Height > maxSide || room(size) > maxDots:
		q.Wrong(field, q.Say(i18n.ConsolePictureBig, "Width", size.Width, "Height", size.Height))
		return "", nil, "", false
	}
	if body, ext, err = remade(body); err != nil {
		q.Wrong(field, q.Say(i18n.ConsoleNotPicture))
		return "", nil, "", false
	}
	return name, body, ext, true
}

// room is how many dots of a photo a picture takes the memory of: one with 16 bits
// a colour is twice as large.
func room(size image.Config) int {
	n := size.Width * size.Height
	if m := size.ColorModel; m == color.RGBA64Model || m == color.NRGBA64Model {
		n *= 2
	}
	return n
}

func remade(body []byte) (out []byte, ext string, err error) {
	decoding.Lock()
	defer decoding.Unlock()
	src, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	img := upright(scaled(src, pictureSide), orientation(body))
	var b bytes.Buffer
	if !img.Opaque() {
		if err := png.Encode(&b, img); err == nil && b.Len() <= pictureBytes {
			return b.Bytes(), ".png", nil
		}
		b.Reset()
	}
	err = jpeg.Encode(&b, onWhite(img), &jpeg.Options{Quality: 85})
	return b.Bytes(), ".jpg", err
}

// Thumbnail is a picture of the shop's own as a small JPEG, no side over so many
// dots; false for what is none, or too big.
func Thumbnail(body []byte, side int) ([]byte, bool) {
	size, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || room(size) > maxDots {
		return nil, false
	}
	decoding.Lock()
	defer decoding.Unlock()
	src, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, false
	}
	var b bytes.Buffer
	err = jpeg.Encode(&b, onWhite(scaled(src, side)), &jpeg.Options{Quality: 70})
	return b.Bytes(), err == nil
}

// scaled is a picture with no side over so many dots.
func scaled(src image.Image, side int) *image.RGBA {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	return dst
}

// onWhite is the picture on white: what can be seen through has no place in a JPEG.
func onWhite(img *image.RGBA) *image.RGBA {
	if img.Opaque() {
		return img
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}

// ShelvePicture writes a picture into a folder, whole or not at all, under a name
// that its content ends, so that it never takes the place of another one.
func ShelvePicture(folder, stem string, body []byte, ext string) (name string, err error) {
	sum := sha256.Sum256(body)
	name = stem + "-" + hex.EncodeToString(sum[:6]) + ext
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
	part := ".new-" + name
	if err = root.WriteFile(part, body, 0o644); err == nil {
		err = root.Rename(part, name)
	}
	if err != nil {
		root.Remove(part)
	}
	return name, err
}
