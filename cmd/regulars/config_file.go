package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"regulars/loyalty/programme"
)

// section is the keys of regulars.toml's top, of [sms], or of one [[channel]].
type section struct {
	path   string // "", "sms." or "channel."
	at     int    // its header's line
	values map[string]any
	lines  map[string]int
}

func (s *section) keys() []string { return slices.Sorted(maps.Keys(s.values)) }

// line is where a key stands, or the section's own line where it does not.
func (s *section) line(key string) int {
	if n, ok := s.lines[key]; ok {
		return n
	}
	return s.at
}

// file is regulars.toml, parsed.
type file struct {
	top      *section
	sms      *section // nil where it is not written
	channels []*section
}

// parseFile reads TOML. The library's decoder gives the values, and checks
// them; its parser then says on which lines they stand.
func parseFile(data []byte) (*file, *programme.Complaint) {
	var values map[string]any
	if err := toml.Unmarshal(data, &values); err != nil {
		c := &programme.Complaint{Wrong: "this is not TOML: " + err.Error()}
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			c.Line, _ = decode.Position()
		}
		return nil, c
	}
	f := &file{top: &section{values: values, lines: map[string]int{}}}
	list, _ := values["channel"].([]any)
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			f.channels = append(f.channels, &section{path: "channel.", values: m, lines: map[string]int{}})
		}
	}
	if m, ok := values["sms"].(map[string]any); ok {
		f.sms = &section{path: "sms.", values: m, lines: map[string]int{}}
	}
	f.number(data)
	if _, written := values["sms"]; written && f.sms == nil {
		return nil, &programme.Complaint{Line: f.top.line("sms"), Key: "sms", Wrong: "must be a table", Allowed: "[sms] with url and body below it"}
	}
	if _, written := values["channel"]; written && len(f.channels) != max(1, len(list)) {
		return nil, &programme.Complaint{Line: f.top.line("channel"), Key: "channel", Wrong: "must be a list of tables", Allowed: "[[channel]] with name and kind below it"}
	}
	return f, nil
}

// number finds the lines of all keys.
func (f *file) number(data []byte) {
	var p unstable.Parser
	p.Reset(data)
	at, next := f.top, 0
	for p.NextExpression() {
		n := p.Expression()
		key, line := firstKey(data, n)
		switch n.Kind {
		case unstable.KeyValue:
			at.lines[key] = line
		case unstable.Table:
			f.top.lines[key] = line
			at = &section{lines: map[string]int{}} // an unknown table: its keys have no place
			if key == "sms" && f.sms != nil {
				at = f.sms
				at.at = line
			}
		case unstable.ArrayTable:
			f.top.lines[key] = line
			if key == "channel" && next < len(f.channels) {
				at = f.channels[next]
				at.at = line
				next++
			}
		}
	}
}

// firstKey is the first part of an expression's key, and its line.
func firstKey(data []byte, n *unstable.Node) (string, int) {
	it := n.Key()
	if !it.Next() {
		return "", 0
	}
	k := it.Node()
	return string(k.Data), 1 + bytes.Count(data[:min(int(k.Raw.Offset), len(data))], []byte("\n"))
}

// textOf writes a value of the file as the environment would: a list with
// commas, a switch as true or false. wrong says what should have stood there.
func textOf(v any, f form) (text, wrong string) {
	switch v := v.(type) {
	case string:
		if f == words || f == onOffOr {
			return v, ""
		}
	case bool:
		if f == onOff || f == onOffOr {
			return fmt.Sprint(v), ""
		}
	case []any:
		if f == list {
			return joinWords(v)
		}
	}
	switch f {
	case onOff:
		return "", "must be true or false, without quotes"
	case onOffOr:
		return "", "must be true, false, or a folder in quotes"
	case list:
		return "", `must be a list, as in ["10.0.0.0/8"]`
	}
	return "", "must be text in quotes"
}

func joinWords(items []any) (string, string) {
	var all []string
	for _, item := range items {
		s, ok := item.(string)
		if !ok || strings.Contains(s, ",") {
			return "", "must be a list of texts in quotes"
		}
		all = append(all, s)
	}
	return strings.Join(all, ","), ""
}
