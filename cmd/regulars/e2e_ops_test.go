package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"regulars/store/postgres/pgtest"
)

// signed delivers nothing to the shop's LINE channel, signed with a secret, and
// gives the status.
func (p *place) signed(secret string) (int, error) {
	body := `{"destination":"Uffff","events":[]}`
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(body))
	req, err := http.NewRequest("POST", p.url+"/webhook/main", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("X-Line-Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// changed writes the configuration with another text in it.
func (p *place) changed(from, to string) {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "regulars.toml"))
	p.try(err)
	if !strings.Contains(string(text), from) {
		p.t.Fatalf("no %q in the configuration", from)
	}
	p.write("regulars.toml", strings.Replace(string(text), from, to, 1))
}

// TestReloadAndDrainLoseNothing changes the channel's secret, the log's level
// and what not while deliveries come in, signed with the old secret and then
// with both; breaks the file; and stops. Not one is refused.
func TestReloadAndDrainLoseNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "REGULARS_DRAIN=1s")
	p.start()
	p.hooked()
	const fresh = "a-new-line-secret-11223344"
	var secrets sync.Map
	secrets.Store(e2eLineSecret, true)
	stop, failed := make(chan struct{}), make(chan error, 100)
	var load sync.WaitGroup
	n := 0
	load.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			secrets.Range(func(secret, _ any) bool {
				if code, err := p.signed(secret.(string)); err != nil || code != http.StatusOK {
					failed <- fmt.Errorf("delivery %d: %d %v", n, code, err)
				}
				n++
				return true
			})
		}
	})
	p.changed(e2eLineSecret, fresh)
	text, err := os.ReadFile(filepath.Join(p.dir, "regulars.toml"))
	p.try(err)
	p.write("regulars.toml", "log_level = \"debug\"\nhooks_allow = [\"127.0.0.0/8\"]\ncert_dir = \"elsewhere\"\n"+strings.NewReplacer("log_level =", "#", "hooks_allow =", "#", "cert_dir =", "#").Replace(string(text)))
	out := p.must("reload")
	for _, want := range []string{"log_level is taken in", "hooks_allow is taken in", "cert_dir needs a restart", "secrets of channel main are taken in"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in what reload says:\n%s", want, out)
		}
	}
	if strings.Contains(out, fresh) || strings.Contains(out, e2eLineSecret) {
		t.Errorf("reload tells a secret:\n%s", out)
	}
	p.must("hooks", "add", "http://127.0.0.1:1/")
	secrets.Store(fresh, true)
	if code, err := p.signed("neither"); code != http.StatusUnauthorized {
		t.Errorf("a third secret: %d %v", code, err)
	}
	if out = p.must("reload"); !strings.Contains(out, "as it was") {
		t.Errorf("a second reload says\n%s", out)
	}
	p.changed("log_level = \"debug\"", "log_level = \"noisy\"")
	before := p.log.String()
	p.try(p.proc.Process.Signal(syscall.SIGHUP))
	p.eventually("the mistake to be told", func() bool { return strings.Contains(p.log.String()[len(before):], "nothing was changed") })
	p.eventually("a request at debug", func() bool { return strings.Contains(p.log.String(), "level=DEBUG") })
	done := make(chan error, 1)
	go func() { done <- p.stop() }()
	p.eventually("it to be ready no more", func() bool {
		res, err := http.Get(p.url + "/readyz")
		if err != nil {
			t.Fatalf("gone before it said so: %v", err)
		}
		defer res.Body.Close()
		return res.StatusCode == http.StatusServiceUnavailable
	})
	for range 20 { // a load balancer that has not looked yet
		if code, err := p.signed(fresh); err != nil || code != http.StatusOK {
			t.Errorf("while it drains: %d %v", code, err)
		}
	}
	close(stop)
	load.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if n < 10 {
		t.Errorf("only %d deliveries came meanwhile", n)
	}
	if err := <-done; err != nil {
		t.Errorf("it ended with %v\n%s", err, p.log)
	}
}

// TestKeyIsRotated gives a shop a second generation of its key while customers
// write, retires the first, and goes on after a restart; the old key file alone
// is refused with what to do.
func TestKeyIsRotated(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.start()
	p.hooked()
	ann := p.joined("Ann", "0912345678")
	keyFile := filepath.Join(p.dir, "regulars.key")
	old, err := os.ReadFile(keyFile)
	p.try(err)
	if out := p.must("key", "status"); !strings.Contains(out, "generation 1 opens 1 person") || !strings.Contains(out, "and seals") {
		t.Errorf("before:\n%s", out)
	}
	if out := p.must("key", "retire", "--yes"); !strings.Contains(out, "nothing to retire") {
		t.Errorf("retiring the only one:\n%s", out)
	}
	ann.Say("/points")
	if out := p.must("key", "rotate"); !strings.Contains(out, "Generation 2 is in") || !strings.Contains(out, "sealed anew") {
		t.Errorf("rotating:\n%s", out)
	}
	p.hears(ann, 1)
	bob := p.joined("Bob", "0987654321")
	if out := p.must("key", "status"); !strings.Contains(out, "generation 1 opens 0 persons and 0 values of nobody's: `regulars key retire`") || !strings.Contains(out, "generation 2 opens 2 persons") {
		t.Errorf("after:\n%s", out)
	}
	if out := p.must("verify"); strings.Contains(out, "✗") {
		t.Errorf("verify:\n%s", out)
	}
	both, err := os.ReadFile(keyFile)
	p.try(err)
	if out := p.must("key", "retire", "--yes"); !strings.Contains(out, "1 generation is retired") {
		t.Errorf("retiring:\n%s", out)
	}
	last, err := os.ReadFile(keyFile)
	p.try(err)
	if info, err := os.Stat(keyFile); err != nil || info.Mode().Perm() != 0o600 || strings.Contains(string(last), strings.Fields(string(old))[len(strings.Fields(string(old)))-1]) {
		t.Errorf("the retired key is still in the file, or its mode is %v: %v", info.Mode(), err)
	}
	for _, x := range []interface{ Say(string) }{ann, bob} {
		x.Say("/points")
	}
	p.hears(ann, 1)
	p.hears(bob, 1)
	p.kill()
	p.start()
	ann.Say("/find") // no employee: what matters is that she is known
	ann.Say("/points")
	p.hears(ann, 1)
	p.must("verify")
	p.try(p.stop())
	if out := p.must("verify"); strings.Contains(out, "✗") {
		t.Errorf("stopped:\n%s", out)
	}
	p.write("regulars.key", string(old))
	p.try(os.Chmod(keyFile, 0o600))
	if out, err := p.command("stats").CombinedOutput(); err == nil || !strings.Contains(string(out), "sealed with generation 2 of the key, and the key file has only 1") || !strings.Contains(string(out), "regulars key rotate") {
		t.Errorf("with the old key file: %v\n%s", err, out)
	}
	p.write("regulars.key", string(both))
	p.must("verify")
	p.write("regulars.key", string(last))
	p.must("verify")
}

// TestKeyFile forms: what is written is read again, by hand or by the program.
func TestKeyFileForms(t *testing.T) {
	t.Parallel()
	one, two := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", 32))), base64.StdEncoding.EncodeToString([]byte(strings.Repeat("b", 32)))
	for text, want := range map[string]int{
		"# note\n" + one + "\n":                1,
		one[:20] + "\n" + one[20:] + "\n":      1,
		one + "\n2 " + two + "\n":              2,
		"1 " + one + "\n\n# later\n2   " + two: 2,
		"2 " + two + "\n1 " + one:              2,
		"":                                     0,
		"# nothing":                            0,
		"2 " + two[:40]:                        0,
		"1 " + one + "\n1 " + two:              0,
		"0 " + one:                             0,
		one + "\n" + two:                       0,
		"1 retired " + one:                     0,
		"1 retired " + one + "\n2 " + two:      0, // a key is no roots
		"300 " + one:                           0,
		strings.Repeat("x", 44) + "\n2 " + two + "\n ": 0,
	} {
		keys, err := decodeKeys("the file", text)
		if len(keys) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d keys, %v", text, len(keys), err)
		}
		if want == 0 {
			if err != nil && (strings.Contains(err.Error(), one[:8]) || strings.Contains(err.Error(), two[:8])) {
				t.Errorf("the error tells the key: %v", err)
			}
			continue
		}
		again, err := decodeKeys("the file", string(encodeKeys(keys)))
		if err != nil || len(again) != want {
			t.Errorf("%q written again: %v", text, err)
		}
		if kept, gone := retired(again, 2); want == 2 {
			last, err := decodeKeys("the file", string(encodeKeys(kept)))
			if err != nil || gone != 1 || len(last) != 2 || last[0].Master != nil || last[1].Master == nil {
				t.Errorf("%q retired: %v", text, err)
			}
		}
	}
}

// TestKeyAndFiguresOfTwoProcesses runs two on one database: a generation that
// only one of them has is not used before it is said that both do; then the
// other goes over by itself, and each tells of its database.
func TestKeyAndFiguresOfTwoProcesses(t *testing.T) {
	t.Parallel()
	db, figures := pgtest.Start(t), freeAddress(t)
	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true", "REGULARS_DATA="+db)
	p.start()
	p.hooked()
	ann := p.joined("Ann", "0912345678")
	keyFile, copied := filepath.Join(p.dir, "regulars.key"), filepath.Join(p.dir, "copied.key")
	carry := func() {
		t.Helper()
		text, err := os.ReadFile(keyFile)
		p.try(err)
		p.try(os.WriteFile(copied, text, 0o600))
	}
	carry()
	other := *p
	listens := freeAddress(t)
	other.url, other.log = "http://"+listens, &safeBuffer{}
	other.env = append(slices.Clone(p.env), "REGULARS_LISTEN="+listens, "REGULARS_METRICS_LISTEN="+figures, "REGULARS_KEY_FILE="+copied,
		"REGULARS_ADMIN_SOCKET="+filepath.Join(p.dir, "other.sock"))
	other.start()
	if out, err := p.command("key", "rotate").CombinedOutput(); err == nil || !strings.Contains(string(out), "key rotate --everywhere") {
		t.Errorf("before the other has it: %v\n%s", err, out)
	}
	carry()
	if out := other.must("reload"); !strings.Contains(out, "generations [1 2]") {
		t.Errorf("the other takes it in:\n%s", out)
	}
	if out := p.must("key", "rotate", "--everywhere"); !strings.Contains(out, "sealed anew with generation 2") {
		t.Errorf("rotating:\n%s", out)
	}
	ann.Say("/points")
	p.hears(ann, 1)
	p.eventually("the other to seal with it", func() bool {
		_, second, _ := strings.Cut(other.must("key", "status"), "generation 2 opens 1 person")
		return strings.Contains(second, ", and seals")
	})
	other.must("verify")
	text := fetched(t, "http://"+figures+"/metrics")
	for _, want := range []string{"regulars_store_round_trips_total", `regulars_store_connections{state="idle"}`, "regulars_store_away 0", "regulars_scrape_errors 0", "regulars_store_size_bytes"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if out := other.must("ready"); !strings.Contains(out, "ready") {
		t.Errorf("ready says %q", out)
	}
	p.try(other.stop())
	p.try(p.stop())
	if out, err := other.command("ready").CombinedOutput(); err == nil || !strings.Contains(string(out), "no serve answers") {
		t.Errorf("ready, stopped: %v\n%s", err, out)
	}
}
