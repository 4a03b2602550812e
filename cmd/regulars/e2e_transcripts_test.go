package main

import (
	"testing"

	"regulars/bot/bottest"
)

// TestTranscriptsOverHTTP plays every conversation of the handlers' tests once
// more: through signed webhooks, the real adapters, a store on disk and the
// simulator's phones.
func TestTranscriptsOverHTTP(t *testing.T) {
	t.Parallel()
	which := "*"
	if raceDetector {
		which = "[a-f]*" // the goroutines are the same in all of them
	}
	bottest.RunHTTP(t, "../../handlers/testdata/"+which+".txtar", bootApp, 0.2)
}
