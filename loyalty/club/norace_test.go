//go:build !race

package club

const raceDetector = false
