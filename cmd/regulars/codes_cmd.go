package main

import (
	"context"
	"fmt"
	"os"
)

// codesCmd is about the digital codes that rewards of kind "code" give.
type codesCmd struct {
	Add  codesAdd  `cmd:"" help:"Put a file's codes, one a line, behind those that a reward has."`
	List codesList `cmd:"" help:"Say how many codes each reward has left."`
}

type codesAdd struct {
	Reward string `arg:"" help:"The reward's id in the programme."`
	File   string `arg:"" help:"A text file with a code on each line." type:"path"`
}

// mostCodes is how large a file of codes may be, in bytes: what goes over the
// admin socket at once, with room for its quotes.
const mostCodes = 3 << 20

// Run adds them. Doing it again adds none twice.
func (c *codesAdd) Run(ctx context.Context, m *Main) error {
	text, err := os.ReadFile(c.File)
	switch {
	case err != nil:
		return fmt.Errorf("the codes cannot be read: %w", err)
	case len(text) > mostCodes:
		return fmt.Errorf("%s has more than %d MB: split it, and add the parts one after another", c.File, mostCodes>>20)
	}
	return m.ask(ctx, "codes-add", map[string]string{"reward": c.Reward, "codes": string(text)})
}

type codesList struct{}

// Run prints what is left.
func (*codesList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "codes-list", nil) }
