package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/outbox"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

const (
	benchSecret  = "bench-secret"
	benchChannel = "main"
)

// benchKey is the installation's key of every benchmark's shop.
var benchKey = bytes.Repeat([]byte{7}, 32)

// benchShop is the whole program over one store, served on a socket, but that
// LINE is at hand and accepts at once.
type benchShop struct {
	app  *app
	url  string
	line *instant
	stop func()
}

// instant is a LINE channel whose platform accepts every call at once. Letters
// are encoded for it as for the real one.
type instant struct {
	*line.Channel
	sent atomic.Int64
}

func (c *instant) Send(context.Context, bot.Call, string) bot.Result {
	c.sent.Add(1)
	return bot.Result{Outcome: bot.Delivered}
}

// openBenchShop serves the store at data, a file or a database: the front door and
// the loop that talks out, which is all that runs while somebody asks for their
// points.
func openBenchShop(b *testing.B, data string) *benchShop {
	s := newBenchShop(b, data)
	s.serve(b, func(ctx context.Context, l net.Listener) error {
		leave, err := s.app.join(ctx)
		if err != nil {
			return err
		}
		defer leave()
		var talking sync.WaitGroup
		quiet, hush := context.WithCancel(context.WithoutCancel(ctx))
		defer talking.Wait()
		defer hush()
		talking.Go(func() {
			if err := s.app.outbox.Run(quiet); err != nil {
				b.Error(err)
			}
		})
		return serveHTTP(ctx, l, s.app.routes(), s.app.bounded())
	})
	return s
}

// openWholeShop serves the store at path with everything that `regulars serve`
// runs: the sweeps and the look through the store at start as well.
func openWholeShop(b *testing.B, path string) *benchShop {
	s := newBenchShop(b, path)
	s.serve(b, s.app.run)
	return s
}

func newBenchShop(b *testing.B, data string) *benchShop {
	return newBenchShopUnder(b, data, benchProgramme(b))
}

func newBenchShopUnder(b *testing.B, data string, p *programme.Programme) *benchShop {
	b.Helper()
	relaxCollector() // for the other side of a ratio as well: one process runs both
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") }))
	b.Cleanup(api.Close)
	db, err := openData(b.Context(), data, bolt.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	cfg := &Config{Data: data, Channels: []ChannelConfig{{
		Name: benchChannel, Kind: bot.LINE, ChannelSecret: benchSecret, ChannelToken: "bench-token", BasicID: "@bench",
		APIBase: api.URL, DataAPIBase: api.URL,
	}}}
	a, err := newApp(cfg, db, benchKey, always(p), bot.SystemClock{}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	s := &benchShop{app: a, line: &instant{Channel: a.lines[0]}}
	s.useInstant(b)
	return s
}

// serve begins run; stop ends it and closes the store.
func (s *benchShop) serve(b *testing.B, run func(context.Context, net.Listener) error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, l) }()
	s.url = "http://" + l.Addr().String() + "/webhook/" + benchChannel
	s.stop = func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := s.app.db.Close(); err != nil {
			b.Error(err)
		}
	}
}

// useInstant makes the outbox anew with a platform that is at hand. Its pace is
// lifted: LINE's own, 2,000 replies a second, would let answers pile up while
// more webhooks than that come in, and their cost would not be seen.
func (s *benchShop) useInstant(b *testing.B) {
	cfg := s.app.outboxConfig()
	cfg.Channels = map[bot.ChannelName]outbox.Channel{benchChannel: s.line}
	cfg.Paces = map[bot.ChannelName]outbox.Pace{benchChannel: {}}
	o, err := outbox.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	s.app.outbox, s.app.bot.Outbox = o, o
}

// benchProgramme is the café's with more stores and another question.
func benchProgramme(b *testing.B) *programme.Programme {
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(append(text, moreProgramme...))
	if len(complaints) > 0 {
		b.Fatal(complaints[0])
	}
	return p
}

const moreProgramme = `
[[store]]
id = "north"
name = "North"

[[store]]
id = "south"
name = "South"

[[survey]]
id = "counter"
name = { en = "At the counter" }
kind = "csat"
after = "visit"
follow_up = true
themes = [{ id = "service", name = { en = "Service" } }, { id = "wait", name = { en = "Waiting" } }]
`

// drained waits until every answer has gone out and is marked, so that the next
// measurement has the machine to itself.
func (s *benchShop) drained(b *testing.B) {
	answers := store.Prefix([]byte("outanswer/"))
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		left := false
		err := s.app.db.View(context.Background(), func(r store.Reader) error {
			for _, err := range r.Scan(answers) {
				left = true
				return err
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if !left {
			return
		}
	}
	b.Fatal("answers are still on their way after a minute")
}

// parseOnly serves the least that any bot on LINE's own module does: it checks
// the signature, parses the events, and answers 200.
func parseOnly(b *testing.B) (url string) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhook/{channel}", func(w http.ResponseWriter, r *http.Request) {
		if _, err := webhook.ParseRequest(benchSecret, r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- serveHTTP(ctx, l, mux, &openConns{shares: shares{most: mostConns, each: mostConnsOf}, near: isNear})
	}()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return "http://" + l.Addr().String() + "/webhook/" + benchChannel
}

// request is one signed webhook, ready to be sent.
type request struct {
	body      []byte
	signature string
}

// webhooks makes n requests in which members, chosen by pick, ask for their
// points. No two have the same event id.
func webhooks(n int, pick func(i int) int) []request {
	all := make([]request, n)
	for i := range all {
		all[i] = says(benchUser(pick(i)), eventIDs.Add(1), "/points")
	}
	return all
}

// says is the webhook of event id, in which an account writes text.
func says(user string, id int64, text string) request {
	body := fmt.Appendf(nil, `{"destination":"U00000000000000000000000000000000","events":[{"type":"message","message":{"type":"text","id":"%018d","quoteToken":"q3Plxr4AgKd","markAsReadToken":"30yhdy232","text":%q},`+
		`"webhookEventId":"01J%023d","deliveryContext":{"isRedelivery":false},"timestamp":%d,"source":{"type":"user","userId":"%s"},"replyToken":"nHuyWiB7yP5Zw52FIkcQobQuGDXCTA%08x","mode":"active"}]}`,
		id, text, id, time.Now().UnixMilli(), user, id)
	mac := hmac.New(sha256.New, []byte(benchSecret))
	mac.Write(body)
	return request{body, base64.StdEncoding.EncodeToString(mac.Sum(nil))}
}

// eventIDs begins where no earlier run of the same store was.
var eventIDs = func() *atomic.Int64 {
	var n atomic.Int64
	n.Store(time.Now().UnixNano())
	return &n
}()

// benchUser is the LINE account of member i.
func benchUser(i int) string { return fmt.Sprintf("U%032x", i) }
