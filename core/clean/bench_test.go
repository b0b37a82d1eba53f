package clean

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

func benchColumns() map[string]*table.Cells {
	rng := rand.New(rand.NewPCG(1, 2))
	const rows = 10_000
	words := []string{"男", "女", "未婚", "已婚", "复旦大学附属中山医院", "高血压病 3级", "糖尿病"}
	columns := map[string]func(int) (sheet.Kind, string){
		"integers": func(int) (sheet.Kind, string) { return sheet.Text, fmt.Sprint(rng.IntN(100_000)) },
		"decimals": func(int) (sheet.Kind, string) { return sheet.Text, fmt.Sprintf("%.2f", rng.Float64()*1000) },
		"doubles":  func(int) (sheet.Kind, string) { return sheet.Number, fmt.Sprint(rng.Float64() * 1000) },
		"serials":  func(int) (sheet.Kind, string) { return sheet.Date, fmt.Sprint(40_000 + rng.IntN(5000)) },
		"iso dates": func(int) (sheet.Kind, string) {
			return sheet.Text, fmt.Sprintf("20%02d-%02d-%02d", rng.IntN(30), 1+rng.IntN(12), 1+rng.IntN(28))
		},
		"han dates": func(int) (sheet.Kind, string) {
			return sheet.Text, fmt.Sprintf("20%02d年%d月%d日", rng.IntN(30), 1+rng.IntN(12), 1+rng.IntN(28))
		},
		"codes":   func(int) (sheet.Kind, string) { return sheet.Text, fmt.Sprintf("AB-%05d", rng.IntN(100_000)) },
		"prose":   func(int) (sheet.Kind, string) { return sheet.Text, "the quick brown fox jumps over the lazy dog" },
		"han":     func(int) (sheet.Kind, string) { return sheet.Text, words[rng.IntN(len(words))] },
		"yes no":  func(i int) (sheet.Kind, string) { return sheet.Text, []string{"Yes", "No"}[i%2] },
		"markers": func(i int) (sheet.Kind, string) { return sheet.Text, []string{"NA", "12"}[i%2] },
		"thousands": func(int) (sheet.Kind, string) {
			return sheet.Text, fmt.Sprintf("%d,%03d.50", 1+rng.IntN(998), rng.IntN(1000))
		},
	}
	out := map[string]*table.Cells{}
	for name, cell := range columns {
		var c table.Cells
		for i := range rows {
			kind, text := cell(i)
			c.Append(kind, []byte(text))
		}
		out[name] = &c
	}
	return out
}

func perCell(b *testing.B, cells *table.Cells) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(cells.Len()), "ns/cell")
}

func BenchmarkObserve(b *testing.B) {
	for name, cells := range benchColumns() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewFacts(Context{}, "").Observe(cells, 0, cells.Len())
			}
			perCell(b, cells)
		})
	}
}

func BenchmarkApply(b *testing.B) {
	for name, cells := range benchColumns() {
		f := NewFacts(Context{}, "")
		f.Observe(cells, 0, cells.Len())
		v := f.Decide()
		var out table.Vector
		b.Run(name+" "+string(v.Type), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				out.Reset(v.Type)
				if _, err := v.Apply(cells, 0, cells.Len(), &out, func(int, Change) {}); err != nil {
					b.Fatal(err)
				}
			}
			perCell(b, cells)
		})
	}
}
