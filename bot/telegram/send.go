package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"regulars/bot"
)

// maxTries is how many forms one call may take: an edit, a new message in its
// stead, with its photo uploaded, without one, and outside of a topic that was
// closed.
const maxTries = 5

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
// Three refusals are mended here, since they are certain and without effect: a
// message to edit that is gone is sent anew, a topic that is gone is left for
// the group's General topic, and a photo that cannot be had is left out: what
// the message says stands without it.
func (c *Channel) Send(ctx context.Context, call bot.Call, retryKey string) bot.Result {
	var next request
	if err := json.Unmarshal(call.Body, &next); err != nil || next.Method == "" {
		return bot.Result{Outcome: bot.Rejected, Err: errors.New("telegram: a stored call cannot be read")}
	}
	for try := 1; ; try++ {
		r, err := c.post(ctx, &next)
		switch {
		case errors.Is(err, errNoPhoto) && next.Else != nil:
			next = *next.Else
			continue
		case errors.Is(err, errNoPhoto):
			return bot.Result{Outcome: bot.Delivered}
		case err != nil:
			return bot.Result{Outcome: bot.Rejected, Err: err}
		}
		if mended := next.mend(&r); mended && try < maxTries {
			continue
		}
		if r.refused() && next.adorns() && r.says(noPhoto...) {
			return bot.Result{Outcome: bot.Delivered, Date: r.date}
		}
		out := r.result(next.Method)
		if next.Anyway && (out.Outcome == bot.Unreachable || out.Outcome == bot.Rejected) {
			return bot.Result{Outcome: bot.Delivered, Date: out.Date}
		}
		return out
	}
}

// post makes one request, with its picture drawn or its photo read first.
func (c *Channel) post(ctx context.Context, q *request) (reply, error) {
	files, err := c.upload(q)
	if err != nil {
		return reply{}, err
	}
	limit := callTime
	if len(files) > 0 {
		limit *= 2
	}
	return c.do(ctx, limit, q.Method, q.Params, files...), nil
}

// mend changes q into the call to make after a refusal that can be mended.
func (q *request) mend(r *reply) bool {
	switch {
	case !r.refused():
		return false
	case r.movedTo != 0 && atDoor(q.Method): // the letter itself goes elsewhere
		q.Params["chat_id"] = number(r.movedTo)
		return true
	case q.Else != nil && r.says("message to edit not found", "message can't be edited", "no text in the message to edit",
		"no media in the message to edit", "no caption in the message to edit", "message_id_invalid"):
		*q = *q.Else
		return true
	case q.Else != nil && q.adorns() && r.says(noPhoto...):
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
	case strings.HasPrefix(method, "editMessage") && r.says("message is not modified"),
		method == "answerCallbackQuery" && r.says("query is too old", "query id is invalid", "query_id_invalid"),
		atDoor(method) && r.says(settled...):
		return bot.Delivered
	case method == decline: // the words were said, and nobody is let in
		return bot.Delivered
	case atDoor(method): // it speaks of the group, not of whom the letter is for
		return bot.Rejected
	case r.code == http.StatusForbidden || r.says(unreachable...):
		return bot.Unreachable
	}
	return bot.Rejected
}

// unreachable are the 400s that speak of the chat and not of the call.
var unreachable = []string{
	"chat not found", "user not found", "peer_id_invalid", "group chat was upgraded", "group chat was deactivated",
	"user is deactivated", "not enough rights", "have no rights", "need administrator rights",
	"chat_admin_required", "chat_write_forbidden", "chat_restricted", "bot was kicked", "user_is_blocked", "topic_closed",
}
