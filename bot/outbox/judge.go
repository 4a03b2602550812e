package outbox

import (
	"time"

	"regulars/bot"
)

// ending is what to do about an intent after a try, or instead of one.
type ending int

const (
	again    ending = iota // the same in this process's memory, at verdict.at
	finish                 // it is over, in verdict.state
	park                   // an answer without a token: wait for a redelivery
	toQueue                // an answer becomes a queued receipt
	handOver               // a queued intent goes back to its table until verdict.at
	unclaim                // like handOver, and the claim never was
	restore                // a rider whose answer is gone waits again
	unmerge                // an answer that was refused is tried without its riders
	drop                   // this process forgets it; its row says all there is
)

// verdict is an ending with what it needs.
type verdict struct {
	ending ending
	state  State
	why    string
	at     time.Time
	maybe  bool
	moved  bot.ChatID // with handOver: the chat's new id
	quota  bool       // with unclaim: stop the channel's pushes until the month ends
	stop   time.Time  // the whole channel waits until then
}

func over(s State, why string) verdict { return verdict{ending: finish, state: s, why: why} }

// judge says what follows from res. The calls of it before it.next are done.
func (c *channel) judge(it *item, res bot.Result, now time.Time) verdict {
	why := reason(res)
	switch res.Outcome {
	case bot.Delivered:
		return over(Sent, "")
	case bot.Unreachable:
		return over(Unreachable, why)
	case bot.Moved:
		if it.moves++; it.moves > 3 || res.MovedTo == "" {
			return over(Dead, "the chat moves without end")
		}
		return c.retry(it, verdict{at: now, moved: res.MovedTo}, now)
	case bot.QuotaUsed:
		if it.direct || it.doubt {
			return c.retry(it, verdict{at: now.Add(time.Minute)}, now)
		}
		// What is left of the month may be too little for a group, and enough for
		// one person. The plan may be raised before the month is over.
		one := it.sent.cost(it.next) <= 1
		return verdict{ending: unclaim, at: earlier(now.Add(lookAgain), monthsEnd(now)), quota: one, why: why}
	case bot.Unauthorised:
		// Whether the token was mended shows only by trying, so try now and then.
		t := now.Add(time.Minute)
		return c.retry(it, verdict{at: t, stop: t}, now)
	case bot.NotSent:
		if res.RetryAfter > 0 {
			t := now.Add(res.RetryAfter)
			return c.retry(it, verdict{at: t, stop: t}, now)
		}
		return c.retry(it, verdict{at: now.Add(c.patience(it))}, now)
	case bot.Unknown:
		return c.unknown(it, now)
	case bot.TokenDead:
		if it.direct {
			return c.tokenDead(it, now)
		}
	}
	if it.direct && len(it.takes) > 0 {
		// The fault may be a rider's, and the answer's token is not used up.
		return verdict{ending: unmerge}
	}
	return over(Dead, why)
}

// patience grows with the tries: quick for answers, whose token lives a minute.
func (c *channel) patience(it *item) time.Duration {
	if it.direct {
		return backoff(it.tries, 500*time.Millisecond, 8*time.Second)
	}
	return backoff(it.tries, time.Second, 10*time.Minute)
}

// unknown decides about a call that may have taken effect.
func (c *channel) unknown(it *item, now time.Time) verdict {
	it.doubt = true
	it.unknowns++
	byToken := it.direct && !c.free
	switch {
	case byToken, it.sent.Calls[it.next].Idempotent:
		return c.retry(it, verdict{at: now.Add(c.patience(it)), maybe: true}, now)
	case it.receipt() && it.unknowns == 1:
		return c.retry(it, verdict{at: now.Add(3 * time.Second), maybe: true}, now)
	}
	return over(Unsure, "the platform did not say whether it arrived")
}

// tokenDead reads "invalid reply token": while the token lives, it can only
// mean that an earlier try arrived.
func (c *channel) tokenDead(it *item, now time.Time) verdict {
	if it.doubt && now.Before(it.until) {
		return over(Sent, "")
	}
	return c.tooLate(it)
}

// retry turns "again" into what the time left allows.
func (c *channel) retry(it *item, v verdict, now time.Time) verdict {
	v.ending = again
	if it.direct {
		if !v.at.Before(it.until) {
			late := c.tooLate(it)
			late.stop = v.stop
			return late
		}
		return v
	}
	if v.moved != "" || v.at.Sub(now) >= handBack {
		v.ending = handOver
	}
	return v
}

// tooLate is the end of an answer whose token, or patience, is spent.
func (c *channel) tooLate(it *item) verdict {
	switch {
	case it.receipt():
		return verdict{ending: toQueue}
	case it.doubt && !c.free:
		return over(Unsure, "the reply's outcome was never told")
	case c.free || it.letter.Reply.Value == "":
		return over(Late, "too late for an answer")
	}
	return verdict{ending: park, why: "its reply token lapsed"}
}

// reason is a result in words for a row: adapters keep tokens and personal
// data out of their errors.
func reason(res bot.Result) string {
	if res.Err == nil {
		return string(res.Outcome)
	}
	s := []rune(res.Err.Error())
	return string(s[:min(len(s), 300)])
}

// monthsEnd is when LINE's quota begins anew: the first of the month in Japan,
// by which LINE counts its days (LINE docs, #get-number-of-delivered-messages).
func monthsEnd(now time.Time) time.Time {
	y, m, _ := now.In(japan).Date()
	return time.Date(y, m+1, 1, 0, 0, 0, 0, japan)
}
