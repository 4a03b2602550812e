package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"regulars/handlers/api"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/store"
)

func (d Desk) keys() api.Keys { return api.Keys{Shop: d.Shop} }

// commas are what stands between commas.
func commas(text string) (list []string) {
	for w := range strings.SplitSeq(text, ",") {
		if w = strings.TrimSpace(w); w != "" {
			list = append(list, w)
		}
	}
	return list
}

// listKeys prints the keys of programs, of now and before.
func (d Desk) listKeys(ctx context.Context, _ map[string]string, out Out) error {
	var all []api.Key
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = d.keys().List(r)
		return err
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		out.Say("no program has a key; `regulars keys new NAME` makes one")
		return nil
	}
	t := newTable("ID", "STORE", "MADE", "LAST USED", "REVOKED", "NAME", "MAY")
	for _, k := range all {
		var may []string
		for _, s := range k.Scopes {
			may = append(may, string(s))
		}
		t.add(string(k.ID), string(k.Store), d.stamp(k.At), d.stamp(k.SeenAt), d.stamp(k.Revoked), shop.Tidy(k.Name), strings.Join(may, ","))
	}
	t.print(out)
	return nil
}

// newKey makes a key and prints it, this once.
func (d Desk) newKey(ctx context.Context, args map[string]string, out Out) error {
	n := api.NewKey{Name: args["name"], Store: loyalty.Store(strings.TrimSpace(args["store"])), By: loyalty.ByJob("console")}
	for _, s := range commas(args["scopes"]) {
		n.Scopes = append(n.Scopes, api.Scope(s))
	}
	if len(n.Scopes) == 0 {
		n.Scopes = api.TillScopes()
	}
	for field, cap := range map[string]*loyalty.Points{"act-cap": &n.ActCap, "day-cap": &n.DayCap} {
		if args[field] == "" {
			continue
		}
		points, err := strconv.ParseInt(args[field], 10, 64)
		if err != nil {
			return fmt.Errorf("%s is a whole number of points, not %q", field, args[field])
		}
		*cap = loyalty.Points(points)
	}
	var k api.Key
	secret := ""
	err := d.DB.Update(ctx, func(tx store.Tx) (err error) {
		k, secret, err = d.keys().Make(tx, n, d.now())
		return err
	})
	switch {
	case errors.Is(err, api.ErrScope):
		return fmt.Errorf("a key's scopes are among these, each once: %s", joined(api.Scopes))
	case errors.Is(err, api.ErrStore):
		return fmt.Errorf("the programme has no store %s", n.Store)
	case err != nil:
		return err
	}
	out.Say("The key %s, shown this once:", k.ID)
	out.Say("")
	out.Say("    %s", secret)
	out.Say("")
	out.Say("The program sends it as Authorization: Bearer …; how it is used stands at %s/api/v1/docs", d.Shop.PublicURL)
	return nil
}

// joined is a list as a sentence has it.
func joined[T ~string](all []T) string {
	var words []string
	for _, w := range all {
		words = append(words, string(w))
	}
	return strings.Join(words, ", ")
}

// revokeKey ends a key at once.
func (d Desk) revokeKey(ctx context.Context, args map[string]string, out Out) error {
	id := api.KeyID(strings.ToLower(strings.TrimSpace(args["id"])))
	err := d.DB.Update(ctx, func(tx store.Tx) error { return d.keys().Revoke(tx, id, d.now()) })
	if errors.Is(err, api.ErrKey) {
		return fmt.Errorf("no key has the id %s; `regulars keys list` shows them", id)
	}
	if err != nil {
		return err
	}
	out.Say("%s opens nothing any more.", id)
	return nil
}
