package ui

import (
	"time"

	"sheetmill/app/view"
)

// beats tell the trace how long the drawing thread was deaf.
type beats struct {
	// Wall is the longest that a call handed over had to wait, CPU the most that the drawing thread worked
	// between two such calls (0 where the system does not tell), both since the last line, in microseconds.
	// On a machine that does other things as well, only the second is the program's own.
	Wall, CPU int64
}

const (
	beatEvery = 10 * time.Millisecond
	beatsTold = 25 // beats to a line of the trace
)

// watch hands a call to the drawing thread again and again and tells how long each
// had to wait. It is there only for a trace.
func (w *window) watch() {
	done := make(chan struct{})
	stop := w.stop
	w.stop = func() { stop(); close(done) }
	w.ending.Go(func() {
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		answer := make(chan beats, 1)
		var last time.Duration // of the drawing thread's processor time; only it uses this
		var worst beats
		for n := 1; ; n++ {
			sent := time.Now()
			w.run(func() {
				now := threadTime()
				answer <- beats{time.Since(sent).Microseconds(), (now - last).Microseconds()}
				last = now
			})
			select {
			case b := <-answer:
				if n > 1 { // the first one holds all that was before it
					worst = beats{max(worst.Wall, b.Wall), max(worst.CPU, b.CPU)}
				}
			case <-done:
				return
			}
			if n%beatsTold == 0 {
				w.client.Note("beats", worst)
				worst = beats{}
			}
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
}

// drawn is a picture of the grid that is on the screen.
type drawn struct {
	view.Area

	Whole bool // no cell in it was still being read
}

// tellDrawn tells the trace of a picture, once it is on the screen: the drawing thread
// comes to the next call after it has given the picture away.
func (w *window) tellDrawn(a view.Area, whole bool) {
	w.run(func() { w.client.Note("drawn", drawn{a, whole}) })
}
