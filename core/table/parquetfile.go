package table

import (
	"context"
	"encoding/binary"
	"io"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// parquetFile writes Parquet: row groups of columns that are encoded side by side,
// and written in their order, so that the same table gives the same bytes. Pages are
// made here, for a page of arrow-go's writer costs more than what is in it; the
// footer is arrow-go's.
type parquetFile struct {
	out    io.Writer
	at     int64
	meta   *metadata.FileMetaDataBuilder
	index  *metadata.PageIndexBuilder
	props  *parquet.WriterProperties
	chunks []chunk
	groups int16
}

const magic = "PAR1"

func newParquetFile(out io.Writer, root *schema.GroupNode, props *parquet.WriterProperties) (*parquetFile, error) {
	s := schema.NewSchema(root)
	f := &parquetFile{out: out, meta: metadata.NewFileMetadataBuilder(s, props, nil), props: props, chunks: make([]chunk, s.NumColumns())}
	if props.PageIndexEnabled() {
		f.index = &metadata.PageIndexBuilder{Schema: s}
	}
	_, err := f.Write([]byte(magic))
	return f, err
}

// Write puts bytes at the end of the file.
func (f *parquetFile) Write(b []byte) (int, error) {
	n, err := f.out.Write(b)
	f.at += int64(n)
	return n, err
}

// Tell is where the next byte goes.
func (f *parquetFile) Tell() int64 { return f.at }

// group writes a row group; encode fills the chunk of one column.
func (f *parquetFile) group(ctx context.Context, rows int, encode func(worker, column int, c *chunk) error) error {
	err := EachColumn(ctx, len(f.chunks), func(worker, i int) error {
		f.chunks[i].reset()
		return encode(worker, i, &f.chunks[i])
	})
	if err != nil {
		return err
	}
	group := f.meta.AppendRowGroup()
	if f.index != nil {
		if err := f.index.AppendRowGroup(); err != nil {
			return err
		}
	}
	for i := range f.chunks {
		if err := f.column(group.NextColumnChunk(), i); err != nil {
			return err
		}
	}
	group.SetNumRows(rows)
	err = group.Finish(0, f.groups)
	f.groups++
	return err
}

// column writes one column of a row group.
func (f *parquetFile) column(meta *metadata.ColumnChunkMetaDataBuilder, i int) error {
	c := &f.chunks[i]
	info := metadata.ChunkMetaInfo{
		NumValues: c.values, IndexPageOffset: -1, DataPageOffset: f.at + int64(c.data),
		CompressedSize: int64(len(c.b)), UncompressedSize: c.raw,
	}
	stats := metadata.EncodingStats{DataEncodingStats: map[parquet.Encoding]int32{c.kept: int32(len(c.pages))}}
	if c.coded {
		info.DictPageOffset = f.at
		stats.DictEncodingStats = map[parquet.Encoding]int32{parquet.Encodings.Plain: 1}
	}
	if err := meta.Finish(info, c.coded, false, stats); err != nil {
		return err
	}
	if f.index != nil {
		offsets, err := f.index.GetOffsetIndexBuilder(i)
		if err != nil {
			return err
		}
		for _, p := range c.pages {
			if err := offsets.AddPage(f.at+int64(p.offset), p.row, int32(p.size)); err != nil {
				return err
			}
		}
		if err := offsets.Finish(0); err != nil {
			return err
		}
	}
	_, err := f.Write(c.b)
	return err
}

// close writes the footer.
func (f *parquetFile) close() error {
	if f.index != nil {
		var where metadata.PageIndexLocation
		f.index.Finish()
		if err := f.index.WriteTo(f, &where); err != nil {
			return err
		}
		if err := f.meta.SetPageIndexLocation(where); err != nil {
			return err
		}
	}
	footer, err := f.meta.Finish()
	if err != nil {
		return err
	}
	n, err := footer.WriteTo(f, nil)
	if err != nil {
		return err
	}
	_, err = f.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(n)), magic...))
	return err
}
