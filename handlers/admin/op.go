package admin

import (
	"context"
	"errors"
	"fmt"
)

// Op is one operation. Its errors are for operators: one sentence what is
// wrong, one what to do next; an [*Error] chooses the exit code.
type Op func(ctx context.Context, args map[string]string, out Out) error

// Ops are the operations by name, as in "staff-invite".
type Ops map[string]Op

// Line is one line of an operation's answer; the package comment has its forms.
type Line struct {
	Text     string `json:"text,omitempty"`
	Progress int64  `json:"progress,omitempty"`
	Total    int64  `json:"total,omitempty"`
	Error    string `json:"error,omitempty"`
	Exit     int    `json:"exit,omitempty"`
	Done     bool   `json:"done,omitempty"`
}

// Out is where an operation tells what it does, line by line.
type Out func(Line)

// Say tells one line of text.
func (o Out) Say(format string, args ...any) { o(Line{Text: fmt.Sprintf(format, args...)}) }

// Progress tells that done of total steps are done; total is 0 where unknown.
// It may be called as often as wanted: who shows it decides how often.
func (o Out) Progress(done, total int64) { o(Line{Progress: done, Total: total}) }

// Error is how an operation failed, with the exit code of the command.
type Error struct {
	Text string
	Exit int
}

// Error is its text.
func (e *Error) Error() string { return e.Text }

// last is the line that ends an answer.
func last(err error) Line {
	if err == nil {
		return Line{Done: true}
	}
	exit := 1
	var own *Error
	if errors.As(err, &own) && own.Exit > 0 {
		exit = own.Exit
	}
	return Line{Error: err.Error(), Exit: exit}
}
