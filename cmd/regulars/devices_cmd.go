package main

import "context"

// devicesCmd is about the phones and tablets on the counter.
type devicesCmd struct {
	List   devicesList   `cmd:"" help:"List the devices on the counter, of now and before."`
	Revoke devicesRevoke `cmd:"" help:"End a device at once, as one that was lost."`
}

type devicesList struct{}

// Run prints the devices.
func (*devicesList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "devices-list", nil) }

type devicesRevoke struct {
	ID string `arg:"" help:"As in the list."`
}

// Run revokes one.
func (c *devicesRevoke) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "devices-revoke", map[string]string{"id": c.ID})
}
