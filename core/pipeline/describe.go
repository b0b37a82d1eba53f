package pipeline

import (
	"context"
	"encoding/json"
	"io"
	"sync/atomic"

	"sheetmill/core/profile"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// describe profiles the clean table, a column at a time and whole, and stores the report.
func (p *Parser) describe(ctx context.Context, raw *rawTable, done *refined, keys Keys, progress *tracker) (Report, error) {
	object, err := p.store.Open(ctx, keys.Clean)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = object.Close() }()
	reader, err := table.NewReader(object)
	if err != nil {
		return Report{}, err
	}
	info := raw.Info()
	report := Report{
		Source:  SourceReport{Format: info.Format, Encoding: info.Encoding, Dialect: info.Facts.Dialect, Sheet: info.Sheet, Sheets: info.Sheets},
		Table:   done.table,
		Account: done.account,
		Columns: done.columns,
		Rules:   done.rules,
		Profile: profile.Profile{Rows: reader.Rows(), Columns: make([]profile.Column, len(reader.Columns())), Repeats: done.repeats, Gaps: done.gaps},
		Notes:   notes(raw, done.account.Filled),
	}
	for i, t := range raw.layout.Tables {
		if i != raw.layout.Chosen {
			report.Others = append(report.Others, OtherTable{Range: t.Range, Cells: t.Cells})
		}
	}
	var columnsDone atomic.Int64
	vectors := make([]table.Vector, table.Workers())
	codes := make([]table.Coded, table.Workers())
	err = table.EachColumn(ctx, len(reader.Columns()), func(worker, i int) error {
		column := reader.Columns()[i]
		builder := profile.NewColumn(column.Name, column.Type)
		for g := range reader.Groups() {
			coded, err := reader.Coded(ctx, g, i, &codes[worker])
			if err != nil {
				return err
			}
			if coded {
				builder.AddCoded(&codes[worker])
				continue
			}
			v := &vectors[worker]
			v.Reset(column.Type)
			if err := reader.Column(ctx, g, i, 0, reader.GroupRows(g), v); err != nil {
				return err
			}
			builder.Add(v)
		}
		done := builder.Done()
		if done.Key == profile.NearKey {
			if err := repeated(ctx, reader, i, &done); err != nil {
				return err
			}
		}
		report.Profile.Columns[i] = done
		progress.at(stageProfile, columnsDone.Add(1), int64(len(reader.Columns())))
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	addresses(&report, &done.sources)
	for i := range report.Columns {
		report.Profile.Columns[i].MissingBy = missingBy(&report.Profile.Columns[i], &report.Columns[i])
	}
	report.Findings = append(shifted(raw, &report), findings(&report)...)
	err = p.put(ctx, keys.Report, func(w io.Writer) error { return json.NewEncoder(w).Encode(report) })
	return report, err
}

// badBytes names the first byte that the encoding cannot decode, where it is known.
func badBytes(info table.RawInfo) say.Text {
	at, n, encoding := info.Facts.BadAt, info.Facts.BadBytes, info.Encoding
	switch {
	case at == nil || at.Row == 0:
		return say.T("Bytes that are no text in the encoding {encoding}: {n}. Each is shown as \uFFFD; another encoding can be chosen.", "encoding", encoding, "n", n)
	case at.Byte == "":
		return say.T("Bytes that are no text in the encoding {encoding}: {n}, the first in row {row}. Each is shown as \uFFFD; another encoding can be chosen.",
			"encoding", encoding, "n", n, "row", at.Row)
	}
	return say.T("Bytes that are no text in the encoding {encoding}: {n}, the first, {byte}, in row {row} at offset {offset} of the file. Each is shown as \uFFFD; another encoding can be chosen.",
		"encoding", encoding, "n", n, "byte", at.Byte, "row", at.Row, "offset", at.Offset)
}

// notes says what is to be known of the file as a whole.
func notes(raw *rawTable, filled int64) []say.Text {
	var out []say.Text
	info := raw.Info()
	others := 0
	for _, s := range info.Sheets {
		if s.Name != info.Sheet && !s.Hidden {
			others++
		}
	}
	if others > 0 {
		out = append(out, say.T("Other visible sheets of the workbook: {n}; each can be milled, too.", "n", others))
	}
	if n := len(raw.layout.Tables) - 1; n > 0 {
		out = append(out, say.T("Other tables on the sheet: {n}; another one can be chosen.", "n", n))
	}
	if n := info.Facts.RaggedCount; n > 0 {
		out = append(out, say.T("Rows with more or fewer fields than most: {n}, first row {row}.", "n", n, "row", info.Facts.Ragged[0]))
	}
	if n := info.Facts.ForeignCount; n > 0 {
		out = append(out, say.T("Rows with another delimiter or other quotes than the rest, read by their own: {n}, first row {row}.", "n", n, "row", info.Facts.Foreign[0]))
	}
	if info.Facts.BadBytes > 0 {
		out = append(out, badBytes(info))
	}
	if hidden := info.Facts.HiddenCols; len(hidden) > 0 {
		out = append(out, say.T("Columns hidden in the sheet: {n}, first {column}; the table keeps them.", "n", len(hidden), "column", sheet.ColumnName(hidden[0])))
	}
	merged := mergedDown(raw)
	for _, n := range []struct {
		count int64
		text  say.Text
	}{
		{info.Hidden, say.T("Rows hidden in the sheet, as by a filter: {n}, first row {row}; the table keeps them.", "n", info.Hidden, "row", info.FirstHidden)},
		{info.Facts.Uncomputed, say.T("Formulas for which the file holds no value: {n}. Open and save it in Excel to have them computed.", "n", info.Facts.Uncomputed)},
		{merged, mergedNote(merged, filled)},
	} {
		if n.count > 0 {
			out = append(out, n.text)
		}
	}
	return out
}

func mergedNote(merged, filled int64) say.Text {
	if filled > 0 {
		return say.T("Cells merged over several rows of the data: {n}. The value of each went into all of its rows: {filled} values.", "n", merged, "filled", filled)
	}
	return say.T("Cells merged over several rows of the data: {n}. Only the first row of each holds the value.", "n", merged)
}

// mergedDown counts merged cells that span rows of the data.
func mergedDown(raw *rawTable) (n int64) {
	t, err := raw.layout.Main()
	if err != nil {
		return 0
	}
	for _, m := range raw.Info().Facts.Merged {
		if m.LastRow > m.FirstRow && m.FirstRow >= t.FirstDataRow && m.LastRow <= t.LastDataRow {
			n++
		}
	}
	return n
}
