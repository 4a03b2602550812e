package household

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// House is a household.
type House struct {
	ID      string           `json:"id"`
	Made    time.Time        `json:"made"`
	Owner   loyalty.MemberID `json:"owner"`
	Members []Mate           `json:"members"` // in the order of joining
	Code    string           `json:"code,omitempty"`
}

// Mate is one of a household.
type Mate struct {
	Member loyalty.MemberID `json:"member"`
	Since  time.Time        `json:"since"`
	// Alone says that the member shares no points, and uses none.
	Alone bool `json:"alone,omitempty"`
}

// Mate is the place of a member; nil for who is in no place.
func (h *House) Mate(m loyalty.MemberID) *Mate {
	i := slices.IndexFunc(h.Members, func(x Mate) bool { return x.Member == m })
	if i < 0 {
		return nil
	}
	return &h.Members[i]
}

// Ready reports whether the mate's points can be used, and others' by them.
func (x *Mate) Ready(rules loyalty.Household, now time.Time) bool {
	return !x.Alone && !now.Before(x.Since.Add(rules.Wait))
}

// housed leads from a member to their household.
type housed struct {
	House string `json:"house"`
}

// joins are when a member joined households.
type joins struct {
	At []time.Time `json:"at"`
}

// used is how many points of the others a member used in a month.
type used struct {
	Points loyalty.Points `json:"points"`
}

// lost is the place that a member had who became part of another.
type lost struct {
	House   string `json:"house"`
	Mate    Mate   `json:"mate"`
	Owner   bool   `json:"owner,omitempty"`
	Dropped bool   `json:"dropped,omitempty"` // the other one had a place; else they took this one
}

// invitation is a code that waits.
type invitation struct {
	House   string           `json:"house"`
	By      loyalty.MemberID `json:"by"`
	Expires time.Time        `json:"expires"`
}

var (
	// What is read of a household without its lock is shown or asked for once more.
	houses  = store.NewTable[House]("household/", store.Readable, store.FirstPart("household"))
	places  = store.NewTable[housed]("housed/", store.Locked, store.FirstPart("member"))
	joinset = store.NewTable[joins]("housejoin/", store.Locked, store.FirstPart("member"))
	uses    = store.NewTable[used]("houseuse/", store.Locked, store.FirstPart("member"))
	losses  = store.NewTable[lost]("houselost/", store.Locked, store.FirstPart("member"))
	codes   = store.NewTable[invitation]("housecode/", store.Readable, store.FirstPart("housecode"))
)

func member(m loyalty.MemberID) store.Subject { return store.Subject("member/" + string(m)) }

func house(id string) store.Subject { return store.Subject("household/" + id) }
