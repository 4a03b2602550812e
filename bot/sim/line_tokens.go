package sim

import (
	"net/url"
	"strings"
	"time"
)

// Lifetimes of access tokens (SPEC channel-access-token.yml).
const (
	statelessLife = 15 * time.Minute
	shortLife     = 30 * 24 * time.Hour
	linkTokenLife = 10 * time.Minute
)

// lineLinkToken is good for one account link within ten minutes.
type lineLinkToken struct {
	user    *lineUser
	expires time.Time
	used    bool
}

// client checks a form's client_id and client_secret.
func (c *lineCall) client() (url.Values, *LineChannel, *lineAnswer) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil || !strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, nil, oauthError("invalid_request", "the body must be a form")
	}
	if form.Get("grant_type") != "client_credentials" {
		return nil, nil, oauthError("unsupported_grant_type", "grant_type must be client_credentials")
	}
	ch := c.l.channels[form.Get("client_id")]
	if ch == nil || form.Get("client_secret") != ch.cfg.Secret {
		return nil, nil, oauthError("invalid_client", "invalid client_id or client_secret")
	}
	return form, ch, nil
}

// oauthError is the form of errors at the token endpoints, which is not that
// of the Messaging API.
func oauthError(code, why string) *lineAnswer {
	a := lineJSON(400, map[string]any{"error": code, "error_description": why})
	return &a
}

// issue makes an access token.
func (c *lineCall) issue(ch *LineChannel, life time.Duration) lineAnswer {
	c.ch = ch
	token := randomHex(40)
	c.l.tokens[token] = &lineToken{ch: ch, expires: c.now.Add(life)}
	return lineOK(map[string]any{
		"token_type": "Bearer", "access_token": token, "expires_in": int(life.Seconds()),
	})
}

// statelessToken is v3: 15 minutes (expires_in 899), not revocable.
func (c *lineCall) statelessToken() lineAnswer {
	_, ch, bad := c.client()
	if bad != nil {
		return *bad
	}
	return c.issue(ch, statelessLife-time.Second)
}

// shortToken is v2's short-lived one, 30 days.
func (c *lineCall) shortToken() lineAnswer {
	_, ch, bad := c.client()
	if bad != nil {
		return *bad
	}
	return c.issue(ch, shortLife)
}

func (c *lineCall) verifyToken() lineAnswer {
	form, _ := url.ParseQuery(string(c.body))
	t := c.l.tokens[form.Get("access_token")]
	if t == nil || !t.expires.IsZero() && !c.now.Before(t.expires) {
		return *oauthError("invalid_request", "The access token is invalid")
	}
	left := 0
	if !t.expires.IsZero() {
		left = int(t.expires.Sub(c.now).Seconds())
	}
	return lineOK(map[string]any{"client_id": t.ch.cfg.ID, "expires_in": left, "scope": "P CM"})
}

func (c *lineCall) revokeToken() lineAnswer {
	form, _ := url.ParseQuery(string(c.body))
	delete(c.l.tokens, form.Get("access_token"))
	return lineAnswer{status: 200}
}

// linkToken is for linking a user to an account of the shop's own.
func (c *lineCall) linkToken() lineAnswer {
	u, bad := c.user()
	if bad != nil {
		return *bad
	}
	token := randomHex(16)
	c.ch.links[token] = &lineLinkToken{user: u, expires: c.now.Add(linkTokenLife)}
	return lineOK(map[string]any{"linkToken": token})
}

// LinkAccount opens LINE's account link page, at the end of a login at the
// shop's site. A used or lapsed token shows an error and sends no webhook; a
// token of somebody else sends a failed result, which has neither source nor
// reply token.
func (p *LinePerson) LinkAccount(linkToken, nonce string) (ok bool) {
	p.do(func() *lineEvent {
		t := p.ch.links[linkToken]
		if t == nil || t.used || !p.ch.sim.Clock.Now().Before(t.expires) || len(nonce) < 10 || len(nonce) > 255 {
			return nil
		}
		t.used = true
		link := map[string]any{"result": "ok", "nonce": nonce}
		if t.user != p.user {
			link["result"] = "failed"
			return p.ch.event("accountLink", nil, nil, false, map[string]any{"link": link})
		}
		ok = true
		return p.ch.event("accountLink", p.user.private, p.user, true, map[string]any{"link": link})
	})
	return ok
}
