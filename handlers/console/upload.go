package console

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg" // what a picture may be
	_ "image/png"
	"io"
	"net/http"
	"path"
	"strings"

	"regulars/handlers/shop"
	"regulars/i18n"
)

const (
	// MaxUpload bounds an uploaded file in bytes.
	MaxUpload = 2 << 20
	// maxSide bounds a picture's width and height in dots: 16 million of them are
	// 64 MB once decoded, whatever the file's size.
	maxSide = 4000
)

// Upload is the file of a form's field: its name without folders, and its
// bytes, [MaxUpload] at most. false, and noted as wrong, where none was chosen
// or it is too big.
func (q *Request) Upload(field string) (name string, body []byte, ok bool) {
	file, head, err := q.R.FormFile(field)
	if err != nil || head.Size == 0 {
		q.Wrong(field, q.Say(i18n.ConsoleNoFile))
		return "", nil, false
	}
	defer file.Close()
	body, err = io.ReadAll(io.LimitReader(file, MaxUpload+1))
	if err != nil || len(body) > MaxUpload {
		q.Wrong(field, q.tooBig())
		return "", nil, false
	}
	return shop.Tidy(path.Base(strings.ReplaceAll(head.Filename, `\`, "/"))), body, true
}

func (q *Request) tooBig() string { return q.Say(i18n.ConsoleTooBig, "Most", MaxUpload>>20) }

// Picture is the picture of a form's field as it was sent, kind "png" or "jpeg",
// after it was decoded whole. false, and noted as wrong, for what is no picture,
// whatever it calls itself, or has a side over 4,000 dots.
func (q *Request) Picture(field string) (body []byte, kind string, ok bool) {
	_, body, ok = q.Upload(field)
	if !ok {
		return nil, "", false
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(body)) // before room is made for it
	switch {
	case err != nil || size.Width < 1 || size.Height < 1:
		q.Wrong(field, q.Say(i18n.ConsoleNotPicture))
		return nil, "", false
	case size.Width > maxSide || size.Height > maxSide:
		q.Wrong(field, q.Say(i18n.ConsolePictureBig, "Width", size.Width, "Height", size.Height, "Most", maxSide))
		return nil, "", false
	}
	if _, kind, err = image.Decode(bytes.NewReader(body)); err != nil {
		q.Wrong(field, q.Say(i18n.ConsoleNotPicture))
		return nil, "", false
	}
	return body, kind, true
}

// tooLarge reports whether reading a form ended at its bound.
func tooLarge(err error) bool {
	var large *http.MaxBytesError
	return errors.As(err, &large)
}
