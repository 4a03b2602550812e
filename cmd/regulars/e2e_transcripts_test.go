package main

import (
	"testing"

	"regulars/bot/bottest"
)

// TestTranscriptsOverHTTP plays every conversation of the handlers' tests once
// more: through signed webhooks, the real adapters, a store on disk and the
// simulator's phones.
func TestTranscriptsOverHTTP(t *testing.T) {
	bottest.RunHTTP(t, "../../handlers/testdata/*.txtar", bootApp, 0.2)
}
