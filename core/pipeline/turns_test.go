package pipeline

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"sheetmill/core/table"
)

// TestTurns: in whatever order many workers end, all goes on in the order of the numbers,
// and by one at a time; after an error nothing does.
func TestTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		fails := rapid.IntRange(0, 120).Draw(t, "fails")
		order := rand.New(rand.NewPCG(uint64(n), uint64(fails))).Perm(n)
		failure := errors.New("failed")
		var done []int // only whoever's turn it is writes here
		turns := newTurns(n)
		var workers sync.WaitGroup
		var seen sync.Map
		for part := range slices.Chunk(order, (n+3)/4) {
			workers.Go(func() {
				for _, i := range part {
					err := turns.end(i, func() error {
						if i == fails {
							return failure
						}
						done = append(done, i)
						return nil
					})
					if err != nil {
						seen.Store(err, true)
					}
				}
			})
		}
		workers.Wait()
		want := min(n, fails)
		if len(done) != want || !slices.IsSorted(done) {
			t.Fatalf("%v went on, want %d in order", done, want)
		}
		if _, told := seen.Load(failure); told != (fails < n) {
			t.Fatalf("the error was told: %v", told)
		}
	})
}

// TestTurnsSurviveAPanic: a panic in a turn ends the work and hangs no one.
func TestTurnsSurviveAPanic(t *testing.T) {
	turns := newTurns(20)
	err := table.EachColumn(context.Background(), 20, func(_, i int) error {
		return turns.end(i, func() error {
			if i == 5 {
				panic("damaged")
			}
			return nil
		})
	})
	if err == nil {
		t.Fatal("no error")
	}
}
