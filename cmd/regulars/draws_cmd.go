package main

import "context"

// drawsCmd is about what wheels, scratch cards and red packets drew.
type drawsCmd struct {
	Verify drawsVerify `cmd:"" help:"Draw a day again from its seed, which was committed to before the first draw, and compare."`
}

type drawsVerify struct {
	Day string `arg:"" optional:"" help:"As in 2026-10-31; yesterday where it is left out."`
}

// Run draws it again.
func (c *drawsVerify) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "draws-verify", map[string]string{"day": c.Day})
}
