// Package telegram is the adapter to Telegram's Bot API: it reads updates from
// webhooks or long polling, and turns letters into HTML messages, photos and
// keyboards.
//
// It talks through the official module's raw calls (MakeRequest, UploadFiles)
// with parameters built here, because the module knows the API of 2021: no
// topics, no secret header, no copy buttons, no contexts. What the module's
// client lacks stands in wire.go: deadlines, HTTP status, the Date header and
// errors that never hold the bot's token.
//
// It owns no rows. It keeps nothing but its configuration and its own @name.
package telegram

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"regulars/bot"
	"regulars/i18n"
)

// Pictures draws what a message shows. Drawing waits until the message is
// sent, so that an outbox row stays small; it must give the same picture every
// time.
type Pictures interface {
	PNG(p bot.Picture) ([]byte, error)
}

// Photos are the shop's picture files.
type Photos interface {
	// PhotoURL is an https address from which Telegram can fetch file, or ""
	// when there is none; then it is uploaded.
	PhotoURL(file string) string
	// Photo gives its bytes.
	Photo(file string) ([]byte, error)
}

// Config is one bot. Token is needed, the rest has sensible defaults.
type Config struct {
	Name  bot.ChannelName
	Token string // as BotFather gave it, "123456:ABC…"
	// SecretToken comes with every webhook (1..256 of A-Za-z0-9_-). Without it
	// webhooks are refused and only polling works.
	SecretToken string
	// Before are secrets that webhooks may still come with while a change is on
	// its way.
	Before   []string
	Username string       // the bot's @name; asked with Me when empty
	APIBase  string       // https://api.telegram.org when empty
	HTTP     *http.Client // one with sensible limits when nil
	Clock    bot.Clock    // the machine's when nil
	Pictures Pictures     // when nil, pictures are told in words
	Photos   Photos       // when nil, only photos that have an https address are shown
	Log      *slog.Logger // of troubles while polling; none when nil
	// Commands gives the list for a private chat whose menu is for this role
	// and language; own is false where the general list will do. nil leaves
	// the lists of chats alone.
	Commands func(role bot.Role, l i18n.Lang) (list []Command, own bool)
}

// Channel is one bot of Telegram's, a [bot.Adapter].
type Channel struct {
	name     bot.ChannelName
	keys     atomic.Pointer[Keys]
	self     int64 // the bot's own user id: the token's first half
	username atomic.Pointer[string]
	endpoint string // for the module: a format with token and method
	client   *http.Client
	clock    bot.Clock
	pictures Pictures
	photos   Photos
	log      *slog.Logger
	commands func(bot.Role, i18n.Lang) ([]Command, bool)
}

var _ bot.Adapter = (*Channel)(nil)

var (
	tokenForm    = regexp.MustCompile(`^([1-9][0-9]{0,17}):[A-Za-z0-9_-]+$`)
	secretForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
	usernameForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)
)

// defaultBase is where Telegram's own server listens.
const defaultBase = "https://api.telegram.org"

// New checks a configuration and makes its channel. It does not touch the
// network; a wrong token shows in the first call, or in Doctor.
func New(c Config) (*Channel, error) {
	parts := tokenForm.FindStringSubmatch(c.Token)
	if parts == nil {
		return nil, errors.New("telegram: the token does not look like 123456:ABC…; copy it again from BotFather")
	}
	if c.SecretToken != "" && !secretForm.MatchString(c.SecretToken) {
		return nil, errors.New("telegram: secret_token may have 1 to 256 characters of A-Z a-z 0-9 _ -")
	}
	c.Username = strings.TrimPrefix(c.Username, "@")
	if c.Username != "" && !usernameForm.MatchString(c.Username) {
		return nil, errors.New("telegram: username is the bot's @name, letters, digits and _ only")
	}
	endpoint, err := endpointOf(c.APIBase)
	if err != nil {
		return nil, err
	}
	self, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil, errors.New("telegram: the number in the token is too large")
	}
	ch := &Channel{
		name: c.Name, self: self,
		endpoint: endpoint, client: clientOf(c.HTTP), clock: c.Clock, pictures: c.Pictures, photos: c.Photos, log: c.Log, commands: c.Commands,
	}
	ch.username.Store(&c.Username)
	ch.keys.Store(&Keys{c.Token, c.SecretToken, c.Before})
	if ch.clock == nil {
		ch.clock = bot.SystemClock{}
	}
	if ch.log == nil {
		ch.log = slog.New(slog.DiscardHandler)
	}
	return ch, nil
}

// endpointOf makes the module's format of a base address.
func endpointOf(base string) (string, error) {
	if base == "" {
		base = defaultBase
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "", errors.New("telegram: api_base must be an http or https address, as in " + defaultBase)
	}
	return strings.ReplaceAll(strings.TrimRight(base, "/"), "%", "%%") + "/bot%s/%s", nil
}

// clientOf copies the client, so as to forbid redirects: following one would
// hand the token, which is in the address, to another host.
func clientOf(given *http.Client) *http.Client {
	c := http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}}
	if given != nil {
		c = *given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// Channel is the channel's configured name.
func (c *Channel) Channel() bot.ChannelName { return c.name }

// Platform is [bot.Telegram].
func (c *Channel) Platform() bot.Platform { return bot.Telegram }

// me is the bot's @name without the @, or empty while it is not known.
func (c *Channel) me() string { return *c.username.Load() }

// genuine compares the secret that Telegram repeats with every webhook.
func (c *Channel) genuine(h http.Header) bool {
	given := h.Get("X-Telegram-Bot-Api-Secret-Token")
	k, ok := c.keys.Load(), false
	for _, secret := range append([]string{k.Secret}, k.Before...) {
		ok = secret != "" && subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1 || ok
	}
	return ok
}

// Wait shows "typing…" for five seconds or until the answer comes (sendChatAction).
func (c *Channel) Wait(ctx context.Context, to bot.Address) {
	p := map[string]string{"chat_id": string(to.ID), "action": "typing"}
	if to.Thread != 0 {
		p["message_thread_id"] = strconv.FormatInt(to.Thread, 10)
	}
	c.do(ctx, 3*time.Second, "sendChatAction", p)
}

// Profile asks for a person's name (getChat). Telegram tells it only of people
// who wrote to the bot; of others, and of those gone, the Profile is zero.
func (c *Channel) Profile(ctx context.Context, u bot.UserID) (bot.Profile, error) {
	var p person
	r := c.do(ctx, callTime, "getChat", map[string]string{"chat_id": string(u)})
	if r.fate("getChat") == bot.Unreachable {
		return bot.Profile{}, nil
	}
	if err := r.decode("getChat", &p); err != nil {
		return bot.Profile{}, err
	}
	return bot.Profile{Name: p.name(), Language: p.Language}, nil
}

// decode gives the call's result, or what went wrong.
func (r reply) decode(method string, into any) error {
	if r.err != nil {
		return r.err
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(r.raw, into); err != nil {
		return fmt.Errorf("telegram: %s: an answer of unexpected form", method)
	}
	return nil
}
