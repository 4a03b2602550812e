package bot

import "strings"

// dataMarks are the letters that button payloads begin with. They are the same
// on every platform, so that handlers and transcripts see one form only.
var dataMarks = map[ActionKind]string{DoCommand: "c", DoAnswer: "a", DoToken: "t"}

// Data is what Event.Data says when b was pressed: "c:points", "a:yes",
// "t:7KQ2", for DoCommand, DoAnswer and DoToken. Other kinds send no payload
// and give "".
func (b Button) Data() string {
	mark, ok := dataMarks[b.Do]
	if !ok {
		return ""
	}
	return mark + ":" + b.Value
}

// ParseData reads what Data made. It reports false for anything else, which
// may be a button of another program or a forgery; nothing in the value is to
// be believed either way.
func ParseData(data string) (ActionKind, string, bool) {
	mark, value, ok := strings.Cut(data, ":")
	if !ok {
		return "", "", false
	}
	for kind, m := range dataMarks {
		if m == mark {
			return kind, value, true
		}
	}
	return "", "", false
}
