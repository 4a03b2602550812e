package console

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
)

// smallest is the least body in bytes that is worth packing: one packet's.
const smallest = 1400

// send writes a body, packed where the browser takes that. What a page says
// twice, its token, is another each time: its length tells nothing of it.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= smallest && unpacks(r) {
		body = packed(body, gzip.BestSpeed)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// unpacks reports whether a browser takes gzip.
func unpacks(r *http.Request) bool {
	for way := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(way, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			return strings.Trim(weight, "q=0.") != "" || weight == ""
		}
	}
	return false
}

func packed(body []byte, level int) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, level) // the levels that are asked for exist
	z.Write(body)                          // and a buffer takes everything
	z.Close()
	return b.Bytes()
}
