package intake

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/metrics"
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

// TestCrowd imports 20,000 members with balances, twice.
func TestCrowd(t *testing.T) {
	n := int64(20_000)
	if raceDetector { // several batches all the same; the other run takes in the crowd
		n = 3_000
	}
	w := onDisk(t)
	path := crowd(t, int(n))
	got, err := w.tryFile(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.balanced(got)
	if got.Taken != n || got.New != n || got.Refused != 0 || got.Opened != got.Read {
		t.Errorf("%+v, refused %v", got.Sum, w.refused)
	}
	w.clock.now = w.clock.now.Add(time.Hour)
	again, err := w.tryFile(path, Options{})
	if err != nil || again.Unchanged != n || again.Opened != 0 || again.Known != got.Opened {
		t.Errorf("again: %+v %v", again.Sum, err)
	}
}

// BenchmarkImport imports a million members with balances into an empty store,
// or as many as REGULARS_IMPORT says: the bound is five minutes. What the rows
// make lives in the store; the heap must stay flat.
func BenchmarkImport(b *testing.B) {
	n := 1_000_000
	if s := os.Getenv("REGULARS_IMPORT"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for range b.N {
		w := onDisk(b)
		path := crowd(b, n)
		heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		var early, late uint64 // the most in the first fifth, and after it
		i := Intake{DB: w.db, Shop: w.shop, Progress: func(done, total int64) {
			metrics.Read(heap)
			if most := heap[0].Value.Uint64(); done < int64(n)/5 {
				early = max(early, most)
			} else {
				late = max(late, most)
			}
		}}
		b.ResetTimer()
		got, err := i.Run(b.Context(), []string{path}, Options{Source: "old-till"})
		b.StopTimer()
		if err != nil || got[0].Taken != int64(n) {
			b.Fatalf("%+v %v", got, err)
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(float64(early>>20), "MB-early")
		b.ReportMetric(float64(late>>20), "MB-late")
		b.ReportMetric(float64(w.db.(*bolt.DB).Commits()), "commits")
		if f, err := os.Stat(w.db.(*bolt.DB).Path()); err == nil {
			b.ReportMetric(float64(f.Size())/float64(n), "B/row")
		}
	}
}
