package telegram

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"regulars/bot"
)

// webhookInfo is Telegram's WebhookInfo.
type webhookInfo struct {
	URL       string   `json:"url"`
	Pending   int      `json:"pending_update_count"`
	ErrorDate int64    `json:"last_error_date"`
	Error     string   `json:"last_error_message"`
	Allowed   []string `json:"allowed_updates"`
}

func (c *Channel) webhook(ctx context.Context) (info webhookInfo, err error) {
	r := c.do(ctx, callTime, "getWebhookInfo", nil)
	return info, r.decode("getWebhookInfo", &info)
}

// Register sets the webhook to address if it is not set so already. The secret
// cannot be read back: pass force when it changed since the last time, for
// instance when a stored digest of it differs. changed says that it was set.
//
// The secret goes along every time, because setWebhook without it clears it.
func (c *Channel) Register(ctx context.Context, address string, force bool) (changed bool, err error) {
	secret := c.keys.Load().Secret
	if secret == "" {
		return false, errors.New("telegram: a webhook needs secret_token; set one, or use polling")
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return false, errors.New("telegram: the webhook's address must begin with https://")
	}
	info, err := c.webhook(ctx)
	if err != nil {
		return false, err
	}
	if !force && info.URL == address && sameKinds(info.Allowed) {
		return false, nil
	}
	r := c.do(ctx, callTime, "setWebhook", map[string]string{
		"url": address, "secret_token": secret, "allowed_updates": asJSON(updateKinds),
	})
	return r.err == nil, r.err
}

// sameKinds compares with what Telegram sends now, in any order.
func sameKinds(allowed []string) bool {
	a, b := slices.Sorted(slices.Values(allowed)), slices.Sorted(slices.Values(updateKinds))
	return slices.Equal(a, b)
}

// Account is what Telegram tells of the bot itself.
type Account struct {
	ID       bot.UserID
	Name     string
	Username string
	// JoinsGroups and ReadsAll are BotFather's switches: whether it can be added
	// to groups, and whether privacy mode is off.
	JoinsGroups, ReadsAll bool
}

// Me asks for the bot's own account (getMe) and takes over its @name if the
// configuration gave none.
func (c *Channel) Me(ctx context.Context) (Account, error) {
	var p struct {
		person
		JoinsGroups bool `json:"can_join_groups"`
		ReadsAll    bool `json:"can_read_all_group_messages"`
	}
	r := c.do(ctx, callTime, "getMe", nil)
	if err := r.decode("getMe", &p); err != nil {
		return Account{}, err
	}
	if c.me() == "" && usernameForm.MatchString(p.Username) {
		c.username.Store(&p.Username)
	}
	return Account{p.user(), p.name(), p.Username, p.JoinsGroups, p.ReadsAll}, nil
}

// Leave leaves a group (leaveChat). Having left before is no error.
func (c *Channel) Leave(ctx context.Context, chat bot.ChatID) error {
	r := c.do(ctx, callTime, "leaveChat", map[string]string{"chat_id": string(chat)})
	if r.fate("leaveChat") == bot.Unreachable {
		return nil
	}
	return r.err
}

// IsAdmin says whether a person runs a group (getChatMember). It is false for
// people and groups that Telegram does not know.
func (c *Channel) IsAdmin(ctx context.Context, chat bot.ChatID, user bot.UserID) (bool, error) {
	s, err := c.member(ctx, chat, user)
	return s.Status == "creator" || s.Status == "administrator", err
}

// IsMember says whether a person is in a group now.
func (c *Channel) IsMember(ctx context.Context, chat bot.ChatID, user bot.UserID) (bool, error) {
	s, err := c.member(ctx, chat, user)
	return s.in(), err
}

func (c *Channel) member(ctx context.Context, chat bot.ChatID, user bot.UserID) (s status, err error) {
	r := c.do(ctx, callTime, "getChatMember", map[string]string{"chat_id": string(chat), "user_id": string(user)})
	if r.fate("getChatMember") == bot.Unreachable || r.refused() && r.says("member not found", "participant_id_invalid", "user_id_invalid") {
		return status{}, nil
	}
	return s, r.decode("getChatMember", &s)
}

// sameHost compares what stands between scheme and path.
func sameHost(a, b string) bool {
	x, err1 := url.Parse(a)
	y, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && strings.EqualFold(x.Host, y.Host)
}
