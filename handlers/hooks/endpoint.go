package hooks

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// ID names an endpoint: 8 small letters and digits.
type ID string

// Endpoint is where events go.
type Endpoint struct {
	ID     ID              `json:"id"`
	Name   string          `json:"name,omitempty"` // what the shop calls it
	URL    string          `json:"url"`
	Events []Type          `json:"events"`           // those it wants, in the order of Types
	Stores []loyalty.Store `json:"stores,omitempty"` // events of these; empty: of all. What has no store goes to everybody
	Made   time.Time       `json:"made"`             //
	Off    bool            `json:"off,omitempty"`    // nothing is sent, and nothing new is kept for it
	Why    Reason          `json:"why,omitempty"`    // of Off: "" somebody did it
	Since  time.Time       `json:"since,omitzero"`   // of Off
	Keys   []key           `json:"keys"`             // newest first
	Fresh  time.Time       `json:"rotated,omitzero"` // when the secret was changed last
}

// key is a secret that events are signed with.
type key struct {
	Sealed []byte    `json:"sealed"`
	Until  time.Time `json:"until,omitzero"` // of one that was replaced; zero: in force
}

// Reason is why an event did not arrive, or an endpoint is off: a word for
// programs.
type Reason string

// The reasons.
const (
	WhyStatus   Reason = "status"   // it answered something else than 2xx
	WhyRedirect Reason = "redirect" // it sent us elsewhere, which is not followed
	WhyTimeout  Reason = "timeout"
	WhyName     Reason = "name"  // its name leads nowhere
	WhyTLS      Reason = "tls"   // its certificate
	WhyGuard    Reason = "guard" // its address is not one that is sent to
	WhyNetwork  Reason = "network"
	WhyGone     Reason = "gone"     // it answered 410: it wants no more
	WhyFailing  Reason = "failing"  // nothing arrived for three days
	WhyLate     Reason = "late"     // the event waited for three days
	WhyErased   Reason = "erased"   // whom it was about is
	WhyRestored Reason = "restored" // it waited in a backup, and somebody had it ended
)

// Limits of what a shop may have.
const (
	MaxEndpoints = 20
	maxName      = 60 // letters
	// Overlap is for how long events are signed with the old secret too, once
	// there is a new one.
	Overlap = 24 * time.Hour
	mostOld = 3 // secrets that sign besides the new one
)

var (
	// ErrNone reports an endpoint or an event that does not exist.
	ErrNone = errors.New("hooks: there is no such endpoint or event")
	// ErrMany reports that a shop has as many endpoints as it may.
	ErrMany = fmt.Errorf("hooks: a shop has %d endpoints at most", MaxEndpoints)
	// ErrEvents reports an endpoint that wants nothing, or what there is not.
	ErrEvents = errors.New("hooks: an endpoint wants one type of event at least, and only such as there are")
)

// configured is the one row of all endpoints: it is read by every event, so that
// it is small, and one.
type configured struct {
	Endpoints []Endpoint `json:"endpoints"`
}

const all store.Subject = "hooks/all"

var endpoints = store.NewTable[configured]("hooks/", store.Readable, func([]byte) store.Subject { return all })

// List are the endpoints, oldest first.
func List(r store.Reader) ([]Endpoint, error) {
	c, _, err := endpoints.Get(r, "all")
	return c.Endpoints, err
}

// Get is one endpoint, or [ErrNone].
func Get(r store.Reader, id ID) (Endpoint, error) {
	list, err := List(r)
	if err != nil {
		return Endpoint{}, err
	}
	for _, e := range list {
		if e.ID == id {
			return e, nil
		}
	}
	return Endpoint{}, ErrNone
}

// Wants reports whether an event goes to the endpoint now.
func (e *Endpoint) Wants(v Event) bool {
	return !e.Off && slices.Contains(e.Events, v.Type) && (len(e.Stores) == 0 || v.Data.Store == "" || slices.Contains(e.Stores, v.Data.Store))
}

// Host is the endpoint's host, for people: an address may have a secret of its
// own in its path.
func (e *Endpoint) Host() string {
	rest := e.URL[strings.Index(e.URL, "://")+3:]
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return host
}

// Label is what the shop calls it, or its host.
func (e *Endpoint) Label() string {
	if e.Name != "" {
		return e.Name
	}
	return e.Host()
}

// check looks at what somebody typed, and puts it into its usual form.
func (d *Desk) check(e *Endpoint) error {
	if err := d.way.Load().Check(e.URL); err != nil {
		return err
	}
	if r := []rune(e.Name); len(r) > maxName {
		e.Name = string(r[:maxName])
	}
	wanted := e.Events
	e.Events = nil
	for _, t := range Types() {
		if slices.Contains(wanted, t) {
			e.Events = append(e.Events, t)
		}
	}
	if len(e.Events) == 0 || slices.ContainsFunc(wanted, func(t Type) bool { return !known(t) }) {
		return ErrEvents
	}
	return nil
}

// Add makes an endpoint from its name, address, events and stores, and gives it
// with its secret, which is shown this once. Refusals: ErrURL, ErrAddress,
// ErrPort, ErrEvents, ErrMany.
func (d *Desk) Add(tx store.Tx, e Endpoint, now time.Time) (Endpoint, Secret, error) {
	if err := d.check(&e); err != nil {
		return e, "", err
	}
	list, err := locked(tx)
	if err != nil {
		return e, "", err
	}
	if len(list) >= MaxEndpoints {
		return e, "", ErrMany
	}
	seed := make([]byte, 16)
	if _, err := io.ReadFull(d.Rand, seed); err != nil {
		return e, "", err
	}
	sum := sha256.Sum256(seed)
	e.ID, e.Made, e.Off, e.Why, e.Since = ID(strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))), now.UTC(), false, "", time.Time{}
	s, k, err := d.newKey()
	if err != nil {
		return e, "", err
	}
	e.Keys, e.Fresh = []key{k}, now.UTC()
	return e, s, endpoints.Put(tx, configured{append(list, e)}, "all")
}

// Change gives an endpoint another name, address, events and stores. Refusals as
// of Add, and ErrNone.
func (d *Desk) Change(tx store.Tx, e Endpoint) error {
	if err := d.check(&e); err != nil {
		return err
	}
	return edit(tx, e.ID, func(was *Endpoint) error {
		was.Name, was.URL, was.Events, was.Stores = e.Name, e.URL, e.Events, e.Stores
		return nil
	})
}

// Rotate makes a new secret, shown this once. For [Overlap] events are signed
// with the old one too, and with those before it whose day is not over. Refusal: ErrNone.
func (d *Desk) Rotate(tx store.Tx, id ID, now time.Time) (s Secret, err error) {
	err = edit(tx, id, func(e *Endpoint) error {
		var k key
		if s, k, err = d.newKey(); err != nil {
			return err
		}
		e.Keys[0].Until = now.UTC().Add(Overlap)
		// Whoever lost the new one and makes another: the receiver has the first.
		e.Keys = slices.DeleteFunc(e.Keys, func(old key) bool { return !now.Before(old.Until) })
		e.Keys, e.Fresh = append([]key{k}, e.Keys[:min(len(e.Keys), mostOld)]...), now.UTC()
		return nil
	})
	return s, err
}

// Switch switches an endpoint on or off. What waits for one that is switched on
// is sent, where it is not too old. Refusal: ErrNone.
func (d *Desk) Switch(tx store.Tx, id ID, on bool, now time.Time) error {
	return flip(tx, id, on, "", now)
}

func flip(tx store.Tx, id ID, on bool, why Reason, now time.Time) error {
	if err := forget(tx, id); err != nil {
		return err
	}
	return edit(tx, id, func(e *Endpoint) error {
		if e.Off == !on {
			return nil
		}
		e.Off, e.Why, e.Since = !on, why, now.UTC()
		return nil
	})
}

// Remove takes an endpoint away. Its rows go with the next sweep. Refusal:
// ErrNone.
func (d *Desk) Remove(tx store.Tx, id ID) error {
	list, err := locked(tx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(e Endpoint) bool { return e.ID == id })
	if i < 0 {
		return ErrNone
	}
	if err := forget(tx, id); err != nil {
		return err
	}
	return endpoints.Put(tx, configured{slices.Delete(list, i, i+1)}, "all")
}

func locked(tx store.Tx) ([]Endpoint, error) {
	if err := tx.Lock(all); err != nil {
		return nil, err
	}
	return List(tx)
}

// edit changes one endpoint.
func edit(tx store.Tx, id ID, f func(*Endpoint) error) error {
	list, err := locked(tx)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].ID == id {
			if err := f(&list[i]); err != nil {
				return err
			}
			return endpoints.Put(tx, configured{list}, "all")
		}
	}
	return ErrNone
}
