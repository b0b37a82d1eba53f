package table_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/table"
)

// TestPagesAreGivenBackOnce reads and writes tables side by side: Parquet's pages
// are shared by all of a process, and one that is given back twice has two users.
func TestPagesAreGivenBackOnce(t *testing.T) {
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for round := range 20 {
				text := &table.Vector{Type: table.String}
				for i := range 3000 {
					text.Bytes = fmt.Appendf(text.Bytes, "%d of worker %d, round %d", i, worker, round)
					text.Ends, text.Valid = append(text.Ends, uint32(len(text.Bytes))), append(text.Valid, true)
				}
				r, err := table.NewReader(write(t, []table.Column{{Name: "text", Type: table.String}}, [][]*table.Vector{{text}}))
				if err != nil {
					t.Error(err)
					return
				}
				got := &table.Vector{Type: table.String}
				if err := r.Column(context.Background(), 0, 0, 0, 3000, got); err != nil {
					t.Error(err)
					return
				}
				if diff := cmp.Diff(spelled(text), spelled(got)); diff != "" {
					t.Error(diff)
					return
				}
			}
		})
	}
	all.Wait()
}
