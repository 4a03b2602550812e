//go:build race

package people

// raceDetector makes everything some ten times slower.
const raceDetector = true
