package admin

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"regulars/loyalty/people"
	"regulars/store"
)

// ErasedList is the name of the file beside backups that says who was erased
// since they were made: a line each, with a number that names nobody. Without
// it a restore would bring back people who left.
const ErasedList = "erased.jsonl"

// erasedLine is one line. Its mac is the installation's own: whoever could
// write into the file could otherwise have anybody erased.
type erasedLine struct {
	people.Erasure
	MAC []byte `json:"mac"`
}

func erasedMAC(v *people.Vault, e people.Erasure) []byte {
	m := hmac.New(sha256.New, v.Derive("erased list"))
	fmt.Fprintf(m, "%s\n%s\n%s", e.Member, e.At.UTC().Format(time.RFC3339Nano), e.Until.UTC().Format(time.RFC3339Nano))
	return m.Sum(nil)
}

// ReadErased reads a list of erasures; one that is not there is empty. A line
// that this installation did not write is an error that names it.
func ReadErased(path string, v *people.Vault) ([]people.Erasure, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []people.Erasure
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var l erasedLine
		if len(line) == 0 {
			continue
		}
		if json.Unmarshal(line, &l) != nil || !hmac.Equal(l.MAC, erasedMAC(v, l.Erasure)) {
			return nil, fmt.Errorf("%s: line %d was not written by this installation (its key is %s): take that line out, or the file away if it belongs to another shop", path, i+1, v.Fingerprint())
		}
		list = append(list, l.Erasure)
	}
	return list, nil
}

// Erasures is the list of those erased in a store.
func Erasures(ctx context.Context, db store.DB) (list []people.Erasure, err error) {
	err = db.View(ctx, func(r store.Reader) error {
		list = nil
		return people.Erasures(r, func(e people.Erasure) bool {
			list = append(list, e)
			return true
		})
	})
	return list, err
}

// JoinErasures puts lists together, in the order of time, each member once.
func JoinErasures(lists ...[]people.Erasure) []people.Erasure {
	var all []people.Erasure
	seen := map[string]bool{}
	for _, e := range slices.Concat(lists...) {
		if !seen[string(e.Member)] {
			seen[string(e.Member)] = true
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b people.Erasure) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Member, b.Member))
	})
	return all
}

// WriteErased brings the list in dir up to date and returns how many stand in
// it. What stood there stays: a store that was put back from a backup may not
// know of all of them.
func (d Desk) WriteErased(ctx context.Context, dir string) (int, error) {
	path := filepath.Join(dir, ErasedList)
	known, err := ReadErased(path, d.Shop.Vault)
	if err != nil {
		return 0, err
	}
	ours, err := Erasures(ctx, d.DB)
	if err != nil {
		return 0, err
	}
	all := JoinErasures(known, ours)
	if len(all) == len(known) {
		return len(all), nil
	}
	var text bytes.Buffer
	for _, e := range all {
		line, err := json.Marshal(erasedLine{e, erasedMAC(d.Shop.Vault, e)})
		if err != nil {
			return 0, err
		}
		text.Write(append(line, '\n'))
	}
	return len(all), replace(path, text.Bytes())
}

// replace puts a new file in the place of an old one, for its owner only.
func replace(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
