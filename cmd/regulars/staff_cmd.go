package main

import (
	"context"
	"strconv"
)

// staffCmd is about employees.
type staffCmd struct {
	Invite  inviteCmd  `cmd:"" help:"Make a one-time code that enrols whoever sends it to the shop's chat."`
	List    staffList  `cmd:"" help:"List the employees of now and before."`
	Dismiss dismissCmd `cmd:"" help:"End an employment; it holds from the next message on."`
}

type inviteCmd struct {
	Role    string `help:"What they may do: ${enum}." enum:"clerk,manager,owner" required:""`
	Store   string `help:"The id of the only store where they work; every store when left out." placeholder:"ID"`
	Minutes int    `help:"How long the code is good." default:"10" placeholder:"N"`
}

// Run prints the code.
func (c *inviteCmd) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "staff-invite", map[string]string{"role": c.Role, "store": c.Store, "minutes": strconv.Itoa(c.Minutes)})
}

type staffList struct{}

// Run prints the employees.
func (*staffList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "staff-list", nil) }

type dismissCmd struct {
	ID string `arg:"" help:"As in the list."`
}

// Run dismisses one.
func (c *dismissCmd) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "staff-dismiss", map[string]string{"id": c.ID})
}
