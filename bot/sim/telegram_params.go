package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
)

// tgParams are a call's parameters. As on the real server all values are text
// first: a JSON object in a JSON body and its text in a form are the same.
type tgParams struct {
	values  map[string]string
	uploads map[string][]byte // multipart files by field name
	fetched map[string]tgFetched
}

// tgFetched is what Telegram found at an address that a parameter names.
type tgFetched struct {
	data []byte
	err  error
}

// readParams reads the query and a JSON, form or multipart body. TG-SPEC: all
// methods take GET and POST and these three forms.
func readParams(r *http.Request, body []byte) (tgParams, error) {
	p := tgParams{values: map[string]string{}, uploads: map[string][]byte{}, fetched: map[string]tgFetched{}}
	p.add(r.URL.Query())
	kind, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(body) == 0:
	case kind == "application/json":
		return p, p.addJSON(body)
	case kind == "multipart/form-data":
		return p, p.addMultipart(multipart.NewReader(bytes.NewReader(body), args["boundary"]))
	case kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return p, badRequest("can't parse form")
		}
		p.add(form)
	}
	return p, nil
}

func (p tgParams) add(form url.Values) {
	for k, v := range form {
		p.values[k] = v[0]
	}
}

func (p tgParams) addJSON(body []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return badRequest("can't parse JSON object")
	}
	for k, raw := range fields {
		var s string
		switch {
		case json.Unmarshal(raw, &s) == nil && raw[0] == '"':
			p.values[k] = s
		case string(raw) != "null":
			p.values[k] = string(raw)
		}
	}
	return nil
}

func (p tgParams) addMultipart(m *multipart.Reader) error {
	for {
		part, err := m.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return badRequest("can't parse multipart body")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return badRequest("can't parse multipart body")
		}
		if part.FileName() != "" {
			p.uploads[part.FormName()] = data
		} else {
			p.values[part.FormName()] = string(data)
		}
	}
}

// fetch loads the photo that a call gives by its address, before the call takes
// the lock: the address may lead to the very program that waits for the answer.
func (p tgParams) fetch(s *Sim) {
	var media struct{ Media string }
	_ = json.Unmarshal([]byte(p.values["media"]), &media)
	for _, address := range []string{p.values["photo"], media.Media} {
		if isAddress(address) {
			data, err := s.fetch(address)
			p.fetched[address] = tgFetched{data, err}
		}
	}
}

// text is a parameter, empty when absent.
func (p tgParams) text(key string) string { return p.values[key] }

// has says whether a parameter was given, even empty.
func (p tgParams) has(key string) bool { _, ok := p.values[key]; return ok }

// int is a number, or 0.
func (p tgParams) int(key string) int64 {
	n, _ := strconv.ParseInt(p.values[key], 10, 64)
	return n
}

// bool follows the server: true, yes and 1 are true.
func (p tgParams) bool(key string) bool {
	switch p.values[key] {
	case "true", "True", "yes", "1":
		return true
	}
	return false
}
