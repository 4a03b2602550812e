package intake

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// crowd writes a file of n members with balances, as a shop's old system might.
func crowd(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "crowd.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "會員編號,姓名,手機,生日,門市,點數,到期日")
	family, given := []rune("陳林黃張李王吳劉蔡楊許鄭謝郭洪"), []rune("志明春嬌雅婷怡君家豪淑芬俊傑美玲建宏麗華文彬佩珊宗翰思妤")
	for i := range n {
		name := string([]rune{family[i%len(family)], given[i/7%len(given)], given[i/91%len(given)]})
		fmt.Fprintf(w, "A%07d,%s,09%08d,%d-%02d-%02d,,%d,2027-%02d-28\n", i, name, 10_000_000+i, 1950+i%55, 1+i%12, 1+i%28, 10+i%990, 1+i%12)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCrowd imports 20,000 members with balances, or as many as
// REGULARS_IMPORT says, twice.
func TestCrowd(t *testing.T) {
	n := 20_000
	if s := os.Getenv("REGULARS_IMPORT"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	w := onDisk(t)
	path := crowd(t, n)
	start := time.Now()
	got, err := w.tryFile(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("%d rows in %v, %.0f a second", n, took.Round(time.Millisecond), float64(n)/took.Seconds())
	w.balanced(got)
	if got.Taken != int64(n) || got.New != int64(n) || got.Refused != 0 || got.Opened != got.Read {
		t.Errorf("%+v, refused %v", got.Sum, w.refused)
	}
	w.clock.now = w.clock.now.Add(time.Hour)
	again, err := w.tryFile(path, Options{})
	if err != nil || again.Unchanged != int64(n) || again.Opened != 0 || again.Known != got.Opened {
		t.Errorf("again: %+v %v", again.Sum, err)
	}
}
