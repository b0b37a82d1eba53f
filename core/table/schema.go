package table

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// Column names one column of a typed table.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	// Source is the 0-based column of the sheet it came from; -1 for none.
	Source int `json:"source"`
	// Elapsed marks a Time column with values outside one day, which Parquet's
	// TIME cannot hold; it is stored as plain microseconds.
	Elapsed bool `json:"elapsed,omitempty"`
	// Dictionary asks for dictionary encoding: right for few distinct texts.
	Dictionary bool `json:"-"`
}

// The bounds of a row group: whichever comes first.
const (
	GroupRows  = 65_536
	GroupBytes = 16 << 20
)

// pageRows keeps a data page of a typed table small enough that reading 200 rows
// anywhere in a wide table decodes little more than it shows: on the reference
// workbook a page took 18 ms with 4,096 rows, 11 ms with 1,024.
const pageRows = 1024

// batchRows is how many values are handed to or taken from Parquet at once.
const batchRows = 4096

const metaColumns = "sheetmill.columns"

func node(c Column) (schema.Node, error) {
	optional := parquet.Repetitions.Optional
	logical := func(l schema.LogicalType, physical parquet.Type) (schema.Node, error) {
		return schema.NewPrimitiveNodeLogical(c.Name, optional, l, physical, -1, -1)
	}
	switch c.Type {
	case Integer:
		return schema.NewInt64Node(c.Name, optional, -1), nil
	case Float:
		return schema.NewFloat64Node(c.Name, optional, -1), nil
	case Boolean:
		return schema.NewBooleanNode(c.Name, optional, -1), nil
	case Date:
		return logical(schema.DateLogicalType{}, parquet.Types.Int32)
	case DateTime:
		return logical(schema.NewTimestampLogicalType(false, schema.TimeUnitMicros), parquet.Types.Int64)
	case Time:
		if c.Elapsed {
			return schema.NewInt64Node(c.Name, optional, -1), nil
		}
		return logical(schema.NewTimeLogicalType(false, schema.TimeUnitMicros), parquet.Types.Int64)
	case String, Empty:
		return logical(schema.StringLogicalType{}, parquet.Types.ByteArray)
	}
	return nil, fmt.Errorf("column %q has no such type: %q", c.Name, c.Type)
}

// typed builds the schema and the writer's settings for columns; names must be unique.
func typed(columns []Column) (*schema.GroupNode, *parquet.WriterProperties, error) {
	fields := make(schema.FieldList, len(columns))
	// A page ends with the first batch that fills it: one batch a page.
	options := append(properties(), parquet.WithBatchSize(pageRows), parquet.WithDataPageSize(1))
	for i, c := range columns {
		n, err := node(c)
		if err != nil {
			return nil, nil, err
		}
		fields[i] = n
		if c.Dictionary {
			options = append(options, parquet.WithDictionaryFor(c.Name, true))
		}
	}
	root, err := schema.NewGroupNode("table", parquet.Repetitions.Required, fields, -1)
	return root, parquet.NewWriterProperties(options...), err
}

func properties() []parquet.WriterProperty {
	return []parquet.WriterProperty{
		parquet.WithCreatedBy("sheetmill"),
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithCompressionLevel(1),
		parquet.WithDictionaryDefault(false),
		parquet.WithDataPageSize(256 << 10),
		parquet.WithBatchSize(batchRows),
		parquet.WithStats(false),
		parquet.WithPageIndexEnabled(true),
		parquet.WithMaxRowGroupLength(GroupRows),
	}
}

// rawProperties are those of a raw table, which is written once and read twice
// by its own job, mostly: Snappy costs a third of the time of Zstandard, both ways.
func rawProperties() []parquet.WriterProperty {
	return append(properties(), parquet.WithCompression(compress.Codecs.Snappy), parquet.WithPageIndexEnabled(false))
}

func encodeColumns(columns []Column) (string, error) {
	b, err := json.Marshal(columns)
	return string(b), err
}

// Workers is how many columns are worked on at once: worker numbers that
// EachColumn passes stay below it.
func Workers() int { return min(4, runtime.GOMAXPROCS(0)) }
