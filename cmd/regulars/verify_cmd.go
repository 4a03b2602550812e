package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"

	"regulars/loyalty/passbook"
)

// verifyCmd reads the whole store; or, of a member, one statement, for which nobody
// needs a store.
type verifyCmd struct {
	Statement string `help:"Check a member's signed statement instead, here or on any other machine; beside the shop's store against the ledger, too." placeholder:"FILE" type:"path"`
	Key       string `help:"With --statement: the key that must have signed it: its fingerprint, or a copy of the shop's /.well-known/regulars.json." placeholder:"KEY|FILE"`
	After     string `help:"With --statement: an older statement, which the newer one must go on from with nothing changed." placeholder:"FILE" type:"path"`
}

// Run says what is whole and what is not.
func (c *verifyCmd) Run(ctx context.Context, m *Main) error {
	if c.Statement == "" {
		if c.Key != "" || c.After != "" {
			return &usageError{"--key and --after are about a statement: name its file with --statement FILE"}
		}
		return m.ask(ctx, "verify", nil)
	}
	keys, err := readKeys(c.Key)
	if err != nil {
		return err
	}
	b, text, err := m.readStatement(c.Statement)
	if err != nil {
		return err
	}
	signer := passbook.Fingerprint(b.Key)
	if len(keys) > 0 && !slices.Contains(keys, signer) {
		return fmt.Errorf("%s is signed with the key %s, and not with %s: it is not that shop's", c.Statement, signer, strings.Join(keys, " or "))
	}
	m.sayStatement(b)
	if c.After != "" {
		older, _, err := m.readStatement(c.After)
		if err != nil {
			return err
		}
		if err := passbook.Newer(older, b); err != nil {
			return fmt.Errorf("%s against %s: %w", c.Statement, c.After, err)
		}
		m.say("after %s: it goes on from there, and nothing of it was changed (%s)", c.After, entriesOf(len(older.Lines)))
	}
	if len(keys) == 0 {
		m.say("the key: %s; compare it with one that you have from the shop itself, not from this file, or name that one with --key", signer)
	} else {
		m.say("the key: %s, as asked for", signer)
	}
	return c.besideStore(ctx, m, text)
}

// besideStore asks the shop's ledger, where there is a shop.
func (c *verifyCmd) besideStore(ctx context.Context, m *Main, text []byte) error {
	if _, err := os.Stat(m.configPath); errors.Is(err, fs.ErrNotExist) {
		m.say("the ledger: not asked, as there is no %s here; the shop itself can", m.configPath)
		return nil
	}
	return m.ask(ctx, "verify-statement", map[string]string{"text": string(text)})
}

// readStatement reads one that is whole.
func (m *Main) readStatement(file string) (*passbook.Statement, []byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, &usageError{fmt.Sprintf("the statement cannot be read: %s", err)}
	}
	b, err := passbook.Read(text)
	var changed *passbook.ChangedError
	switch {
	case errors.As(err, &changed):
		for _, f := range changed.Faults {
			m.say("✗ %s", plain(f.String()))
		}
		return nil, nil, fmt.Errorf("%s is not as it was signed, or not signed at all: see above. Ask for the statement anew", file)
	case err != nil:
		return nil, nil, &usageError{fmt.Sprintf("%s: %s", file, err)}
	}
	return b, text, nil
}

// sayStatement says what was signed.
func (m *Main) sayStatement(b *passbook.Statement) {
	m.say("%s", signedBy(b))
	m.say("the file: every line, every sum and the signature fit")
}

// signedBy says whose the file claims to be: anybody can sign with a shop's name.
func signedBy(b *passbook.Statement) string {
	return fmt.Sprintf("a key that calls itself %s signed this on %s: account %s, %s, a balance of %d", plain(or(b.Shop, "a shop")), b.Made.In(b.Zone).Format("2006-01-02 15:04"), plain(b.Account), entriesOf(len(b.Lines)), b.Balance())
}

// plain is a file's text without what would steer the reader's terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func entriesOf(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// readKeys are the fingerprints that a key given on the command line stands for: itself,
// or what a file of the shop's has; none for "".
func readKeys(key string) ([]string, error) {
	if key == "" {
		return nil, nil
	}
	if plain := strings.ToUpper(strings.ReplaceAll(key, " ", "")); len(plain) == 29 && strings.Count(plain, "-") == 5 {
		return []string{plain}, nil
	}
	text, err := os.ReadFile(key)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("--key is a fingerprint, as in ABCD-EFGH-IJKL-MNOP-QRST-UVWX, or a file that has the shop's key: %s", err)}
	}
	var shown struct {
		Statements struct {
			Keys []struct{ Public string }
		}
	}
	if err := json.Unmarshal(text, &shown); err != nil || len(shown.Statements.Keys) == 0 {
		return nil, &usageError{fmt.Sprintf("%s has no key of a shop; save the shop's /.well-known/regulars.json as it is", key)}
	}
	var prints []string
	for i, k := range shown.Statements.Keys {
		public, err := base64.StdEncoding.DecodeString(k.Public)
		if err != nil || len(public) != ed25519.PublicKeySize {
			return nil, &usageError{fmt.Sprintf("key %d in %s is none of Ed25519; save the shop's /.well-known/regulars.json as it is", i+1, key)}
		}
		prints = append(prints, passbook.Fingerprint(public))
	}
	return prints, nil
}
