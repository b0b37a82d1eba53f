package ui

import (
	"time"

	"fyne.io/fyne/v2"
)

// reach goes on with a selection for as long as the pointer stands still beside
// the cells, the faster the farther away: a person selects more than the screen holds.
func (g *grid) reach(x, y float64) {
	beside := x < g.numbersWidth() || x > g.numbersWidth()+g.bodyWidth()
	past := y < g.headerHeight() || y > g.headerHeight()+g.bodyHeight()
	switch g.drag.kind {
	case dragCells:
	case dragRows:
		beside = false
	case dragColumns:
		past = false
	default:
		return
	}
	if !beside && !past {
		g.stayHere()
		return
	}
	g.drag.x, g.drag.y = x, y
	if g.drag.beyond == nil {
		g.drag.beyond = &fyne.Animation{
			Duration: time.Second, RepeatCount: fyne.AnimationRepeatForever, Curve: fyne.AnimationLinear,
			Tick: func(float32) { g.follow(g.drag.x, g.drag.y) },
		}
		g.drag.beyond.Start()
	}
}

// stayHere ends what reach began.
func (g *grid) stayHere() {
	if g.drag.beyond != nil {
		g.drag.beyond.Stop()
		g.drag.beyond = nil
	}
}
