package line

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"

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
