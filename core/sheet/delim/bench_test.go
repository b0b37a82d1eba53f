package delim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"sheetmill/core/sheet"
)

// clinic writes rows of 50 columns as a hospital exports them.
func clinic(rows int, quote bool) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for c := range 50 {
		fmt.Fprintf(&b, "column %d,", c)
	}
	b.Truncate(b.Len() - 1)
	b.WriteByte('\n')
	for r := range rows {
		for c := range 50 {
			if c > 0 {
				b.WriteByte(',')
			}
			switch c % 6 {
			case 0:
				fmt.Fprintf(&b, "%d", r*50+c)
			case 1:
				fmt.Fprintf(&b, "%.2f", rnd.Float64()*100)
			case 2:
				fmt.Fprintf(&b, "2024-%02d-%02d", 1+rnd.IntN(12), 1+rnd.IntN(28))
			case 3:
				if quote {
					fmt.Fprintf(&b, `"ward %d, bed ""%d"""`, rnd.IntN(9), rnd.IntN(30))
				} else {
					fmt.Fprintf(&b, "ward %d", rnd.IntN(9))
				}
			case 4:
			case 5:
				b.WriteString("F")
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func benchmarkRead(b *testing.B, data []byte) {
	b.Helper()
	book := openBytes(b, data, sheet.Options{})
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var batch sheet.Batch
	for b.Loop() {
		rows, err := book.Rows(context.Background(), 0)
		if err != nil {
			b.Fatal(err)
		}
		for {
			err := rows.Next(context.Background(), &batch)
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkReadPlain(b *testing.B)  { benchmarkRead(b, clinic(40_000, false)) }
func BenchmarkReadQuoted(b *testing.B) { benchmarkRead(b, clinic(40_000, true)) }

func benchmarkOpen(b *testing.B, data []byte) {
	b.Helper()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		openBytes(b, data, sheet.Options{})
	}
}

func BenchmarkOpenPlain(b *testing.B)  { benchmarkOpen(b, clinic(40_000, false)) }
func BenchmarkOpenQuoted(b *testing.B) { benchmarkOpen(b, clinic(40_000, true)) }
func BenchmarkOpenSmall(b *testing.B)  { benchmarkOpen(b, clinic(20, true)) }

func BenchmarkOpenSmallLegacy(b *testing.B) {
	data, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte("姓名,年龄,诊断\n王芳,34,\"高血压，二级\"\n\n李强,51,糖尿病\n"))
	if err != nil {
		b.Fatal(err)
	}
	benchmarkOpen(b, data)
}
