package locate_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/locate"
	"sheetmill/core/sheet"
)

// grid is a sheet as a person draws it: one line a row from row 1, cells
// parted by "|", an empty line for an empty row. A cell that begins with "#"
// is a number to the file, with "@" a date, and is text otherwise.
func grid(lines ...string) *sheet.Batch {
	b := &sheet.Batch{}
	for i, line := range lines {
		var cells []string
		if line != "" {
			cells = strings.Split(line, "|")
		}
		addRow(b, int64(i+1), cells)
	}
	return b
}

func addRow(b *sheet.Batch, number int64, cells []string) {
	row := sheet.Row{Number: number, Line: number, Offset: -1, First: int32(len(b.Cells))}
	for col, text := range cells {
		kind := sheet.Text
		switch {
		case text == "":
			continue
		case text[0] == '#':
			kind, text = sheet.Number, text[1:]
		case text[0] == '@':
			kind, text = sheet.Date, text[1:]
		}
		start := uint32(len(b.Bytes))
		b.Bytes = append(b.Bytes, text...)
		b.Cells = append(b.Cells, sheet.Cell{Col: int32(col), Kind: kind, Start: start, End: uint32(len(b.Bytes))})
		row.Len++
	}
	b.Rows = append(b.Rows, row)
}

func decide(b *sheet.Batch, facts sheet.Facts, o locate.Options) locate.Layout {
	var sketch locate.Sketch
	sketch.Observe(b)
	return sketch.Decide(facts, o)
}

func names(t locate.Table) string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return strings.Join(out, "|")
}

// found is what a test asks of a table.
type found struct {
	Header      []int64
	First, Last int64
	Names       string
	Skipped     []int64
}

func look(t locate.Table) found {
	f := found{Header: t.HeaderRows, First: t.FirstDataRow, Last: t.LastDataRow, Names: names(t)}
	for _, s := range t.Skipped {
		f.Skipped = append(f.Skipped, s.Row)
	}
	return f
}

func rows(n ...int64) []int64 { return n }

func TestLayouts(t *testing.T) {
	for _, test := range []struct {
		name   string
		sheet  *sheet.Batch
		merged []sheet.Range
		want   []found
	}{
		{
			"header in row 1",
			grid("id|name|age", "1|Ann|30", "2|Bob|41", "3|Cem|25"), nil,
			[]found{{rows(1), 2, 4, "id|name|age", nil}},
		}, {
			"one row of data",
			grid("a|b|c", "1|2|3"), nil,
			[]found{{rows(1), 2, 2, "a|b|c", nil}},
		}, {
			"numbers that happen to count",
			grid("a|b|c", "1|2|3", "4|5|6", "8|8|8", "9|9|9", "5|3|5"), nil,
			[]found{{rows(1), 2, 6, "a|b|c", nil}},
		}, {
			"no header",
			grid("1|Ann|30|4.5", "2|Bob|41|4.6", "3|Cem|25|4.7"), nil,
			[]found{{nil, 1, 3, "column_1|column_2|column_3|column_4", nil}},
		}, {
			"words only, with a header",
			grid("name|city|colour", "Ann|Rome|red", "Bob|Oslo|blue", "Cem|Rome|red", "Dag|Oslo|red"), nil,
			[]found{{rows(1), 2, 5, "name|city|colour", nil}},
		}, {
			"words only, without a header",
			grid("Ann|Rome|red", "Bob|Oslo|blue", "Cem|Rome|red", "Dag|Oslo|red"), nil,
			[]found{{nil, 1, 4, "column_1|column_2|column_3", nil}},
		}, {
			"codes below words",
			grid("ward|code", "east|W01", "west|W02", "east|W03"), nil,
			[]found{{rows(1), 2, 4, "ward|code", nil}},
		}, {
			"a single column of numbers",
			grid("weight", "71.5", "64", "80.25"), nil,
			[]found{{rows(1), 2, 4, "weight", nil}},
		}, {
			"a single column of numbers without a name",
			grid("71.5", "64", "80.25"), nil,
			[]found{{nil, 1, 3, "column_1", nil}},
		}, {
			"a header and nothing else",
			grid("id|name|age"), nil,
			[]found{{rows(1), 2, 1, "id|name|age", nil}},
		}, {
			"a single cell",
			grid("hello"), nil,
			[]found{{rows(1), 2, 1, "hello", nil}},
		}, {
			"titles above, notes and totals below",
			grid("Report of March", "exported: 2023-05-01", "", "ward|beds|share", "east|12|0.4", "west|8|0.6", "north|7|0.1", "total|27|1.1", "", "Source: the wards"), nil,
			[]found{{rows(4), 5, 7, "ward|beds|share", rows(8)}},
		}, {
			"a title, and the unit of all in a corner",
			grid("收入表", "|||单位：万元", "科室|一月|二月|三月", "内科|12.5|13|14", "外科|22|21.5|20", "儿科|7|8|6"), nil,
			[]found{{rows(3), 4, 6, "科室|一月|二月|三月", nil}},
		}, {
			"a form above the table",
			grid("Name:|Li Lei", "Ward:|East", "", "day|temp|pulse|note", "1|36.5|70|", "2|37.1|82|fever", "3|36.8|75|"), nil,
			[]found{{rows(4), 5, 7, "day|temp|pulse|note", nil}},
		}, {
			"empty rows inside",
			grid("id|value", "1|2.5", "2|3.5", "", "3|4.5", "", "", "4|5.5"), nil,
			[]found{{rows(1), 2, 8, "id|value", nil}},
		}, {
			"two rows of header, merged",
			grid("结果", "", "编号|姓名|血常规||", "||白细胞|红细胞|日期", "1|张三|5.1|4.2|2023-01-01", "2|李四|6.3|4.8|2023-01-02"),
			[]sheet.Range{
				{FirstRow: 1, LastRow: 1, FirstCol: 0, LastCol: 4},
				{FirstRow: 3, LastRow: 4, FirstCol: 0, LastCol: 0},
				{FirstRow: 3, LastRow: 4, FirstCol: 1, LastCol: 1},
				{FirstRow: 3, LastRow: 3, FirstCol: 2, LastCol: 4},
			},
			[]found{{rows(3, 4), 5, 6, "编号|姓名|血常规_白细胞|血常规_红细胞|血常规_日期", nil}},
		}, {
			"groups without merges, apart by empty rows",
			grid("Table 5. Farms", "", "State|Farms||Acres|", "", "|2006|2007|2006|2007", "", "", "Ohio|12.5|13|800|790", "Iowa|22|21.5|1800|1750", "Utah|3|3.1|90|95"), nil,
			[]found{{rows(3, 5), 8, 10, "State|Farms_2006|Farms_2007|Acres_2006|Acres_2007", nil}},
		}, {
			"a first column named below the rest, and group titles",
			grid("|Men|Women", "Age", "All years", "0-4|12|13", "5-9|14|12", "1990", "0-4|11|10", "5-9|12|9"), nil,
			[]found{{rows(1, 2), 3, 8, "Age|Men|Women", rows(3, 6)}},
		}, {
			"years as names",
			grid("Item|2019|2020|2021", "Wheat|12|14|16", "Rye|7|8|9", "Oats|4|4|5"), nil,
			[]found{{rows(1), 2, 4, "Item|2019|2020|2021", nil}},
		}, {
			"a column of years is data",
			grid("year|rain", "2019|512", "2020|498", "2021|530"), nil,
			[]found{{rows(1), 2, 4, "year|rain", nil}},
		}, {
			"numbered columns",
			grid("0|1|2|3", "0.5|12|9|x", "0.7|13|8|y", "0.1|19|3|z", "0.2|17|1|x"), nil,
			[]found{{rows(1), 2, 5, "0|1|2|3", nil}},
		}, {
			"dates as names",
			grid("Item|@43831|@43862|@43891", "Wheat|#12|#14|#16", "Rye|#7|#8|#9", "Oats|#4|#4|#5"), nil,
			[]found{{rows(1), 2, 4, "Item|43831|43862|43891", nil}},
		}, {
			"a row of units",
			grid("样本|白细胞|血红蛋白|比例", "|10^9/L|g/L|(%)", "A1|5.1|130|40", "A2|6.2|128|42", "A3|4.9|141|39"), nil,
			[]found{{rows(1, 2), 3, 5, "样本|白细胞_10^9/L|血红蛋白_g/L|比例_(%)", nil}},
		}, {
			"scales",
			grid("Item|1990|2000", "Unit|(1,000)|(100)", "Wheat|12|14", "Rye|7|8", "Oats|4|4"), nil,
			[]found{{rows(1, 2), 3, 5, "Item_Unit|1990_(1,000)|2000_(100)", nil}},
		}, {
			"drawn lines",
			grid("name|n|m", "---|---|---", "east|12|3", "west|8|4", "north|7|5"), nil,
			[]found{{rows(1, 2), 3, 5, "name|n|m", nil}},
		}, {
			"missing values in the first row",
			grid("name|n|m|k", "east|(NA)|-|3", "west|8|4|5", "north|7|5|5"), nil,
			[]found{{rows(1), 2, 4, "name|n|m|k", nil}},
		}, {
			"a first row of data that fills few columns",
			grid("area|kind|people|crimes|thefts", "Abilene|metro|1577||", "|city|1146|66|10", "|total|1577|74|12", "Akron|metro|2000||", "|city|1500|70|9"), nil,
			[]found{{rows(1), 2, 6, "area|kind|people|crimes|thefts", nil}},
		}, {
			"the header said again on each page",
			grid("id|name|n", "1|Ann|5", "2|Bob|6", "id|name|n", "3|Cem|7", "", "id|name|n", "4|Dag|8"), nil,
			[]found{{rows(1), 2, 8, "id|name|n", rows(4, 7)}},
		}, {
			"two tables",
			grid("id|name", "1|Ann", "2|Bob", "", "day|temp|pulse", "1|36.5|70", "2|37.1|82", "3|36.8|75"), nil,
			[]found{{rows(1), 2, 3, "id|name", nil}, {rows(5), 6, 8, "day|temp|pulse", nil}},
		}, {
			"two tables with titles",
			grid("Patients", "id|age", "1|40", "2|50", "", "Days", "", "day|temp|pulse", "1|36.5|70", "2|37.1|82"), nil,
			[]found{{rows(2), 3, 4, "id|age", nil}, {rows(8), 9, 10, "day|temp|pulse", nil}},
		}, {
			"two tables and a title between, no empty row",
			grid("id|age|sex", "1|40|m", "2|50|f", "Days", "day|temp|pulse|note", "1|36.5|70|x", "2|37.1|82|y"), nil,
			[]found{{rows(1), 2, 3, "id|age|sex", nil}, {rows(5), 6, 7, "day|temp|pulse|note", nil}},
		}, {
			"two tables and nothing between",
			grid("id|age|sex", "1|40|m", "2|50|f", "name|ward|beds|share", "Ann|east|4|0.1", "Bob|west|5|0.2"), nil,
			[]found{{rows(1), 2, 3, "id|age|sex", nil}, {rows(4), 5, 6, "name|ward|beds|share", nil}},
		}, {
			"words among values are no header",
			grid("id|age|weight|sex", "1|40|71|m", "2|not known|not asked|not told", "3|50|80|f", "4|51|64|m"), nil,
			[]found{{rows(1), 2, 5, "id|age|weight|sex", nil}},
		}, {
			"groups with totals, a signature below",
			grid("编号|科室|例数|金额", "内科", "1|呼吸|12|3.5", "2|消化|8|2.5", "小计||20|6", "外科", "3|骨科|7|9.5", "小计||7|9.5", "合计||27|15.5", "制表人：张三||审核：李四"), nil,
			[]found{{rows(1), 2, 7, "编号|科室|例数|金额", rows(2, 5, 6, 8, 9)}},
		}, {
			"total is one kind of row among others",
			grid("sex|year|n", "male|2019|5", "female|2019|6", "total|2019|11", "male|2020|7", "female|2020|9", "total|2020|16", "male|2021|7", "female|2021|9"), nil,
			[]found{{rows(1), 2, 9, "sex|year|n", nil}},
		}, {
			"a code alone is data",
			grid("id|n|m|k", "P1|5|6|1", "P2", "P3|7|8|2", "P4|9|9|3"), nil,
			[]found{{rows(1), 2, 5, "id|n|m|k", nil}},
		}, {
			"a form",
			grid("Name|Li Lei", "Age|45", "Ward|East", "Weight|71.5", "Doctor|Han"), nil,
			[]found{{nil, 1, 5, "column_1|column_2", nil}},
		}, {
			"off the corner",
			grid("", "", "||id|n", "||1|5", "||2|6"), nil,
			[]found{{rows(3), 4, 5, "id|n", nil}},
		}, {
			"doubled and missing names",
			grid("n|n||n_2", "1|2|3|4", "5|6|8|7"), nil,
			[]found{{rows(1), 2, 3, "n|n_2|column_3|n_2_2", nil}},
		},
		{"no cells", grid("", ""), nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []found
			for _, table := range decide(test.sheet, sheet.Facts{Merged: test.merged}, locate.Options{}).Tables {
				got = append(got, look(table))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
}

// TestTotals keeps the totals row's place and reason.
func TestTotals(t *testing.T) {
	b := grid("ward|beds|share", "east|12|0.4", "west|8|0.6", "合计|20|1.0", "注：草稿")
	table, err := decide(b, sheet.Facts{}, locate.Options{}).Main()
	if err != nil {
		t.Fatal(err)
	}
	if table.LastDataRow != 3 || len(table.Skipped) != 1 || table.Skipped[0] != (locate.Skipped{Row: 4, Why: locate.WhyTotals}) {
		t.Errorf("%+v", table)
	}
}

func TestWideSheet(t *testing.T) {
	const width = 16_384
	b := &sheet.Batch{}
	head, body := make([]string, width), make([]string, width)
	for i := range head {
		head[i], body[i] = "name "+strconv.Itoa(i), strconv.Itoa(i*7%1000)
	}
	addRow(b, 1, head)
	for n := range int64(40) {
		addRow(b, n+2, body)
	}
	table, err := decide(b, sheet.Facts{}, locate.Options{}).Main()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(table.HeaderRows, rows(1)) || table.LastDataRow != 41 || len(table.Columns) != width ||
		table.Columns[width-1] != (locate.Column{Source: width - 1, Name: "name 16383"}) {
		t.Errorf("header %v, data to %d, %d columns", table.HeaderRows, table.LastDataRow, len(table.Columns))
	}
}

func TestOptions(t *testing.T) {
	long := &sheet.Batch{}
	addRow(long, 1, []string{"id", "name", "n"})
	for n := range int64(5000) {
		addRow(long, n+2, []string{strconv.FormatInt(n, 10), "x" + strconv.FormatInt(n%7, 10), strconv.FormatInt(n*3, 10)})
	}
	titled := grid("Report", "", "id|name|n", "1|Ann|5", "2|Bob|6", "total|-|11")
	pair := grid("id|name", "1|Ann", "2|Bob", "", "day|temp|pulse", "1|36.5|70", "2|37.1|82", "3|36.8|75")
	for _, test := range []struct {
		name    string
		sheet   *sheet.Batch
		options locate.Options
		want    found
	}{
		{"no header", titled, locate.Options{NoHeader: true}, found{nil, 3, 5, "column_1|column_2|column_3", rows()}},
		{"header rows", titled, locate.Options{HeaderRows: rows(4)}, found{rows(4), 5, 5, "1|Ann|5", nil}},
		{"header rows in any order", titled, locate.Options{HeaderRows: rows(4, 3, 4)}, found{rows(3, 4), 5, 5, "id_1|name_Ann|n_5", nil}},
		{"first row", titled, locate.Options{FirstRow: 5}, found{rows(3), 5, 5, "id|name|n", nil}},
		{"first row in the header", titled, locate.Options{FirstRow: 3}, found{nil, 3, 5, "column_1|column_2|column_3", nil}},
		{"last row is the totals", titled, locate.Options{LastRow: 6}, found{rows(3), 4, 6, "id|name|n", nil}},
		{"last row", titled, locate.Options{LastRow: 4}, found{rows(3), 4, 4, "id|name|n", nil}},
		{"header row not remembered", long, locate.Options{HeaderRows: rows(2000)}, found{rows(2000), 2001, 5001, "column_1|column_2|column_3", nil}},
		{"first row not remembered", long, locate.Options{FirstRow: 2000}, found{rows(1), 2000, 5001, "id|name|n", nil}},
		{"last row not remembered", long, locate.Options{LastRow: 2000}, found{rows(1), 2, 2000, "id|name|n", nil}},
		{"first row beyond the sheet", long, locate.Options{FirstRow: 9000}, found{rows(1), 9000, 8999, "id|name|n", nil}},
		{"second table", pair, locate.Options{Table: 2}, found{rows(5), 6, 8, "day|temp|pulse", nil}},
		{"rows choose the table", pair, locate.Options{FirstRow: 3, LastRow: 3}, found{rows(1), 3, 3, "id|name", nil}},
		{"rows within a chosen table", pair, locate.Options{Table: 2, FirstRow: 7}, found{rows(5), 7, 8, "day|temp|pulse", nil}},
		{"rows over both tables", pair, locate.Options{FirstRow: 2, LastRow: 8}, found{rows(1), 2, 8, "id|name|column_3", nil}},
	} {
		t.Run(test.name, func(t *testing.T) {
			table, err := decide(test.sheet, sheet.Facts{}, test.options).Main()
			if err != nil {
				t.Fatal(err)
			}
			got := look(table)
			got.Skipped, test.want.Skipped = nil, nil
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
	if _, err := decide(pair, sheet.Facts{}, locate.Options{Table: 3}).Main(); err == nil {
		t.Error("a third table was found")
	}
}

// BenchmarkObserve reads the guide's sheet: 3,339 rows of 151 columns.
func BenchmarkObserve(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	var batches []*sheet.Batch
	var batch *sheet.Batch
	for n := range int64(3339) {
		if n%sheet.BatchRows == 0 {
			batch = &sheet.Batch{}
			batches = append(batches, batch)
		}
		cells := make([]string, 151)
		for i := range cells {
			switch {
			case n == 0:
				cells[i] = "name " + strconv.Itoa(i)
			case i%5 == 0:
				cells[i] = []string{"east ward", "west ward", "阴性", "n/a", "P00123"}[random.IntN(5)]
			case i%5 == 1:
				cells[i] = "2023-04-" + strconv.Itoa(10+random.IntN(20))
			default:
				cells[i] = strconv.FormatFloat(random.Float64()*100, 'f', 2, 64)
			}
		}
		addRow(batch, n+1, cells)
	}
	b.ReportAllocs()
	for b.Loop() {
		var sketch locate.Sketch
		for _, batch := range batches {
			sketch.Observe(batch)
		}
	}
}

// TestNothingButATitle is about sheets that hold one line and no table below it.
func TestNothingButATitle(t *testing.T) {
	for _, line := range []string{"#1948", "@45000"} {
		l := decide(grid("", line), sheet.Facts{}, locate.Options{})
		if len(l.Tables) != 1 || len(l.Tables[0].Columns) != 1 || l.Tables[0].FirstDataRow != 2 || l.Tables[0].LastDataRow != 2 {
			t.Errorf("%s: %+v", line, l)
		}
	}
}
