package main

import "context"

type serveCmd struct {
	AcceptLoss bool `help:"Go on with a data file that lost its last commits, where no backup has more. What was sent since is not known any more, so messages are held until \x60regulars outbox\x60 decides."`
}

// Run answers webhooks and sends what is due until ctx ends.
func (c *serveCmd) Run(ctx context.Context, m *Main) error {
	cfg, err := m.config()
	if err != nil {
		return err
	}
	m.acceptLoss = c.AcceptLoss
	return m.serve(ctx, cfg)
}
