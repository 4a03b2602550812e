package book

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// place names an entry: what a reference leads to.
type place struct {
	Member loyalty.MemberID `json:"member,omitempty"`
	Seq    uint64           `json:"seq"`
}

// numbered are the sales under one order number.
type numbered struct {
	Seq   uint64   `json:"seq"`             // the newest
	Older []uint64 `json:"older,omitempty"` // some before it, newest first
}

// mostNumbered is how many sales one order number leads to. Tills start again
// at 1 every morning: what lies further back is of other days, as sales come
// late by days and not by years.
const mostNumbered = 8

// with is the row with one more sale. What was written in form 1 leads to the
// newest only, as its rows always did.
func (n numbered) with(e *loyalty.Entry) numbered {
	if e.Form < 2 || n.Seq == 0 {
		return numbered{Seq: e.Seq}
	}
	older := append([]uint64{n.Seq}, n.Older...)
	return numbered{e.Seq, older[:min(len(older), mostNumbered-1)]}
}

// outcome is what came of an operation.
type outcome struct {
	Digest  loyalty.Hash     `json:"digest"`
	Member  loyalty.MemberID `json:"member,omitempty"`
	First   uint64           `json:"first,omitempty"` // its entries; 0: none
	Last    uint64           `json:"last,omitempty"`
	Refusal *refusalRow      `json:"refusal,omitempty"`
	At      time.Time        `json:"at"`
}

var (
	accounts  = store.NewTable[loyalty.Account]("account/", store.Locked, store.FirstPart("member"))
	entries   = store.NewTable[loyalty.Entry]("entry/", store.Locked, store.FirstPart("member"))
	lots      = store.NewTable[loyalty.Lot]("lot/", store.Locked, store.FirstPart("member"))
	marks     = store.NewTable[loyalty.Mark]("mark/", store.Locked, store.FirstPart("member"))
	orders    = store.NewTable[numbered]("order/", store.Locked, store.FirstPart("member"))
	ops       = store.NewTable[outcome]("op/", store.Locked, whole("op"))
	refs      = store.NewTable[place]("ref/", store.Readable, whole("ref"))
	dues      = store.NewTable[struct{}]("due/", store.Locked, secondPart("member/"))
	notices   = store.NewTable[loyalty.Notice]("notice/", store.Locked, secondPart("member/"))
	tolds     = store.NewTable[told]("told/", store.Locked, store.FirstPart("member"))
	follows   = store.NewTable[followed]("follow/", store.Locked, whole("follow"))
	waits     = store.NewTable[Waiting]("wait/", store.Locked, secondPart("member/"))
	staffDays = store.NewTable[DaySum]("staffday/", store.Readable, secondPart(""))
	storeDays = store.NewTable[storeDay]("storeday/", store.Readable, secondPart("storeday/"))
)

// whole is the subject of a row that is contended for by its whole key.
func whole(word string) func([]byte) store.Subject {
	return func(rest []byte) store.Subject { return store.Subject(word + "/" + string(rest)) }
}

// secondPart is the subject of an index row "when/who…": its owner is who.
func secondPart(prefix string) func([]byte) store.Subject {
	return func(rest []byte) store.Subject {
		_, who, _ := bytes.Cut(rest, []byte("/"))
		if prefix != "" {
			who, _, _ = bytes.Cut(who, []byte("/"))
		}
		return store.Subject(prefix + string(who))
	}
}

func memberSubject(m loyalty.MemberID) store.Subject { return store.Subject("member/" + string(m)) }

// seqKey sorts as the number does.
func seqKey(seq uint64) string { return fmt.Sprintf("%012d", seq) }

// timeKey sorts as the time does.
func timeKey(t time.Time) string { return t.UTC().Format("20060102T150405.000000000") }

// orderKey is short and plain whatever a till calls its sales.
func orderKey(o loyalty.Order) string {
	sum := sha256.Sum256([]byte(o))
	return hex.EncodeToString(sum[:16])
}

// read lets a function that only reads be called in a View and in an Update,
// where the member's rows must be locked first.
func read(r store.Reader, m loyalty.MemberID) error {
	if err := checkMember(m); err != nil {
		return err
	}
	if tx, ok := r.(store.Tx); ok {
		return tx.Lock(memberSubject(m))
	}
	return nil
}

// checkMember refuses what would make a key of another shape, or sort in
// another order with a slash behind it.
func checkMember(m loyalty.MemberID) error {
	plain := func(r rune) bool { return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }
	if m == "" || len(m) > 64 || strings.ContainsFunc(string(m), func(r rune) bool { return !plain(r) }) {
		return fmt.Errorf("book: a member id is 1 to 64 letters and digits, not %d bytes of something else", len(m))
	}
	return nil
}
