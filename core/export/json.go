package export

import (
	"bufio"
	"context"
	"encoding/json"
	"io"

	"sheetmill/core/table"
)

func writeJSON(ctx context.Context, t Table, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	names := make([][]byte, len(t.Columns()))
	for i, c := range t.Columns() {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return err
		}
		names[i] = append(name, ':')
	}
	_ = out.WriteByte('[') // bufio keeps the first error for Flush
	var line []byte
	first := true
	err := eachPage(ctx, t, func(vectors []*table.Vector, rows int) error {
		for row := range rows {
			line = line[:0]
			if !first {
				line = append(line, ',')
			}
			first = false
			line = append(line, '\n', '{')
			for i, v := range vectors {
				if i > 0 {
					line = append(line, ',')
				}
				line = append(line, names[i]...)
				var err error
				if line, err = AppendJSON(line, v, row); err != nil {
					return err
				}
			}
			if _, err := out.Write(append(line, '}')); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, _ = out.WriteString("\n]\n")
	return out.Flush()
}

// AppendJSON appends row i of a vector as a JSON value: numbers and booleans as
// they are, dates and times as ISO 8601 text, null where the value is missing.
func AppendJSON(dst []byte, v *table.Vector, i int) ([]byte, error) {
	if !v.Valid[i] {
		return append(dst, "null"...), nil
	}
	switch v.Type {
	case table.Integer, table.Float, table.Boolean:
		return v.AppendText(dst, i), nil
	default:
		text, err := json.Marshal(string(v.AppendText(nil, i)))
		return append(dst, text...), err
	}
}
