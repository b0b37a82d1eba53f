package xlsb_test

import (
	"io"
	"testing"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsb"
)

// TestHostile: what would exhaust the machine is refused by name, or read.
func TestHostile(t *testing.T) {
	whole := map[string]string{}
	for name, part := range workbook(every()) {
		whole[name] = string(part)
	}
	with := func(part string, write func(io.Writer) error) func(io.Writer) error {
		return readtest.Zipped(whole, part, write)
	}
	const page, book, shared, styles = "xl/worksheets/sheet1.bin", "xl/workbook.bin", "xl/sharedStrings.bin", "xl/styles.bin"
	pageOpen, pageShut := string(join(rec(129), rec(145))), string(join(rec(146), rec(130)))
	text := string(rec(19, byte(0), "a text of some length, over and over"))
	readtest.RunHostile(t, xlsb.Open, []readtest.Hostile{
		{Name: "a million sheets", Says: "MaxSheets", Write: with(book, readtest.Repeated(string(rec(131)), 1_000_000, string(rec(156, uint32(0), uint32(1), "rId1", "A")), string(rec(132))))},
		{Name: "bomb of records", Says: "bomb", Write: with(page, readtest.Repeated(pageOpen, 75_000_000, string(rec(1000)), pageShut))},
		{Name: "bomb of styles", Says: "bomb", Write: with(styles, readtest.Repeated(string(rec(278)), 75_000_000, string(rec(1000)), string(rec(279))))},
		{Name: "styles without end", Says: "styles", Write: with(styles, readtest.Repeated(string(join(rec(278), rec(617, uint32(1)))), 2_000_000, string(rec(47, uint16(0), uint16(0))), string(join(rec(618), rec(279)))))},
		{Name: "ghost cells", Write: with(page, readtest.Repeated(pageOpen+string(row(0, 0)), 3_000_000, string(rec(1, uint32(0), uint32(0))), pageShut))},
		{Name: "one cell over and over", Write: with(page, readtest.Repeated(pageOpen+string(row(0, 0)), 3_000_000, string(rec(5, uint32(0), uint32(0), 1.0)), pageShut))},
		{Name: "merged cells without end", Says: "merged", Write: with(page, readtest.Repeated(pageOpen+string(join(rec(146), rec(177, uint32(1)))), 1_000_000, string(rec(176, uint32(0), uint32(1), uint32(0), uint32(2))), string(join(rec(178), rec(130)))))},
		{Name: "a million texts", Write: with(shared, readtest.Repeated(string(rec(159, uint32(2), uint32(2))), 1_500_000, text, string(rec(160))))},
		{Name: "texts that are not there", Write: with(shared, readtest.Bytes(func() []byte {
			return join(rec(159, uint32(1<<31), uint32(1<<31)), rec(19, byte(0), "a"), rec(19, byte(0), "b"), rec(160))
		}))},
		{Name: "a text of 2^28 bytes that is not there", Says: "MaxCellBytes", Write: with(shared, readtest.Bytes(func() []byte {
			return join(rec(159, uint32(1), uint32(1)), []byte{19, 0xff, 0xff, 0xff, 0x7f, 0}, []byte{0xff, 0xff, 0xff, 0x7f})
		}))},
	})
}
