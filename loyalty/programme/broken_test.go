package programme

import (
	"flag"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what is said now into testdata; read the difference before it is committed")

// smallest is what stands in front of the broken files: what has no table, and
// what a file without its own [expiry] needs.
const smallest = `country = "TW"
zone = "Asia/Taipei"
currency = "TWD"
languages = ["zh-TW", "en"]
name.zh-TW = "轉角咖啡"
store = [{ id = "main", name = "本店" }]
earn.per = 10
`

func TestBrokenFiles(t *testing.T) {
	const path = "testdata/broken.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 40 {
		t.Errorf("%d broken files", len(archive.Files))
	}
	for i, f := range archive.Files {
		text, want, _ := strings.Cut(string(f.Data), "#> ")
		if want != "" {
			want = "#> " + want
		}
		got := complaintsOf(f.Name, text)
		if got == "" {
			t.Errorf("%s is taken for good", f.Name)
		}
		if got != want && !*update {
			t.Errorf("%s\n%s got\n%s want\n%s", f.Name, text, got, want)
		}
		archive.Files[i].Data = []byte(text + got)
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// complaintsOf is what is said of a broken file, its lines counted from its
// own first.
func complaintsOf(name, text string) string {
	front := smallest
	if !strings.Contains(text, "[expiry]") {
		front += "expiry.kind = \"never\"\n"
	}
	switch before, _, _ := strings.Cut(name, "-"); before {
	case "pending":
		front += "returns.pending_days = 14\n"
	case "hold":
		front += "returns.hold_minutes = 30\n"
	}
	if strings.Contains(text, "[earn]\n") {
		front = strings.Replace(front, "earn.per = 10\n", "", 1)
	}
	_, complaints := Load([]byte(front + text))
	var b strings.Builder
	for _, c := range complaints {
		if c.Line > 0 {
			c.Line -= strings.Count(front, "\n")
		}
		b.WriteString("#> " + c.String() + "\n")
	}
	return b.String()
}
