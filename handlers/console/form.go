package console

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"regulars/i18n"
)

// Forms. A page's template draws each field by {{template "field"}}, which binds
// label, hint and complaint to the control; what was wrong is told to the
// request, and the same page is given again:
//
//	if reason, ok := q.Reason(); ok { … }
//	q.Wrong("amount", q.Say(…))
//	if q.Bad() { return q.Again(p.show(q)) }

// Option is one of a field's choices.
type Option struct{ Value, Label string }

// Field is what {{template "field"}} draws. The template function field makes one.
type Field struct {
	ID, Name, Label    string
	Kind               string // as <input type>; also "select", "textarea", "radio"
	Value              string
	Hint, Wrong        string
	Options            []Option
	Required           bool
	Checked            bool // of a "checkbox"
	Min, Max, Step     string
	Length             int // most letters; 0 no bound
	Rows               int // of a "textarea"
	Accept, Mode, List string
}

// newField is the template function field:
//
//	{{template "field" (field .Q "amount" (say "console.x.amount") "kind" "number" "value" .D.Amount "hint" (say "…"))}}
//
// Further pairs: "form" (the last word of the form's action, where a page has
// several forms), "options" ([]Option), "required", "checked" (bool), "min",
// "max", "step", "length", "rows", "accept", "mode" (inputmode). On a page that
// is given again the value is what was typed.
func newField(q *Request, name, label string, pairs ...any) (Field, error) {
	f := Field{ID: "f-" + name, Name: name, Label: label, Kind: "text", Rows: 4}
	form := ""
	for i := 0; i+1 < len(pairs); i += 2 {
		if key := fmt.Sprint(pairs[i]); key == "form" {
			form = fmt.Sprint(pairs[i+1])
			f.ID = "f-" + form + "-" + name
		} else if err := f.set(key, pairs[i+1]); err != nil {
			return f, err
		}
	}
	if !q.sent(form) {
		return f, nil
	}
	f.Wrong = q.wrong[name]
	switch typed := q.R.PostForm; {
	case f.Kind == "checkbox":
		f.Checked = typed.Get(name) != ""
	case f.Kind != "file" && f.Kind != "hidden" && typed.Has(name):
		f.Value = typed.Get(name)
	}
	return f, nil
}

func (f *Field) set(key string, v any) error {
	word := fmt.Sprint(v)
	switch key {
	case "kind":
		f.Kind = word
	case "value":
		f.Value = word
	case "hint":
		f.Hint = word
	case "options":
		list, ok := v.([]Option)
		if !ok {
			return fmt.Errorf("console: the options of %s are %T, not []console.Option", f.Name, v)
		}
		f.Options = list
	case "required":
		f.Required = v == true
	case "checked":
		f.Checked = v == true
	case "min":
		f.Min = word
	case "max":
		f.Max = word
	case "step":
		f.Step = word
	case "accept":
		f.Accept = word
	case "mode":
		f.Mode = word
	case "length", "rows":
		n, err := strconv.Atoi(word)
		if err != nil {
			return fmt.Errorf("console: %s of %s is no number: %w", key, f.Name, err)
		}
		if key == "length" {
			f.Length = n
		} else {
			f.Rows = n
		}
	default:
		return fmt.Errorf("console: a field has no %q", key)
	}
	return nil
}

// Described are the ids of what describes the field, for aria-describedby.
func (f Field) Described() string {
	var ids []string
	if f.Wrong != "" {
		ids = append(ids, f.ID+"-wrong")
	}
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	return strings.Join(ids, " ")
}

// Pick reports whether a choice is the chosen one.
func (f Field) Pick(o Option) bool { return f.Value == o.Value }

// sent reports whether the request came from the form whose action ends so; ""
// is whichever form.
func (q *Request) sent(form string) bool {
	return q.R.Method == http.MethodPost && q.R.PostForm != nil && (form == "" || path.Base(q.R.URL.Path) == form)
}

// Wrong notes what is wrong about a field of the form that was sent, "" about
// the whole. The first complaint about a field stays.
func (q *Request) Wrong(field, sentence string) {
	if q.wrong == nil {
		q.wrong = map[string]string{}
	}
	if _, told := q.wrong[field]; !told {
		q.wrong[field] = sentence
		q.wrongs = append(q.wrongs, field)
	}
}

// WrongBy notes a refusal as what is wrong about a field, "" about the whole
// form, and reports whether err was one.
func (q *Request) WrongBy(field string, err error) bool {
	why, refused := q.Refused(err)
	if refused {
		q.Wrong(field, why)
	}
	return refused
}

// Bad reports whether anything was noted to be wrong.
func (q *Request) Bad() bool { return len(q.wrongs) > 0 }

// Again is a page once more with what was typed and what is wrong, status 422.
// It takes what the page's own function gives: q.Again(p.show(q)).
func (q *Request) Again(a Answer, err error) (Answer, error) {
	return a.With(http.StatusUnprocessableEntity), err
}

// Incomplete is a page that says that a form lacked what no person types.
func (q *Request) Incomplete() (Answer, error) {
	return q.note(http.StatusUnprocessableEntity, q.Say(i18n.ConsoleTwice)), nil
}

// Complaint is a line of the box that {{template "wrong" .Q}} shows.
type Complaint struct{ Field, Sentence string }

// Complaints are what is wrong about the form that was sent, in the order in
// which it was found.
func (q *Request) Complaints() (list []Complaint) {
	for _, f := range q.wrongs {
		list = append(list, Complaint{f, q.wrong[f]})
	}
	return list
}

// maxReason is how many letters a reason may have.
const maxReason = 200

// Reason is the reason that {{template "reason" .Q}} asks for; false, and noted
// as wrong, where there is none or it is too long.
func (q *Request) Reason() (string, bool) {
	s := q.Typed("reason")
	switch {
	case s == "":
		q.Wrong("reason", q.Say(i18n.ConsoleReasonNeeded))
	case utf8.RuneCountInString(s) > maxReason:
		q.Wrong("reason", q.Say(i18n.ConsoleReasonLong, "Most", maxReason))
	default:
		return s, true
	}
	return s, false
}

// Pager leads through a list that does not stand on one page. Addresses are ""
// where there is no such page.
type Pager struct{ First, Next string }

// With is this page's address with some values of its query changed; "" takes
// one out.
func (q *Request) With(pairs ...string) string {
	v := url.Values{}
	for name, list := range q.R.URL.Query() {
		v[name] = list
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.Del(pairs[i]); pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return q.R.URL.Path
	}
	return q.R.URL.Path + "?" + v.Encode()
}

// WantsCSV reports whether the table of the page is asked for as a file.
func (q *Request) WantsCSV() bool { return q.R.URL.Query().Get("format") == "csv" }
