package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"regulars/handlers/console/rules"
	"regulars/loyalty/programme"
	"regulars/store"
)

// Soon is the moment from which on what is saved now can hold.
func (r *rulebook) Soon() time.Time { return r.clock.Now().Add(noticeOf) }

// File is what stands in the programme file.
func (r *rulebook) File() ([]byte, error) { return readProgrammeText(r.path) }

// Publish takes versions in and writes the newest into the file, between two
// looks at it: what the watcher reads is never an older text than what holds.
func (r *rulebook) Publish(p rules.Publication) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	ctx := context.Background() // a browser that leaves must not leave the file behind
	if err := r.refresh(ctx); err != nil {
		return err
	}
	text, err := r.File()
	if err != nil {
		return err
	}
	if !bytes.Equal(text, p.Was) || !p.Stray && string(text) != r.newestText() {
		return &rules.ChangedError{Text: text}
	}
	before := r.Newest()
	if err := p.Update(func(tx store.Tx) error { return r.publish(tx, p) }); err != nil {
		return err
	}
	if err := r.refresh(ctx); err != nil {
		return err
	}
	if after := r.Newest(); after != before {
		r.log.Info(news(before, after, r.clock.Now()))
		r.mind(before, after)
	}
	if err := r.bring([]byte(r.newestText())); err != nil {
		r.offered = nil // the next look tries again
		r.log.Error("the programme file cannot be written; what was saved holds, and the file is written once that can be", "error", err)
		return rules.ErrUnwritten
	}
	return nil
}

// publish is what one transaction does.
func (r *rulebook) publish(tx store.Tx, p rules.Publication) error {
	if err := r.Unchanged(tx); errors.Is(err, programme.ErrMeanwhile) {
		return &rules.ChangedError{Text: p.Was}
	} else if err != nil {
		return err
	}
	number := 0
	for _, n := range p.Withdraw {
		if err := r.Withdraw(tx, n, r.Soon()); err != nil {
			return err
		}
	}
	for _, v := range r.Versions() { // the newest that is left
		if !slices.Contains(p.Withdraw, v.Number) {
			number = v.Number
		}
	}
	for _, text := range p.Texts {
		taken, _, err := r.Offer(tx, text, r.Soon())
		if err != nil {
			return err
		}
		number = taken.Rules.Version
	}
	if err := programme.Lead(tx, number, p.Was); err != nil {
		return err
	}
	return p.Also(tx)
}

// newestText is the newest version's, "" while there is none.
func (r *rulebook) newestText() string {
	all := r.Versions()
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].Text
}

// bring writes the programme file anew, as a whole or not at all. It stays where
// a link leads, with its mode.
func (r *rulebook) bring(text []byte) error {
	path, err := filepath.EvalSymlinks(r.path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	r.offered, r.seen = text, text
	return nil
}

// follow brings the file to what was saved in the console, by this process
// before it was stopped or by another one on the store, unless somebody wrote
// the file since. It reports whether the file is what holds now.
func (r *rulebook) follow(ctx context.Context, text []byte) (bool, error) {
	var newest []byte
	leads := false
	err := r.db.View(ctx, func(tx store.Reader) (err error) {
		newest, leads, err = r.Leads(tx, text)
		return err
	})
	if err != nil || !leads {
		return false, err
	}
	if err := r.bring(newest); err != nil {
		return false, err
	}
	r.log.Info(fmt.Sprintf("%s is brought to version %d, which was saved in the console", r.path, r.Newest().Rules.Version))
	return true, nil
}
