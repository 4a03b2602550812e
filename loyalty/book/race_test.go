//go:build race

package book

// raceDetector makes everything some ten times slower.
const raceDetector = true
