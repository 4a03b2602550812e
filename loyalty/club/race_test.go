//go:build race

package club

// raceDetector makes everything some ten times slower.
const raceDetector = true
