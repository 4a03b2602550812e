package console

import (
	"errors"
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
)

// Upload is the file of a form's field: its name without folders, and its
// bytes, [MaxUpload] at most. false, and noted as wrong, where none was chosen
// or it is too big.
func (q *Request) Upload(field string) (name string, body []byte, ok bool) {
	return q.upload(field, MaxUpload)
}

func (q *Request) upload(field string, most int64) (name string, body []byte, ok bool) {
	file, head, err := q.R.FormFile(field)
	if err != nil || head.Size == 0 {
		q.Wrong(field, q.Say(i18n.ConsoleNoFile))
		return "", nil, false
	}
	defer file.Close()
	body, err = io.ReadAll(io.LimitReader(file, most+1))
	if err != nil || int64(len(body)) > most {
		q.Wrong(field, q.tooBig(most))
		return "", nil, false
	}
	return shop.Tidy(path.Base(strings.ReplaceAll(head.Filename, `\`, "/"))), body, true
}

func (q *Request) tooBig(most int64) string { return q.Say(i18n.ConsoleTooBig, "Most", most>>20) }

// tooLarge reports whether reading a form ended at its bound.
func tooLarge(err error) bool {
	var large *http.MaxBytesError
	return errors.As(err, &large)
}
