package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty/programme"
	"regulars/store"
)

const (
	// lookEvery is how often the programme file, and what other processes took
	// in, is looked at.
	lookEvery = 2 * time.Second
	// noticeOf is how long before its beginning a new version is stored at
	// least: everybody who looks every lookEvery knows it by then, so that no
	// moment is ever judged by two versions.
	noticeOf = 5 * time.Second
)

// rulebook keeps a shop's programme as its file says, without a restart, and the
// file as the console says. Its watch is for one goroutine.
type rulebook struct {
	*programme.History
	path  string
	db    store.DB
	clock bot.Clock
	log   *slog.Logger
	asked <-chan os.Signal // asks for a look at once; nil never does
	// shared says that other processes, with files of their own, may have the
	// store: the newest publication holds, and no older file is one.
	shared bool

	mu      sync.Mutex // of what follows: a save in the console, and a look at the file
	offered []byte     // the text that was taken in or complained of last
	seen    []byte     // the text of the last look; it may still be being written
	inForce int        // the version that held at the last look
	said    string     // the last accident, which is told once
}

// openRulebook reads the versions that the store knows. A store from before
// versions were kept, or a new one, takes the file as its first.
func openRulebook(ctx context.Context, path string, db store.DB, clock bot.Clock, log *slog.Logger) (*rulebook, error) {
	r := &rulebook{path: path, db: db, clock: clock, log: log}
	err := db.View(ctx, func(tx store.Reader) (err error) {
		r.History, err = programme.OpenHistory(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if r.Newest() == nil {
		text, err := readProgrammeText(path)
		if err != nil {
			return nil, err
		}
		if err := r.takeIn(ctx, text); err != nil {
			return nil, aboutMistakes(path, err)
		}
	}
	r.inForce = r.At(clock.Now()).Rules.Version
	return r, nil
}

// watch looks at the file until ctx ends.
func (r *rulebook) watch(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.asked:
			r.look(ctx, true)
		case <-r.clock.After(lookEvery):
			r.look(ctx, false)
		}
	}
}

// look takes in what other processes stored, and the file where it changed. An
// editor may be writing it just now: unless finished is said, a text is taken
// for whole once two looks found the same.
func (r *rulebook) look(ctx context.Context, finished bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.Newest()
	err := r.refresh(ctx)
	text, unread := readProgrammeText(r.path)
	whole := unread == nil && (finished || bytes.Equal(text, r.seen))
	fresh := r.offered == nil || !bytes.Equal(text, r.offered)
	r.seen = text
	if whole && (fresh || r.Newest() != before) {
		followed, unled := r.follow(ctx, text)
		err = errors.Join(err, unled)
		switch {
		case followed || unled != nil:
		case fresh && r.offered == nil && r.outdated(text):
			r.offered = text
			r.warnOther()
		case fresh:
			err = errors.Join(err, r.offer(ctx, text))
		case string(text) != r.newestText():
			r.warnOther()
		}
	}
	r.accident(ctx, errors.Join(err, unread))
	if v := r.At(r.clock.Now()).Rules.Version; v != r.inForce {
		r.inForce = v
		r.log.Info(fmt.Sprintf("version %d of the programme is in force from now on", v))
	}
}

// outdated says that the file, as this process finds it at its start, has other
// words for the version that holds than another process took in after the file was
// written: two machines whose files differ would else undo each other's words at
// each start.
func (r *rulebook) outdated(text []byte) bool {
	if !r.shared {
		return false
	}
	p, changed, err := r.Consider(text, r.clock.Now())
	all := r.Versions()
	if err != nil || !changed || len(all) == 0 || p.Rules.Version != all[len(all)-1].Number {
		return false
	}
	info, err := os.Stat(r.path)
	return err == nil && info.ModTime().Before(all[len(all)-1].Loaded)
}

// warnOther tells that this machine's file is not what holds.
func (r *rulebook) warnOther() {
	r.log.Warn(fmt.Sprintf("another process took in version %d of the programme, which holds; %s on this machine says something else and is not used: bring it up to date, or save it again if it is what shall hold", r.Newest().Rules.Version, r.path))
}

// offer takes the text in, or tells the operator why not. Its error is an
// accident: then the text is offered again.
func (r *rulebook) offer(ctx context.Context, text []byte) error {
	before := r.Newest()
	err := r.takeIn(ctx, text)
	var wrong programme.Mistakes
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	r.offered = text
	if err != nil {
		r.log.Error(fmt.Sprintf("%s was not taken in, and version %d of the programme goes on: put right what is named here and save the file", r.path, r.At(r.clock.Now()).Rules.Version))
		for _, c := range wrong {
			r.log.Error(r.path + ": " + c.String())
		}
		return nil
	}
	if p := r.Newest(); p != before {
		r.log.Info(news(before, p, r.clock.Now()))
		r.mind(before, p)
	}
	return nil
}

// news is what became of a file that was taken in.
func news(before, p *programme.Programme, now time.Time) string {
	if before != nil && p.Rules.Version == before.Rules.Version && !p.Rules.From.After(now) {
		return fmt.Sprintf("version %d of the programme is taken in with other words", p.Rules.Version)
	}
	return fmt.Sprintf("version %d of the programme is taken in; it holds from %s on", p.Rules.Version, since(p))
}

// mind says what of a new version is not used before the next start.
func (r *rulebook) mind(before, after *programme.Programme) {
	if before == nil {
		return
	}
	if before.Languages[0] != after.Languages[0] || before.Rules.Zone.String() != after.Rules.Zone.String() {
		r.log.Warn("the programme has another zone or another first language: restart serve for menus and figures that follow it")
	}
	if slices.ContainsFunc(shop.Optional, func(c string) bool { return shop.Has(&before.Rules, c) != shop.Has(&after.Rules, c) }) {
		r.log.Warn("the programme has other kinds of things than before: restart serve for LINE's menus and Telegram's lists of commands that follow it")
	}
}

// takeIn offers the text and learns what came of it.
func (r *rulebook) takeIn(ctx context.Context, text []byte) error {
	err := r.db.Update(ctx, func(tx store.Tx) error {
		_, _, err := r.Offer(tx, text, r.clock.Now().Add(noticeOf))
		return err
	})
	if err != nil {
		return err
	}
	return r.refresh(ctx)
}

func (r *rulebook) refresh(ctx context.Context) error {
	return r.db.View(ctx, func(tx store.Reader) error {
		_, err := r.Refresh(tx)
		return err
	})
}

// accident logs what is no mistake in the file, once while it lasts.
func (r *rulebook) accident(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	said := ""
	if err != nil {
		said = err.Error()
	}
	if said != "" && said != r.said {
		r.log.Error("the programme cannot be brought up to date and goes on as it is; it is tried again", "error", err)
	}
	r.said = said
}

// since writes when a version begins, on the shop's clock.
func since(p *programme.Programme) string {
	if p.Rules.From.IsZero() {
		return "the beginning"
	}
	return p.Rules.From.In(p.Rules.Zone).Format("2006-01-02 15:04:05")
}

func readProgrammeText(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the programme cannot be read: %w; `regulars init` writes one, and programme in the configuration names it", err)
	}
	return text, nil
}

// readProgramme reads the programme file; all that is wrong with it is one
// error, a line each.
func readProgramme(path string) (*programme.Programme, error) {
	text, err := readProgrammeText(path)
	if err != nil {
		return nil, err
	}
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		return nil, aboutMistakes(path, programme.Mistakes(complaints))
	}
	return p, nil
}

// aboutMistakes names the file that mistakes are in; other errors stay as they
// are.
func aboutMistakes(path string, err error) error {
	var wrong programme.Mistakes
	if !errors.As(err, &wrong) {
		return err
	}
	return fmt.Errorf("%s cannot be used:\n  %s", path, strings.ReplaceAll(wrong.Error(), "\n", "\n  "))
}
