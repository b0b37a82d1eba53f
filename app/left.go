package main

import (
	"runtime"
	"strings"
	"time"
)

// left lists the goroutines of our own that still run when all is closed; there should be
// none. Those that are just ending get a moment. What the toolkit leaves running is its own.
func left() []string {
	var ours []string
	for range 20 {
		ours = nil
		all := make([]byte, 1<<20)
		all = all[:runtime.Stack(all, true)]
		for i, stack := range strings.Split(string(all), "\n\n") {
			if i > 0 && strings.Contains(stack, "sheetmill/") { // the first is this one
				ours = append(ours, stack)
			}
		}
		if len(ours) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ours
}
