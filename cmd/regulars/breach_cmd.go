package main

import (
	"context"
	"strconv"
)

// breachCmd tells whom a breach touched.
type breachCmd struct {
	Since  string `help:"From when on, on the shop's clock: 2026-11-22, or 2026-11-22 14:30." placeholder:"MOMENT"`
	Until  string `help:"Until when; now where it is left out." placeholder:"MOMENT"`
	Staff  string `help:"What one employee saw, by id or name." placeholder:"WHO"`
	Key    string `help:"What one key of the API saw." placeholder:"ID"`
	Device string `help:"What was seen on one device of the counter." placeholder:"ID"`
	Backup string `help:"A backup got out: everybody the shop knew when it was made." type:"path" placeholder:"FILE"`
	All    bool   `help:"The store itself got out: everybody the shop knew."`
	CSV    bool   `help:"Who they are, as CSV, with names and numbers: keep it as you keep money." name:"csv"`
	Notice string `help:"Drafts of what to tell the authority and the people, in a language." placeholder:"LANG"`
}

// Run prints it.
func (c *breachCmd) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "breach", map[string]string{
		"since": c.Since, "until": c.Until, "staff": c.Staff, "key": c.Key, "device": c.Device, "backup": c.Backup,
		"all": strconv.FormatBool(c.All), "csv": strconv.FormatBool(c.CSV), "notice": c.Notice,
	})
}

// retentionCmd prints what is kept of people, and for how long.
type retentionCmd struct {
	Lang string `help:"In which language." default:"en" placeholder:"LANG"`
}

// Run prints it.
func (c *retentionCmd) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "retention", map[string]string{"lang": c.Lang})
}
