package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"regulars/loyalty/programme"
)

// offered is how many presets are shown; others are chosen by name.
const offered = 3

// asker asks at a terminal, one question a line.
type asker struct {
	ctx context.Context
	m   *Main
	in  *bufio.Reader
}

// askAll asks what the flags did not say.
func (c *initCmd) askAll(ctx context.Context, m *Main) error {
	a := &asker{ctx, m, bufio.NewReader(m.Stdin)}
	if c.Preset == "" {
		if err := a.preset(&c.Preset); err != nil {
			return err
		}
	}
	if err := a.text(&c.Shop, "The shop's name", "the preset's"); err != nil {
		return err
	}
	if err := c.askLine(a); err != nil {
		return err
	}
	if err := c.askTelegram(a); err != nil {
		return err
	}
	if c.LineSecret != "" || c.TelegramToken != "" && !c.Polling {
		return a.text(&c.PublicURL, "The https address that leads here", "later")
	}
	return nil
}

func (c *initCmd) askLine(a *asker) error {
	if c.LineSecret != "" {
		return nil
	}
	if yes, err := a.yes("A LINE channel?"); err != nil || !yes {
		return err
	}
	return errors.Join(
		a.text(&c.LineID, "  Channel ID (LINE Developers console, Basic settings)", ""),
		a.secret(&c.LineSecret, "  Channel secret (the same page)"),
		a.secret(&c.LineToken, "  Long-lived token (Messaging API; empty: short-lived ones are fetched)"),
		a.text(&c.LineBasicID, "  The account's @name", "none"),
	)
}

func (c *initCmd) askTelegram(a *asker) error {
	if c.TelegramToken != "" {
		return nil
	}
	if yes, err := a.yes("A Telegram bot?"); err != nil || !yes {
		return err
	}
	err := a.secret(&c.TelegramToken, "  Token from BotFather")
	if err != nil || c.Polling {
		return err
	}
	c.Polling, err = a.yes("  Fetch messages, without a public address?")
	return err
}

// preset offers the first few; any other is chosen by its name.
func (a *asker) preset(into *string) error {
	all := programme.Presets()
	a.m.say("Which programme to begin with?")
	for i, p := range all[:min(offered, len(all))] {
		a.m.say("  %d  %s: %s", i+1, p.Name, p.About)
	}
	a.m.say("  or by its name:")
	for _, p := range all[min(offered, len(all)):] {
		a.m.say("     %s: %s", p.Name, p.About)
	}
	for {
		if err := a.text(into, "Number or name", all[0].Name); err != nil {
			return err
		}
		for i, p := range all {
			if *into == p.Name || *into == fmt.Sprint(i+1) || *into == "" {
				*into = p.Name
				return nil
			}
		}
		a.m.say("There is no %q; did you mean %s?", *into, programme.NearestPreset(*into))
		*into = ""
	}
}

// text asks for a line; an empty answer leaves into empty.
func (a *asker) text(into *string, question, normal string) error {
	if *into != "" {
		return nil
	}
	if normal != "" {
		question += " [" + normal + "]"
	}
	fmt.Fprint(a.m.Stdout, question+": ")
	line, err := a.read(func() (string, error) { return a.in.ReadString('\n') })
	*into = line
	return err
}

// secret asks without showing what is typed.
func (a *asker) secret(into *string, question string) error {
	f, ok := a.m.Stdin.(*os.File)
	if !ok || *into != "" {
		return a.text(into, question, "")
	}
	fmt.Fprint(a.m.Stdout, question+", not shown: ")
	line, err := a.read(func() (string, error) {
		b, err := term.ReadPassword(int(f.Fd()))
		return string(b), err
	})
	a.m.say("")
	*into = line
	return err
}

func (a *asker) yes(question string) (bool, error) {
	var answer string
	err := a.text(&answer, question+" y/n", "n")
	return strings.HasPrefix(strings.ToLower(answer), "y"), err
}

// read waits for an answer or for the end of ctx: a signal must end the
// program while it waits for somebody to type.
func (a *asker) read(next func() (string, error)) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := next()
		got <- answer{line, err}
	}()
	select {
	case <-a.ctx.Done():
		return "", a.ctx.Err()
	case r := <-got:
		if errors.Is(r.err, io.EOF) && r.line == "" {
			return "", errors.New("the input ended before every question was answered; nothing was written.\nWithout a terminal, give the answers as flags: regulars init --help")
		}
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return "", r.err
		}
		return strings.TrimSpace(r.line), nil
	}
}
