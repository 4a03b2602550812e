package line

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"regulars/bot"
)

// ratePause is how long a channel rests after "rate limit exceeded", for which
// LINE names no time; its rates are per second (LINE docs, #rate-limits).
const ratePause = 2 * time.Second

// Send makes one call and says what became of it. Push and multicast carry
// retryKey; reply never does, LINE would refuse it. How answers are read:
//
//	200 readable          delivered (accepted, that is: LINE says 200 for people who blocked, too)
//	200 not readable      unknown: trying again is answered by 409, or by "Invalid reply token"
//	409 with a retry key  delivered, at an earlier try
//	400                   token-dead, unreachable or rejected, by LINE's text
//	401                   once more with a fresh token, then unauthorised; 403 unauthorised
//	429                   quota-used or not-sent, by LINE's text
//	500                   not-sent with a retry key, else unknown
//	no answer             not-sent if there was never a connection, else unknown
func (c *Channel) Send(ctx context.Context, call bot.Call, retryKey string) bot.Result {
	var a *answer
	var ids []messaging_api.SentMessage
	switch call.Method {
	case methodReply:
		ids, a = c.sendReply(ctx, call.Body)
	case methodPush:
		ids, a = c.sendPush(ctx, call.Body, retryKey)
	case methodMulticast:
		a = c.sendMulticast(ctx, call.Body, retryKey)
	case methodMenu:
		return c.sendMenu(ctx, call.Body)
	}
	if a == nil {
		return bot.Result{Outcome: bot.Rejected, Err: errors.New("line: a call that this adapter did not make")}
	}
	for _, m := range ids {
		a.ids = append(a.ids, m.Id)
	}
	return a.result(call.Method != methodReply && retryKey != "")
}

// wireRequest reads back what Encode wrote, leaving messages as they are.
type wireRequest[To any] struct {
	To         To           `json:"to"`
	ReplyToken string       `json:"replyToken"`
	Messages   []rawMessage `json:"messages"`
}

// UnmarshalJSON keeps the message's bytes.
func (m *rawMessage) UnmarshalJSON(raw []byte) error {
	*m = append((*m)[:0], raw...)
	return nil
}

func (r *wireRequest[To]) list() []messaging_api.MessageInterface {
	list := make([]messaging_api.MessageInterface, len(r.Messages))
	for i, m := range r.Messages {
		list[i] = m
	}
	return list
}

func (c *Channel) sendReply(ctx context.Context, body []byte) ([]messaging_api.SentMessage, *answer) {
	var r wireRequest[string]
	if json.Unmarshal(body, &r) != nil {
		return nil, nil
	}
	res, a := call(ctx, c, methodReply, func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.ReplyMessageResponse, error) {
		return api.ReplyMessageWithHttpInfo(&messaging_api.ReplyMessageRequest{ReplyToken: r.ReplyToken, Messages: r.list()})
	})
	if res == nil {
		return nil, a
	}
	return res.SentMessages, a
}

func (c *Channel) sendPush(ctx context.Context, body []byte, key string) ([]messaging_api.SentMessage, *answer) {
	var r wireRequest[string]
	if json.Unmarshal(body, &r) != nil {
		return nil, nil
	}
	res, a := call(ctx, c, methodPush, func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.PushMessageResponse, error) {
		return api.PushMessageWithHttpInfo(&messaging_api.PushMessageRequest{To: r.To, Messages: r.list()}, key)
	})
	if res == nil {
		return nil, a
	}
	return res.SentMessages, a
}

func (c *Channel) sendMulticast(ctx context.Context, body []byte, key string) *answer {
	var r wireRequest[[]string]
	if json.Unmarshal(body, &r) != nil {
		return nil
	}
	_, a := call(ctx, c, methodMulticast, func(api *messaging_api.MessagingApiAPI) (*http.Response, *map[string]any, error) {
		return api.MulticastWithHttpInfo(&messaging_api.MulticastRequest{To: r.To, Messages: r.list()}, key)
	})
	return a
}

// result reads an answer to a sending call. keyed says that LINE was given a
// retry key, so that doing it again is harmless.
func (a *answer) result(keyed bool) bot.Result {
	r := bot.Result{Outcome: a.outcome(keyed), Date: a.date, Err: a.fault()}
	switch r.Outcome {
	case bot.Delivered:
		r.Err = nil
		for _, id := range a.ids {
			r.Messages = append(r.Messages, bot.MessageID(id))
		}
	case bot.NotSent:
		if r.RetryAfter = a.retryAfter; r.RetryAfter == 0 && a.status == http.StatusTooManyRequests {
			r.RetryAfter = ratePause
		}
	}
	return r
}

func (a *answer) outcome(keyed bool) bot.Outcome {
	switch s := a.status; {
	case a.noToken && s/100 == 4 && s != http.StatusTooManyRequests:
		return bot.Unauthorised // LINE does not know this id and secret
	case a.noToken:
		return bot.NotSent
	case s == 0 && !a.connected.Load():
		return bot.NotSent
	case s == 0:
		return bot.Unknown
	case a.ok():
		return bot.Delivered
	case s/100 == 2, s == http.StatusRequestTimeout:
		return bot.Unknown
	case s/100 == 3:
		return bot.NotSent // an address between here and LINE; nothing followed it
	case s == http.StatusConflict && keyed:
		return bot.Delivered
	case s == http.StatusBadRequest && strings.Contains(a.message, textBadToken):
		return bot.TokenDead
	case s == http.StatusBadRequest && strings.Contains(a.message, textNoSend):
		return bot.Unreachable
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		return bot.Unauthorised
	case s == http.StatusTooManyRequests && strings.Contains(a.message, textMonthly):
		return bot.QuotaUsed
	case s == http.StatusTooManyRequests:
		return bot.NotSent
	case s/100 == 5 && keyed:
		return bot.NotSent
	case s/100 == 5:
		return bot.Unknown
	}
	return bot.Rejected
}
