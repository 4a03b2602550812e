package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/handlers/admin"
	"regulars/loyalty/people"
)

type keyCmd struct {
	Status keyStatusCmd `cmd:"" help:"Which generations of the key there are, and what each seals. Reads the whole store."`
	Rotate keyRotateCmd `cmd:"" help:"Make a new generation of the key and seal everything with it, while serve runs or not. Stopped half-way, it goes on when it is run again."`
	Retire keyRetireCmd `cmd:"" help:"Take out of the key file what opens with older generations, once nothing needs them."`
}

type keyStatusCmd struct{}

// Run prints a line a generation.
func (*keyStatusCmd) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "key-status", nil) }

type keyRotateCmd struct {
	Everywhere bool `help:"On PostgreSQL: every process has the new generation already (see the README)."`
}

// Run goes over to the newest generation, which it makes where there is none.
func (c *keyRotateCmd) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "key-rotate", map[string]string{"everywhere": fmt.Sprint(c.Everywhere)})
}

type keyRetireCmd struct {
	Yes bool `help:"Backups that older generations sealed may become unreadable with this key file."`
}

// Run retires everything but the newest generation.
func (c *keyRetireCmd) Run(ctx context.Context, m *Main) error {
	if !c.Yes {
		return errors.New("a backup from before the newest generation can then be read only with the key file of that time.\n" +
			"Keep a copy of the key file as it is now with such backups, and then say --yes")
	}
	return m.ask(ctx, "key-retire", nil)
}

// keyOps are what the key's commands ask of a running program.
func (a *app) keyOps(all admin.Ops) {
	all["key-status"] = a.keyStatus
	all["key-rotate"] = a.keyRotate
	all["key-retire"] = a.keyRetire
}

// followEvery is how often a process among several looks which generation seals.
const followEvery = 2 * time.Second

// followKey goes over to a newer generation when another process does. It is an
// error where this one's key file lacks it: a process that cannot read who was
// sealed anew must neither answer nor send, and what it seals would keep the old
// generation in use, or be lost with it.
func (o *operations) followKey(ctx context.Context) error {
	for {
		err := o.a.shop.Vault.Follow(ctx, o.a.db)
		var missing *people.GenerationError
		if errors.As(err, &missing) {
			if err := o.fetchKey(ctx, err); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-o.a.clock.After(followEvery):
		}
	}
}

// fetchKey takes in a key file that was copied here and not told of.
func (o *operations) fetchKey(ctx context.Context, missing error) error {
	if o.keys == nil {
		return aboutGeneration(missing)
	}
	o.reloading.Lock()
	defer o.reloading.Unlock()
	return o.readKeys(ctx, o.conf.Load(), func(format string, args ...any) { o.log.Info(fmt.Sprintf(format, args...)) })
}

// aboutGeneration says what to do where the key file lacks what the store needs.
func aboutGeneration(err error) error {
	var missing *people.GenerationError
	if !errors.As(err, &missing) {
		return err
	}
	have := make([]string, len(missing.Have))
	for i, id := range missing.Have {
		have[i] = fmt.Sprint(id)
	}
	return fmt.Errorf("the store is sealed with generation %d of the key, and the key file has only %s.\n"+
		"Take the key file of where `regulars key rotate` was run; for an older backup, the one that was kept with it", missing.Need, strings.Join(have, " and "))
}

// readKeys takes in a key file with other generations than before.
func (o *operations) readKeys(ctx context.Context, cfg *Config, tell func(format string, args ...any)) error {
	if o.keys == nil {
		return nil
	}
	keys, err := o.keys(cfg)
	if err != nil {
		return err
	}
	vault := o.a.shop.Vault
	before := vault.Generations()
	if err := vault.Take(keys); err != nil {
		if errors.Is(err, people.ErrWrongKey) {
			return errors.New("the key file is another shop's")
		}
		return aboutGeneration(err)
	}
	if after := vault.Generations(); !slices.Equal(before, after) {
		tell("generations %v of the key are taken in", after)
	}
	return aboutGeneration(vault.Follow(ctx, o.a.db))
}

// keyStatus counts what each generation seals.
func (a *app) keyStatus(ctx context.Context, _ map[string]string, out admin.Out) error {
	all, err := a.shop.Vault.Wraps(ctx, a.db, func(n int) { out.Progress(int64(n), 0) })
	if err != nil {
		return err
	}
	current := a.shop.Vault.Current()
	ids := append(slices.Collect(maps.Keys(all)), a.shop.Vault.Generations()...)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		note := ""
		switch {
		case id == current:
			note = ", and seals"
		case id > current:
			note = ", and waits for `regulars key rotate`"
		case !slices.Contains(a.shop.Vault.Generations(), id):
			note = ", and is not in the key file"
		case all[id] == people.Wrapped{}:
			note = ": `regulars key retire` takes it out"
		}
		out.Say("generation %d opens %s and %s%s", id, nOf(all[id].Persons, "person", "persons"), nOf(all[id].Values, "value of nobody's", "values of nobody's"), note)
	}
	out.Say("The first generation finds people, chains the ledger and signs cards, whatever seals: that stays as long as the shop.")
	return nil
}

func nOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// keyRotate makes a generation where none waits and none is half-way, and seals
// everything with the newest.
func (a *app) keyRotate(ctx context.Context, args map[string]string, out admin.Out) error {
	a.ops.reloading.Lock()
	defer a.ops.reloading.Unlock()
	vault := a.shop.Vault
	if err := a.ops.readKeys(ctx, a.ops.conf.Load(), func(string, ...any) {}); err != nil {
		return err
	}
	all, err := vault.Wraps(ctx, a.db, nil)
	if err != nil {
		return err
	}
	half := false
	for id, n := range all {
		half = half || id < vault.Current() && n.Persons+n.Values > n.Stuck
	}
	ids := vault.Generations()
	next := ids[len(ids)-1]
	switch {
	case half || next > vault.Current():
		out.Say("Going on with generation %d.", next)
	default:
		if next, err = a.newGeneration(); err != nil {
			return err
		}
		out.Say("Generation %d is in %s: copy that file to where you keep the copy, now.", next, a.cfg.KeyFile)
	}
	if next > vault.Current() && a.replica != nil && args["everywhere"] != "true" {
		return fmt.Errorf("generation %d is ready, and every other process must have it before anything is sealed with it.\n"+
			"Copy the key file to each machine, run `regulars reload` there, and then `regulars key rotate --everywhere` here", next)
	}
	if err := vault.Advance(ctx, a.db, next); err != nil {
		return aboutGeneration(err)
	}
	n, err := vault.RewrapAll(ctx, a.db, a.shop.Rand, func(n int) { out.Progress(int64(n), 0) })
	if err != nil {
		return fmt.Errorf("%d rows are sealed anew: %w.\nNothing is lost; run this again, and it goes on", n, err)
	}
	out.Say("%s sealed anew with generation %d. `regulars key retire` takes out what it replaced, once you have a backup from after this.", nOf(n, "row is", "rows are"), next)
	return nil
}

// newGeneration adds one to the key file and takes it in.
func (a *app) newGeneration() (byte, error) {
	if a.ops.keys == nil || a.ops.keyFixed {
		return 0, errors.New("the key comes from " + keyVariable + ", which this program cannot change.\n" +
			"Put it into a key file (mode 0600) that key_file names, or add a generation there yourself: a comma, the next number, a space and 32 random bytes in base64")
	}
	keys, err := a.ops.keys(a.ops.conf.Load())
	if err != nil {
		return 0, err
	}
	next := byte(0)
	for _, k := range keys {
		next = max(next, k.ID)
	}
	if next++; next > people.MaxGeneration {
		return 0, fmt.Errorf("there are %d generations already, and no more can be told apart", people.MaxGeneration)
	}
	master, err := newMaster(a.shop.Rand)
	if err != nil {
		return 0, err
	}
	keys = append(keys, people.Key{ID: next, Master: master})
	if err := rewriteKeys(a.ops.conf.Load().KeyFile, keys); err != nil {
		return 0, fmt.Errorf("the key file cannot be written, and nothing was changed: %w", err)
	}
	return next, a.shop.Vault.Take(keys)
}

// keyRetire leaves of older generations what finds people, and nothing that
// opens.
func (a *app) keyRetire(ctx context.Context, _ map[string]string, out admin.Out) error {
	a.ops.reloading.Lock()
	defer a.ops.reloading.Unlock()
	if a.ops.keys == nil || a.ops.keyFixed {
		return errors.New("the key comes from " + keyVariable + ", which this program cannot change")
	}
	vault := a.shop.Vault
	if err := a.ops.readKeys(ctx, a.ops.conf.Load(), func(string, ...any) {}); err != nil {
		return err
	}
	all, err := vault.Wraps(ctx, a.db, func(n int) { out.Progress(int64(n), 0) })
	if err != nil {
		return err
	}
	for id, n := range all {
		if id >= vault.Current() {
			continue
		}
		if n.Persons+n.Values > n.Stuck {
			return fmt.Errorf("generation %d still seals %s and %s.\nRun `regulars key rotate` first", id, nOf(n.Persons, "person", "persons"), nOf(n.Values, "value", "values"))
		}
		return fmt.Errorf("generation %d sealed %s that this version cannot seal anew: it stays", id, nOf(n.Stuck, "value", "values"))
	}
	keys, err := a.ops.keys(a.ops.conf.Load())
	if err != nil {
		return err
	}
	kept, gone := retired(keys, vault.Current())
	if gone == 0 {
		out.Say("There is nothing to retire.")
		return nil
	}
	if err := rewriteKeys(a.ops.conf.Load().KeyFile, kept); err != nil {
		return fmt.Errorf("the key file cannot be written, and nothing was changed: %w", err)
	}
	if err := vault.Take(kept); err != nil {
		return err
	}
	out.Say("%s retired. Copy %s to where you keep the copy, and to every machine.", nOf(gone, "generation is", "generations are"), a.cfg.KeyFile)
	return nil
}

// retired is a key file without what older generations than current open with.
// Of the oldest its roots stay.
func retired(keys []people.Key, current byte) (kept []people.Key, gone int) {
	slices.SortFunc(keys, func(a, b people.Key) int { return int(a.ID) - int(b.ID) })
	for i, k := range keys {
		switch {
		case k.ID >= current || k.Master == nil:
			kept = append(kept, k)
			continue
		case i == 0:
			kept = append(kept, k.Retired())
		}
		gone++
	}
	return kept, gone
}
