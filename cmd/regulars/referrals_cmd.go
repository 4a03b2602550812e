package main

import "context"

// referralsCmd is about members whose invitations look like a farm.
type referralsCmd struct {
	List   referralsList   `cmd:"" help:"List whose invitations wait for a decision, and why."`
	Clear  referralsClear  `cmd:"" help:"They are honest: give what waited."`
	Refuse referralsRefuse `cmd:"" help:"They are not: give nothing of it."`
}

type referralsList struct{}

// Run prints them.
func (*referralsList) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "referrals-list", nil)
}

type referralsClear struct {
	Member string `arg:"" help:"The member's id, as in the list."`
}

// Run clears one.
func (c *referralsClear) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "referrals-clear", map[string]string{"member": c.Member})
}

type referralsRefuse struct {
	Member string `arg:"" help:"The member's id, as in the list."`
}

// Run refuses one.
func (c *referralsRefuse) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "referrals-refuse", map[string]string{"member": c.Member})
}
