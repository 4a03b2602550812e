package main

import "context"

type serveCmd struct{}

// Run answers webhooks and sends what is due until ctx ends.
func (*serveCmd) Run(ctx context.Context, m *Main) error {
	cfg, err := m.config()
	if err != nil {
		return err
	}
	return m.serve(ctx, cfg)
}
