package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// telegramServer is Telegram's Bot API and the chats behind it. It keeps bots
// by token; each bot has its own people and chats, with ids that are unique
// over all of them.
type telegramServer struct {
	sim *Sim

	mu     *sync.Mutex // the simulator's: guards the rest and everything in the bots
	bots   map[string]*TelegramBot
	nextID int64
	closed bool
	quit   chan struct{} // closed with it
}

func newTelegramServer(s *Sim) *telegramServer {
	return &telegramServer{sim: s, mu: &s.mu, bots: map[string]*TelegramBot{}, nextID: 5000000001, quit: make(chan struct{})}
}

// TelegramConfig says what BotFather knows of a bot.
type TelegramConfig struct {
	Token    string         // "<bot id>:<secret>"; one is invented when empty
	Username string         // without @; "regulars_bot" when empty
	Name     string         // the first name; the username when empty
	SeesAll  bool           // privacy mode switched off with BotFather
	Limits   TelegramLimits // zero: Telegram's own
}

// TelegramBot is one bot, its people and its chats.
type TelegramBot struct {
	server *telegramServer
	config TelegramConfig
	user   tgUser

	people    []*TelegramPerson
	chats     map[int64]*tgChat
	groups    []*TelegramGroup
	files     map[string]*tgFile // by file_id
	queries   map[string]*tgQuery
	commands  map[string][]tgCommand // by scope and language
	texts     map[string]string      // name, description, short description by language
	menus     map[int64]json.RawMessage
	nextMsg   int
	nextFile  int
	nextQuery int64
	flood     tgFlood
	updates   tgUpdates
}

// TelegramBot makes a bot. A second call with the same token returns the same
// bot.
func (s *Sim) TelegramBot(c TelegramConfig) *TelegramBot {
	g := s.telegram
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.bots[c.Token]; b != nil {
		return b
	}
	if c.Token == "" {
		c.Token = fmt.Sprintf("%d:simulated-token", 7000000001+len(g.bots))
	}
	if c.Username == "" {
		c.Username = "regulars_bot"
	}
	if c.Name == "" {
		c.Name = c.Username
	}
	id, _ := strconv.ParseInt(strings.SplitN(c.Token, ":", 2)[0], 10, 64)
	b := &TelegramBot{
		server: g, config: c,
		user:     tgUser{ID: id, IsBot: true, FirstName: c.Name, Username: c.Username},
		chats:    map[int64]*tgChat{},
		files:    map[string]*tgFile{},
		queries:  map[string]*tgQuery{},
		commands: map[string][]tgCommand{},
		texts:    map[string]string{},
		menus:    map[int64]json.RawMessage{},
	}
	b.updates.init()
	g.bots[c.Token] = b
	return b
}

// Token is what the bot authorizes itself with.
func (b *TelegramBot) Token() string { return b.config.Token }

// Username is the bot's @name, without the @.
func (b *TelegramBot) Username() string { return b.user.Username }

// ID is the bot's user id.
func (b *TelegramBot) ID() int64 { return b.user.ID }

// now is the simulated time; Telegram's dates are whole seconds of it.
func (b *TelegramBot) now() time.Time { return b.server.sim.Clock.Now() }

// wait blocks until ok, asked under the lock, is true or ctx is done, and says
// which.
func (g *telegramServer) wait(ctx context.Context, ok func() bool) bool {
	for {
		g.mu.Lock()
		if done := ok(); done || g.closed {
			g.mu.Unlock()
			return done
		}
		if g.sim.changed == nil {
			g.sim.changed = make(chan struct{})
		}
		changed := g.sim.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// close ends waiting polls and deliveries.
func (g *telegramServer) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.closed = true
		close(g.quit)
		g.sim.notify()
	}
}

// newID gives a number no user or chat has yet. The lock is held.
func (g *telegramServer) newID() int64 {
	g.nextID += 7
	return g.nextID
}

// tgError is a refusal as the Bot API words it.
type tgError struct {
	Code        int
	Description string
	RetryAfter  int   // seconds, for 429
	MigrateTo   int64 // for groups that became supergroups
}

func (e *tgError) Error() string { return e.Description }

// badRequest is a 400 with Telegram's usual prefix.
func badRequest(format string, args ...any) error {
	return &tgError{Code: 400, Description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

// forbidden is a 403 with Telegram's usual prefix.
func forbidden(what string) error {
	return &tgError{Code: 403, Description: "Forbidden: " + what}
}

// tooMany is a 429. TG-SRV: parameters.retry_after and a Retry-After header.
func tooMany(seconds int) error {
	seconds = max(seconds, 1)
	return &tgError{Code: 429, Description: fmt.Sprintf("Too Many Requests: retry after %d", seconds), RetryAfter: seconds}
}

// tgAnswer is the envelope of every answer.
type tgAnswer struct {
	OK          bool           `json:"ok"`
	Result      any            `json:"result,omitempty"`
	ErrorCode   int            `json:"error_code,omitempty"`
	Description string         `json:"description,omitempty"`
	Parameters  map[string]any `json:"parameters,omitempty"`
}

// described is a result with a remark, as setWebhook gives.
type described struct {
	result      any
	description string
}

// answer puts a handler's outcome into the envelope.
func answer(result any, err error) (status int, body tgAnswer) {
	if err == nil {
		if d, ok := result.(described); ok {
			return 200, tgAnswer{OK: true, Result: d.result, Description: d.description}
		}
		return 200, tgAnswer{OK: true, Result: result}
	}
	e, ok := err.(*tgError)
	if !ok {
		e = &tgError{Code: 500, Description: "Internal Server Error: " + err.Error()}
	}
	a := tgAnswer{ErrorCode: e.Code, Description: e.Description}
	if e.RetryAfter > 0 {
		a.Parameters = map[string]any{"retry_after": e.RetryAfter}
	}
	if e.MigrateTo != 0 {
		a.Parameters = map[string]any{"migrate_to_chat_id": e.MigrateTo}
	}
	return e.Code, a
}

// tgCall is one call by the bot, under the lock.
type tgCall struct {
	*TelegramBot
	tgParams
	method string // in lower case: names are not case-sensitive [TG-SRV]
}

// tgMethods holds every method that is simulated, in lower case.
var tgMethods map[string]func(*tgCall) (any, error)

func init() {
	tgMethods = map[string]func(*tgCall) (any, error){
		"getme":                           getMe,
		"setwebhook":                      setWebhook,
		"deletewebhook":                   deleteWebhook,
		"getwebhookinfo":                  getWebhookInfo,
		"sendmessage":                     sendMessage,
		"sendphoto":                       sendPhoto,
		"sendchataction":                  sendChatAction,
		"copymessage":                     copyMessage,
		"forwardmessage":                  forwardMessage,
		"editmessagetext":                 editMessageText,
		"editmessagecaption":              editMessageCaption,
		"editmessagemedia":                editMessageMedia,
		"editmessagereplymarkup":          editMessageReplyMarkup,
		"deletemessage":                   deleteMessage,
		"deletemessages":                  deleteMessages,
		"answercallbackquery":             answerCallbackQuery,
		"getfile":                         getFile,
		"getchat":                         getChat,
		"getchatmember":                   getChatMember,
		"getchatmembercount":              getChatMemberCount,
		"getchatadministrators":           getChatAdministrators,
		"leavechat":                       leaveChat,
		"createchatinvitelink":            createChatInviteLink,
		"approvechatjoinrequest":          approveChatJoinRequest,
		"declinechatjoinrequest":          declineChatJoinRequest,
		"banchatmember":                   banChatMember,
		"unbanchatmember":                 unbanChatMember,
		"setmycommands":                   setMyCommands,
		"getmycommands":                   getMyCommands,
		"deletemycommands":                deleteMyCommands,
		"setmyname":                       setMyText("name", 64),
		"getmyname":                       getMyText("name"),
		"setmydescription":                setMyText("description", 512),
		"getmydescription":                getMyText("description"),
		"setmyshortdescription":           setMyText("short_description", 120),
		"getmyshortdescription":           getMyText("short_description"),
		"setchatmenubutton":               setChatMenuButton,
		"getchatmenubutton":               getChatMenuButton,
		"setmydefaultadministratorrights": func(*tgCall) (any, error) { return true, nil },
	}
}

// getMe describes the bot.
func getMe(c *tgCall) (any, error) {
	return map[string]any{
		"id": c.user.ID, "is_bot": true, "first_name": c.user.FirstName, "username": c.user.Username,
		"can_join_groups": true, "can_read_all_group_messages": c.config.SeesAll,
		"supports_inline_queries": false, "can_connect_to_business": false, "has_main_web_app": false,
	}, nil
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (g *telegramServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", g.sim.Clock.Now().UTC().Format(http.TimeFormat))
	if rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		g.serveFile(w, r, rest)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, method, found := strings.Cut(rest, "/")
	if !ok || !found {
		writeTelegram(w, 404, tgAnswer{ErrorCode: 404, Description: "Not Found"})
		return
	}
	x := &tgExchange{server: g, w: w, r: r, token: token, method: method, at: g.sim.Clock.Now()}
	x.serve()
}

// writeTelegram writes an answer as the Bot API does.
func writeTelegram(w http.ResponseWriter, status int, a tgAnswer) []byte {
	body, err := json.Marshal(a)
	if err != nil {
		status, body = 500, []byte(`{"ok":false,"error_code":500,"description":"Internal Server Error"}`)
	}
	if after, ok := a.Parameters["retry_after"]; ok {
		w.Header().Set("Retry-After", fmt.Sprint(after))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
	return body
}
