package ui

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is the processor time that the calling thread has taken. The drawing
// thread is one and the same thread from the program's start to its end.
func threadTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
