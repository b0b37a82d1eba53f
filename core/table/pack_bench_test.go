package table

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkPack compresses pages as they are written.
func BenchmarkPack(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	codes := make([]uint32, codedRows)
	for i := range codes {
		codes[i] = uint32(min(max(r.NormFloat64()*100+300, 0), 600))
	}
	var times, ids, cents, names []byte
	for range plainRows {
		times = binary.LittleEndian.AppendUint64(times, uint64(1_700_000_000+r.IntN(80_000_000))*1e6)
		ids = fmt.Appendf(binary.LittleEndian.AppendUint32(ids, 18), "110101%04d%02d%02d%04d", 1930+r.IntN(90), 1+r.IntN(12), 1+r.IntN(28), r.IntN(10000))
		cents = binary.LittleEndian.AppendUint64(cents, uint64(r.IntN(1_000_000)))
		names = fmt.Appendf(binary.LittleEndian.AppendUint32(names, 11), "LIS%08d", 1000+r.IntN(2))
	}
	for name, page := range map[string]struct {
		raw  []byte
		rows int
	}{
		"codes": {appendRun(nil, codes, 10), codedRows}, "times": {times, plainRows}, "ids": {ids, plainRows}, "cents": {cents, plainRows}, "names": {names, plainRows},
	} {
		for kind, pack := range map[string]packer{"zstd": packZstd, "snappy": packSnappy} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				var out []byte
				for b.Loop() {
					out = pack(out[:0], page.raw)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(page.rows), "ns/cell")
				b.ReportMetric(float64(len(out))/float64(len(page.raw)), "ratio")
			})
		}
	}
}

// BenchmarkDeltas packs a page of times.
func BenchmarkDeltas(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	times := make([]uint64, plainRows)
	for i := range times {
		times[i] = uint64(1_700_000_000+r.IntN(80_000_000)) * 1e6
	}
	var raw, out []byte
	for b.Loop() {
		raw = appendDeltas(raw[:0], times, false)
		out = packZstd(out[:0], raw)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/plainRows, "ns/cell")
	b.ReportMetric(float64(len(out))/8/plainRows, "ratio")
}
