//go:build race

package handlers_test

import "regulars/bot/bottest"

// stores are those on which conversations are played. There is little to detect in
// the strict one, which one goroutine uses and which plays everything twice.
var stores = []bottest.Engine{onBolt}

// played are some of them: the goroutines are the same in all. Others are played
// over HTTP, in cmd/regulars.
const played = "testdata/[g-p]*.txtar"
