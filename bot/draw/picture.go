// Package draw turns what the bot says into what people see: for now the codes
// on cards, as pictures. The drawings of whole messages, for the simulator's
// page and for previews, join it with those pages.
//
// Encoding is boombuler/barcode's: QR and Code 128 are standards with error
// correction that one does not write again.
package draw

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"regulars/bot"
)

// Sizes in pixels. A phone shows them at a third; scanners want modules of
// several pixels and the quiet zone of the standards (QR: 4 modules, Code 128:
// 10).
const (
	qrModule  = 12
	qrQuiet   = 4
	barModule = 4
	barQuiet  = 10
	barHeight = 240
)

// PNG draws a code. It fails for text that does not fit into one.
func PNG(p bot.Picture) ([]byte, error) {
	var out *image.Paletted
	switch {
	case p.QR != "":
		code, err := qr.Encode(p.QR, qr.M, qr.Auto)
		if err != nil {
			return nil, fmt.Errorf("draw: qr: %w", err)
		}
		out = paint(code, qrModule, qrModule, qrQuiet)
	case p.Code128 != "":
		code, err := code128.Encode(p.Code128)
		if err != nil {
			return nil, fmt.Errorf("draw: code 128: %w", err)
		}
		out = paint(code, barModule, barHeight, barQuiet)
	default:
		return nil, fmt.Errorf("draw: a picture of nothing")
	}
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, out); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// paint draws each module as a box of w by h pixels with so many quiet modules
// around. Two colours make a file of a kilobyte.
func paint(code barcode.Barcode, w, h, quiet int) *image.Paletted {
	in := code.Bounds()
	margin := quiet * w
	out := image.NewPaletted(image.Rect(0, 0, in.Dx()*w+2*margin, in.Dy()*h+2*margin), color.Palette{color.White, color.Black})
	for y := range in.Dy() {
		for x := range in.Dx() {
			if r, _, _, _ := code.At(in.Min.X+x, in.Min.Y+y).RGBA(); r == 0 {
				box := image.Rect(x*w, y*h, (x+1)*w, (y+1)*h).Add(image.Pt(margin, margin))
				draw.Draw(out, box, image.Black, image.Point{}, draw.Src)
			}
		}
	}
	return out
}
