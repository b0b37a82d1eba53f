package pipeline

import (
	"context"
	"io"
	"slices"
	"strings"

	"sheetmill/core/clean"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// LedgerColumns are the columns of a ledger: one row per cell of the clean
// table that differs from its source. Ledgers of text files add line and
// offset, which tell where the row starts in the file.
func LedgerColumns(text bool) []table.Column {
	columns := []table.Column{
		{Name: "row", Type: table.Integer},                         // 0-based row of the clean table
		{Name: "column", Type: table.String, Dictionary: true},     // name of the clean column
		{Name: "address", Type: table.String},                      // the cell in the sheet, such as F12
		{Name: "kind", Type: table.String, Dictionary: true},       // "changed", "missing" or "filled"
		{Name: "rule", Type: table.String, Dictionary: true},       // the rules that did it, joined by +
		{Name: "before", Type: table.String},                       // the source's text
		{Name: "beforeKind", Type: table.String, Dictionary: true}, // what the source held: a sheet.Kind
		{Name: "after", Type: table.String},                        // the clean value; missing where it was set missing
	}
	if text {
		columns = append(columns, table.Column{Name: "line", Type: table.Integer}, table.Column{Name: "offset", Type: table.Integer})
	}
	for i := range columns {
		columns[i].Source = -1
	}
	return columns
}

// changes are one column's changed cells in one row group.
type changes struct {
	rows   []int64 // clean rows
	at     []int   // their rows in the group
	kinds  []string
	rules  []string
	before table.Cells
	after  table.Vector
}

func (c *changes) add(row int64, at int, before []byte, change clean.Change) {
	c.rows, c.at = append(c.rows, row), append(c.at, at)
	kind := kindChanged
	if change.Kind == clean.SetMissing {
		kind = kindMissing
	}
	c.kinds = append(c.kinds, kind)
	c.rules = append(c.rules, change.Rule)
	c.before.Append(sheet.Kind(before[0]), before[1:])
	c.after.Type = table.String
	if change.Kind == clean.SetMissing {
		c.after.AppendMissing()
		return
	}
	c.after.AppendString(change.After)
}

// The kinds of a ledger's entries.
const (
	kindChanged = "changed"
	kindMissing = "missing"
	kindFilled  = "filled" // no cell of the source is here; merged cells gave the value
)

// fill adds a value that merged cells put into a row.
func (c *changes) fill(row int64, at int, rule string, after []byte) {
	c.rows, c.at = append(c.rows, row), append(c.at, at)
	c.kinds, c.rules = append(c.kinds, kindFilled), append(c.rules, rule)
	c.before.Append(sheet.Empty, nil)
	c.after.Type = table.String
	c.after.AppendString(after)
}

// ledgerWriter writes a ledger in groups of bounded size.
type ledgerWriter struct {
	out     *table.Writer
	names   []string
	text    bool
	vectors []*table.Vector
	counts  map[string]int64 // cells by rule
	scratch []byte
}

func newLedgerWriter(w io.Writer, columns []ColumnReport, text bool) (*ledgerWriter, error) {
	schema := LedgerColumns(text)
	out, err := table.NewWriter(w, schema, nil)
	if err != nil {
		return nil, err
	}
	l := &ledgerWriter{out: out, text: text, counts: map[string]int64{}}
	for _, c := range columns {
		l.names = append(l.names, c.Name)
	}
	for _, c := range schema {
		v := &table.Vector{}
		v.Reset(c.Type)
		l.vectors = append(l.vectors, v)
	}
	return l, nil
}

// add writes the changes of one column in one row group.
func (l *ledgerWriter) add(ctx context.Context, column, source int, heads table.RawHeads, c *changes) error {
	for i, at := range c.at {
		beforeKind, before := c.before.At(i)
		l.scratch = sheet.AppendAddress(l.scratch[:0], source, heads.Rows[at])
		l.vectors[0].AppendInt(c.rows[i])
		l.vectors[1].AppendString([]byte(l.names[column]))
		l.vectors[2].AppendString(l.scratch)
		l.vectors[3].AppendString([]byte(c.kinds[i]))
		l.vectors[4].AppendString([]byte(c.rules[i]))
		l.vectors[5].AppendString(before)
		if beforeKind == sheet.Empty {
			l.vectors[6].AppendMissing()
		} else {
			l.vectors[6].AppendString([]byte{byte(beforeKind)})
		}
		if c.kinds[i] == kindMissing {
			l.vectors[7].AppendMissing()
		} else {
			l.vectors[7].AppendString(c.after.StringAt(i))
		}
		if l.text {
			l.vectors[8].AppendInt(heads.Lines[at])
			l.vectors[9].AppendInt(heads.Offset[at])
		}
		l.counts[c.rules[i]]++
		if l.vectors[0].Len() >= table.GroupRows || len(l.vectors[5].Bytes)+len(l.vectors[7].Bytes) >= table.GroupBytes {
			if err := l.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *ledgerWriter) flush(ctx context.Context) error {
	if err := l.out.WriteGroup(ctx, l.vectors); err != nil {
		return err
	}
	for i, c := range LedgerColumns(l.text) {
		l.vectors[i].Reset(c.Type)
	}
	return nil
}

// close writes what is left and the footer.
func (l *ledgerWriter) close(ctx context.Context) error {
	if err := l.flush(ctx); err != nil {
		return err
	}
	return l.out.Close()
}

// ruleCounts lists the rules by cells touched, most first.
func (l *ledgerWriter) ruleCounts() []RuleCount {
	out := make([]RuleCount, 0, len(l.counts))
	for rule, n := range l.counts {
		out = append(out, RuleCount{rule, n})
	}
	slices.SortFunc(out, func(a, b RuleCount) int {
		if a.Cells != b.Cells {
			return int(b.Cells - a.Cells)
		}
		return strings.Compare(a.Rule, b.Rule)
	})
	return out
}
