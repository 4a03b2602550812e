package main

import "context"

// keysCmd is about the keys with which programs use the API.
type keysCmd struct {
	List   keysList   `cmd:"" help:"List the keys, of now and before."`
	New    keysNew    `cmd:"" help:"Make a key and print it, this once."`
	Revoke keysRevoke `cmd:"" help:"End a key at once."`
}

type keysList struct{}

// Run prints the keys.
func (*keysList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "keys-list", nil) }

type keysNew struct {
	Name   string `arg:"" help:"Which program it is for, as in \"till at the window\"."`
	Store  string `help:"The store it sells for; the whole shop without it." placeholder:"ID"`
	Scopes string `help:"What it may do, with commas; what a usual till needs without it." placeholder:"LIST"`
	ActCap string `help:"The most points that one purchase gives." placeholder:"POINTS"`
	DayCap string `help:"The most points that its purchases give on a day." placeholder:"POINTS"`
}

// Run makes one.
func (c *keysNew) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "keys-new", map[string]string{"name": c.Name, "store": c.Store, "scopes": c.Scopes, "act-cap": c.ActCap, "day-cap": c.DayCap})
}

type keysRevoke struct {
	ID string `arg:"" help:"As in the list."`
}

// Run revokes one.
func (c *keysRevoke) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "keys-revoke", map[string]string{"id": c.ID})
}
