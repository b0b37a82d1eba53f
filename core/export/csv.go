package export

import (
	"bufio"
	"context"
	"io"

	"sheetmill/core/table"
)

// blockRows are the rows of one piece of text; as many pieces are spelled at once
// as there are cores.
const blockRows = 2048

func writeCSV(ctx context.Context, t Table, w io.Writer, o Options) error {
	out := bufio.NewWriterSize(w, 1<<20)
	if o.BOM {
		_, _ = out.WriteString("\ufeff") // bufio keeps the first error for Flush
	}
	var line []byte
	columns := make([]csvColumn, len(t.Columns()))
	for i, c := range t.Columns() {
		if i > 0 {
			line = append(line, ',')
		}
		line = appendField(line, []byte(c.Name))
		if len(columns) == 1 { // a blank line would be skipped by readers
			columns[i].missing = `""`
		}
	}
	_, _ = out.Write(append(line, '\r', '\n'))
	texts, before := make([][]byte, table.Workers()), make([][]byte, table.Workers())
	write := func() error { // what was spelled before
		for i, text := range before {
			if _, err := out.Write(text); err != nil {
				return err
			}
			before[i] = text[:0]
		}
		return nil
	}
	offset := int64(0)
	for g := range t.Groups() {
		err := table.EachColumn(ctx, len(columns), func(_, i int) error { return columns[i].read(ctx, t.Reader, g, i) })
		if err != nil {
			return err
		}
		for from, end := 0, t.GroupRows(g); from < end; {
			to := min(end, from+blockRows*len(texts))
			err := table.EachColumn(ctx, 1+len(texts), func(_, i int) error {
				if i == 0 {
					return write()
				}
				first := min(to, from+(i-1)*blockRows)
				texts[i-1] = appendRows(texts[i-1], columns, first, min(to, first+blockRows))
				return nil
			})
			if err != nil {
				return err
			}
			texts, before = before, texts
			offset += int64(to - from)
			if t.progress != nil {
				t.progress(offset)
			}
			from = to
		}
	}
	if err := write(); err != nil {
		return err
	}
	return out.Flush()
}

// csvColumn is one column of a row group. What is different in a coded one is spelled
// once.
type csvColumn struct {
	missing string // how a missing value is written
	isCoded bool
	coded   table.Coded
	fields  []byte   // of a coded column: the field of each code, and of a missing value
	ends    []uint32 // of these
	values  table.Vector
}

func (c *csvColumn) read(ctx context.Context, t *table.Reader, group, column int) (err error) {
	if c.isCoded, err = t.Coded(ctx, group, column, &c.coded); err != nil {
		return err
	}
	if !c.isCoded {
		c.values.Reset(t.Columns()[column].Type)
		return t.Column(ctx, group, column, 0, t.GroupRows(group), &c.values)
	}
	c.fields, c.ends = c.fields[:0], c.ends[:0]
	for i := range c.coded.Values.Len() {
		c.fields = appendValue(c.fields, &c.coded.Values, i)
		c.ends = append(c.ends, uint32(len(c.fields)))
	}
	c.fields = append(c.fields, c.missing...)
	c.ends = append(c.ends, uint32(len(c.fields)))
	return nil
}

// appendRows spells rows [from, to) of a group.
func appendRows(dst []byte, columns []csvColumn, from, to int) []byte {
	for row := from; row < to; row++ {
		for i := range columns {
			c := &columns[i]
			if i > 0 {
				dst = append(dst, ',')
			}
			switch {
			case c.isCoded:
				start, code := uint32(0), c.coded.Codes[row]
				if code > 0 {
					start = c.ends[code-1]
				}
				dst = append(dst, c.fields[start:c.ends[code]]...)
			case c.values.Valid[row]:
				dst = appendValue(dst, &c.values, row)
			default:
				dst = append(dst, c.missing...)
			}
		}
		dst = append(dst, '\r', '\n')
	}
	return dst
}

func appendValue(dst []byte, v *table.Vector, i int) []byte {
	if v.Type == table.String {
		return appendField(dst, v.StringAt(i))
	}
	return v.AppendText(dst, i)
}

// quoting are the bytes for which a field must be quoted.
var quoting = [256]bool{',': true, '"': true, '\r': true, '\n': true}

// appendField quotes a field where it must be. Text that is empty is quoted,
// to tell it from a missing value.
func appendField(dst, field []byte) []byte {
	plain := len(field) > 0 && field[0] != ' ' && field[len(field)-1] != ' '
	for i := 0; plain && i < len(field); i++ {
		plain = !quoting[field[i]]
	}
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
