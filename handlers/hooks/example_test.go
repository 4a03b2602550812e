package hooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/handlers/hooks"
)

// verify is all that a receiver needs, with nothing of this program's: body is
// what came, byte for byte, and secret what the console showed, "whsec_…".
func verify(secret string, h http.Header, body []byte, now time.Time) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("too old, or from the future")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), seconds, body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, got := range strings.Fields(h.Get("webhook-signature")) { // two, while the secret is changed
		if hmac.Equal([]byte(got), []byte(want)) {
			return nil
		}
	}
	return errors.New("not from Regulars")
}

// Verifying a signature, as the README shows it. The figures are those of the
// specification's own example.
func Example_verify() {
	h := http.Header{}
	h.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	h.Set("webhook-timestamp", "1614265330")
	h.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	secret, body := "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", []byte(`{"test": 2432232314}`)
	sent := time.Unix(1614265330, 0)

	fmt.Println(verify(secret, h, body, sent.Add(time.Second)))
	fmt.Println(verify(secret, h, []byte(`{"test": 1}`), sent))
	fmt.Println(verify(secret, h, body, sent.Add(time.Hour)))
	// Output:
	// <nil>
	// not from Regulars
	// too old, or from the future
}

// TestReadme: what the README shows is what is tried here.
func TestReadme(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, from, _ := strings.Cut(string(own), "func verify(")
	body, _, _ := strings.Cut(from, "\n}\n")
	if !strings.Contains(string(page), "func verify("+body+"\n}\n") {
		t.Error("the README shows another way to verify a signature")
	}
	for _, e := range hooks.Types() {
		_, last, _ := strings.Cut(string(e), ".")
		if !strings.Contains(string(page), string(e)) && !strings.Contains(string(page), "`."+last+"`") {
			t.Errorf("the README does not name %s", e)
		}
	}
}
