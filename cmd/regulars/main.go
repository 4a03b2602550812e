package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"regulars/bot"
	"regulars/handlers/admin"
)

// Main is the program with everything that it takes from outside, so that a
// test can run it whole.
type Main struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            func(name string) (value string, set bool)
	Clock          bot.Clock
	Rand           io.Reader // of keys and codes
	// Terminal says that a person sits at Stdin and Stderr: init may ask, and
	// progress is drawn.
	Terminal bool

	configPath string
	window     time.Duration // of the store's commits; 0 is the engine's own
	acceptLoss bool          // a file that lost its last commits is opened without them
}

// NewMain is the program as the shell runs it.
func NewMain() *Main {
	return &Main{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv,
		Clock: bot.SystemClock{}, Rand: rand.Reader,
		Terminal: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(NewMain().Run(ctx, os.Args[1:]))
}

// cli is the command line. Each command's own file says what it takes and does.
type cli struct {
	Config string `help:"The configuration file. REGULARS_CONFIG names it as well." default:"${config}" placeholder:"FILE"`

	Init      initCmd      `cmd:"" help:"Make a new shop: configuration, programme, key and store. Asks on a terminal; never overwrites."`
	Serve     serveCmd     `cmd:"" help:"Answer customers and staff until stopped."`
	Demo      demoCmd      `cmd:"" help:"See it all work: a café in a simulator, on a page with phones to type on. Nothing leaves this machine."`
	Check     checkCmd     `cmd:"" help:"Read configuration and programme, name every mistake with its line, and say what a changed programme does to members."`
	WhatIf    whatifCmd    `cmd:"" name:"whatif" help:"Tell what another programme would have made of all that happened: points, tiers, who gains and who loses. Changes nothing."`
	Doctor    doctorCmd    `cmd:"" help:"Look at everything that serve needs, LINE and Telegram included, and say what to do."`
	Verify    verifyCmd    `cmd:"" help:"Read the whole store and hold every point against the ledger."`
	Rebuild   rebuildCmd   `cmd:"" help:"Write anew what is derived from the ledger, where it differs."`
	Stats     statsCmd     `cmd:"" help:"Members, points outstanding, today's sales, messages and what they cost."`
	Staff     staffCmd     `cmd:"" help:"Invite, list and dismiss employees."`
	Devices   devicesCmd   `cmd:"" help:"The phones and tablets on the counter: list, revoke."`
	Keys      keysCmd      `cmd:"" help:"The keys with which tills and other programs use the API: list, new, revoke."`
	Hooks     hooksCmd     `cmd:"" help:"The addresses that are told what happens: list, add, test, rotate, on, off, remove, deliveries, replay."`
	Codes     codesCmd     `cmd:"" help:"The digital codes that rewards give: add more from a file, see what is left."`
	Import    importCmd    `cmd:"" help:"Bring members, balances and purchases of another system, from CSV or XLSX. Says first what would happen."`
	Claims    claimsCmd    `cmd:"" help:"How many imported members came into the chat and claimed what is theirs, by store."`
	Members   membersCmd   `cmd:"" help:"Members who are one person: find, merge, unmerge."`
	Segment   segmentCmd   `cmd:"" help:"Members found by what is known of them: list, count, show, rebuild."`
	Months    monthsCmd    `cmd:"" name:"statements" help:"What stores owe one another for points in a month: all, or one store's; as CSV; close it."`
	Referrals referralsCmd `cmd:"" help:"Members whose invitations look odd: list, clear, refuse."`
	Draws     drawsCmd     `cmd:"" help:"What wheels, scratch cards and red packets drew: verify a day against its seed."`
	Poster    posterCmd    `cmd:"" help:"Write the poster with the ways into your chats, or the team's card, as a page to print."`
	Campaign  campaignCmd  `cmd:"" help:"Write to many at once: check, send, list, show, approve, pause, change, resume, stop."`
	Jobs      jobsCmd      `cmd:"" help:"What the clock does: list how each job stands, run one now."`
	Breach    breachCmd    `cmd:"" help:"Whom a breach touched: what an employee, a key or a device saw, or all of a backup; as CSV, and drafts of the notices."`
	Retention retentionCmd `cmd:"" help:"What is kept of people, and for how long."`
	Dead      deadCmd      `cmd:"" help:"What could not be handled or delivered: list, replay, discard."`
	Backup    backupCmd    `cmd:"" help:"Copy everything into one file that is looked through, while serve runs or not."`
	Restore   restoreCmd   `cmd:"" help:"Put a backup back, after looking through it; who was erased since stays erased."`
	Outbox    outboxCmd    `cmd:"" help:"After a restore: what waits for your word before it is sent."`
	Privacy   privacyCmd   `cmd:"" help:"The notice of privacy in six languages, and who waits for a copy of their data: notice, requests, answered."`
	Compact   compactCmd   `cmd:"" help:"Give back the room that deleted rows left in the store's file, while serve does not run."`
	Move      moveCmd      `cmd:"" help:"Bring the store to PostgreSQL, for several machines, or back into a file; every row is held against its source."`
	Export    exportCmd    `cmd:"" help:"Write everything the shop knows as JSON lines and CSV, at any time."`
	Key       keyCmd       `cmd:"" help:"The key that seals names and numbers: which generations there are, make a new one, retire old ones."`
	Reload    reloadCmd    `cmd:"" help:"Have a running serve read its configuration again: what it takes in, and what needs a restart."`
	Ready     readyCmd     `cmd:"" help:"Ask the serve of this machine whether it is ready, for health checks."`
	Version   versionCmd   `cmd:"" help:"Which version this is."`
}

// Exit codes.
const (
	exitOK    = 0
	exitWrong = 1
	exitUsage = 2
)

// errTold ends a command that has already said what is wrong.
var errTold = errors.New("see above")

// Run does what args ask for and gives the exit code: 1 when something is
// wrong, 2 when args are.
func (m *Main) Run(ctx context.Context, args []string) (exit int) {
	var c cli
	ended := -1 // by kong, after help
	parser, err := kong.New(&c,
		kong.Name("regulars"),
		kong.Description("A shop's membership inside LINE and Telegram. Begin with `regulars init`, or look around with `regulars demo`."),
		kong.Vars{"config": m.env("REGULARS_CONFIG", "regulars.toml"), "presets": presetNames()},
		kong.Writers(m.Stdout, m.Stderr),
		kong.Exit(func(code int) { ended = code }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return m.fail(err)
	}
	k, err := parser.Parse(args)
	if ended >= 0 {
		return ended
	}
	if err != nil {
		fmt.Fprintf(m.Stderr, "regulars: %s\n`regulars --help` lists the commands, `regulars COMMAND --help` what each takes.\n", err)
		return exitUsage
	}
	m.configPath = c.Config
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(m); err != nil {
		return m.fail(err)
	}
	return exitOK
}

// fail tells what went wrong.
func (m *Main) fail(err error) int {
	var bad *usageError
	var asked *admin.Error
	switch {
	case errors.Is(err, errTold):
	case errors.As(err, &bad):
		fmt.Fprintln(m.Stderr, "regulars: "+bad.text)
		return exitUsage
	case errors.As(err, &asked):
		fmt.Fprintln(m.Stderr, "regulars: "+asked.Text)
		return asked.Exit
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(m.Stderr, "regulars: stopped before it was done")
	default:
		fmt.Fprintln(m.Stderr, "regulars: "+strings.TrimRight(err.Error(), "\n"))
	}
	return exitWrong
}

// usageError is a mistake in the command line that only the command itself
// can see.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// env is a variable, or normal where it is unset or empty.
func (m *Main) env(name, normal string) string {
	if v, ok := m.Env(name); ok && v != "" {
		return v
	}
	return normal
}

// config reads the configuration with every secret.
func (m *Main) config() (*Config, error) { return LoadConfig(m.configPath, m.Env) }

// say prints a line for whoever runs the command.
func (m *Main) say(format string, args ...any) { fmt.Fprintf(m.Stdout, format+"\n", args...) }
