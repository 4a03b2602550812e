package intake

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"regulars/store/bolt"
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
	random := rand.New(rand.NewPCG(1, 2))
	// Few family names and many given ones, as people have them: 160 and 700.
	letter := func(from rune, n int) rune { return from + rune(float64(n)*random.Float64()*random.Float64()) }
	for i := range n {
		name := string([]rune{letter('一', 160), letter('林', 700), letter('林', 700)})
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
	t.Logf("%d rows in %v, %.0f a second, %d commits", n, took.Round(time.Millisecond), float64(n)/took.Seconds(), w.db.(*bolt.DB).Commits())
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
