package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms says what the packages of each room may import of this module; test
// files are exempt. A name that ends in "/*" stands for the packages below it.
// A package that no row covers fails: a new room is made on purpose.
var rooms = map[string][]string{
	"cmd/regulars":     {"bot", "bot/*", "handlers", "handlers/*", "handlers/console/*", "loyalty", "loyalty/*", "store", "store/*", "i18n"},
	"bot":              {"store", "i18n", "bot/limit"},
	"bot/limit":        {}, // how often something may be done
	"bot/line":         {"bot", "i18n", "store"},
	"bot/telegram":     {"bot", "i18n", "store"},
	"bot/draw":         {"bot"},
	"bot/sms":          {"bot", "i18n", "store"},
	"bot/outbox":       {"bot", "store"},
	"bot/schedule":     {"bot", "store"},
	"bot/sim":          {"bot/draw"}, // it shares no types with what it tries
	"bot/bottest":      {"bot", "bot/*", "store"},
	"handlers":         with("handlers/till"), // a receipt's code is credited and worded as at the till
	"handlers/*":       handling,
	"handlers/shop":    {"bot", "loyalty", "loyalty/*", "store", "i18n"}, // every other handler's floor
	"handlers/counter": with("bot/draw", "handlers/till"),                // pictures of cards; what the device on the counter asks for
	"handlers/staff":   with("handlers/till"),
	"handlers/console": with("bot/line", "bot/telegram", "bot/draw"),
	// each section of the console stands on its frame
	"handlers/console/*":           with("handlers/console", "handlers/console/*", "bot/draw"),
	"handlers/console/campaigns":   with("handlers/console", "handlers/console/*", "handlers/campaign", "bot/draw", "bot/outbox"),
	"handlers/console/rules":       with("handlers/console", "handlers/console/*", "bot/draw", "loyalty/programme/edit"),
	"handlers/console/home":        with("handlers/console", "handlers/console/*", "handlers/campaign", "handlers/till", "bot/outbox"), // what managers decide is the till's
	"handlers/console/members":     with("handlers/console", "handlers/console/*", "handlers/till", "bot/outbox"),                      // a refund is the till's; what waits
	"handlers/console/chart":       {"i18n"},
	"handlers/console/consoletest": with("handlers/console", "store/*"),
	"loyalty/programme/edit":       {"loyalty", "loyalty/programme"}, // the file's text, changed in place
	"loyalty/rollup":               {"loyalty", "loyalty/*", "store"},
	"loyalty/metric":               {"loyalty", "loyalty/*", "store"},
	// campaign encodes for receivers by the hundred.
	"handlers/campaign":            with("bot/line", "bot/telegram", "bot/draw", "bot/outbox"),
	"handlers/api":                 with("handlers/till"), // what a till's program asks for is the till's
	"handlers/hooks":               handling,
	"handlers/console/activities":  with("handlers/console", "handlers/console/*", "handlers/till"), // what managers record is the till's
	"handlers/console/connections": with("handlers/console", "handlers/console/*", "handlers/api", "handlers/hooks"),
	"handlers/console/trust":       with("handlers/console", "handlers/console/*", "handlers/till"),                                                                               // a correction is the till's
	"handlers/jobs":                with("bot/schedule", "bot/outbox"),                                                                                                            // what the clock does, and what messages cost for the digest
	"handlers/admin":               with("bot/outbox", "bot/schedule", "store/backup", "store/journal", "handlers/intake", "handlers/campaign", "handlers/api", "handlers/hooks"), // dead letters and counts; the file of a backup
	"loyalty":                      {},
	"loyalty/programme":            {"loyalty", "loyalty/segment", "store"}, // whose expressions it checks
	"loyalty/people":               {"loyalty", "store"},
	"loyalty/book":                 {"loyalty", "store"},
	"loyalty/voucher":              {"loyalty", "loyalty/book", "store"},
	"loyalty/referral":             {"loyalty", "store"},
	"loyalty/receipt":              {"loyalty", "store"},
	"loyalty/club":                 {"loyalty", "loyalty/*", "store"}, // people: whose birthday it is
	"loyalty/measure":              {"loyalty"},
	"loyalty/reach":                {"loyalty", "store"},              // how often somebody was written to
	"loyalty/segment":              {"loyalty", "loyalty/*", "store"}, // rows rolled up from all that is known
	"loyalty/survey":               {"loyalty", "store"},
	// What schemes do besides points: each with its rows, over the ledger and the club.
	"loyalty/plan":          {"loyalty", "loyalty/*", "store"},
	"loyalty/offer":         {"loyalty", "loyalty/*", "store"},
	"loyalty/mission":       {"loyalty", "loyalty/*", "store"},
	"loyalty/chance":        {"loyalty", "loyalty/*", "store"},
	"loyalty/event":         {"loyalty", "loyalty/*", "store"},
	"loyalty/voice":         {"loyalty", "loyalty/*", "store"},
	"loyalty/recommend":     {"loyalty", "loyalty/*", "store"},
	"loyalty/household":     {"loyalty", "loyalty/*", "store"},
	"loyalty/match":         {"loyalty", "loyalty/*", "store"},
	"loyalty/lever":         {"loyalty", "loyalty/*", "store"},
	"loyalty/room":          {"loyalty", "loyalty/*", "store"},
	"loyalty/whatif":        {"loyalty", "loyalty/*", "store"},
	"loyalty/fraud":         {"loyalty", "loyalty/*", "store"},
	"loyalty/passbook":      {"loyalty"}, // a file that anybody can check, without a store
	"store":                 {},
	"store/*":               {"store"},
	"store/bolt":            {"store", "store/journal"}, // what it commits is written down beside it
	"store/backup":          {"store", "store/journal"},
	"store/postgres/pgtest": {"store", "store/postgres"},
	"i18n":                  {},
}

var handling = []string{"bot", "bot/limit", "loyalty", "loyalty/*", "store", "i18n", "handlers/shop"}

func with(more ...string) []string { return append(slices.Clone(handling), more...) }

// pure packages import nothing but the standard library.
var pure = []string{"loyalty", "store"}

// top are the only folders with code at the top of the repository.
var top = []string{"cmd", "bot", "handlers", "loyalty", "store", "i18n"}

const module = "regulars"

// imports are the packages of the module by folder, with what their files that
// are no tests import, and one file that does.
func imports(t *testing.T) map[string]map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	all := map[string]map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "testdata" || strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") && name != "..") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(rel))
		if all[dir] == nil {
			all[dir] = map[string]string{}
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			what, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			all[dir][what] = rel
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// roomOf is the row that covers a package: its own, or that of its parent's
// children.
func roomOf(dir string) ([]string, bool) {
	if may, ok := rooms[dir]; ok {
		return may, true
	}
	may, ok := rooms[path.Dir(dir)+"/*"]
	return may, ok
}

func TestImportsPointDown(t *testing.T) {
	all := imports(t)
	if len(all) < 10 {
		t.Fatalf("only %d packages found: is the test looking in the right place?", len(all))
	}
	for _, dir := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(dir, "cmd/") && dir != "cmd/regulars" {
			continue // other commands wire what they like
		}
		may, ok := roomOf(dir)
		if !ok {
			t.Errorf("%s is no room of the design: give it a row in this test, and say why in its package comment", dir)
		}
		for what, file := range all[dir] {
			inner, ours := strings.CutPrefix(what, module+"/")
			if !ours {
				if slices.Contains(pure, dir) && strings.Contains(strings.SplitN(what, "/", 2)[0], ".") {
					t.Errorf("%s imports %s: %s has the standard library only", file, what, dir)
				}
				continue
			}
			if !slices.Contains(may, inner) && !slices.Contains(may, path.Dir(inner)+"/*") {
				t.Errorf("%s imports %s, which is not below %s; it may import %v", file, what, dir, may)
			}
		}
	}
}

func TestOnlySixFoldersHoldCode(t *testing.T) {
	for dir := range imports(t) {
		first, _, _ := strings.Cut(dir, "/")
		if !slices.Contains(top, first) {
			t.Errorf("%s holds code; only %v do", dir, top)
		}
	}
}

// TestImportsTableSeesBreaches holds the test itself against imports that must
// be refused.
func TestImportsTableSeesBreaches(t *testing.T) {
	for _, c := range []struct {
		dir, what string
		ok        bool
	}{
		{"bot", "loyalty", false},
		{"bot/sim", "bot", false},
		{"loyalty", "store", false},
		{"handlers/staff", "handlers", false},
		{"handlers/staff", "store/bolt", false},
		{"handlers/staff", "handlers/shop", true},
		{"store/bolt", "store", true},
		{"cmd/regulars", "store/bolt", true},
	} {
		may, _ := roomOf(c.dir)
		if got := slices.Contains(may, c.what) || slices.Contains(may, path.Dir(c.what)+"/*"); got != c.ok {
			t.Errorf("%s → %s: allowed %v, want %v", c.dir, c.what, got, c.ok)
		}
	}
}
