package main

import "context"

// DemoOptions is what the demo may be told.
type DemoOptions struct {
	Lang string // spoken by the customers: one of the product's languages
}

type demoCmd struct {
	Lang string `help:"The customers' language: ${enum}." enum:"zh-TW,zh-HK,en,ja,th,zh-CN" default:"en"`
}

// Run plays the demo until its end, or until ctx ends.
func (c *demoCmd) Run(ctx context.Context, m *Main) error {
	return m.demo(ctx, DemoOptions{Lang: c.Lang})
}
