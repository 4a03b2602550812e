package line

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/channel_access_token"
	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// Finding is one thing that Doctor looked at. Text says what is, Fix what to
// do about it, a step a line; Fix is empty where nothing is to be done.
type Finding struct {
	OK   bool
	Look bool // a person should look: it cannot be seen from here, or may be meant so; OK is true then
	Text string
	Fix  string
}

// Where people press, in the words of LINE's own pages.
const (
	console = "Open developers.line.biz/console and choose your provider, then this channel"
	manager = "Open manager.line.biz and choose this account"
)

// Doctor looks at everything about the channel that LINE will tell: token,
// secret, account, webhook and quota. publicURL is the program's own public
// address. What can be seen in LINE's pages only is named at the end.
func (c *Channel) Doctor(ctx context.Context, publicURL string) []Finding {
	info, err := c.Info(ctx)
	if err != nil {
		return []Finding{c.noAccess(err)}
	}
	found := []Finding{{OK: true, Text: fmt.Sprintf("LINE account %s (%s) answers", info.Name, info.BasicID)}}
	found = append(found, c.aboutKeys(ctx)...)
	found = append(found, c.aboutAccount(info)...)
	found = append(found, c.aboutWebhook(ctx, strings.TrimRight(publicURL, "/")+"/webhook/"+string(c.name))...)
	found = append(found, c.aboutQuota(ctx))
	return append(found, unseen()...)
}

// noAccess is why LINE answers nothing about the account.
func (c *Channel) noAccess(err error) Finding {
	var a *answer
	if !errors.As(err, &a) || a.status == 0 {
		return Finding{Text: "LINE cannot be reached: " + err.Error(),
			Fix: "Check that this machine is online and that nothing between keeps it from api.line.me on port 443\nIf api_base is set, check it; leave it out for LINE's own"}
	}
	switch {
	case a.noToken:
		return Finding{Text: fmt.Sprintf("LINE does not accept channel_id with channel_secret (status %d)", a.status),
			Fix: console + "\nOn the tab Basic settings, copy Channel ID into channel_id and Channel secret into channel_secret\nBoth must be of the same Messaging API channel, not of a LINE Login channel"}
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		return Finding{Text: fmt.Sprintf("LINE does not accept channel_token (status %d)", a.status),
			Fix: console + "\nOn the tab Messaging API, at its end, under Channel access token (long-lived), press Issue or Reissue\nPut the new one into channel_token and start serve again; the old one ends when a new one is issued"}
	case a.status == http.StatusTooManyRequests || a.status >= 500:
		return Finding{Text: err.Error(), Fix: "LINE is busy or has trouble of its own; try again in a few minutes"}
	}
	return Finding{Text: err.Error(), Fix: "Check channel_id, channel_secret and channel_token against the LINE Developers console"}
}

// dying is how long before its end a token is worth a warning.
const dying = 7 * 24 * time.Hour

// aboutKeys asks whose the configured token is, how long it lives, and whether
// the secret is of the same channel.
func (c *Channel) aboutKeys(ctx context.Context) (found []Finding) {
	id := c.tokens.id
	if c.keys.Load().Token != "" {
		whose, left, known := c.verify(ctx)
		switch {
		case !known:
		case id != "" && whose != id:
			found = append(found, Finding{Text: fmt.Sprintf("channel_token is of the channel %s, and channel_id is %s", whose, id),
				Fix: console + "\nTake channel_id, channel_secret and channel_token from this one channel"})
			return found
		case left > 0 && left < dying:
			found = append(found, Finding{Text: fmt.Sprintf("channel_token ends in %s; nothing can be sent from then on", roughly(left)),
				Fix: console + "\nOn the tab Messaging API, under Channel access token (long-lived), press Issue, and put that into channel_token\nOr leave channel_token out and set channel_id: short-lived tokens are then fetched by themselves"})
		default:
			found = append(found, Finding{OK: true, Text: "channel_token is good"})
		}
		id = whose
	}
	if id == "" {
		return found
	}
	return append(found, c.aboutSecret(ctx, id)...)
}

// roughly is a length of time for an operator to read.
func roughly(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// verify asks which channel the configured token belongs to and how long it
// lives; 0 is no end in sight (LINE docs, #verify-channel-access-token and
// #verify-channel-access-token-v2-1: one kind of token each).
func (c *Channel) verify(ctx context.Context) (channel string, left time.Duration, ok bool) {
	api, err := channel_access_token.NewChannelAccessTokenAPI(
		channel_access_token.WithEndpoint(c.apiBase), channel_access_token.WithHTTPClient(c.http))
	if err != nil {
		return "", 0, false
	}
	res, v, err := api.WithContext(ctx).VerifyChannelTokenWithHttpInfo(c.keys.Load().Token)
	if err != nil || res == nil || res.StatusCode != http.StatusOK {
		res, v, err = api.WithContext(ctx).VerifyChannelTokenByJWTWithHttpInfo(c.keys.Load().Token)
	}
	if err != nil || res == nil || res.StatusCode != http.StatusOK || v.ClientId == "" {
		return "", 0, false
	}
	if v.ExpiresIn < int64((365 * 24 * time.Hour).Seconds()) {
		left = time.Duration(v.ExpiresIn) * time.Second
	}
	return v.ClientId, left, true
}

// aboutSecret proves channel_secret by having a token issued for it, which
// lapses by itself.
func (c *Channel) aboutSecret(ctx context.Context, id string) []Finding {
	a := newTokens(Config{ChannelID: id, Secret: c.keys.Load().Secret}, c).fetch(ctx)
	switch {
	case a == nil:
		return []Finding{{OK: true, Text: "channel_secret is this channel's"}}
	case a.status == http.StatusBadRequest || a.status == http.StatusUnauthorized:
		return []Finding{{Text: "channel_secret is not this channel's, so every webhook is refused and nobody gets an answer",
			Fix: console + "\nOn the tab Basic settings, copy Channel secret into channel_secret, and start serve again"}}
	}
	return nil // LINE is busy; the other findings say so
}

func (c *Channel) aboutAccount(info Info) []Finding {
	var found []Finding
	if !strings.EqualFold(info.BasicID, c.handle()) {
		found = append(found, Finding{Text: fmt.Sprintf("basic_id is %q here and %q at LINE", c.handle(), info.BasicID),
			Fix: fmt.Sprintf("Set basic_id = %q, or leave it out; posters, invitations and buttons in groups lead to it", info.BasicID)})
	}
	if info.People {
		return append(found, Finding{OK: true, Text: "chat is on: staff can answer from LINE's app, and the bot stays silent where they should"})
	}
	return append(found, Finding{OK: true, Look: true, Text: "chat is off: who asks to talk to the shop cannot be answered from LINE's app",
		Fix: "If people shall answer there: " + lower(manager) + "\nIn Settings, Response settings, switch Chat on, and leave Webhooks on"})
}

func lower(step string) string { return strings.ToLower(step[:1]) + step[1:] }

func (c *Channel) aboutWebhook(ctx context.Context, want string) []Finding {
	has, on, a := c.endpoint(ctx)
	set := console + "\nOn the tab Messaging API, under Webhook settings, "
	switch {
	case a != nil:
		return []Finding{{Text: a.Error(), Fix: "Try again in a minute; the webhook's settings could not be read"}}
	case has == "":
		return []Finding{{Text: "LINE has no webhook address for this channel", Fix: "Start serve once, which sets " + want + "\nOr by hand: " + lower(set) + "press Edit at Webhook URL and enter it"}}
	case has != want:
		return []Finding{{Text: fmt.Sprintf("LINE sends webhooks to %q, not to %q", has, want),
			Fix: "If another program uses this channel, stop that one first: only one can\nThen start serve once, which sets the address; if it moved, check public_url"}}
	case !on:
		return []Finding{{Text: "\"Use webhook\" is off, so nothing that people write comes here", Fix: set + "switch it on: Use webhook"}}
	}
	t, a := call(ctx, c, "test webhook", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.TestWebhookEndpointResponse, error) {
		return api.TestWebhookEndpointWithHttpInfo(&messaging_api.TestWebhookEndpointRequest{})
	})
	switch {
	case !a.ok():
		return []Finding{{Text: a.Error(), Fix: "Try again in a minute; LINE allows 60 tests an hour"}}
	case !t.Success:
		text, fix := unreached(want, int(t.StatusCode), t.Reason)
		return []Finding{{Text: text, Fix: fix}}
	}
	return []Finding{{OK: true, Text: "webhook " + want + " answers LINE"}}
}

// unreached says in plain words why LINE's test of the webhook failed (LINE
// docs, #test-webhook-endpoint; check-webhook-error-statistics for the reasons).
func unreached(address string, status int, reason string) (text, fix string) {
	switch {
	case status == http.StatusUnauthorized:
		return "serve refuses LINE's webhooks: their signature does not fit channel_secret",
			console + "\nOn the tab Basic settings, copy Channel secret into channel_secret, and start serve again"
	case status == http.StatusNotFound:
		return fmt.Sprintf("%s leads to something that does not know this address (status 404)", address),
			"Check that public_url leads to this program and not to another site on the same name\nThe channel's name in the configuration is the end of the address"
	case status/100 == 3:
		return fmt.Sprintf("%s is redirected elsewhere (status %d), and LINE does not follow", address, status),
			"Set public_url to the address that the redirect ends at, as in https:// instead of http://, with or without www"
	case status == http.StatusServiceUnavailable || status == http.StatusBadGateway || status == http.StatusGatewayTimeout || status >= 520:
		return fmt.Sprintf("LINE reaches the proxy or tunnel of %s, and that does not reach serve (status %d)", address, status),
			"Check that serve runs, and that the proxy or tunnel leads to the address in listen"
	case strings.EqualFold(reason, "REQUEST_TIMEOUT"):
		return fmt.Sprintf("%s does not answer LINE within 2 seconds", address),
			"Check that serve runs and is not overloaded, and that the proxy or tunnel in front of it is awake"
	case strings.EqualFold(reason, "COULD_NOT_CONNECT"):
		return fmt.Sprintf("LINE cannot connect to %s", address),
			"Check that serve and its proxy or tunnel run, and that the name leads to this machine\nCheck that port 443 is open, and that the certificate is valid and complete (LINE takes no self-signed one)"
	}
	return fmt.Sprintf("LINE cannot use %s: status %d, %s", address, status, oneLine(reason)),
		"Check that serve runs, that public_url leads to it, and that its certificate is valid"
}

func (c *Channel) aboutQuota(ctx context.Context) Finding {
	limit, used, unlimited, err := c.Quota(ctx)
	switch {
	case err != nil:
		return Finding{Text: err.Error(), Fix: "Try again; the quota could not be read"}
	case unlimited:
		return Finding{OK: true, Text: fmt.Sprintf("%d paid messages used this month, no limit", used)}
	case used >= limit:
		return Finding{Text: fmt.Sprintf("%d of %d paid messages used this month; answers still go out, receipts and campaigns do not", used, limit),
			Fix: manager + "\nIn Settings, Monthly plan, choose a larger one; or wait for the 1st"}
	}
	return Finding{OK: true, Text: fmt.Sprintf("%d of %d paid messages used this month", used, limit)}
}

// unseen are the switches that LINE tells no program about.
func unseen() []Finding {
	return []Finding{
		{OK: true, Look: true, Text: "a greeting or automatic replies of LINE's own would answer beside the bot",
			Fix: manager + "\nIn Settings, Response settings, switch Greeting message and Auto-response messages off, Webhooks on"},
		{OK: true, Look: true, Text: "webhooks that were missed come again only if Webhook redelivery is on",
			Fix: console + "\nOn the tab Messaging API, under Webhook settings, switch on Webhook redelivery, and Error statistics aggregation beside it\nThe tab Statistics then shows which webhooks failed, and why"},
		{OK: true, Look: true, Text: "if it is to work in groups: a new account may not join them",
			Fix: console + "\nOn the tab Messaging API, at Allow bot to join group chats, press Edit: it leads to the switch"},
	}
}
