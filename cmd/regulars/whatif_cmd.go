package main

import (
	"context"
	"strconv"
)

// whatifCmd tells what another programme would have made of what happened.
type whatifCmd struct {
	File string `arg:"" help:"The programme file that is asked about." type:"path"`
	From string `help:"The day from which it would have held; without it, since the beginning." placeholder:"2026-01-01"`
	To   string `help:"The first day that is not reckoned any more; without it, until now." placeholder:"2026-07-01"`
	JSON bool   `help:"One line of JSON." name:"json"`
}

// Run prints the difference. Nothing is changed.
func (c *whatifCmd) Run(ctx context.Context, m *Main) error {
	text, err := readProgrammeText(c.File)
	if err != nil {
		return err
	}
	show := m.newProgress("members")
	defer show.end()
	return m.askFor(ctx, "whatif", map[string]string{
		"file": c.File, "text": string(text), "from": c.From, "to": c.To, "json": strconv.FormatBool(c.JSON),
	}, show.line)
}
