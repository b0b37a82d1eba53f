package table

import (
	"encoding/json"
	"sort"
)

// MetaRows is the footer key of a clean table's RowMap.
const MetaRows = "sheetmill.rows"

// RowMap tells which row of the source a row of the clean table came from. It
// holds one entry a run of rows that follow each other in both.
type RowMap struct {
	clean, source []int64
	rows          int64
}

// Add says that the next n clean rows are the source rows from first on.
func (m *RowMap) Add(first, n int64) {
	if k := len(m.clean); k == 0 || m.source[k-1]+m.rows-m.clean[k-1] != first {
		m.clean, m.source = append(m.clean, m.rows), append(m.source, first)
	}
	m.rows += n
}

// Source is the 1-based source row of a 0-based clean row; 0 when there is none.
func (m *RowMap) Source(row int64) int64 {
	if row < 0 || row >= m.rows {
		return 0
	}
	k := sort.Search(len(m.clean), func(i int) bool { return m.clean[i] > row }) - 1
	return m.source[k] + row - m.clean[k]
}

// rowMapJSON stores differences, which are small numbers.
type rowMapJSON struct {
	Rows   int64   `json:"rows"`
	Clean  []int64 `json:"clean"`
	Source []int64 `json:"source"`
}

// MarshalJSON stores the map.
func (m *RowMap) MarshalJSON() ([]byte, error) {
	return json.Marshal(rowMapJSON{m.rows, differences(m.clean), differences(m.source)})
}

// UnmarshalJSON restores it.
func (m *RowMap) UnmarshalJSON(b []byte) error {
	var in rowMapJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	m.rows, m.clean, m.source = in.Rows, sums(in.Clean), sums(in.Source)
	return nil
}

func differences(values []int64) []int64 {
	out := make([]int64, len(values))
	before := int64(0)
	for i, v := range values {
		out[i], before = v-before, v
	}
	return out
}

func sums(values []int64) []int64 {
	out := make([]int64, len(values))
	sum := int64(0)
	for i, v := range values {
		sum += v
		out[i] = sum
	}
	return out
}
