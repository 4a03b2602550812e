package main

import "context"

// segmentCmd is about members found by what is known of them.
type segmentCmd struct {
	List    segmentList    `cmd:"" help:"List the segments that have a name, the programme's and ours, with their counts."`
	Count   segmentCount   `cmd:"" help:"Count one, by its name or by an expression."`
	Show    segmentShow    `cmd:"" help:"Count one and show twenty of its members, by their ids."`
	Rebuild segmentRebuild `cmd:"" help:"Make what segments look at anew from the ledger."`
}

type segmentList struct{}

// Run prints them.
func (*segmentList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "segment-list", nil) }

type segmentCount struct {
	When string `arg:"" help:"A name, or an expression such as 'tier == \"gold\" and last_visit > 30'."`
}

// Run counts it.
func (c *segmentCount) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "segment-count", map[string]string{"when": c.When})
}

type segmentShow struct {
	When string `arg:"" help:"A name, or an expression."`
}

// Run shows it.
func (c *segmentShow) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "segment-show", map[string]string{"when": c.When})
}

type segmentRebuild struct{}

// Run makes them anew.
func (*segmentRebuild) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "segment-rebuild", nil)
}
