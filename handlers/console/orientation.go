package console

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation is how a phone was held, as a JPEG's Exif part says it (Exif 2.32,
// 4.6.4 A, tag 274): 1 upright to 8; 1 for whatever does not say. Written anew,
// a picture has no such note any more, so it is turned first.
func orientation(body []byte) int {
	tiff := exif(body)
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	n := uint64(order.Uint16(tiff[at:]))
	for i := range n {
		field := at + 2 + 12*i
		if field+12 > uint64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[field:]) == 0x0112 {
			if v := int(order.Uint16(tiff[field+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}

// exif is the TIFF of a JPEG's first Exif segment; nil where there is none.
func exif(body []byte) []byte {
	if len(body) < 4 || body[0] != 0xff || body[1] != 0xd8 {
		return nil
	}
	for rest := body[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		size := int(binary.BigEndian.Uint16(rest[2:]))
		if size < 2 || 2+size > len(rest) || rest[1] == 0xda { // the dots begin
			return nil
		}
		if found, ok := bytes.CutPrefix(rest[4:2+size], []byte("Exif\x00\x00")); ok && rest[1] == 0xe1 {
			return found
		}
		rest = rest[2+size:]
	}
	return nil
}

// upright turns and mirrors a picture as its orientation asks.
func upright(src *image.RGBA, how int) *image.RGBA {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	if how < 2 {
		return src
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if how > 4 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := turned(x, y, w, h, how)
			out.SetRGBA(tx, ty, src.RGBAAt(x, y))
		}
	}
	return out
}

// turned is where a dot comes to lie.
func turned(x, y, w, h, how int) (int, int) {
	switch how {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}
