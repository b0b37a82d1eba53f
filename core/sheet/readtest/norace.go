//go:build !race

package readtest

const raceDetector = false
