package main

import (
	"context"
	"strconv"
)

// monthsCmd tells what stores owe one another for points.
type monthsCmd struct {
	Month string `arg:"" optional:"" help:"As in 2026-10; the month before this one where it is left out."`
	Store string `help:"One store's lines, by its id in the programme." placeholder:"ID"`
	CSV   bool   `help:"As CSV: a line for each two stores and each correction." name:"csv"`
	Close bool   `help:"Close the month, which serve does by itself on the first day after it."`
}

// Run prints them.
func (c *monthsCmd) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "statements", map[string]string{
		"month": c.Month, "store": c.Store, "csv": strconv.FormatBool(c.CSV), "close": strconv.FormatBool(c.Close),
	})
}
