package table

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawColumn makes a column of few or many different values, some missing, long
// enough for several pages of either kind.
func drawColumn(t *rapid.T, typ Type, rows int) *Vector {
	different := rapid.SampledFrom([]int{1, 2, 300, 3000, 1 << 30}).Draw(t, "different")
	gaps := rapid.SampledFrom([]int{0, 1, 50, 100}).Draw(t, "gaps")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	wild := rapid.Bool().Draw(t, "wild")
	v := &Vector{}
	v.Reset(typ)
	for range rows {
		x := int64(r.IntN(different))
		switch {
		case r.IntN(100) < gaps || typ == Empty:
			v.AppendMissing()
		case typ == String:
			v.AppendString(bytes.Repeat(fmt.Appendf(nil, "%d", x), 1+int(x%3)))
		case typ == Float:
			v.AppendFloat(math.Copysign(float64(x)/8, float64(r.IntN(2))-0.5))
		case typ == Boolean:
			v.AppendBool(x%2 == 0)
		case typ == Time:
			v.AppendInt(x)
		case wild && typ == Date:
			v.AppendInt(int64(int32(x * 2_654_435_761)))
		case wild:
			v.AppendInt(int64(uint64(x) * 0x9e3779b97f4a7c15))
		default:
			v.AppendInt(x - 1000)
		}
	}
	return v
}

// TestFilesReadElsewhere: what is written here, arrow-go's own readers read, row
// by row and from a row in the middle.
func TestFilesReadElsewhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]Type{Integer, Float, Boolean, Date, DateTime, Time, String, Empty}).Draw(t, "type")
		rows := rapid.IntRange(1, 10_000).Draw(t, "rows")
		v := drawColumn(t, typ, rows)
		var out bytes.Buffer
		w, err := NewWriter(&out, []Column{{Name: "x", Type: typ, Dictionary: rapid.Bool().Draw(t, "dictionary")}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.WriteGroup(t.Context(), []*Vector{v}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		own, err := NewReader(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		other := *own
		other.own = false
		from := rapid.IntRange(0, rows-1).Draw(t, "from")
		n := rapid.IntRange(1, rows-from).Draw(t, "n")
		for name, r := range map[string]*Reader{"own": own, "arrow-go": &other} {
			for _, part := range [][2]int{{0, rows}, {from, n}} {
				var got Vector
				got.Reset(typ)
				if err := r.Column(t.Context(), 1, 0, part[0], part[1], &got); err != nil {
					t.Fatal(name, part, err)
				}
				if got.Len() != part[1] {
					t.Fatalf("%s: %d rows of %v", name, got.Len(), part)
				}
				for i := range part[1] {
					a, b := v.AppendText(nil, part[0]+i), got.AppendText(nil, i)
					if v.Valid[part[0]+i] != got.Valid[i] || !bytes.Equal(a, b) {
						t.Fatalf("%s: row %d is %q, not %q", name, part[0]+i, b, a)
					}
				}
			}
		}
	})
}

// TestTablesOfEarlierVersions: arrow-go wrote the pages before. Such a file says
// that Sheetmill wrote it, and opens as it did.
func TestTablesOfEarlierVersions(t *testing.T) {
	columns := []Column{{Name: "n", Type: Integer}, {Name: "b", Type: Boolean}, {Name: "d", Type: Date}, {Name: "f", Type: Float}, {Name: "s", Type: String}, {Name: "k", Type: String}}
	root, _, err := typed(columns)
	if err != nil {
		t.Fatal(err)
	}
	props := parquet.NewWriterProperties(append(properties(), parquet.WithBatchSize(1024), parquet.WithDataPageSize(1),
		parquet.WithStats(false), parquet.WithDictionaryDefault(false), parquet.WithDictionaryFor("k", true))...)
	var out bytes.Buffer
	w, err := file.NewParquetWriterWithError(&out, root, file.WithWriterProps(props))
	if err != nil {
		t.Fatal(err)
	}
	const rows = 5000
	want := make([]*Vector, len(columns))
	for i, c := range columns {
		want[i] = &Vector{}
		want[i].Reset(c.Type)
	}
	group, err := w.AppendBufferedRowGroupChecked()
	if err != nil {
		t.Fatal(err)
	}
	levels := make([]int16, rows)
	for i := range levels {
		levels[i] = int16(min(i%5, 1))
	}
	for i, v := range want {
		for row, level := range levels {
			switch {
			case level == 0:
				v.AppendMissing()
			case v.Type == String:
				v.AppendString(fmt.Appendf(nil, "v%d", row%7))
			case v.Type == Float:
				v.AppendFloat(float64(row))
			case v.Type == Boolean:
				v.AppendBool(row%3 == 0)
			default:
				v.AppendInt(int64(-row))
			}
		}
		column, err := group.Column(i)
		if err != nil {
			t.Fatal(err)
		}
		switch c := column.(type) {
		case *file.Int64ColumnChunkWriter:
			_, err = c.WriteBatch(present(nil, v.Ints, v.Valid), levels, nil)
		case *file.Int32ColumnChunkWriter:
			days := make([]int32, 0, rows)
			for _, x := range present(nil, v.Ints, v.Valid) {
				days = append(days, int32(x))
			}
			_, err = c.WriteBatch(days, levels, nil)
		case *file.Float64ColumnChunkWriter:
			_, err = c.WriteBatch(present(nil, v.Floats, v.Valid), levels, nil)
		case *file.BooleanColumnChunkWriter:
			_, err = c.WriteBatch(present(nil, v.Bools, v.Valid), levels, nil)
		case *file.ByteArrayColumnChunkWriter:
			texts := make([]parquet.ByteArray, 0, rows)
			for row, ok := range v.Valid {
				if ok {
					texts = append(texts, v.StringAt(row))
				}
			}
			_, err = c.WriteBatch(texts, levels, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	encoded, err := encodeColumns(columns)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AppendKeyValueMetadata(metaColumns, encoded); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if !r.own {
		t.Fatal("an earlier version's table is taken for another program's")
	}
	for i, c := range columns {
		var got Vector
		got.Reset(c.Type)
		for _, part := range [][2]int{{0, 1500}, {1500, rows - 1500}} {
			if err := r.Column(t.Context(), 0, i, part[0], part[1], &got); err != nil {
				t.Fatal(c.Name, err)
			}
		}
		for row := range rows {
			if a, b := want[i].AppendText(nil, row), got.AppendText(nil, row); !bytes.Equal(a, b) || want[i].Valid[row] != got.Valid[row] {
				t.Fatalf("%s, row %d: %q, not %q", c.Name, row, b, a)
			}
		}
	}
}

// TestRuns: codes of any width come back, and a run cut short is an error.
func TestRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(0, 20).Draw(t, "bits")
		codes := rapid.SliceOfN(rapid.Uint32Range(0, 1<<bits-1), 1, 200).Draw(t, "codes")
		b := appendRun(nil, codes, bits)
		got := make([]uint32, len(codes))
		if err := readRuns(b, bits, got); err != nil || !slices.Equal(codes, got) {
			t.Fatal(err, cmp.Diff(codes, got))
		}
		if err := readRuns(b[:len(b)-1], bits, got); err == nil && bits > 0 {
			t.Fatal("a run cut short was read")
		}
		noise := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "noise")
		_ = readRuns(noise, bits, got) // must end
		if _, _, err := readPageHeader(noise); err == nil && !bytes.Contains(noise, []byte{0}) {
			t.Fatal("a header without an end was read")
		}
	})
}

func TestPageHeaders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := pageHeader{
			kind: rapid.SampledFrom([]int{kindData, kindDictionary}).Draw(t, "kind"),
			raw:  rapid.IntRange(0, 1<<30).Draw(t, "raw"), size: rapid.IntRange(0, 1<<30).Draw(t, "size"),
			values: rapid.IntRange(0, 1<<30).Draw(t, "values"), encoding: rapid.SampledFrom([]parquet.Encoding{parquet.Encodings.Plain, parquet.Encodings.RLEDict}).Draw(t, "encoding"),
		}
		b := h.append(nil)
		if len(b) >= 64 {
			t.Fatalf("%d bytes", len(b))
		}
		got, n, err := readPageHeader(append(slices.Clone(b), 1, 2, 3))
		if err != nil || n != len(b) || got != h {
			t.Fatalf("%+v of %d bytes, not %+v of %d: %v", got, n, h, len(b), err)
		}
		if _, _, err := readPageHeader(b[:len(b)-1]); err == nil {
			t.Fatal("a header cut short was read")
		}
	})
}

// TestDamagedPages: whatever stands in a table's pages, reading it ends.
func TestDamagedPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]Type{Integer, Float, Boolean, Date, String}).Draw(t, "type")
		v := drawColumn(t, typ, 3000)
		var out bytes.Buffer
		w, err := NewWriter(&out, []Column{{Name: "x", Type: typ}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteGroup(t.Context(), []*Vector{v}); err != nil {
			t.Fatal(err)
		}
		end := out.Len()
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b := out.Bytes()
		for range rapid.IntRange(1, 5).Draw(t, "changes") {
			b[rapid.IntRange(len(magic), end-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		r, err := NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		var got Vector
		got.Reset(typ)
		_ = r.Column(t.Context(), 0, 0, rapid.IntRange(0, 2999).Draw(t, "from"), 1, &got)
		if got.Reset(typ); r.Column(t.Context(), 0, 0, 0, 3000, &got) == nil && got.Len() != 3000 {
			t.Fatalf("%d rows", got.Len())
		}
	})
}
