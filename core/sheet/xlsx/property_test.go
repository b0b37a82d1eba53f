package xlsx_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"sheetmill/core/sheet"
)

// grid draws cells of a few rows and columns in ascending order.
func grid(t *rapid.T) []got {
	var cells []got
	row := int64(0)
	for range rapid.IntRange(0, 12).Draw(t, "rows") {
		row += int64(rapid.IntRange(1, 3).Draw(t, "step"))
		for col := range 6 {
			c := got{Row: row, Col: col}
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				continue
			case 1:
				c.Kind, c.Text = sheet.Number, strconv.Itoa(rapid.IntRange(-1e9, 1e9).Draw(t, "int"))
			case 2:
				c.Kind, c.Text = sheet.Number, strconv.FormatFloat(float64(rapid.IntRange(-1e9, 1e9).Draw(t, "thousandths"))/1000, 'f', -1, 64)
			case 3:
				c.Kind, c.Text = sheet.Bool, strconv.Itoa(rapid.IntRange(0, 1).Draw(t, "bool"))
			default:
				c.Kind, c.Text = sheet.Text, rapid.StringOf(rapid.RuneFrom([]rune("aZ09 _x&<>\"'\r\n\t;中文😀é]0041"))).Draw(t, "text")
			}
			cells = append(cells, c)
		}
	}
	return cells
}

// coded is text as the standard has it stored: what looks like an escape is
// escaped itself.
func coded(text string) string {
	return strings.ReplaceAll(escape(text), "_x", "_x005F_x")
}

// TestRawPartsComeBack writes random grids as parts in the many ways that the
// standard allows and reads them back.
func TestRawPartsComeBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cells := grid(rt)
		order := rapid.Permutation(rowsOf(cells)).Draw(rt, "order")
		quote := rapid.SampledFrom([]string{`"`, `'`}).Draw(rt, "quote")
		space := rapid.SampledFrom([]string{"", " ", "\r\n"}).Draw(rt, "space")
		noise := rapid.SampledFrom([]string{"", "<!-- <c> -->", "\n  ", "<?p?>"}).Draw(rt, "noise")
		var texts []string
		var b strings.Builder
		for _, row := range order {
			fmt.Fprintf(&b, "%s<row r=%s%d%s%s>", noise, quote, row[0].Row, quote, space)
			for _, c := range row {
				fmt.Fprintf(&b, "<c %sr=%s%s%s", space, quote, address(c), quote)
				switch c.Kind {
				case sheet.Bool:
					fmt.Fprintf(&b, " t=%sb%s>%s<v>%s</v>", quote, quote, noise, c.Text)
				case sheet.Number:
					fmt.Fprintf(&b, "><v>%s</v>", c.Text)
				default:
					ways := 3
					if strings.ContainsAny(c.Text, "\r_") || strings.Contains(c.Text, "]]>") {
						ways = 1 // cut in runs, or in CDATA, these mean something else
					}
					switch rapid.IntRange(0, ways).Draw(rt, "way") {
					case 0:
						fmt.Fprintf(&b, " t=%ss%s><v>%d</v>", quote, quote, len(texts))
						texts = append(texts, "<t>"+coded(c.Text)+"</t>")
					case 1:
						fmt.Fprintf(&b, " t=%sstr%s><v>%s</v>", quote, quote, coded(c.Text))
					case 2:
						half := []rune(c.Text)
						fmt.Fprintf(&b, " t=%sinlineStr%s><is><r><t>%s</t></r><r><t>%s</t></r></is>", quote, quote, coded(string(half[:len(half)/2])), coded(string(half[len(half)/2:])))
					default:
						fmt.Fprintf(&b, " t=%sinlineStr%s><is><t><![CDATA[%s]]></t></is>", quote, quote, c.Text)
					}
				}
				b.WriteString("</c>" + noise)
			}
			b.WriteString("</row>")
		}
		back, _, err := readParts(t, workbook(data(b.String())).strings(texts...))
		if err != nil {
			rt.Fatal(err)
		}
		if show(back) != show(cells) {
			rt.Fatalf("wrote %s\nread  %s", show(cells), show(back))
		}
	})
}

func rowsOf(cells []got) [][]got {
	var rows [][]got
	for i, c := range cells {
		if i == 0 || cells[i-1].Row != c.Row {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], c)
	}
	return rows
}

func address(c got) string {
	name, err := excelize.CoordinatesToCellName(c.Col+1, int(c.Row))
	if err != nil {
		panic(err) // columns and rows here are small
	}
	return name
}

// TestExcelizeComesBack writes random grids with excelize and reads them back.
func TestExcelizeComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cells := grid(rt)
		f := excelize.NewFile()
		defer func() { _ = f.Close() }()
		for i, c := range cells {
			var v any
			switch c.Kind {
			case sheet.Bool:
				v = c.Text == "1"
			case sheet.Number:
				n, err := strconv.ParseFloat(c.Text, 64)
				if err != nil {
					rt.Fatal(err)
				}
				v = n
			default:
				if strings.Contains(c.Text, "\r") || strings.Contains(c.Text, "_x") {
					c.Text = "plain" // excelize writes these otherwise than Excel
					cells[i] = c
				}
				v = c.Text
			}
			if err := f.SetCellValue("Sheet1", address(c), v); err != nil {
				rt.Fatal(err)
			}
		}
		var buf bytes.Buffer
		if err := f.Write(&buf); err != nil {
			rt.Fatal(err)
		}
		book, err := openBytes(t, buf.Bytes())
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = book.Close() }()
		back, _, err := read(t, book, 0)
		if err != nil {
			rt.Fatal(err)
		}
		if show(back) != show(cells) {
			rt.Fatalf("wrote %s\nread  %s", show(cells), show(back))
		}
	})
}
