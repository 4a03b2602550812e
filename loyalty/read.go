package loyalty

import "math"

// ReadJSON reads an entry as encoding/json wrote it, several times faster than
// that reads it: a member's past is read whole by whatever reckons it anew. It
// reports false for what it does not know, a form with [Carry] or [Peer] and a
// field that is newer than it among them; e is then as empty as before, and
// encoding/json has to read it.
func (e *Entry) ReadJSON(b []byte) bool {
	*e = Entry{}
	r := &reader{b: b}
	for k := r.first(); k != nil; k = r.next() {
		e.field(r, k)
	}
	if r.bad || r.at != len(b) {
		*e = Entry{}
		return false
	}
	return true
}

// field reads the value of one key.
func (e *Entry) field(r *reader, key []byte) {
	switch string(key) {
	case "form":
		e.Form = uint8(r.number(0, math.MaxUint8))
	case "member":
		e.Member = text[MemberID](r)
	case "seq":
		e.Seq = r.seq()
	case "ref":
		e.Ref = text[Ref](r)
	case "kind":
		e.Kind = known(r, kinds)
	case "legs":
		e.Legs = list(r, readLeg)
	case "parts":
		e.Parts = list(r, readPart)
	case "lot":
		e.Lot = readOpening(r)
	case "of":
		e.Of = r.seq()
	case "for":
		e.For = r.seq()
	case "whole":
		e.Whole = r.yes()
	case "sale":
		e.Sale = r.yes()
	case "op":
		e.Op = text[OpID](r)
	case "digest":
		e.Digest = r.hash()
	case "effective":
		e.EffectiveAt = r.moment()
	case "recorded":
		e.RecordedAt = r.moment()
	case "hash":
		e.Hash = r.hash()
	default:
		e.act(r, key)
	}
}

// act reads who did it, and what else one act has.
func (e *Entry) act(r *reader, key []byte) {
	switch string(key) {
	case "actor":
		e.Actor = text[Actor](r)
	case "role":
		e.Role = text[Role](r)
	case "approver":
		e.Approver = text[Actor](r)
	case "store":
		e.Store = text[Store](r)
	case "reason":
		e.Reason = r.bytes()
	case "amount":
		e.Amount = Money(r.long())
	case "order":
		e.Order = text[Order](r)
	case "programme":
		e.Programme = int(r.number(math.MinInt32, math.MaxInt32))
	case "deadline":
		e.Deadline = r.moment()
	case "renews":
		e.RenewsTo = r.moment()
	default:
		e.deed(r, key)
	}
}

// deed reads what came with form 2.
func (e *Entry) deed(r *reader, key []byte) {
	switch string(key) {
	case "lines":
		e.Lines = list(r, readLine)
	case "shares":
		e.Shares = list(r, readShare)
	case "tally":
		e.Tally = readTally(r)
	case "stamps":
		e.Stamps = list(r, readStamping)
	case "standing":
		e.Standing = readStanding(r)
	case "level":
		e.Level = text[string](r)
	case "voucher":
		e.Voucher = text[string](r)
	case "gift":
		e.Gift = text[string](r)
	case "forfeit":
		e.Forfeit = r.yes()
	default:
		r.bad = true
	}
}

var kinds, pots = map[string]Kind{}, map[string]Pot{}

func init() {
	for _, k := range []Kind{
		KindEarn, KindGive, KindAdjust, KindSpend, KindHold, KindCapture, KindRelease, KindTimeout, KindUndo, KindReverse, KindWait,
		KindActivate, KindExpire, KindRepay, KindFreeze, KindThaw, KindGift, KindForfeit, KindTier, KindTerms, KindOpening, KindMatch,
	} {
		kinds[string(k)] = k
	}
	for _, p := range []Pot{Issued, Available, Pending, Held, Redeemed, Expired, Debt, WrittenOff, Joined} {
		pots[string(p)] = p
	}
}

func readLeg(r *reader) (l Leg) {
	for k := r.first(); k != nil; k = r.next() {
		switch string(k) {
		case "pot":
			l.Pot = known(r, pots)
		case "points":
			l.Points = Points(r.long())
		default:
			r.bad = true
		}
	}
	return l
}

func readPart(r *reader) (p Part) {
	for k := r.first(); k != nil; k = r.next() {
		switch string(k) {
		case "lot":
			p.Lot = r.seq()
		case "points":
			p.Points = Points(r.long())
		case "expired":
			p.Expired = r.yes()
		default:
			r.bad = true
		}
	}
	return p
}

func readOpening(r *reader) *Opening {
	o := &Opening{}
	for k := r.first(); k != nil; k = r.next() {
		switch string(k) {
		case "granted":
			o.Granted = Points(r.long())
		case "rule":
			o.Rule = int(r.number(math.MinInt32, math.MaxInt32))
		case "base":
			o.Base = r.moment()
		case "active":
			o.ActiveAt = r.moment()
		case "expires":
			o.ExpiresAt = r.moment()
		case "idle":
			o.Idle = r.yes()
		case "level":
			o.Level = text[string](r)
		default:
			r.bad = true
		}
	}
	return o
}

func readLine(r *reader) (l Line) {
	for k := r.first(); k != nil; k = r.next() {
		switch string(k) {
		case "item":
			l.Item = text[string](r)
		case "category":
			l.Category = text[string](r)
		case "qty":
			l.Quantity = r.long()
		case "amount":
			l.Amount = Money(r.long())
		default:
			r.bad = true
		}
	}
	return l
}

func readShare(r *reader) (s Share) {
	for k := r.first(); k != nil; k = r.next() {
		switch string(k) {
		case "rule":
			s.Rule = text[string](r)
		case "points":
			s.Points = Points(r.long())
		default:
			r.bad = true
		}
	}
	return s
}

func readTally(r *reader) (t Tally) {
	for k := r.first(); k != nil; k = r.next() {
		switch string(k) {
		case "bucket":
			t.Bucket = int32(r.number(math.MinInt32, math.MaxInt32))
		case "day":
			t.Day = int32(r.number(math.MinInt32, math.MaxInt32))
		case "visits":
			t.Visits = r.long()
		case "nights":
			t.Nights = r.long()
		case "money":
			t.Money = Money(r.long())
		case "points":
			t.Points = Points(r.long())
		case "earned":
			t.Earned = Points(r.long())
		default:
			r.bad = true
		}
	}
	return t
}

func readStamping(r *reader) (s Stamping) {
	for k := r.first(); k != nil; k = r.next() {
		switch string(k) {
		case "card":
			s.Card = text[string](r)
		case "stamps":
			s.Stamps = r.long()
		case "filled":
			s.Filled = r.long()
		default:
			r.bad = true
		}
	}
	return s
}

func readStanding(r *reader) *Standing {
	s := &Standing{}
	for k := r.first(); k != nil; k = r.next() {
		switch string(k) {
		case "level":
			s.Level = text[string](r)
		case "since":
			s.Since = r.moment()
		case "until":
			s.Until = r.moment()
		case "window":
			s.Window = r.moment()
		case "floor":
			s.Floor = text[string](r)
		case "floor_until":
			s.FloorUntil = r.moment()
		default:
			r.bad = true
		}
	}
	return s
}
