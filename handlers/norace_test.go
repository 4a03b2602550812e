//go:build !race

package handlers_test

import "regulars/bot/bottest"

// stores are those on which conversations are played: the strict one, and bolt.
var stores = []bottest.Engine{onMem, onBolt}

// played are those of them that are played here.
const played = "testdata/*.txtar"
