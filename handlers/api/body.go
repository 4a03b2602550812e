package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
)

// readBody reads one JSON object, and nothing that the document does not name.
func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return errType
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return errLarge
	case err != nil:
		return badField("body")
	}
	if err := saidOnce(raw); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		}
		return badField("body")
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return badField(wrong.Field)
	}
	if m := unknownField.FindStringSubmatch(err.Error()); m != nil && len(m[1]) <= 60 {
		return badField(m[1])
	}
	return badField("body")
}

// unknownField reads the name out of the decoder's complaint, which has no type.
var unknownField = regexp.MustCompile(`unknown field "([A-Za-z0-9_.-]+)"`)

// nameForm is how the document writes the names of fields. The decoder takes
// others for them too, as "Amount".
var nameForm = regexp.MustCompile(`^[a-z_]{1,40}$`)

// deepest is how far objects and lists may stand in each other.
const deepest = 8

// saidOnce refuses an object that says something twice, or not by its very name:
// of two amounts, who looked at the body before us may have seen the other.
func saidOnce(raw []byte) error {
	type level struct {
		names map[string]bool // of an object; nil: a list
		value bool            // of the last name comes next
	}
	var open []*level
	for d := json.NewDecoder(bytes.NewReader(raw)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return badField("body")
		}
		var in *level
		if len(open) > 0 {
			in = open[len(open)-1]
		}
		switch name, isText := token.(string); {
		case token == json.Delim('}') || token == json.Delim(']'):
			open = open[:len(open)-1]
			continue
		case in != nil && in.names != nil && !in.value && isText:
			if in.names[name] || !nameForm.MatchString(name) {
				return badName(name)
			}
			in.names[name], in.value = true, true
			continue
		}
		if in != nil {
			in.value = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, &level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, &level{})
		}
		if len(open) > deepest {
			return badField("body")
		}
	}
}

// badName refuses a field by its name, where that can be told.
func badName(name string) error {
	if plainName.MatchString(name) {
		return badField(name)
	}
	return badField("body")
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,60}$`)
