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

// batchRows is how many values are taken from Parquet at once.
const batchRows = 4096

// createdBy marks files whose pages are all of the kinds that Sheetmill writes.
const createdBy = "sheetmill"

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
	options := properties()
	for i, c := range columns {
		n, err := node(c)
		if err != nil {
			return nil, nil, err
		}
		fields[i] = n
		options = append(options, parquet.WithEncodingFor(c.Name, encodingOf(c.Type)))
	}
	root, err := schema.NewGroupNode("table", parquet.Repetitions.Required, fields, -1)
	return root, parquet.NewWriterProperties(options...), err
}

func properties() []parquet.WriterProperty {
	return []parquet.WriterProperty{
		parquet.WithCreatedBy(createdBy),
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithPageIndexEnabled(true),
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
