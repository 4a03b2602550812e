package line

import (
	"context"
	"net/http"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/channel_access_token"

	"regulars/bot"
)

// renewBefore is how long before its end a fetched token is replaced. A
// stateless token lives 15 minutes, and any number may be alive at once (LINE
// docs, #issue-stateless-channel-access-token).
const renewBefore = 2 * time.Minute

// tokens gives out the channel's access token: the configured one, or
// stateless ones fetched as needed and shared by all callers.
type tokens struct {
	keys  func() *Keys
	id    string
	base  string
	http  *http.Client
	clock bot.Clock

	turn  chan struct{} // holds one value; whoever has it may use the rest
	value string
	until time.Time
}

func newTokens(cfg Config, c *Channel) *tokens {
	t := &tokens{
		keys: func() *Keys { return &Keys{Secret: cfg.Secret, Token: cfg.Token} }, id: cfg.ChannelID,
		base: c.apiBase, http: c.http, clock: c.clock, turn: make(chan struct{}, 1),
	}
	t.turn <- struct{}{}
	return t
}

// get gives a token that LINE has not refused yet. refused is the token that
// it did refuse just now, or "". When nothing newer can be had, what is wrong
// is in the answer.
func (t *tokens) get(ctx context.Context, refused string) (string, *answer) {
	if fixed := t.keys().Token; fixed != "" {
		return fixed, nil
	}
	// A channel instead of a mutex, so that a caller who gives up is not kept
	// waiting for another's request.
	select {
	case <-t.turn:
		defer func() { t.turn <- struct{}{} }()
	case <-ctx.Done():
		return "", &answer{op: "token", err: ctx.Err()}
	}
	now := t.clock.Now()
	usable := t.value != "" && t.value != refused && now.Before(t.until)
	if usable && now.Before(t.until.Add(-renewBefore)) {
		return t.value, nil
	}
	a := t.fetch(ctx)
	if a != nil && !usable {
		return "", a
	}
	return t.value, nil
}

// fetch replaces the token, or says what went wrong.
func (t *tokens) fetch(ctx context.Context) *answer {
	api, err := channel_access_token.NewChannelAccessTokenAPI(
		channel_access_token.WithEndpoint(t.base), channel_access_token.WithHTTPClient(t.http))
	if err != nil {
		return &answer{op: "token", err: err}
	}
	asked := t.clock.Now()
	a := &answer{op: "token"}
	res, got, err := api.WithContext(a.trace(ctx)).
		IssueStatelessChannelTokenWithHttpInfo("client_credentials", "", "", t.id, t.keys().Secret)
	a.read(res, err)
	if !a.ok() {
		return a
	}
	if got.AccessToken == "" || got.ExpiresIn <= 0 {
		a.err = errNotJSON
		return a
	}
	t.value, t.until = got.AccessToken, asked.Add(time.Duration(got.ExpiresIn)*time.Second)
	return nil
}

// renewable says whether another token may be had after a 401.
func (t *tokens) renewable() bool { return t.keys().Token == "" }
