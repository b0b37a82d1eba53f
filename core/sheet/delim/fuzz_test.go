package delim

import (
	"bytes"
	"context"
	"hash/fnv"
	"io"
	"testing"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

// collect calls do for each row and answers how many there were.
func collect(b *book, do func(sheet.Row, *sheet.Batch)) (int, error) {
	rows, err := b.Rows(context.Background(), 0)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var batch sheet.Batch
	n := 0
	for {
		err := rows.Next(context.Background(), &batch)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		for _, row := range batch.Rows {
			n++
			do(row, &batch)
		}
	}
}

// FuzzDelim: any bytes end in rows or in a fault, the same ones however the
// file is cut into chunks; rows and cells are in order and are UTF-8.
func FuzzDelim(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a;b\r\n\"x;\r\ny\";2", "\xef\xbb\xbfa\tb\r1\t2", "sep=;\na;b\n", "a,\"b\n", "\"a\"\"\",'b'\n",
		"\xff\xfea\x00,\x00b\x00\n\x00", "\xd0\xd5\xc3\xfb,\xc4\xea\xc1\xe4\n\xcd\xf5,3\n", "a\\,b,c\n", "\"\"\"\"\"\n\"", "a||b||c\n1||||\"|\"\n",
		"\x00\x00\xfe\xff\x00\x00\x00a", "\"a\" , \"b\"x\r\n,,\r\n\r\r\n", "a,\x1b$B8!\x1b(B\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first uint64
		for i, buffer := range []int{bufferSize, 1, 13} {
			sum := fnv.New64a()
			limits := sheet.Limits{MaxCellBytes: 4096, MaxColumns: 300}
			b, err := open(context.Background(), bytes.NewReader(data), sheet.Options{Limits: limits}, buffer)
			if err == nil {
				last := sheet.Row{Offset: -1}
				_, err = collect(b, func(row sheet.Row, batch *sheet.Batch) {
					if row.Number <= last.Number || row.Line <= last.Line || row.Offset <= last.Offset || row.Offset > int64(len(data)) {
						t.Fatalf("%+v after %+v", row, last)
					}
					last = row
					sum.Write([]byte{byte(row.Number), byte(row.Line), byte(row.Offset)})
					col := int32(-1)
					for _, c := range batch.CellsOf(row) {
						if c.Col <= col || !utf8.Valid(batch.Text(c)) {
							t.Fatalf("cell %+v %q", c, batch.Text(c))
						}
						col = c.Col
						sum.Write([]byte{byte(c.Col), byte(c.Kind)})
						sum.Write(batch.Text(c))
					}
				})
			}
			if err != nil {
				if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
					t.Fatal(err)
				}
				sum.Write([]byte(err.Error()))
			}
			if i == 0 {
				first = sum.Sum64()
			} else if first != sum.Sum64() {
				t.Fatalf("buffer %d reads otherwise", buffer)
			}
		}
	})
}
