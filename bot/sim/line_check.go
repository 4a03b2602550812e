package sim

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// lineCheck collects what is wrong with a request body. Errors inside a Flex
// message's contents have their own form, with JSON pointers and the index of
// the message in front.
type lineCheck struct {
	errs []lineDetail
	flex []lineDetail
	at   int // the message that flex errors belong to
}

// lineObj is one object of a body under check. Keys that no check asked for
// are unknown properties, which done refuses.
type lineObj struct {
	c    *lineCheck
	path string // "messages[0].text", or "/body/contents/0" inside Flex
	flex bool
	m    map[string]any
	seen map[string]bool
}

func (c *lineCheck) root(m map[string]any) *lineObj {
	return &lineObj{c: c, m: m, seen: map[string]bool{}}
}

func indexed(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// refusal closes the root and gives the 400, if anything was wrong. SPEC
// ErrorResponse; the Flex form is line-bot-sdk-go issue #657's.
func (c *lineCheck) refusal(root *lineObj) *lineAnswer {
	root.done()
	if len(c.errs) > 0 {
		a := lineRefuse(400, fmt.Sprintf("The request body has %d error(s)", len(c.errs)), c.errs...)
		return &a
	}
	if len(c.flex) > 0 {
		a := lineRefuse(400, fmt.Sprintf("A message (messages[%d]) in the request body is invalid", c.at), c.flex...)
		return &a
	}
	return nil
}

// join is the path of a property of this object.
func (o *lineObj) join(key string) string {
	switch {
	case o.flex:
		return o.path + "/" + key
	case o.path == "":
		return key
	}
	return o.path + "." + key
}

// bad notes that a property is wrong: in Flex it is all the same to LINE.
func (o *lineObj) bad(key, why string) {
	if o.flex {
		o.c.flex = append(o.c.flex, lineDetail{"invalid property", o.join(key)})
		return
	}
	o.c.errs = append(o.c.errs, lineDetail{why, o.join(key)})
}

func (o *lineObj) missing(key string) {
	if o.flex {
		o.c.flex = append(o.c.flex, lineDetail{"must be specified", o.join(key)})
		return
	}
	o.c.errs = append(o.c.errs, lineDetail{"May not be empty", o.join(key)})
}

// get looks a property up and marks it known. null is as if it were absent.
func (o *lineObj) get(key string, required bool) (any, bool) {
	o.seen[key] = true
	v := o.m[key]
	if v == nil && required {
		o.missing(key)
	}
	return v, v != nil
}

func (o *lineObj) has(key string) bool { return o.m[key] != nil }

// done refuses what no check knew.
func (o *lineObj) done() {
	var unknown []string
	for key := range o.m {
		if !o.seen[key] {
			unknown = append(unknown, key)
		}
	}
	sort.Strings(unknown)
	for _, key := range unknown {
		if o.flex {
			o.c.flex = append(o.c.flex, lineDetail{"unknown field", o.join(key)})
		} else {
			o.c.errs = append(o.c.errs, lineDetail{"Unknown property", o.join(key)})
		}
	}
}

// str is a text of least..most UTF-16 code units; most 0 is no limit.
func (o *lineObj) str(key string, required bool, least, most int) string {
	v, ok := o.get(key, required)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	n := units(s)
	switch {
	case !ok:
		o.bad(key, "Must be a string")
	case n < least && n == 0 && o.flex:
		o.c.flex = append(o.c.flex, lineDetail{"must be non-empty text", o.join(key)})
	case n < least && n == 0:
		o.bad(key, "May not be empty")
	case n < least || most > 0 && n > most:
		o.bad(key, fmt.Sprintf("Length must be between %d and %d", least, most))
	}
	return s
}

// enum is one of the values.
func (o *lineObj) enum(key string, required bool, values ...string) string {
	v, ok := o.get(key, required)
	if !ok {
		return ""
	}
	s, _ := v.(string)
	for _, allowed := range values {
		if s == allowed {
			return s
		}
	}
	o.bad(key, "Must be one of the following values: ["+strings.Join(values, ", ")+"]")
	return s
}

// match is a text of a form.
func (o *lineObj) match(key string, required bool, form *regexp.Regexp) string {
	v, ok := o.get(key, required)
	if !ok {
		return ""
	}
	s, _ := v.(string)
	if !form.MatchString(s) {
		o.bad(key, "Must match the pattern "+form.String())
	}
	return s
}

func (o *lineObj) boolean(key string) bool {
	v, ok := o.get(key, false)
	b, isBool := v.(bool)
	if ok && !isBool {
		o.bad(key, "Must be a boolean")
	}
	return b
}

// number is a number within least..most.
func (o *lineObj) number(key string, required bool, least, most float64) float64 {
	v, ok := o.get(key, required)
	if !ok {
		return 0
	}
	n, isNumber := v.(float64)
	switch {
	case !isNumber:
		o.bad(key, "Must be a number")
	case n < least || n > most:
		o.bad(key, fmt.Sprintf("Must be between %v and %v", least, most))
	}
	return n
}

func (o *lineObj) integer(key string, required bool, least, most float64) int {
	n := o.number(key, required, least, most)
	if n != math.Trunc(n) {
		o.bad(key, "Must be an integer")
	}
	return int(n)
}

// link is an address of one of the schemes. Pictures need https.
func (o *lineObj) link(key string, required bool, most int, schemes ...string) string {
	before := len(o.c.errs) + len(o.c.flex)
	s := o.str(key, required, 1, most)
	if s == "" || len(o.c.errs)+len(o.c.flex) > before {
		return s
	}
	u, err := url.Parse(s)
	if err == nil && !strings.ContainsFunc(s, unencoded) {
		for _, scheme := range schemes {
			if strings.EqualFold(u.Scheme, scheme) && (u.Host != "" || scheme == "tel" || scheme == "line") {
				return s
			}
		}
	}
	o.bad(key, "Must be a valid URL with one of the schemes: ["+strings.Join(schemes, ", ")+"]")
	return s
}

// unencoded is what must be percent-encoded in an address (DOC
// #uri-action: "percent-encoded using UTF-8").
func unencoded(r rune) bool { return r <= ' ' || r > '~' }

// object is a nested object; nil when absent or wrong.
func (o *lineObj) object(key string, required bool) *lineObj {
	v, ok := o.get(key, required)
	if !ok {
		return nil
	}
	m, isObject := v.(map[string]any)
	if !isObject {
		o.bad(key, "Must be an object")
		return nil
	}
	return &lineObj{c: o.c, path: o.join(key), flex: o.flex, m: m, seen: map[string]bool{}}
}

// list is an array of least..most objects.
func (o *lineObj) list(key string, required bool, least, most int) []*lineObj {
	v, ok := o.get(key, required)
	if !ok {
		return nil
	}
	a, isArray := v.([]any)
	if !isArray {
		o.bad(key, "Must be an array")
		return nil
	}
	if len(a) < least || len(a) > most {
		o.bad(key, fmt.Sprintf("Size must be between %d and %d", least, most))
		return nil
	}
	var out []*lineObj
	for i, v := range a {
		path := indexed(o.join(key), i)
		if o.flex {
			path = o.join(key) + "/" + strconv.Itoa(i)
		}
		m, _ := v.(map[string]any)
		out = append(out, &lineObj{c: o.c, path: path, flex: o.flex, m: m, seen: map[string]bool{}})
	}
	return out
}

// strings is an array of least..most texts.
func (o *lineObj) strings(key string, required bool, least, most int) []string {
	v, ok := o.get(key, required)
	if !ok {
		return nil
	}
	a, isArray := v.([]any)
	if !isArray || len(a) < least || len(a) > most {
		o.bad(key, fmt.Sprintf("Size must be between %d and %d", least, most))
		return nil
	}
	var out []string
	for i, v := range a {
		s, isText := v.(string)
		if !isText {
			o.bad(indexed(key, i), "Must be a string")
		}
		out = append(out, s)
	}
	return out
}
