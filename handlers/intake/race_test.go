//go:build race

package intake

// raceDetector makes everything some ten times slower.
const raceDetector = true
