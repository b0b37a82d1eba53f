package pipeline_test

import (
	"bytes"
	"testing"

	"sheetmill/core/synth"
)

// BenchmarkCSV takes a text file of 100,000 rows of 50 columns the whole way.
func BenchmarkCSV(b *testing.B) {
	var source bytes.Buffer
	if err := synth.CSV(&source, synth.CSVOptions{Rows: 100_000, Cols: 50, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	benchmark(b, source.Bytes(), "large.csv")
}

// BenchmarkReference takes the reference workbook the whole way.
func BenchmarkReference(b *testing.B) {
	var source bytes.Buffer
	if err := synth.Reference(&source, synth.ReferenceOptions{Seed: 1}); err != nil {
		b.Fatal(err)
	}
	benchmark(b, source.Bytes(), "reference.xlsx")
}

func benchmark(b *testing.B, source []byte, name string) {
	b.Helper()
	for b.Loop() {
		l := look(b, b.TempDir(), source, name)
		if err := l.store.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
