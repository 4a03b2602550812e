package main

import "context"

// membersCmd is about members who turn out to be one person.
type membersCmd struct {
	Find    membersFind    `cmd:"" help:"Find members by id, phone number, card number or the beginning of a name; names and numbers are masked."`
	Merge   membersMerge   `cmd:"" help:"Two members are one person: make one a part of the other."`
	Unmerge membersUnmerge `cmd:"" help:"They are not: take the newest merge back."`
}

type membersFind struct {
	Who string `arg:"" help:"An id, a phone number, a card's number, or the beginning of a name."`
}

// Run prints them.
func (c *membersFind) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "members-find", map[string]string{"who": c.Who})
}

type membersMerge struct {
	From string `arg:"" help:"Who goes: an id, a phone number or a card's number."`
	Into string `arg:"" help:"Who stays, with their own name, number and language."`
}

// Run merges two.
func (c *membersMerge) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "members-merge", map[string]string{"from": c.From, "into": c.Into})
}

type membersUnmerge struct {
	Who string `arg:"" help:"Who went, or who stayed: then it is the newest merge."`
}

// Run parts two.
func (c *membersUnmerge) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "members-unmerge", map[string]string{"from": c.Who})
}
