package line

import (
	"context"
	"errors"
	"net/http"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"regulars/bot"
)

var errForm = errors.New("line: not an id of this kind")

// Wait shows the loading animation in a private chat until the next message,
// for at most 20 s (LINE docs, #display-a-loading-indicator). Groups have none.
func (c *Channel) Wait(ctx context.Context, to bot.Address) {
	if to.Group || !userForm.MatchString(string(to.ID)) {
		return
	}
	call(ctx, c, "loading", func(api *messaging_api.MessagingApiAPI) (*http.Response, *map[string]any, error) {
		return api.ShowLoadingAnimationWithHttpInfo(&messaging_api.ShowLoadingAnimationRequest{ChatId: string(to.ID), LoadingSeconds: 20})
	})
}

// Profile gives a friend's display name and the language of their app. LINE
// tells nothing of strangers, of people who blocked the account and of those
// who did not consent (LINE docs, #get-profile): for them it is empty.
func (c *Channel) Profile(ctx context.Context, u bot.UserID) (bot.Profile, error) {
	if !userForm.MatchString(string(u)) {
		return bot.Profile{}, errForm
	}
	p, a := call(ctx, c, "profile", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.UserProfileResponse, error) {
		return api.GetProfileWithHttpInfo(string(u))
	})
	switch {
	case a.status == http.StatusNotFound:
		return bot.Profile{}, nil
	case !a.ok():
		return bot.Profile{}, a
	}
	return bot.Profile{Name: oneLine(p.DisplayName), Language: p.Language}, nil
}

// GroupTitle is the name of a group; multi-person chats of old ("R…") have none.
func (c *Channel) GroupTitle(ctx context.Context, chat bot.ChatID) (string, error) {
	if !groupForm.MatchString(string(chat)) {
		return "", errForm
	}
	if chat[0] == 'R' {
		return "", nil
	}
	g, a := call(ctx, c, "group", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.GroupSummaryResponse, error) {
		return api.GetGroupSummaryWithHttpInfo(string(chat))
	})
	if !a.ok() {
		return "", a
	}
	return oneLine(g.GroupName), nil
}

// Members counts the people in a group or multi-person chat, the bot apart: a
// push there is billed once for each (LINE docs,
// #get-members-group-count). Where LINE knows no such chat, or the bot is not
// in it, there are 0.
func (c *Channel) Members(ctx context.Context, chat bot.ChatID) (int, error) {
	if !groupForm.MatchString(string(chat)) {
		return 0, errForm
	}
	var n int32
	var a *answer
	if chat[0] == 'R' {
		_, a = call(ctx, c, "members", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.RoomMemberCountResponse, error) {
			res, m, err := api.GetRoomMemberCountWithHttpInfo(string(chat))
			if m != nil {
				n = m.Count
			}
			return res, m, err
		})
	} else {
		_, a = call(ctx, c, "members", func(api *messaging_api.MessagingApiAPI) (*http.Response, *messaging_api.GroupMemberCountResponse, error) {
			res, m, err := api.GetGroupMemberCountWithHttpInfo(string(chat))
			if m != nil {
				n = m.Count
			}
			return res, m, err
		})
	}
	switch {
	case a.status == http.StatusNotFound, a.status == http.StatusBadRequest, a.status == http.StatusForbidden:
		return 0, nil
	case !a.ok():
		return 0, a
	}
	return int(n), nil
}

// Leave takes the bot out of a group or multi-person chat. Having left already
// is no error.
func (c *Channel) Leave(ctx context.Context, chat bot.ChatID) error {
	if !groupForm.MatchString(string(chat)) {
		return errForm
	}
	_, a := call(ctx, c, "leave", func(api *messaging_api.MessagingApiAPI) (*http.Response, struct{}, error) {
		if chat[0] == 'R' {
			return api.LeaveRoomWithHttpInfo(string(chat))
		}
		return api.LeaveGroupWithHttpInfo(string(chat))
	})
	if a.status == http.StatusNotFound {
		return nil
	}
	return a.fault()
}
