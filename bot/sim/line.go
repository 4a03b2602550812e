package sim

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"sync"
	"time"
)

// LineConfig is one official account with its Messaging API channel, as the
// LINE Developers console and the OA Manager would show it.
type LineConfig struct {
	ID       string // channel id, "1650000000" style; invented when empty
	Secret   string // channel secret; "secret" when empty
	Token    string // long-lived channel access token; "token-"+ID when empty
	BasicID  string // "@cafe"; invented when empty
	Name     string // display name; "Regulars café" when empty
	Provider string // user ids are the same on all channels of one provider

	Verified bool          // verified or premium: follower and member ids may be listed
	Quota    int           // messages a month; 0 is no limit (quota type "none")
	UsageLag time.Duration // for how long the consumption stays as it was told, by the sim's clock; zero: it is exact
	ChatMode string        // "bot" (the default) or "chat"
	ReadMode string        // markAsReadMode, "auto" (the default) or "manual"

	// NoGroups is the console switch "allow bot to join group chats" left
	// off, as it is on a new real channel.
	NoGroups bool

	Webhook        string        // where events go, http on loopback or https
	Redelivery     bool          // the console's webhook redelivery switch
	RedeliverAfter time.Duration // when over zero, failed deliveries come again by themselves, by the sim's clock; else by [LineChannel.Redeliver]
	Timeout        time.Duration // how long LINE waits for a webhook's answer, in real time; 2 s when zero

	// Rates replaces limits per endpoint, by "POST /v2/bot/message/push"
	// style pattern; see lineRates for the real ones.
	Rates map[string]Rate
}

// lineServer is LINE's Messaging API and the memory behind it, for all
// channels. Everything in it is guarded by Sim.mu.
type lineServer struct {
	sim      *Sim
	channels map[string]*LineChannel // by channel id
	tokens   map[string]*lineToken   // by access token
	userIDs  map[string]string       // provider + "/" + name → user id
	api      *http.ServeMux
	blob     *http.ServeMux
	client   *http.Client
	closing  chan struct{}
	lateMu   sync.Mutex     // orders background and close
	late     sync.WaitGroup // deliveries in the background
}

// lineToken is a channel access token. A zero expires never comes.
type lineToken struct {
	ch      *LineChannel
	expires time.Time
}

// LineChannel is an official account of the simulated LINE.
type LineChannel struct {
	sim    *Sim
	server *lineServer
	cfg    LineConfig
	userID string // the bot's own, "destination" of its webhooks

	active     bool // the webhook switch
	users      map[string]*lineUser
	people     map[string]*lineUser // by name
	chats      map[string]*lineChat // by user, group or room id
	replies    map[string]*lineReplyToken
	retries    map[string]*lineRetry
	unanswered []lineUnanswered
	windows    map[string]*lineWindow
	told       lineUsage       // the consumption that was answered last
	used       map[string]int  // quota used, by month yyyyMM in UTC+9
	early      map[string]int  // of it in the month's first hour
	sent       map[string]int  // sent messages, by kind + yyyyMMdd in UTC+9
	units      map[string]bool // aggregation units, by yyyyMM + unit
	menus      lineMenus
	content    map[string]lineBlob // by message id
	links      map[string]*lineLinkToken
	marks      map[string]*lineMessage // by markAsReadToken
	loading    map[string]time.Time    // chats showing the animation, until when

	held       *Held
	async      bool
	deliveries []Delivery
	failed     [][]*lineEvent
	errors     map[string]int
	complaints []string
	strange    bool // unknown ids are friends too; see Crowd
}

func newLineServer(s *Sim) *lineServer {
	l := &lineServer{
		sim:      s,
		channels: map[string]*LineChannel{},
		tokens:   map[string]*lineToken{},
		userIDs:  map[string]string{},
		closing:  make(chan struct{}),
		client: &http.Client{
			Transport: &http.Transport{MaxIdleConnsPerHost: 64},
			// LINE does not follow a redirect: it is a status other than 2xx.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if s.hooks != nil {
		l.client.Transport = s.hooks
	}
	l.routes()
	return l
}

func (l *lineServer) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.api.ServeHTTP(w, r) }

// data serves api-data.line.me: content in both directions.
func (l *lineServer) data() http.Handler { return l.blob }

func (l *lineServer) close() {
	l.lateMu.Lock()
	if !l.closed() {
		close(l.closing)
	}
	l.lateMu.Unlock()
	l.late.Wait()
	l.client.CloseIdleConnections()
}

func (l *lineServer) closed() bool {
	select {
	case <-l.closing:
		return true
	default:
		return false
	}
}

// background runs f, which close waits for; after close it does not run.
func (l *lineServer) background(f func()) {
	l.lateMu.Lock()
	defer l.lateMu.Unlock()
	if l.closed() {
		return
	}
	l.late.Add(1)
	go func() {
		defer l.late.Done()
		f()
	}()
}

// LineChannel opens an official account. Two of them need different ids.
func (s *Sim) LineChannel(c LineConfig) *LineChannel {
	c = c.withDefaults()
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := &LineChannel{
		sim: s, server: s.line, cfg: c, userID: "U" + randomHex(16), active: true,
		users: map[string]*lineUser{}, people: map[string]*lineUser{}, chats: map[string]*lineChat{},
		replies: map[string]*lineReplyToken{}, retries: map[string]*lineRetry{},
		windows: map[string]*lineWindow{}, used: map[string]int{}, early: map[string]int{}, sent: map[string]int{},
		units: map[string]bool{}, content: map[string]lineBlob{}, links: map[string]*lineLinkToken{},
		loading: map[string]time.Time{}, marks: map[string]*lineMessage{}, errors: map[string]int{}, menus: newLineMenus(),
	}
	s.line.channels[c.ID] = ch
	s.line.tokens[c.Token] = &lineToken{ch: ch}
	s.notify()
	return ch
}

// withDefaults fills what the caller left to be invented.
func (c LineConfig) withDefaults() LineConfig {
	fill := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	fill(&c.ID, "165"+randomDigits(7))
	fill(&c.Secret, "secret")
	fill(&c.Token, "token-"+c.ID)
	fill(&c.BasicID, "@"+randomHex(4))
	fill(&c.Name, "Regulars café")
	fill(&c.Provider, "provider")
	fill(&c.ChatMode, "bot")
	fill(&c.ReadMode, "auto")
	if c.Timeout == 0 {
		c.Timeout = 2 * time.Second
	}
	return c
}

// Config is the channel's settings, with what was invented.
func (ch *LineChannel) Config() LineConfig {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	return ch.cfg
}

// People are all who have an account here, by name.
func (ch *LineChannel) People() []*LinePerson {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	var out []*LinePerson
	for _, name := range slices.Sorted(maps.Keys(ch.people)) {
		u := ch.people[name]
		out = append(out, &LinePerson{ch: ch, user: u, chat: u.private})
	}
	return out
}

// Groups are all groups and rooms, by id.
func (ch *LineChannel) Groups() []*LineGroup {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	var out []*LineGroup
	for _, id := range slices.Sorted(maps.Keys(ch.chats)) {
		if c := ch.chats[id]; c.kind != "user" {
			out = append(out, &LineGroup{ch: ch, chat: c})
		}
	}
	return out
}

// SetWebhook tells LINE where events go, as the console does.
func (ch *LineChannel) SetWebhook(url string) {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.cfg.Webhook = url
}

// SetQuota changes the plan: messages a month, 0 for no limit.
func (ch *LineChannel) SetQuota(n int) {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.cfg.Quota = n
}

// Complaints are what the bot did that the real LINE lets pass although it
// harms somebody: a message delivered twice because a try was repeated under
// another retry key, or under one older than 24 hours, or without one.
func (ch *LineChannel) Complaints() []string {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	return append([]string(nil), ch.complaints...)
}

// complain notes one; it never holds message text. Sim.mu is held.
func (ch *LineChannel) complain(format string, args ...any) {
	ch.complaints = append(ch.complaints, fmt.Sprintf(format, args...))
}

// randomHex is n random bytes in hex. Ids are random rather than counted:
// a bot's store outlives a simulator, and an id must not come twice.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// randomDigits is a number of n digits, as message and channel ids are.
func randomDigits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, _ := rand.Int(rand.Reader, limit)
	return fmt.Sprintf("%0*d", n, v)
}

// ulid is a webhookEventId: 48 bits of milliseconds and 80 random ones in
// Crockford's base 32.
func ulid(t time.Time) string {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var random [10]byte
	rand.Read(random[:])
	v := new(big.Int).SetInt64(t.UnixMilli())
	v.Lsh(v, 80).Or(v, new(big.Int).SetBytes(random[:]))
	out, five := make([]byte, 26), big.NewInt(31)
	for i := range out {
		digit := new(big.Int).And(new(big.Int).Rsh(v, uint(5*(25-i))), five)
		out[i] = digits[digit.Int64()]
	}
	return string(out)
}

// lineDay is a date in UTC+9, in which LINE counts days and months.
func lineDay(t time.Time) string { return t.In(time.FixedZone("UTC+9", 9*3600)).Format("20060102") }

func lineMonth(t time.Time) string { return lineDay(t)[:6] }
