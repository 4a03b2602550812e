package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"regulars/bot"
)

// maxTries is how many forms one call may take: an edit, a new message in its
// stead, and that one outside of a topic that was closed.
const maxTries = 3

// Send makes one call. Telegram knows no retry keys, so retryKey is not used.
//
// What becomes of a failure:
//   - no connection was had: NotSent, as is 429 with its wait for the whole bot;
//   - a time-out or reset after that, a 5xx, and any answer that is not
//     Telegram's JSON: Unknown. Telegram's own 500 "restart" hits calls in
//     flight, and a proxy's 502 tells nothing of what lies behind it;
//   - 401 and 404: the token (or api_base) is wrong: Unauthorised;
//   - 403, "chat not found" and lost rights to write: Unreachable;
//   - "not modified" and "query is too old": Delivered, nothing is left to do.
//
// Two refusals are mended here, since they are certain and without effect: a
// message to edit that is gone is sent anew, and a topic that is gone is left
// for the group's General topic.
func (c *Channel) Send(ctx context.Context, call bot.Call, retryKey string) bot.Result {
	var next request
	if err := json.Unmarshal(call.Body, &next); err != nil || next.Method == "" {
		return bot.Result{Outcome: bot.Rejected, Err: errors.New("telegram: a stored call cannot be read")}
	}
	for try := 1; ; try++ {
		r, err := c.post(ctx, &next)
		if err != nil {
			return bot.Result{Outcome: bot.Rejected, Err: err}
		}
		if mended := next.mend(&r); mended && try < maxTries {
			continue
		}
		return r.result(next.Method)
	}
}

// post makes one request, drawing its picture first.
func (c *Channel) post(ctx context.Context, q *request) (reply, error) {
	if q.Photo == nil {
		return c.do(ctx, callTime, q.Method, q.Params), nil
	}
	if c.pictures == nil {
		return reply{}, errors.New("telegram: a picture to send and nothing to draw it with")
	}
	png, err := c.pictures.PNG(*q.Photo)
	if err != nil {
		return reply{}, fmt.Errorf("telegram: drawing a picture: %w", err)
	}
	// Bytes, because the module cannot send a reader twice.
	file := tgbotapi.RequestFile{Name: "photo", Data: tgbotapi.FileBytes{Name: "picture.png", Bytes: png}}
	return c.do(ctx, 2*callTime, q.Method, q.Params, file), nil
}

// mend changes q into the call to make after a refusal that can be mended.
func (q *request) mend(r *reply) bool {
	switch {
	case !r.refused():
		return false
	case q.Else != nil && r.says("message to edit not found", "message can't be edited", "no text in the message to edit", "message_id_invalid"):
		*q = *q.Else
		return true
	case q.Params["message_thread_id"] != "" && r.says("message thread not found", "topic_deleted", "topic_closed", "topic_id_invalid"):
		delete(q.Params, "message_thread_id")
		return true
	}
	return false
}

// refused says that Telegram understood the call and did nothing.
func (r *reply) refused() bool { return r.json && r.err != nil && r.code == http.StatusBadRequest }

// says looks for one of several phrases in Telegram's description. Its error
// codes are HTTP's; only the words tell what is meant.
func (r *reply) says(phrases ...string) bool {
	for _, p := range phrases {
		if strings.Contains(r.text, p) {
			return true
		}
	}
	return false
}

func (r *reply) result(method string) bot.Result {
	out := bot.Result{Outcome: r.fate(method), Date: r.date, Err: r.err}
	switch out.Outcome {
	case bot.Delivered:
		out.Err = nil
		var sent struct {
			ID int64 `json:"message_id"`
		}
		if json.Unmarshal(r.raw, &sent) == nil && sent.ID != 0 {
			out.Messages = []bot.MessageID{messageID(sent.ID)}
		}
	case bot.NotSent:
		out.RetryAfter = r.retry
	case bot.Moved:
		out.MovedTo = bot.ChatID(number(r.movedTo))
	}
	return out
}

// fate decides what became of a call.
func (r *reply) fate(method string) bot.Outcome {
	switch {
	case r.err == nil:
		return bot.Delivered
	case r.status == 0 && r.unsent:
		return bot.NotSent
	case r.status == 0:
		return bot.Unknown
	case r.code == http.StatusTooManyRequests || r.json && r.retry > 0 && r.says("too many requests"):
		return bot.NotSent
	case r.code == http.StatusUnauthorized || r.code == http.StatusNotFound:
		return bot.Unauthorised
	case r.status >= 300 && r.status < 400:
		return bot.NotSent // api_base redirects, and redirects are not followed
	case r.code == http.StatusRequestEntityTooLarge:
		return bot.Rejected
	case !r.json || r.code < 400 || r.code >= 500:
		return bot.Unknown
	}
	if method == "setMyCommands" || method == "deleteMyCommands" {
		return bot.Delivered // a list that is refused is no reason to hold up words
	}
	return r.verdict(method)
}

// verdict reads Telegram's refusals, by their words.
func (r *reply) verdict(method string) bot.Outcome {
	switch {
	case r.movedTo != 0:
		return bot.Moved
	case method == "editMessageText" && r.says("message is not modified"),
		method == "answerCallbackQuery" && r.says("query is too old", "query id is invalid", "query_id_invalid"):
		return bot.Delivered
	case r.code == http.StatusForbidden || r.says(unreachable...):
		return bot.Unreachable
	}
	return bot.Rejected
}

// unreachable are the 400s that speak of the chat and not of the call.
var unreachable = []string{
	"chat not found", "user not found", "peer_id_invalid", "group chat was upgraded", "group chat was deactivated",
	"user is deactivated", "not enough rights", "have no rights", "need administrator rights",
	"chat_write_forbidden", "chat_restricted", "bot was kicked", "user_is_blocked", "topic_closed",
}
