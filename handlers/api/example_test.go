package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// client is all that a till needs to speak to the shop: where it is, and a key.
type client struct{ base, key string }

// post sends a request under the till's own number until an answer comes: that
// is safe, because one number counts once. What the shop refuses comes as an
// error with a sentence for the cashier.
func (c client) post(ctx context.Context, path, number string, body, answer any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(raw))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+c.key)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept-Language", "en")
		r.Header.Set("Idempotency-Key", number)
		res, err := http.DefaultClient.Do(r)
		wait := time.Second
		if err == nil && res.StatusCode != http.StatusServiceUnavailable && res.StatusCode != http.StatusTooManyRequests {
			defer res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return json.NewDecoder(res.Body).Decode(answer)
			}
			var no struct{ Type, Detail string }
			if err := json.NewDecoder(res.Body).Decode(&no); err != nil {
				return err
			}
			return fmt.Errorf("%s (%s)", no.Detail, no.Type)
		}
		if err == nil {
			if s, bad := strconv.Atoi(res.Header.Get("Retry-After")); bad == nil {
				wait = time.Duration(s) * time.Second
			}
			res.Body.Close()
		}
		select { // try again, with the same number
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// A till sells, sends the same once more because the answer was lost, and takes
// a part back.
func Example() {
	shop := exampleShop()
	till := client{base: shop.url + Base, key: shop.key}
	ctx := context.Background()

	type purchase struct {
		Phone  string `json:"phone"`
		Amount int64  `json:"amount"` // in minor units; the Taiwan dollar has none
		Order  string `json:"order"`
		Store  string `json:"store"`
	}
	var sold struct {
		Ref    string
		Points int64
	}
	for range 2 {
		if err := till.post(ctx, "/purchases", "till-1-0042", purchase{"0912345678", 350, "0042", "main"}, &sold); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("earned", sold.Points)
	}

	var back struct {
		Points  int64
		Balance struct{ Available int64 }
	}
	if err := till.post(ctx, "/refunds", "till-1-0043", map[string]any{"purchase": sold.Ref, "amount": 100, "store": "main"}, &back); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("refund", back.Points, "leaves", back.Balance.Available)

	err := till.post(ctx, "/redemptions", "till-1-0044", map[string]any{"phone": "0912345678", "reward": "cookie", "store": "main"}, nil)
	fmt.Println(err)
	// Output:
	// earned 35
	// earned 35
	// refund -10 leaves 25
	// That takes 60 points, and there are 25. (urn:regulars:problem:points-short)
}

// alone is a test that is none, for the example's shop.
type alone struct{ testing.TB }

func (alone) Helper()          {}
func (alone) Cleanup(func())   {}
func (alone) Fatal(all ...any) { panic(fmt.Sprint(all...)) }
func (alone) Error(all ...any) { panic(fmt.Sprint(all...)) }

func exampleShop() *world { return open(alone{}) }

// The lines that the README shows for a shell are run as they stand, against the
// program.
func TestReadmeCurl(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl here")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, lines, ok := strings.Cut(string(text), "```sh\n# a till\n")
	lines, _, end := strings.Cut(lines, "```")
	if !ok || !end {
		t.Fatal("the README has no such lines")
	}
	w := open(t)
	w.key = w.make(NewKey{Name: "Till 1", Store: "main", Scopes: TillScopes()})
	var script []string
	for line := range strings.SplitSeq(lines, "\n") {
		if !strings.HasPrefix(line, "regulars ") { // makes the key, as the test did
			script = append(script, line)
		}
	}
	run := strings.NewReplacer("https://bot.example.com", w.url, "rk_…", w.key).Replace(strings.Join(script, "\n"))
	sh := exec.Command("sh", "-e", "-c", run)
	sh.Env = []string{"PATH=" + filepath.Dir(curl) + ":" + os.Getenv("PATH"), "no_proxy=*"}
	out, err := sh.CombinedOutput()
	if err != nil || strings.Contains(string(out), typeBase) || strings.Count(string(out), `"ref"`) != 2 || !strings.Contains(string(out), `"available":25`) {
		t.Errorf("%v\n%s", err, out)
	}
}
