package passbook

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
)

var (
	theKey  = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	morning = time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
)

var taipei = func() *time.Location {
	z, err := time.LoadLocation("Asia/Taipei")
	if err != nil {
		panic(err)
	}
	return z
}()

// statement is one with n entries: sales of 10 points, every third a reward for 5.
func statement(n int) Statement {
	s := Statement{
		About: []string{"Your points, line by line."}, Shop: "Café Lumen", Published: "https://bot.example.com/.well-known/regulars.json",
		Account: "00112233445566778899", Card: "•••• K7QF", Lang: "en", Zone: taipei, Made: morning.AddDate(0, 2, 0),
	}
	var sum loyalty.Points
	for i := range n {
		l := Line{
			Seq: uint64(i + 1), At: morning.AddDate(0, 0, i), Ref: loyalty.Ref("2CA4DY"), Kind: loyalty.KindEarn, Points: 10,
			Words: "Purchase NT$100", Entry: Mark(loyalty.Hash(sha256.Sum256([]byte{byte(i)}))),
		}
		if i%3 == 2 {
			l.Ref, l.Kind, l.Points, l.Words = "", loyalty.KindExpire, -5, "Expired"
		}
		sum += l.Points
		l.Balance = sum
		s.Lines = append(s.Lines, l)
	}
	if n > 0 {
		s.Lots = []Lot{{morning.AddDate(1, 0, 0), 5}, {Points: sum - 5}}
	}
	return s
}

// What was written once must be read for ever: the file is the contract.
func TestGolden(t *testing.T) {
	got := Write(statement(4), theKey)
	want, err := os.ReadFile(filepath.Join("testdata", "statement.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("a statement is written in another form than before:\n%s", got)
	}
}

func TestReadBack(t *testing.T) {
	for _, n := range []int{0, 1, 4, 200} {
		file := Write(statement(n), theKey)
		s, err := Read(file)
		if err != nil {
			t.Fatalf("%d entries: %v\n%s", n, err, file)
		}
		if again := Write(*s, theKey); !bytes.Equal(again, file) {
			t.Errorf("%d entries: read and written again it is another:\n%s", n, again)
		}
	}
}

// Mail and editors change line ends and put a mark before a text; that is no forgery.
func TestLineEnds(t *testing.T) {
	file := Write(statement(4), theKey)
	mailed := append([]byte("\ufeff"), bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n"))...)
	if _, err := Read(mailed); err != nil {
		t.Error(err)
	}
	if _, err := Read(append(bytes.TrimRight(file, "\n"), "\n\n\n"...)); err != nil {
		t.Error(err)
	}
}

// The head is what sha256sum says of all lines above it.
func TestHeadIsPlainSHA256(t *testing.T) {
	file := string(Write(statement(4), theKey))
	above, rest, _ := strings.Cut(file, "head: ")
	sum := sha256.Sum256([]byte(above))
	head, _, _ := strings.Cut(rest, "\n")
	if head != hex.EncodeToString(sum[:]) {
		t.Errorf("the head is %s, sha256 of what stands above it %x", head, sum)
	}
}

// entryLine is the number of the line of entry seq, from 1.
func entryLine(file string, seq string) int {
	for i, l := range strings.Split(file, "\n") {
		if strings.HasPrefix(l, seq+bar) {
			return i + 1
		}
	}
	return 0
}

func TestTampering(t *testing.T) {
	file := string(Write(statement(7), theKey))
	lines := strings.Split(file, "\n")
	third := entryLine(file, "3")
	swap := func(old, new string) func() string {
		return func() string { return strings.Replace(file, old, new, 1) }
	}
	with := func(f func(l []string) []string) func() string {
		return func() string { return strings.Join(f(append([]string(nil), lines...)), "\n") }
	}
	for name, tt := range map[string]struct {
		make func() string
		want string
	}{
		"points of an entry":    {swap("+10 | 25 |", "+20 | 35 |"), "(entry 4, 2CA4DY) was changed"},
		"words of an entry":     {swap("Expired", "Expires"), "(entry 3) was changed"},
		"shop's name":           {swap("Café Lumen", "Cafe Lumen"), "the header, lines 1 to"},
		"a comment":             {swap("line by line", "line for line"), "the header"},
		"the sum":               {swap("\nin: ", "\nin: 1"), "the closing"},
		"a lot":                 {swap("always: ", "always: 1"), "the closing"},
		"a link":                {func() string { l := lines[third-1]; return strings.Replace(file, l, l[:len(l)-1]+flip(l), 1) }, "(entry 3) was changed"},
		"an entry removed":      {with(func(l []string) []string { return append(l[:third-1], l[third:]...) }), "is entry 4 where entry 3 belongs"},
		"two entries swapped":   {with(func(l []string) []string { l[third-1], l[third] = l[third], l[third-1]; return l }), "is entry 4 where entry 3 belongs"},
		"an entry twice":        {with(func(l []string) []string { return append(l[:third:third], l[third-1:]...) }), "is entry 3 where entry 4 belongs"},
		"the last entries cut":  {with(func(l []string) []string { i := entryLine(file, "6") - 1; return append(l[:i], l[i+2:]...) }), "speaks of 7 entries"},
		"cut in the middle":     {with(func(l []string) []string { return l[:third] }), "the file"},
		"no signature":          {with(func(l []string) []string { return l[:len(l)-2] }), "does not end with its head and its signature"},
		"something added":       {func() string { return file + "P.S.\n" }, "does not end with its head and its signature"},
		"a word into an entry":  {swap("Expired", "Expired | really"), "cannot be read"},
		"another's signature":   {func() string { return sign(t, file, bytes.Repeat([]byte{8}, 32)) }, "is no signature of the key"},
		"all links made anew":   {func() string { return forge(t, file) }, "is no signature of the key"},
		"balance, links anew":   {func() string { return rewritten(func(s *Statement) { s.Lines[3].Balance += 10 }) }, "(entry 4, 2CA4DY) has a balance of"},
		"lots, properly signed": {func() string { return rewritten(func(s *Statement) { s.Lots[1].Points++ }) }, "the lots sum to"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := tt.make()
			if bad == file {
				t.Fatal("nothing was changed")
			}
			_, err := Read([]byte(bad))
			var changed *ChangedError
			if !errors.As(err, &changed) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant it to say: %s", err, tt.want)
			}
		})
	}
}

// Every byte counts: whichever is another, something is said, and of an entry's line
// it is that line which is named.
func TestEveryByte(t *testing.T) {
	file := Write(statement(4), theKey)
	start, end := bytes.Index(file, []byte("\n1 | "))+1, bytes.Index(file, []byte("\n\nin:"))
	for i := range file {
		if file[i] == '\n' && i == len(file)-1 {
			continue
		}
		bad := bytes.Clone(file)
		bad[i] ^= 1
		_, err := Read(bad)
		if err == nil {
			t.Fatalf("byte %d of %q was changed, and nobody noticed", i, bytes.Split(file, []byte("\n"))[bytes.Count(file[:i], []byte("\n"))])
		}
		var changed *ChangedError
		if i >= start && i < end && file[i] != '\n' && file[i] != ' ' && file[i] != '|' {
			line := bytes.Count(file[:i], []byte("\n")) + 1
			if !errors.As(err, &changed) || changed.Faults[0].Line != line {
				t.Fatalf("byte %d of line %d was changed, and it says: %v", i, line, err)
			}
		}
	}
}

func flip(l string) string {
	if l[len(l)-1] == '0' {
		return "1"
	}
	return "0"
}

// sign puts another key's signature under a file that names ours.
func sign(t *testing.T, file string, seed []byte) string {
	t.Helper()
	above, _, _ := strings.Cut(file, "head: ")
	head := headOf(above)
	sig := ed25519.Sign(ed25519.NewKeyFromSeed(seed), signed(head))
	return above + "head: " + head + "\nsignature: " + base64.StdEncoding.EncodeToString(sig) + "\n"
}

// forge changes an entry and makes every link, sum and the head anew, as somebody does
// who has all but the key.
func forge(t *testing.T, file string) string {
	t.Helper()
	s, err := Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	s.Lines[6].Points, s.Lines[6].Balance = 1000, s.Lines[5].Balance+1000
	s.Lots = []Lot{{Points: s.Balance()}}
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))
	made := string(Write(*s, other))
	public := func(k ed25519.PrivateKey) string {
		return base64.StdEncoding.EncodeToString(k.Public().(ed25519.PublicKey))
	}
	header, _, _ := strings.Cut(strings.Replace(made, public(other), public(theKey), 1), "\nlink: ")
	old, _, _ := strings.Cut(made, "\nlink: ")
	return sign(t, relinked(strings.Replace(made, old, header, 1)), bytes.Repeat([]byte{8}, 32))
}

// relinked makes all links of a file anew.
func relinked(file string) string {
	var out, block []string
	last := ""
	for _, l := range strings.Split(file, "\n") {
		switch {
		case strings.HasPrefix(l, "link: "):
			last = link(last, strings.Join(block, "\n"))
			out, block = append(out, "link: "+last), nil
		case strings.Contains(l, bar):
			text, _ := cutLast(l)
			last = link(last, text)
			out = append(out, text+bar+last)
		default:
			if out = append(out, l); l != "" {
				block = append(block, l)
			}
		}
	}
	return strings.Join(out, "\n")
}

// rewritten is a statement that is wrong in itself, and properly signed.
func rewritten(f func(*Statement)) string {
	s := statement(7)
	f(&s)
	return string(Write(s, theKey))
}

func TestNewer(t *testing.T) {
	read := func(f func(*Statement), n int, key ed25519.PrivateKey) *Statement {
		s := statement(n)
		s.Made = s.Made.AddDate(0, 0, n)
		f(&s)
		back, err := Read(Write(s, key))
		if err != nil {
			t.Fatal(err)
		}
		return back
	}
	same := func(*Statement) {}
	older := read(same, 5, theKey)
	if err := Newer(older, read(func(s *Statement) {
		s.Lang = "ja"
		for i := range s.Lines {
			s.Lines[i].Words = "ポイント"
		}
	}, 9, theKey)); err != nil {
		t.Errorf("what goes on, in other words: %v", err)
	}
	if err := Newer(older, older); err != nil {
		t.Errorf("itself: %v", err)
	}
	for name, tt := range map[string]struct {
		newer *Statement
		want  error
	}{
		"another account": {read(func(s *Statement) { s.Account = "99887766554433221100" }, 9, theKey), ErrOtherAccount},
		"another key":     {read(same, 9, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))), ErrOtherKey},
		"an older one":    {read(same, 4, theKey), ErrOlder},
		"an entry less":   {read(func(s *Statement) { s.Made = s.Made.AddDate(0, 0, 9) }, 4, theKey), &ContradictError{}},
		"another entry":   {read(func(s *Statement) { s.Lines[2].Entry = strings.Repeat("0", markSize) }, 9, theKey), &ContradictError{}},
		"another day":     {read(func(s *Statement) { s.Lines[2].At = morning }, 9, theKey), &ContradictError{}},
	} {
		err := Newer(older, tt.newer)
		var contradict *ContradictError
		if want := tt.want; err == nil || !errors.Is(err, want) && !(errors.As(want, &contradict) && errors.As(err, &contradict)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Names and words come from people; none of them gets a line or a column of its own.
func TestWordsStayInTheirColumn(t *testing.T) {
	s := statement(1)
	s.Shop = "Lumen\nbalance: 9999\u202e | x"
	s.Lines[0].Words = "a | b\r\n2 | 2026-01-05T10:00:00Z | - | gift | +1 | 1 | - | \u2066\xff"
	back, err := Read(Write(s, theKey))
	if err != nil {
		t.Fatal(err)
	}
	if len(back.Lines) != 1 || strings.ContainsAny(back.Lines[0].Words+back.Shop, "|\n\u202e\u2066") {
		t.Errorf("shop %q, words %q", back.Shop, back.Lines[0].Words)
	}
}

func TestOtherFiles(t *testing.T) {
	for _, file := range []string{"", "\n", "regulars statement 2\n", "%PDF-1.7", strings.Repeat("x", 1<<10)} {
		if _, err := Read([]byte(file)); !errors.Is(err, ErrNotStatement) {
			t.Errorf("%.20q: %v", file, err)
		}
	}
}

// No file makes the reader stumble, none that it takes was signed by nobody, and what it
// says of one steers no terminal.
func FuzzRead(f *testing.F) {
	f.Add(Write(statement(4), theKey))
	f.Add([]byte(first + "\nlink: \n\n1 | \n"))
	f.Add([]byte(first))
	f.Add(bytes.Replace(Write(statement(4), theKey), []byte("2CA4DY"), []byte("\x1b]0;\a"), 1))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := Read(file)
		if err != nil && steers(err.Error()) || s != nil && steers(s.Shop+s.Account+s.Card) {
			t.Errorf("it says %q", err)
		}
		if err == nil && !bytes.Contains(file, []byte(base64.StdEncoding.EncodeToString(s.Key))) {
			t.Error("it takes a statement without a key")
		}
	})
}
