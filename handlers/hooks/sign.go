package hooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"
)

// Secret is what an endpoint's events are signed with, as its receiver gets it:
// "whsec_" and the base64 of 32 bytes. It is shown when it is made and never
// again, and must not be logged.
type Secret string

const secretPrefix = "whsec_"

// secretFor is what secrets are sealed for.
const secretFor = "webhook secret"

// newKey draws a secret.
func (d *Desk) newKey() (Secret, key, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(d.Rand, raw); err != nil {
		return "", key{}, err
	}
	sealed, err := d.Shop.Vault.SealShop(secretFor, raw, d.Rand)
	return Secret(secretPrefix + base64.StdEncoding.EncodeToString(raw)), key{Sealed: sealed}, err
}

// signature is the header webhook-signature: one signature for each secret that
// is in force, the newest first.
func (d *Desk) signature(e *Endpoint, id string, at time.Time, body []byte) (string, error) {
	var all []string
	for _, k := range e.Keys {
		if !k.Until.IsZero() && !at.Before(k.Until) {
			continue
		}
		raw, err := d.Shop.Vault.OpenShop(secretFor, k.Sealed)
		if err != nil {
			return "", err
		}
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(sign(raw, id, at, body)))
	}
	return strings.Join(all, " "), nil
}

// sign is the HMAC-SHA256 over id, seconds and body, as Standard Webhooks says.
func sign(secret []byte, id string, at time.Time, body []byte) []byte {
	m := hmac.New(sha256.New, secret)
	fmt.Fprintf(m, "%s.%d.", id, at.Unix())
	m.Write(body)
	return m.Sum(nil)
}
