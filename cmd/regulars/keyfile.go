package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"regulars/loyalty/people"
)

// keyNote is the key file's first line.
const keyNote = "# The key that seals names and phone numbers. Keep a copy elsewhere: without it nothing sealed can be read.\n"

// ReadKey gives the installation's key: from REGULARS_KEY, else from the key
// file, which only its owner may read.
func (c *Config) ReadKey(env func(string) (string, bool)) ([]byte, error) {
	if text, ok := env("REGULARS_KEY"); ok && text != "" {
		return decodeKey("REGULARS_KEY", []byte(text))
	}
	if err := checkKeyFile(c.KeyFile); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("the key file cannot be read: %w", err)
	}
	return decodeKey(c.KeyFile, data)
}

// checkKeyFile refuses a key that is missing or open to others.
func checkKeyFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the key file %s is missing. It holds the key that seals names, phone numbers and chat accounts; without it nothing sealed can be read.\n"+
			"Restore it from your backup, or name it with key_file, REGULARS_KEY_FILE or REGULARS_KEY", path)
	case err != nil:
		return fmt.Errorf("the key file cannot be looked at: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("the key file %s is no file.\nName the right one with key_file or REGULARS_KEY_FILE", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0: // Windows shows no such bits
		return fmt.Errorf("the key file %s may be read by others (its mode is %#o).\nRun: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	return nil
}

// decodeKey reads base64 of 32 bytes; lines that begin with # are skipped.
func decodeKey(from string, data []byte) ([]byte, error) {
	var text strings.Builder
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			text.WriteString(line)
		}
	}
	key, err := base64.StdEncoding.DecodeString(text.String())
	if err != nil || len(key) != people.MasterSize {
		return nil, fmt.Errorf("%s holds no key: 32 bytes in base64 are asked for.\nRestore it from your backup; a key once in use cannot be made again", from)
	}
	return key, nil
}

// writeKey makes a new key file for its owner only; it refuses where one is.
func writeKey(path string, rand io.Reader) error {
	key := make([]byte, people.MasterSize)
	if _, err := io.ReadFull(rand, key); err != nil {
		return fmt.Errorf("no randomness for a key: %w", err)
	}
	var b bytes.Buffer
	b.WriteString(keyNote)
	b.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	return writeNew(path, b.Bytes(), 0o600)
}

// writeNew writes a file that must not be there yet, and has it on disk.
func writeNew(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
