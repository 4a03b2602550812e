package main

import (
	"os"
	"runtime/debug"
)

// relaxCollector lets garbage grow to four times of what lives before it is
// collected, unless GOGC says otherwise. Some 10 MB live, whatever the number
// of members, and each event leaves 50 KB behind: at Go's own setting the
// collector would go through them every two hundred events, for a tenth of all
// the processor's work. It costs 30 MB.
func relaxCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}
