package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// importCmd brings members, balances and purchases out of other systems.
type importCmd struct {
	Files    []string          `arg:"" name:"file" help:"CSV or XLSX files; one with members before one with their purchases." type:"path"`
	Kind     string            `help:"What is in them: members, balances or purchases. Without it, their columns tell." enum:",members,balances,purchases" default:""`
	Map      map[string]string `help:"A column by its heading or number, and what it is: id, phone, name, birthday, joined, marketing, store, points, expires, amount, date, order, or - to leave it alone." placeholder:"COLUMN=FIELD" mapsep:"none"`
	Source   string            `help:"The system that the files come from. Customer numbers are its own, and with it they are known again." default:"imported"`
	Store    string            `help:"The store of rows that name none." placeholder:"ID"`
	Encoding string            `help:"The files' encoding, where it is not found out: utf-8, utf-16le, utf-16be, big5, shift_jis, gb18030, tis-620." placeholder:"NAME"`
	Dates    string            `help:"Which comes first in dates like 3/4/2026: dmy or mdy." enum:",dmy,mdy" default:""`
	AsOf     string            `help:"The day of the balances, from whose end the programme's expiry counts. Without it, now." placeholder:"2026-01-31"`
	Earn     bool              `help:"Let purchases give points by the programme. Without it they count for tiers and visits only."`
	DryRun   bool              `help:"Only say what would happen."`
	Yes      bool              `short:"y" help:"Do not say it first, and do not ask."`
	Report   string            `help:"Write every refused row with its line and its reason." placeholder:"FILE.csv"`
}

// bulkWindow is how long a commit may gather rows while nobody else is there to
// wait for it.
const bulkWindow = time.Second

// Run says what would happen, asks once, and does it.
func (c *importCmd) Run(ctx context.Context, m *Main) error {
	args, err := c.args()
	if err != nil {
		return err
	}
	m.window = bulkWindow
	if !c.Yes || c.DryRun {
		args["dry"] = "true"
		if err := m.ask(ctx, "import", args); err != nil || c.DryRun {
			return err
		}
		if !m.Terminal {
			return errors.New("nobody is there to be asked: run it again with --yes to import, or with --dry-run to be content with this")
		}
		if ok, err := (&asker{ctx, m, bufio.NewReader(m.Stdin)}).yes("Import this?"); err != nil || !ok {
			return errors.Join(err, errors.New("nothing was imported"))
		}
	}
	delete(args, "dry")
	return m.ask(ctx, "import", args)
}

// readable reports what keeps a file from being read.
func readable(path string) error {
	info, err := os.Stat(path)
	if bad := (*os.PathError)(nil); errors.As(err, &bad) {
		return bad.Err
	}
	if err == nil && info.IsDir() {
		return errors.New("it is a folder")
	}
	return err
}

// args are the operation's. Paths are whole, as serve stands in another folder.
func (c *importCmd) args() (map[string]string, error) {
	args := map[string]string{"kind": c.Kind, "source": c.Source, "store": c.Store, "encoding": c.Encoding, "dates": c.Dates, "asof": c.AsOf}
	if c.Earn {
		args["earn"] = "true"
	}
	var files, columns []string
	for _, f := range c.Files {
		path, err := filepath.Abs(f)
		if err == nil {
			err = readable(path)
		}
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w; name a CSV or XLSX file", f, err)
		}
		files = append(files, path)
	}
	for column, field := range c.Map {
		columns = append(columns, column+"="+field)
	}
	args["files"], args["map"] = strings.Join(files, "\n"), strings.Join(columns, "\n")
	if c.Report == "" {
		return args, nil
	}
	path, err := filepath.Abs(c.Report)
	args["report"] = path
	return args, err
}

type claimsCmd struct{}

// Run prints how far imported people have come.
func (*claimsCmd) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "claims", nil) }
