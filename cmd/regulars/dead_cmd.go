package main

import "context"

// deadCmd is about dead letters: events that could not be handled, and messages
// that their platform will never accept.
type deadCmd struct {
	List    deadList    `cmd:"" help:"List what could not be handled or delivered."`
	Replay  deadReplay  `cmd:"" help:"Handle or send a dead letter again."`
	Discard deadDiscard `cmd:"" help:"Put a dead letter aside for good."`
}

type deadList struct{}

// Run prints them, without a word of what was said.
func (*deadList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "dead-list", nil) }

type deadReplay struct {
	Ref string `arg:"" help:"As in the list."`
}

// Run tries one again.
func (c *deadReplay) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "dead-replay", map[string]string{"ref": c.Ref})
}

type deadDiscard struct {
	Ref string `arg:"" help:"As in the list."`
}

// Run puts one aside.
func (c *deadDiscard) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "dead-discard", map[string]string{"ref": c.Ref})
}
