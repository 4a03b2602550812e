//go:build !race

package voucher

const raceDetector = false
