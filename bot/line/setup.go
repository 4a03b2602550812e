package line

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// Info is what LINE says of the account itself (LINE docs, #get-bot-info).
type Info struct {
	UserID      string // the account's own, which stands in a webhook's destination
	BasicID     string // "@abc1234d"
	Name        string
	People      bool // chat is on: a person may answer from LINE's own app
	ReadsByHand bool // messages are marked as read by hand or by the program
}

// Info asks LINE about the account. An @name that was not configured is known
// from then on.
func (c *Channel) Info(ctx context.Context) (Info, error) {
	b, a := call(ctx, c, "info", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.BotInfoResponse, error) {
		return api.GetBotInfoWithHttpInfo()
	})
	if !a.ok() {
		return Info{}, a
	}
	if c.handle() == "" && basicForm.MatchString(b.BasicId) {
		c.basicID.Store(&b.BasicId)
	}
	return Info{
		UserID: b.UserId, BasicID: b.BasicId, Name: b.DisplayName,
		People:      b.ChatMode == messaging_api.BotInfoResponseCHAT_MODE_CHAT,
		ReadsByHand: b.MarkAsReadMode == messaging_api.BotInfoResponseMARK_AS_READ_MODE_MANUAL,
	}, nil
}

// Quota tells how many paid messages this month allows and has used, in
// messages times receivers. used is LINE's approximation and includes what was
// sent from its own manager (LINE docs, #get-quota, #get-consumption).
func (c *Channel) Quota(ctx context.Context) (limit, used int64, unlimited bool, err error) {
	q, a := call(ctx, c, "quota", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.MessageQuotaResponse, error) {
		return api.GetMessageQuotaWithHttpInfo()
	})
	if !a.ok() {
		return 0, 0, false, a
	}
	u, a := call(ctx, c, "quota used", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.QuotaConsumptionResponse, error) {
		return api.GetMessageQuotaConsumptionWithHttpInfo()
	})
	if !a.ok() {
		return 0, 0, false, a
	}
	return q.Value, u.TotalUsage, q.Type == messaging_api.QuotaType_NONE, nil
}

// endpoint is the webhook address that LINE has, and whether its switch is on.
// An account without one has "".
func (c *Channel) endpoint(ctx context.Context) (address string, on bool, a *answer) {
	e, a := call(ctx, c, "webhook", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.GetWebhookEndpointResponse, error) {
		return api.GetWebhookEndpointWithHttpInfo()
	})
	switch {
	case a.status == http.StatusNotFound:
		return "", false, nil
	case !a.ok():
		return "", false, a
	}
	return e.Endpoint, e.Active, nil
}

// Register gives LINE the address of this channel's webhook, unless it has it
// already. The switch "Use webhook" can be set in LINE's console only.
func (c *Channel) Register(ctx context.Context, webhookURL string) (changed bool, err error) {
	if err := checkWebhook(webhookURL); err != nil {
		return false, err
	}
	has, _, a := c.endpoint(ctx)
	if a != nil {
		return false, a
	}
	if has == webhookURL {
		return false, nil
	}
	_, a = call(ctx, c, "set webhook", func(api *messaging_api.MessagingApiAPI) (*http.Response, struct{}, error) {
		return api.SetWebhookEndpointWithHttpInfo(&messaging_api.SetWebhookEndpointRequest{Endpoint: webhookURL})
	})
	return a.ok(), a.fault()
}

// maxWebhook is in characters (LINE docs, #set-webhook-endpoint-url).
const maxWebhook = 500

func checkWebhook(address string) error {
	u, err := url.Parse(address)
	if err == nil && u.Scheme == "http" {
		// LINE itself refuses this; its simulator on the same machine does not.
		if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsLoopback() {
			return nil
		}
	}
	if err != nil || u.Scheme != "https" || u.Host == "" || len(address) > maxWebhook {
		return fmt.Errorf("line: the webhook address must begin with https:// and have at most %d characters", maxWebhook)
	}
	return nil
}

// Finding is one thing that Doctor looked at. Text says what is, Fix what to
// do about it; Fix is empty where all is well.
type Finding struct {
	OK   bool
	Text string
	Fix  string
}

// Doctor looks at everything about the channel that LINE will tell: token,
// account, webhook and quota. publicURL is the program's own public address.
// Two switches can be seen in LINE's console only, and are always named.
func (c *Channel) Doctor(ctx context.Context, publicURL string) []Finding {
	info, err := c.Info(ctx)
	if err != nil {
		return []Finding{{Text: err.Error(), Fix: accessFix(err)}}
	}
	found := []Finding{{OK: true, Text: fmt.Sprintf("LINE account %s (%s) answers", info.Name, info.BasicID)}}
	found = append(found, c.aboutAccount(info)...)
	found = append(found, c.aboutWebhook(ctx, strings.TrimRight(publicURL, "/")+"/webhook/"+string(c.name))...)
	found = append(found, c.aboutQuota(ctx))
	return append(found, Finding{OK: true, Text: "cannot be seen from here; check in LINE Developers, Messaging API: " +
		"\"Webhook redelivery\" on, \"Allow bot to join group chats\" on if groups are wanted; and in LINE Official Account Manager: " +
		"automatic replies and greeting off"})
}

func accessFix(err error) string {
	var a *answer
	if errors.As(err, &a) && a.status == 0 {
		return "check that this machine reaches LINE's api_base over https"
	}
	return "check channel_id, channel_secret and channel_token against the LINE Developers console"
}

func (c *Channel) aboutAccount(info Info) []Finding {
	var found []Finding
	if !strings.EqualFold(info.BasicID, c.handle()) {
		found = append(found, Finding{Text: fmt.Sprintf("basic_id is %q here and %q at LINE", c.handle(), info.BasicID),
			Fix: fmt.Sprintf("set basic_id = %q; buttons from groups to the private chat need it", info.BasicID)})
	}
	if info.People {
		return append(found, Finding{OK: true, Text: "chat is on: staff can answer from LINE's app, and the bot stays silent where they should"})
	}
	return append(found, Finding{OK: true, Text: "chat is off: nobody can answer from LINE's app (Official Account Manager, Settings, Response)"})
}

func (c *Channel) aboutWebhook(ctx context.Context, want string) []Finding {
	has, on, a := c.endpoint(ctx)
	switch {
	case a != nil:
		return []Finding{{Text: a.Error(), Fix: "try again; webhook settings could not be read"}}
	case has != want:
		return []Finding{{Text: fmt.Sprintf("LINE sends webhooks to %q, not to %q", has, want), Fix: "start serve once, which registers the address, or set it in the LINE Developers console"}}
	case !on:
		return []Finding{{Text: "\"Use webhook\" is off", Fix: "switch it on in the LINE Developers console, Messaging API"}}
	}
	t, a := call(ctx, c, "test webhook", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.TestWebhookEndpointResponse, error) {
		return api.TestWebhookEndpointWithHttpInfo(&messaging_api.TestWebhookEndpointRequest{})
	})
	switch {
	case !a.ok():
		return []Finding{{Text: a.Error(), Fix: "try again in a minute; LINE allows 60 tests an hour"}}
	case !t.Success:
		return []Finding{{Text: fmt.Sprintf("LINE cannot reach %s: status %d, %s", want, t.StatusCode, oneLine(t.Reason)),
			Fix: "check that serve runs, that public_url leads to it, and that its certificate is valid"}}
	}
	return []Finding{{OK: true, Text: "webhook " + want + " answers LINE"}}
}

func (c *Channel) aboutQuota(ctx context.Context) Finding {
	limit, used, unlimited, err := c.Quota(ctx)
	switch {
	case err != nil:
		return Finding{Text: err.Error(), Fix: "try again; the quota could not be read"}
	case unlimited:
		return Finding{OK: true, Text: fmt.Sprintf("%d paid messages used this month, no limit", used)}
	case used >= limit:
		return Finding{Text: fmt.Sprintf("%d of %d paid messages used this month", used, limit),
			Fix: "answers still go out; for receipts and campaigns choose a larger plan in Official Account Manager or wait for the 1st"}
	}
	return Finding{OK: true, Text: fmt.Sprintf("%d of %d paid messages used this month", used, limit)}
}
