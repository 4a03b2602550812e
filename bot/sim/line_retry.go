package sim

import (
	"crypto/sha256"
	"encoding/json"
	"regexp"
	"time"
)

const (
	retryKeyHeader = "X-Line-Retry-Key"
	retryKeyLife   = 24 * time.Hour // DOC retrying-api-request: after the first request
)

var retryKeyForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// lineRetry is what LINE remembers of a retry key.
type lineRetry struct {
	first    time.Time
	sum      [32]byte // of path and body
	accepted bool
	id       string     // request id of the accepted one
	answer   lineAnswer // its answer
}

// lineUnanswered is an accepted send whose answer the bot never got, kept to
// complain when the bot sends the same again in a way that doubles it.
type lineUnanswered struct {
	sum [32]byte
	key string
	at  time.Time
}

// keyed runs a send under its retry key, if it has one: accepted once, it is
// answered 409 for 24 hours, with the original sentMessages.
func (c *lineCall) keyed(send func() lineAnswer) lineAnswer {
	key := c.r.Header.Get(retryKeyHeader)
	sum := sha256.Sum256(append([]byte(c.r.URL.Path+"\n"), c.body...))
	if key == "" {
		return c.watched(sum, key, send)
	}
	if !retryKeyForm.MatchString(key) {
		return lineRefuse(400, "Invalid retry key")
	}
	known := c.ch.retries[key]
	if known != nil && c.now.Sub(known.first) >= retryKeyLife {
		if known.accepted && known.sum == sum {
			c.ch.complain("%s: a retry under a key older than 24 h was delivered again", c.r.URL.Path)
		}
		known = nil
	}
	if known == nil {
		known = &lineRetry{first: c.now, sum: sum}
		c.ch.retries[key] = known
	}
	if known.sum != sum {
		// DOC: "body must be identical on retry". That it is refused with 400
		// is inferred; what matters is that it is neither sent nor a 409,
		// which a bot takes for success.
		return lineRefuse(400, "The request differs from the first one with this retry key")
	}
	if known.accepted {
		c.ch.resolved(key)
		return c.accepted(known)
	}
	a := c.watched(sum, key, send)
	if a.status/100 == 2 {
		known.accepted, known.id, known.answer = true, c.id, a
	}
	return a
}

// watched sends, and complains when this is the same send once more whose
// first answer was lost on the way, not recognisable as such by LINE.
func (c *lineCall) watched(sum [32]byte, key string, send func() lineAnswer) lineAnswer {
	for _, u := range c.ch.unanswered {
		if u.sum == sum && c.now.Sub(u.at) < retryKeyLife && (u.key != key || key == "") {
			c.ch.complain("%s: a send whose answer was lost was repeated without its retry key and delivered twice", c.r.URL.Path)
		}
	}
	a := send()
	if c.lost && a.status/100 == 2 {
		c.ch.unanswered = append(c.ch.unanswered, lineUnanswered{sum, key, c.now})
	}
	return a
}

// resolved forgets that an answer was lost: the bot has learned of it.
func (ch *LineChannel) resolved(key string) {
	for i, u := range ch.unanswered {
		if u.key == key {
			ch.unanswered = append(ch.unanswered[:i:i], ch.unanswered[i+1:]...)
			return
		}
	}
}

// accepted is the 409: for push its body has the first answer's sentMessages.
func (c *lineCall) accepted(known *lineRetry) lineAnswer {
	body := map[string]any{"message": "The retry key is already accepted"}
	if sent := sentMessages(known.answer); sent != nil {
		body["sentMessages"] = sent
	}
	a := lineJSON(409, body)
	a.header = map[string]string{"X-Line-Accepted-Request-Id": known.id}
	return a
}

// sentMessages reads them back from an answer; nil when it has none.
func sentMessages(a lineAnswer) any {
	var v map[string]any
	if json.Unmarshal(a.body, &v) != nil {
		return nil
	}
	return v["sentMessages"]
}
