//go:build race

package voucher

// raceDetector makes everything some ten times slower.
const raceDetector = true
