package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"regulars/bot"
	"regulars/store"
)

// recorder remembers what is put, and marks it so that it is known on its way.
type recorder struct {
	bot.Outbox
	mu      sync.Mutex
	put     map[bot.IntentID]bot.Intent
	numbers map[bot.IntentID]int
	marks   []bot.IntentID // by their numbers
}

func newRecorder() *recorder {
	return &recorder{put: map[bot.IntentID]bot.Intent{}, numbers: map[bot.IntentID]int{}}
}

// Put marks all but answers, which are sent as their turn has them in memory.
func (c *recorder) Put(tx store.Tx, now time.Time, list ...bot.Intent) error {
	list = slices.Clone(list)
	for i, in := range list {
		if in.Class == bot.Answer || in.Letter.Reply.Value != "" || in.Person == "" {
			continue
		}
		messages := slices.Clone(in.Letter.Messages)
		messages[0].Text = strings.TrimPrefix(messages[0].Text+"\n"+c.mark(in), "\n")
		list[i].Letter.Messages = messages
	}
	return c.Outbox.Put(tx, now, list...)
}

func (c *recorder) mark(in bot.Intent) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, known := c.numbers[in.ID]
	if !known {
		n = len(c.marks)
		c.marks, c.numbers[in.ID], c.put[in.ID] = append(c.marks, in.ID), n, in
	}
	return fmt.Sprintf("~%06d~", n)
}

var markForm = regexp.MustCompile(`~(\d{6})~`)

// find is whose mark a message has.
func (c *recorder) find(message []byte) (bot.IntentID, bool) {
	found := markForm.FindSubmatch(message)
	if found == nil {
		return "", false
	}
	n, err := strconv.Atoi(string(found[1]))
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || n >= len(c.marks) {
		return "", false
	}
	return c.marks[n], true
}

func (c *recorder) all() map[bot.IntentID]bot.Intent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.put)
}

// nobody is told anything.
type nobody struct{}

func (nobody) Put(store.Tx, time.Time, ...bot.Intent) error       { return nil }
func (nobody) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (nobody) Nudge(...bot.Intent)                                {}
