package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"regulars/i18n"
)

// Answer is what a route gives; see the methods of [Request] that make one.
type Answer struct {
	page   string // template
	piece  bool   // without the frame
	title  string
	data   any
	status int
	to     string // instead of a page
	said   string
	file   *file
	stream func(ctx context.Context, send func(event, data string) error) error
}

// Page is a page of the console: a template of the part's files and its data.
func (q *Request) Page(template, title string, data any) Answer {
	return Answer{page: template, title: title, data: data}
}

// Piece is a template without the frame, for htmx.
func (q *Request) Piece(template string, data any) Answer {
	return Answer{page: template, piece: true, data: data}
}

// Draw is what [Request.Piece] would send, for an event of a [Request.Stream].
func (q *Request) Draw(template string, data any) (string, error) {
	var b bytes.Buffer
	if err := q.c.render(&b, q, q.Piece(template, data), nil); err != nil {
		return "", err
	}
	piece, err := q.withTokens(b.Bytes())
	return string(piece), err
}

// With is the answer under another status.
func (a Answer) With(status int) Answer { a.status = status; return a }

// Go leads to a page after something was done; said is shown there once.
func (q *Request) Go(to, said string) Answer { return Answer{to: to, said: said} }

// note is a page with one sentence.
func (q *Request) note(status int, sentence string) Answer {
	return Answer{page: "console_note.html", title: q.Say(i18n.ConsoleTitle), data: sentence, status: status}
}

// Gone is the answer where nothing of that name is, or is not to be seen.
func (q *Request) Gone() Answer { return q.note(http.StatusNotFound, q.Say(i18n.ConsoleGone)) }

// file is something to be kept.
type file struct {
	name, kind string
	body       []byte
	show       bool // in the page, not to be saved
}

func (f *file) send(w http.ResponseWriter) {
	how := "attachment"
	if f.show {
		how = "inline"
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": f.name}))
	w.Write(f.body)
}

// File is something to be saved under a name.
func (q *Request) File(name, kind string, body []byte) Answer {
	return Answer{file: &file{name: name, kind: kind, body: body}}
}

// Image is a picture inside a page.
func (q *Request) Image(name, kind string, body []byte) Answer {
	return Answer{file: &file{name: name, kind: kind, body: body, show: true}}
}

// CSV is a table to be opened in a spreadsheet: UTF-8 with a mark, which
// spreadsheets need to see that, and nothing in it begins as a formula does.
func (q *Request) CSV(name string, head []string, rows [][]string) Answer {
	var b strings.Builder
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	w.Write(harmless(head))
	for _, r := range rows {
		w.Write(harmless(r))
	}
	w.Flush()
	return q.File(name+".csv", "text/csv; charset=utf-8", []byte(b.String()))
}

// formulas are what a formula begins with, for spreadsheets in East Asia also in
// full width.
const formulas = "=+-@\t\r\n＝＋－＠"

// harmless keeps spreadsheets from running what somebody called themselves.
// Plain numbers stay numbers.
func harmless(row []string) []string {
	out := make([]string, len(row))
	for i, s := range row {
		first, _ := utf8.DecodeRuneInString(s)
		if s != "" && strings.ContainsRune(formulas, first) && !plainNumber(s) {
			s = "'" + s
		}
		out[i] = s
	}
	return out
}

func plainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") < 2
}

// Stream sends events until f ends, the browser leaves, the program ends, or the
// session does: send then gives an error. data is one line or several.
func (q *Request) Stream(f func(ctx context.Context, send func(event, data string) error) error) Answer {
	return Answer{stream: f}
}

// writeWithin is how long a browser may take to read an event.
const writeWithin = 10 * time.Second

// lineEnds makes all ends of a line one.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (c *Console) stream(w http.ResponseWriter, q *Request, a Answer) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	if q.R.Method == http.MethodHead {
		return
	}
	out := http.NewResponseController(w)
	ctx, stop := q.while()
	defer stop()
	err := a.stream(ctx, func(event, data string) error {
		if err := q.View(q.still); err != nil {
			return err
		}
		// The server's own limit is for a whole answer, which this never is.
		if err := out.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		fmt.Fprintf(w, "event: %s\n", event)
		// A lone return ends a line too where events are read: nobody's words begin
		// a field of their own.
		for line := range strings.Lines(lineEnds.Replace(data)) {
			fmt.Fprintf(w, "data: %s\n", strings.TrimSuffix(line, "\n"))
		}
		fmt.Fprint(w, "\n")
		return out.Flush()
	})
	if err != nil && ctx.Err() == nil && !errors.Is(err, errOut) {
		c.Shop.Log.Warn("a page's stream ended early", "page", q.R.Pattern, "error", err)
	}
}
