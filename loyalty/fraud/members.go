package fraud

import (
	"context"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// The rules about members. Referrals have signs of their own ([referral.Flag]): what
// they find is kept here too, so that whoever decides finds all in one place.
const (
	Cluster  Rule = "cluster"  // whom they brought looks like one person with many accounts
	Shared   Rule = "shared"   // their vouchers were used in two stores at nearly the same time
	Packets  Rule = "packets"  // red packets opened faster than people do, again and again
	Answers  Rule = "answers"  // rewarded answers given faster than the question is read
	CheckIns Rule = "checkins" // they were in more stores on one day than one goes to
)

// memberWeights are what the rules about members weigh of 100.
var memberWeights = map[Rule]int{Cluster: 60, Shared: 45, Packets: 45, Answers: 45, CheckIns: 45}

// tallied is how often something was seen of a member, by local day.
type tallied map[string]int

// tallies are counts that a rule looks back on. They are bounded by the days that it
// looks at.
var tallies = store.NewTable[tallied]("findtally/", store.Locked, store.FirstPart("member"))

// Tally counts once more what a rule looks at, on a local day, and gives the count of
// so many days up to it. Older days are forgotten.
func Tally(tx store.Tx, m loyalty.MemberID, what string, day time.Time, days int) (n int, err error) {
	if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
		return 0, err
	}
	t, _, err := tallies.Get(tx, string(m), what)
	if err != nil {
		return 0, err
	}
	if t == nil {
		t = tallied{}
	}
	first := day.AddDate(0, 0, 1-days).Format(time.DateOnly)
	t[day.Format(time.DateOnly)]++
	for at, k := range t {
		if at < first {
			delete(t, at)
			continue
		}
		n += k
	}
	return n, tallies.Put(tx, t, string(m), what)
}

// Counted is what a local day has of it so far. In an Update it locks the member.
func Counted(r store.Reader, m loyalty.MemberID, what string, day time.Time) (int, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
			return 0, err
		}
	}
	t, _, err := tallies.Get(r, string(m), what)
	return t[day.Format(time.DateOnly)], err
}

// OfMemberDay makes a finding about a member: n where bound is the least that is
// worth one; ok is false below it.
func OfMemberDay(m loyalty.MemberID, rule Rule, day time.Time, n, bound int, numbers Numbers, now time.Time) (f Finding, ok bool) {
	f = Finding{
		Key:   Key{Subject: OfMember(m), Day: day.Format(time.DateOnly), Rule: rule},
		Score: over(float64(n), float64(bound)), Weight: memberWeights[rule], Numbers: numbers, FoundAt: now.UTC(),
	}
	return f, bound > 0 && f.Score > 0
}

// Use is a voucher's use, as far as the rule about shared vouchers looks at it.
type Use struct {
	Ref   loyalty.Ref
	At    time.Time
	Store loyalty.Store
}

// SharedBy finds that a member's voucher was used in one store while another of
// theirs was used elsewhere, within so short a time. Nobody is in two stores at once:
// the nearer, the higher the score.
func SharedBy(m loyalty.MemberID, last Use, others []Use, within time.Duration, day, now time.Time) (f Finding, ok bool) {
	gap := within + 1
	var elsewhere []loyalty.Store
	for _, u := range others {
		if u.Store == "" || u.Store == last.Store {
			continue
		}
		if d := last.At.Sub(u.At).Abs(); d <= within {
			gap = min(gap, d)
			elsewhere = append(elsewhere, u.Store)
			f.Entries = append(f.Entries, Entry{u.Ref, m, u.At})
		}
	}
	if within <= 0 || last.Store == "" || len(f.Entries) == 0 {
		return Finding{}, false
	}
	f.Key = Key{OfMember(m), day.Format(time.DateOnly), Shared}
	f.Entries = append(f.Entries, Entry{last.Ref, m, last.At})
	slices.SortStableFunc(f.Entries, func(a, b Entry) int { return a.At.Compare(b.At) })
	f.Score = min(99, 100-int(50*gap/within))
	f.Weight, f.Store, f.FoundAt = memberWeights[Shared], last.Store, now.UTC()
	f.Happened(elsewhere...)
	f.Numbers = Numbers{"uses": int64(len(f.Entries)), "minutes": max(1, int64((gap+time.Minute-1)/time.Minute))}
	return f, true
}

// sweepTallies deletes counts of whom nothing was counted for a while.
func sweepTallies(ctx context.Context, db store.DB, now time.Time) (int, error) {
	least := now.AddDate(0, 0, -keptTallies).UTC().Format(time.DateOnly)
	return store.Sweep(ctx, db, tallies.All(), 100, func(row store.Row) bool {
		var t tallied
		if store.Decode(row.Key, row.Value, &t) != nil {
			return false
		}
		for day := range t {
			if day >= least {
				return false
			}
		}
		return true
	})
}

// keptTallies is beyond what any rule looks back, in days.
const keptTallies = 400

// forgetTallies deletes a member's.
func forgetTallies(tx store.Tx, m loyalty.MemberID) error {
	for row, err := range tx.Scan(tallies.Under(string(m))) {
		if err != nil {
			return err
		}
		if err := tx.Delete(row.Key); err != nil {
			return err
		}
	}
	return nil
}
