//go:build unix

package main

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/xuri/excelize/v2"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/detect"
	"sheetmill/core/synth"
)

// work does one contender's work in this process: work KIND FILE [ROWS COLUMNS].
// Readers print how many cells they saw, so that none can win by not looking.
func work(ctx context.Context, args []string) error {
	if len(args) < 2 {
		return errors.New("work needs a kind and a file")
	}
	kind, path := args[0], args[1]
	if kind == "reference" || kind == "csv" {
		if len(args) != 4 {
			return errors.New("a file to make needs rows and columns")
		}
		rows, err := strconv.Atoi(args[2])
		columns, err2 := strconv.Atoi(args[3])
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		return generate(kind, path, rows, columns)
	}
	readers := map[string]func(context.Context, string) (int, error){
		"inflate": inflate, "sheetmill": readSheetmill, "excelize": readExcelize,
	}
	read, ok := readers[kind]
	if !ok {
		return fmt.Errorf("unknown work %q", kind)
	}
	cells, err := read(ctx, path)
	if err != nil {
		return err
	}
	fmt.Println(cells)
	return nil
}

func generate(kind, path string, rows, columns int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	if kind == "csv" {
		err = synth.CSV(w, synth.CSVOptions{Rows: rows, Cols: columns, Seed: 1})
	} else {
		err = synth.Reference(w, synth.ReferenceOptions{Rows: rows, Cols: columns, Seed: 1})
	}
	return errors.Join(err, w.Flush())
}

// inflate only undoes the compression of the sheet, with the standard library.
func inflate(_ context.Context, path string) (int, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return 0, err
	}
	defer z.Close()
	part, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		return 0, err
	}
	defer part.Close()
	_, err = io.Copy(io.Discard, part)
	return 0, err
}

type file struct {
	*os.File
	size int64
}

func (f file) Size() int64 { return f.size }

func readSheetmill(ctx context.Context, path string) (cells int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	book, err := detect.Open(ctx, file{f, info.Size()}, sheet.Options{Name: path})
	if err != nil {
		return 0, err
	}
	defer book.Close()
	rows, err := book.Rows(ctx, 0)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var batch sheet.Batch
	for {
		err := rows.Next(ctx, &batch)
		if errors.Is(err, io.EOF) {
			return cells, nil
		}
		if err != nil {
			return 0, err
		}
		for _, row := range batch.Rows {
			for _, cell := range batch.CellsOf(row) {
				if len(batch.Text(cell)) > 0 {
					cells++
				}
			}
		}
	}
}

func readExcelize(_ context.Context, path string) (cells int, err error) {
	book, err := excelize.OpenFile(path)
	if err != nil {
		return 0, err
	}
	defer book.Close()
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return 0, err
		}
		for _, value := range values {
			if value != "" {
				cells++
			}
		}
	}
	return cells, rows.Error()
}
