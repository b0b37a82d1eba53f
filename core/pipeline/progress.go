package pipeline

import (
	"sync"

	"sheetmill/core/job"
)

// The stages of a parse, with their share of its time on the reference workbook.
const (
	stageRead    = "read"
	stageClean   = "clean"
	stageProfile = "profile"
	stageStore   = "store"
)

var shares = []struct {
	stage string
	share float64
}{{stageRead, 0.45}, {stageClean, 0.40}, {stageProfile, 0.14}, {stageStore, 0.01}}

// tracker turns what a stage has done into the share of the whole job.
type tracker struct {
	mu     sync.Mutex
	report func(job.Progress)
	now    job.Progress
}

// at says that of a stage done out of total is done. Calls may come from any
// goroutine and in any order; progress never falls.
func (t *tracker) at(stage string, done, total int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	whole := 0.0
	for _, s := range shares {
		if s.stage == stage {
			if total > 0 {
				whole += s.share * min(1, float64(done)/float64(total))
			}
			break
		}
		whole += s.share
	}
	if whole < t.now.Done {
		return
	}
	t.now.Stage, t.now.Done = stage, whole
	t.report(t.now)
}

// reading says how many bytes of the source are read and how many rows were seen.
func (t *tracker) reading(bytes, total, rows int64) {
	t.mu.Lock()
	t.now.Bytes, t.now.Total, t.now.Rows = bytes, total, rows
	t.mu.Unlock()
	t.at(stageRead, bytes, total)
}

// finished is the progress of a job that is done.
func (t *tracker) finished(rows int64) job.Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Stage, t.now.Done, t.now.Rows = stageStore, 1, rows
	t.now.Bytes = t.now.Total
	return t.now
}
