package table

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
)

// Whole columns of texts are the most of what is read. Taken from their pages
// as Parquet lays them out, a text costs a copy; through a column reader it
// costs a slice and a copy more.

// plainTexts tells whether a group's column is texts that are all PLAIN and
// may be missing: as Sheetmill writes them, without a dictionary.
func (r *Reader) plainTexts(group, column int) bool {
	if r.columns[column].Type != String {
		return false
	}
	chunk, err := r.groups[group].MetaData().ColumnChunk(column)
	if err != nil || chunk.Type() != parquet.Types.ByteArray || chunk.HasDictionaryPage() {
		return false
	}
	descr := r.file.MetaData().Schema.Column(column)
	return descr.MaxDefinitionLevel() == 1 && descr.MaxRepetitionLevel() == 0 &&
		!slices.ContainsFunc(chunk.Encodings(), func(e parquet.Encoding) bool {
			return e != parquet.Encodings.Plain && e != parquet.Encodings.RLE
		})
}

// texts appends all rows of a group's column that is plainTexts.
func (r *Reader) texts(group, column int, dst *Vector) error {
	pages, err := r.groups[group].GetColumnPageReader(column)
	if err != nil {
		return err
	}
	defer func() { _ = pages.Close() }()
	end := dst.Len() + r.GroupRows(group)
	for pages.Next() {
		if int(pages.Page().NumValues()) > end-dst.Len() {
			return io.ErrUnexpectedEOF
		}
		if err := dst.takePage(pages.Page()); err != nil {
			return err
		}
	}
	if err := pages.Err(); err != nil {
		return err
	}
	if dst.Len() != end {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// takePage appends the texts of one page, which its reader gives back: the levels after their length, then
// the texts that are there, each after its length (Data Pages and PLAIN in
// Parquet's Encodings.md).
func (v *Vector) takePage(page file.Page) error {
	if _, ok := page.(*file.DataPageV1); !ok || parquet.Encoding(page.Encoding()) != parquet.Encodings.Plain {
		return fmt.Errorf("page of type %T, encoding %s", page, page.Encoding())
	}
	levels, data, err := prefixed(page.Data())
	if err != nil {
		return err
	}
	v.Bytes = slices.Grow(v.Bytes, len(data))
	return eachLevel(levels, int(page.NumValues()), func(there bool) error {
		if there {
			var text []byte
			if text, data, err = prefixed(data); err != nil {
				return err
			}
			v.Bytes = append(v.Bytes, text...)
		}
		v.Valid, v.Ends = append(v.Valid, there), append(v.Ends, uint32(len(v.Bytes)))
		return nil
	})
}

// prefixed parts what stands after a length from what follows it.
func prefixed(b []byte) (inner, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, io.ErrUnexpectedEOF
	}
	n := uint64(binary.LittleEndian.Uint32(b))
	if n > uint64(len(b)-4) {
		return nil, nil, io.ErrUnexpectedEOF
	}
	return b[4 : 4+n], b[4+n:], nil
}

// eachLevel reads n levels of one bit: runs of one value, or eight a byte (RLE
// in Parquet's Encodings.md).
func eachLevel(b []byte, n int, do func(there bool) error) error {
	for n > 0 {
		header, size := binary.Uvarint(b)
		if size <= 0 || len(b) <= size {
			return io.ErrUnexpectedEOF
		}
		b = b[size:]
		if header&1 == 0 {
			run := min(header>>1, uint64(n))
			for range run {
				if err := do(b[0]&1 == 1); err != nil {
					return err
				}
			}
			if b, n = b[1:], n-int(run); run == 0 {
				return io.ErrUnexpectedEOF
			}
			continue
		}
		for range header >> 1 {
			if len(b) == 0 || n == 0 {
				break
			}
			for bit := range min(8, n) {
				if err := do(b[0]>>bit&1 == 1); err != nil {
					return err
				}
			}
			b, n = b[1:], n-min(8, n)
		}
	}
	return nil
}
