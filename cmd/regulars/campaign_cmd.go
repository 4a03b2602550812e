package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// campaignCmd is writing to many at once.
type campaignCmd struct {
	Check   campaignCheck   `cmd:"" help:"Read a campaign's file, name every mistake with its line, and say whom it would reach at what cost."`
	Send    campaignSend    `cmd:"" help:"Send a campaign: a file, or a draft by its id. Says first whom it reaches and what it costs."`
	List    campaignList    `cmd:"" help:"The campaigns there are, the newest first."`
	Groups  campaignGroups  `cmd:"" help:"The groups that the bot is in, by the codes that a campaign's file names them with."`
	Show    campaignID      `cmd:"" help:"How far one is: sent, pending, failed, suppressed and why."`
	Report  campaignReport  `cmd:"" help:"What came of one: coupons, sales by store, taps, blocks, and the difference to those left out."`
	Approve campaignApprove `cmd:"" help:"Confirm one that a manager sent and that is so large that somebody else must agree."`
	Pause   campaignPause   `cmd:"" help:"Keep one from going on."`
	Change  campaignChange  `cmd:"" help:"Give a paused one new words, for whom it has not begun."`
	Resume  campaignResume  `cmd:"" help:"Let a paused one go on."`
	Stop    campaignStop    `cmd:"" help:"End one for good: whom it has not begun for gets nothing."`
}

type campaignCheck struct {
	File string `arg:"" help:"The campaign, as TOML." type:"path"`
}

// Run says what a file is, and sends nothing.
func (c *campaignCheck) Run(ctx context.Context, m *Main) error {
	args, err := campaignFile(c.File)
	if err != nil {
		return err
	}
	args["dry"] = "true"
	return m.ask(ctx, "campaign-send", args)
}

type campaignSend struct {
	What string `arg:"" help:"FILE.toml, or the id of a draft."`
	Yes  bool   `short:"y" help:"Do not say it first, and do not ask."`
}

// Run says whom it reaches, asks once, and sends it.
func (c *campaignSend) Run(ctx context.Context, m *Main) error {
	args := map[string]string{"id": c.What}
	if strings.HasSuffix(c.What, ".toml") {
		var err error
		if args, err = campaignFile(c.What); err != nil {
			return err
		}
	}
	if !c.Yes {
		args["dry"] = "true"
		if err := m.ask(ctx, "campaign-send", args); err != nil {
			return err
		}
		if !m.Terminal {
			return errors.New("nobody is there to be asked: run it again with --yes to send it")
		}
		if ok, err := (&asker{ctx, m, bufio.NewReader(m.Stdin)}).yes("Send this?"); err != nil || !ok {
			return errors.Join(err, errors.New("nothing was sent"))
		}
		delete(args, "dry")
	}
	return m.ask(ctx, "campaign-send", args)
}

// campaignFile are a file's arguments: serve stands in another folder.
func campaignFile(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	var bad *os.PathError
	if errors.As(err, &bad) {
		return nil, fmt.Errorf("%s cannot be read: %w; name a campaign's file, as in spring.toml", path, bad.Err)
	}
	if len(text) == 0 {
		return nil, fmt.Errorf("%s is empty", path)
	}
	return map[string]string{"file": path, "text": string(text)}, err
}

type campaignList struct{}

// Run prints them.
func (*campaignList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "campaign-list", nil) }

type campaignGroups struct{}

// Run prints them.
func (*campaignGroups) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "campaign-groups", nil)
}

type campaignID struct {
	ID string `arg:"" help:"The campaign's id, as in the list."`
}

// Run prints one.
func (c *campaignID) Run(ctx context.Context, m *Main) error { return c.ask(ctx, m, "campaign-show") }

func (c *campaignID) ask(ctx context.Context, m *Main, op string) error {
	return m.ask(ctx, op, map[string]string{"id": c.ID})
}

type campaignReport struct{ campaignID }

// Run prints one's report.
func (c *campaignReport) Run(ctx context.Context, m *Main) error {
	return c.ask(ctx, m, "campaign-report")
}

type campaignApprove struct{ campaignID }

// Run confirms one.
func (c *campaignApprove) Run(ctx context.Context, m *Main) error {
	return c.ask(ctx, m, "campaign-approve")
}

type campaignPause struct{ campaignID }

// Run pauses one.
func (c *campaignPause) Run(ctx context.Context, m *Main) error {
	return c.ask(ctx, m, "campaign-pause")
}

type campaignResume struct{ campaignID }

// Run resumes one.
func (c *campaignResume) Run(ctx context.Context, m *Main) error {
	return c.ask(ctx, m, "campaign-resume")
}

type campaignStop struct{ campaignID }

// Run stops one.
func (c *campaignStop) Run(ctx context.Context, m *Main) error { return c.ask(ctx, m, "campaign-stop") }

type campaignChange struct {
	campaignID
	File string `arg:"" help:"The campaign with its new words, as TOML." type:"path"`
}

// Run changes one's words.
func (c *campaignChange) Run(ctx context.Context, m *Main) error {
	args, err := campaignFile(c.File)
	if err != nil {
		return err
	}
	args["id"] = c.ID
	return m.ask(ctx, "campaign-change", args)
}
