package numfmt

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"sheetmill/core/sheet"
)

// Display shows a cell as Excel does: numbers by their number format, truth
// values as TRUE and FALSE, all else as it is.
func (f *Formats) Display(cell sheet.Cell, text []byte) string {
	switch {
	case cell.Kind == sheet.Bool:
		if string(text) == "1" {
			return "TRUE"
		}
		return "FALSE"
	case !cell.Kind.Numeric():
		return string(text)
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsInf(v, 0) {
		return string(text)
	}
	if cell.Style < 0 || int(cell.Style) >= len(f.codes) || f.codes[cell.Style].isGeneral() {
		return general(v)
	}
	if f.display == nil {
		f.display = newDisplayer()
	}
	if f.date1904 && (cell.Kind == sheet.Date || cell.Kind == sheet.DateTime) {
		v += days1904
	}
	shown, ok := f.display.format(v, cell.Style, f.codes[cell.Style])
	if !ok {
		return general(v)
	}
	return shown
}

// displayer formats numbers in a scratch workbook of excelize, which knows
// Excel's format codes; one style is made for each format.
type displayer struct {
	file   *excelize.File
	sheet  string
	styles map[styleKey]int // -1 for a format that excelize refuses
}

// styleKey is a format, and of one with conditions the section that applies.
type styleKey struct {
	format  int32
	section string
}

// days1904 is how much a day's number from 1904-01-01 is less than that from
// 1900. excelize is told the latter: of the former it shows the first days one
// too early, and elapsed time as that since 1900.
const days1904 = 1462

func newDisplayer() *displayer {
	f := excelize.NewFile()
	return &displayer{file: f, sheet: f.GetSheetName(0), styles: map[styleKey]int{}}
}

// format shows v in a format; false when excelize cannot.
func (d *displayer) format(v float64, index int32, f format) (shown string, ok bool) {
	defer func() {
		// The code comes from the file; excelize's parser is not ours to trust with it.
		if recover() != nil {
			shown, ok = "", false
		}
	}()
	if shown, ok := fraction(f, v); ok {
		return shown, true
	}
	section, v := conditional(f.code, v)
	key := styleKey{index, section}
	style, ok := d.styles[key]
	if !ok {
		style = -1
		made := &excelize.Style{NumFmt: f.id}
		code := f.spelled()
		if key.section != "" {
			code = key.section
		}
		if code != "" {
			made = &excelize.Style{CustomNumFmt: &code}
		}
		if n, err := d.file.NewStyle(made); err == nil {
			style = n
		}
		d.styles[key] = style
	}
	if style < 0 {
		return "", false
	}
	const cell = "A1"
	if err := d.file.SetCellValue(d.sheet, cell, v); err != nil {
		return "", false
	}
	if err := d.file.SetCellStyle(d.sheet, cell, cell, style); err != nil {
		return "", false
	}
	shown, err := d.file.GetCellValue(d.sheet, cell)
	if err != nil {
		return "", false
	}
	return shown, true
}

func (d *displayer) close() error {
	if err := d.file.Close(); err != nil {
		return fmt.Errorf("close the scratch workbook: %w", err)
	}
	return nil
}

// spelled is the format's code; "" when only excelize's own table has it.
func (f format) spelled() string {
	if f.code != "" {
		return f.code
	}
	return spelledOut[f.id]
}

// isGeneral tells whether numbers look as in General: also as text (@), and
// under an id that neither the file nor the standard says anything about.
func (f format) isGeneral() bool {
	switch code := f.spelled(); {
	case strings.EqualFold(code, "general"), code == "@", code == "G/通用格式":
		return true
	case code != "":
		return false
	}
	known := f.id >= 1 && f.id <= 4 || f.id >= 9 && f.id <= 22 || f.id >= 37 && f.id <= 48 || f.id >= 59 && f.id <= 81
	return !known
}

// general shows a number in the format General: at most 11 characters, the
// sign aside, and E notation past that.
func general(v float64) string {
	if v == 0 {
		return "0"
	}
	if v < 0 {
		return "-" + general(-v)
	}
	const width = 11
	mantissa, power, _ := strings.Cut(strconv.FormatFloat(v, 'E', 5, 64), "E")
	exp, _ := strconv.Atoi(power) // always a number
	fixed := func(decimals int) string {
		s := strconv.FormatFloat(v, 'f', max(0, decimals), 64)
		if strings.IndexByte(s, '.') >= 0 {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	switch {
	case exp >= 0 && exp < width:
		if s := fixed(width - 2 - exp); len(s) <= width {
			return s
		}
	case exp >= -4 && exp < 0:
		return fixed(width - 2)
	case exp >= -9 && exp < 0:
		// Shown in full only where nothing is lost by it.
		if s := strconv.FormatFloat(v, 'f', -1, 64); len(s) <= width {
			return s
		}
	}
	return strings.TrimRight(strings.TrimRight(mantissa, "0"), ".") + "E" + power
}
