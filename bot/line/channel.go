package line

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"regulars/bot"
	"regulars/i18n"
)

// LINE's own addresses, used where Config leaves them empty.
const (
	DefaultAPIBase     = "https://api.line.me"
	DefaultDataAPIBase = "https://api-data.line.me"
)

// Every request is given up after these times, the waits of the module being
// endless.
const (
	connectTimeout = 5 * time.Second
	totalTimeout   = 10 * time.Second
	maxResponse    = 4 << 20 // bytes; a list of rich menus is the largest answer
)

// Config is one LINE channel as the configuration states it.
type Config struct {
	Name      bot.ChannelName
	ChannelID string // decimal; needed when Token is empty
	Secret    string // signs webhooks; never empty
	// Before are secrets that webhooks may still be signed with while a change
	// is on its way.
	Before  []string
	Token   string // long-lived channel access token; empty: short-lived ones are fetched
	BasicID string // "@abc1234d", needed by buttons from a group to the private chat; when empty, Info learns it

	APIBase     string // default DefaultAPIBase
	DataAPIBase string // default DefaultDataAPIBase

	HTTP     *http.Client // default: one with time limits; redirects are never followed
	Clock    bot.Clock    // default bot.SystemClock
	Pictures Pictures     // default: pictures are told in words
	Photos   Photos       // default: only photos that have an https address are shown
}

// Pictures gives drawn pictures an address.
type Pictures interface {
	// URL is an https address from which LINE and the receiver's app can fetch
	// p, or "" when there is none; then p is told in words.
	URL(p bot.Picture) string
}

// Photos gives the shop's picture files an address.
type Photos interface {
	// PhotoURL is an https address from which LINE and the receiver's app can
	// fetch file, or "" when there is none; then the photo is left out.
	PhotoURL(file string) string
}

// Channel is one LINE channel, and a bot.Adapter. Its methods may be called by
// several goroutines at once.
type Channel struct {
	name     bot.ChannelName
	keys     atomic.Pointer[Keys]
	basicID  atomic.Pointer[string] // asked with Info where it is not configured
	apiBase  string
	dataBase string
	http     *http.Client
	clock    bot.Clock
	pictures Pictures
	photos   Photos
	tokens   *tokens

	mu    sync.Mutex
	menus map[i18n.Lang]string // rich menu ids; nil until read from LINE
}

var _ bot.Adapter = (*Channel)(nil)

var basicForm = regexp.MustCompile(`^@[0-9A-Za-z._-]{1,30}$`)

// New makes a channel and asks nothing of LINE yet. It refuses an empty secret,
// with which anybody could sign a webhook.
func New(cfg Config) (*Channel, error) {
	c := &Channel{
		name:    cfg.Name,
		apiBase: cfg.APIBase, dataBase: cfg.DataAPIBase,
		http: newClient(cfg.HTTP), clock: cfg.Clock, pictures: cfg.Pictures, photos: cfg.Photos,
	}
	if cfg.BasicID != "" && !strings.HasPrefix(cfg.BasicID, "@") {
		cfg.BasicID = "@" + cfg.BasicID
	}
	c.basicID.Store(&cfg.BasicID)
	c.keys.Store(&Keys{cfg.Secret, cfg.Before, cfg.Token})
	if c.apiBase == "" {
		c.apiBase = DefaultAPIBase
	}
	if c.dataBase == "" {
		c.dataBase = DefaultDataAPIBase
	}
	if c.clock == nil {
		c.clock = bot.SystemClock{}
	}
	if err := c.check(cfg); err != nil {
		return nil, fmt.Errorf("line: channel %q: %w", cfg.Name, err)
	}
	c.tokens = newTokens(cfg, c)
	c.tokens.keys = c.keys.Load
	return c, nil
}

// handle is the account's @name, empty while it is not known.
func (c *Channel) handle() string { return *c.basicID.Load() }

func (c *Channel) check(cfg Config) error {
	switch {
	case c.name == "":
		return errors.New("name is empty")
	case cfg.Secret == "":
		return errors.New("channel_secret is empty; copy it from Basic settings in the LINE Developers console")
	case cfg.Token == "" && cfg.ChannelID == "":
		return errors.New("set channel_token, or channel_id so that short-lived tokens can be fetched")
	case cfg.BasicID != "" && !basicForm.MatchString(cfg.BasicID):
		return errors.New("basic_id must look like @abc1234d")
	}
	for _, base := range []string{c.apiBase, c.dataBase} {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return errors.New("api_base and data_api_base must be http(s) addresses")
		}
	}
	return nil
}

// Channel is the channel's name in the configuration.
func (c *Channel) Channel() bot.ChannelName { return c.name }

// Platform is bot.LINE.
func (c *Channel) Platform() bot.Platform { return bot.LINE }

// newClient gives given, or a fresh client, time limits, no redirects (they
// would carry the token elsewhere) and a bound on what it reads.
func newClient(given *http.Client) *http.Client {
	var h http.Client
	if given != nil {
		h = *given
	}
	if h.Timeout == 0 {
		h.Timeout = totalTimeout
	}
	if h.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DialContext = (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext
		t.TLSHandshakeTimeout = connectTimeout
		t.MaxIdleConnsPerHost = 16
		h.Transport = t
	}
	h.Transport = bounded{h.Transport}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

// bounded cuts answers off at maxResponse, because the module reads them whole.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err == nil && res.Body != nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxResponse), res.Body}
	}
	return res, err
}
