package export

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"sheetmill/core/table"
)

func writeCSV(ctx context.Context, t Table, w io.Writer, o Options) error {
	out := bufio.NewWriterSize(w, 1<<20)
	if o.BOM {
		_, _ = out.WriteString("\ufeff") // bufio keeps the first error for Flush
	}
	var line, text []byte
	for i, c := range t.Columns() {
		if i > 0 {
			line = append(line, ',')
		}
		line = appendField(line, []byte(c.Name))
	}
	_, _ = out.Write(append(line, '\r', '\n'))
	err := eachPage(ctx, t, func(vectors []*table.Vector, rows int) error {
		for row := range rows {
			line = line[:0]
			for i, v := range vectors {
				if i > 0 {
					line = append(line, ',')
				}
				if !v.Valid[row] {
					if len(vectors) == 1 { // a blank line would be skipped by readers
						line = append(line, '"', '"')
					}
					continue
				}
				if v.Type == table.String {
					line = appendField(line, v.StringAt(row))
					continue
				}
				text = v.AppendText(text[:0], row)
				line = append(line, text...)
			}
			if _, err := out.Write(append(line, '\r', '\n')); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// appendField quotes a field where it must be. Text that is empty is quoted,
// to tell it from a missing value.
func appendField(dst, field []byte) []byte {
	plain := !bytes.ContainsAny(field, ",\"\r\n") && len(field) > 0 &&
		field[0] != ' ' && field[len(field)-1] != ' '
	if plain {
		return append(dst, field...)
	}
	dst = append(dst, '"')
	for _, c := range field {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
