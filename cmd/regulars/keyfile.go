package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"regulars/loyalty/people"
)

// keyNote begins the key file.
const keyNote = "# The key that seals names and phone numbers. Keep a copy elsewhere: without it nothing sealed can be read.\n"

// keyVariable may hold what else the key file does.
const keyVariable = "REGULARS_KEY"

// ReadKey gives the installation's key with all its generations: from
// REGULARS_KEY, else from the key file, which only its owner may read.
func (c *Config) ReadKey(env func(string) (string, bool)) ([]people.Key, error) {
	if text, ok := env(keyVariable); ok && text != "" {
		return decodeKeys(keyVariable, strings.ReplaceAll(text, ",", "\n"))
	}
	if err := checkKeyFile(c.KeyFile); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("the key file cannot be read: %w", err)
	}
	return decodeKeys(c.KeyFile, string(data))
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

// retiredWord stands before what is left of a retired generation.
const retiredWord = "retired"

// decodeKeys reads a key file, whose lines may be
//
//	# a remark
//	q83vEjRW…=            32 bytes in base64: the first generation, as init writes it
//	2 mJ5cCk2V…=          another, with its number
//	1 retired 8Kd0Wc…=    what is left of the first: it finds people, and opens nothing
func decodeKeys(from, text string) ([]people.Key, error) {
	wrong := fmt.Errorf("%s holds no key: 32 bytes in base64 are asked for, and the same after a number for each later generation.\nRestore it from your backup; a key once in use cannot be made again", from)
	var keys []people.Key
	var first strings.Builder
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		id, err := strconv.ParseUint(words[0], 10, 8)
		if err != nil || len(words) == 1 {
			first.WriteString(strings.Join(words, ""))
			continue
		}
		k := people.Key{ID: byte(id)}
		if words[1] == retiredWord {
			k.Roots, err = base64.StdEncoding.DecodeString(strings.Join(words[2:], ""))
		} else {
			k.Master, err = base64.StdEncoding.DecodeString(strings.Join(words[1:], ""))
		}
		if err != nil {
			return nil, wrong
		}
		keys = append(keys, k)
	}
	if first.Len() > 0 {
		master, err := base64.StdEncoding.DecodeString(first.String())
		if err != nil {
			return nil, wrong
		}
		keys = append(keys, people.Key{ID: 1, Master: master})
	}
	if len(keys) == 0 {
		return nil, wrong
	}
	if _, err := people.NewRing(slices.Clone(keys)); err != nil {
		return nil, wrong
	}
	return keys, nil
}

// encodeKeys is what decodeKeys reads.
func encodeKeys(keys []people.Key) []byte {
	var b bytes.Buffer
	b.WriteString(keyNote)
	if len(keys) == 1 && keys[0].ID == 1 {
		b.WriteString(base64.StdEncoding.EncodeToString(keys[0].Master) + "\n")
		return b.Bytes()
	}
	b.WriteString("# One line a generation: its number, and the key. `regulars key status` says which ones are in use.\n")
	for _, k := range keys {
		if k.Master == nil {
			fmt.Fprintf(&b, "%d %s %s\n", k.ID, retiredWord, base64.StdEncoding.EncodeToString(k.Roots))
			continue
		}
		fmt.Fprintf(&b, "%d %s\n", k.ID, base64.StdEncoding.EncodeToString(k.Master))
	}
	return b.Bytes()
}

// rewriteKeys puts keys in the place of a key file, whole or not at all. Its owner
// stays, whoever runs the program: serve must be able to read it. A link stays one.
func rewriteKeys(path string, keys []people.Key) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	slices.SortFunc(keys, func(a, b people.Key) int { return int(a.ID) - int(b.ID) })
	beside := path + ".new"
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(beside, encodeKeys(keys), 0o600); err != nil {
		return err
	}
	if err := errors.Join(sameOwner(path, beside), os.Rename(beside, path)); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" { // which syncs no folders
		err = dir.Sync()
	}
	return errors.Join(err, dir.Close())
}

// newMaster makes one generation's key.
func newMaster(rand io.Reader) ([]byte, error) {
	key := make([]byte, people.MasterSize)
	if _, err := io.ReadFull(rand, key); err != nil {
		return nil, fmt.Errorf("no randomness for a key: %w", err)
	}
	return key, nil
}

// writeKey makes a new key file for its owner only; it refuses where one is.
func writeKey(path string, rand io.Reader) error {
	key, err := newMaster(rand)
	if err != nil {
		return err
	}
	return writeNew(path, encodeKeys([]people.Key{{ID: 1, Master: key}}), 0o600)
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
