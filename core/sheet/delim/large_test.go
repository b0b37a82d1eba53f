package delim

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sheetmill/core/sheet"
)

// The shapes below cost time or memory in readers that look back or copy; each
// has to be read whole, soon.
func TestLargeShapes(t *testing.T) {
	big := strings.Repeat("0123456789", 1<<20)
	wide := strings.Repeat("7,", 16_999) + "7\n"
	for _, c := range []struct {
		name       string
		data       []byte
		rows, last int // rows, and cells of the last one
	}{
		{"a cell of 10 MB", []byte("a,b\n1," + big + "\n2,3\n"), 3, 2},
		{"a quoted cell of 10 MB", []byte("a,b\n1,\"" + strings.ReplaceAll(big, "5678", ",\n\"\"") + "\"\n2,3\n"), 3, 2},
		{"17,000 columns", []byte(strings.Repeat(wide, 20)), 20, 17_000},
		{"a million lines of one field", bytes.Repeat([]byte("abc\n"), 1_000_000), 1_000_000, 1},
		{"opening quotes only, on one line", []byte(strings.Repeat(`"a,`, 20_000)), 1, 20_000},
		{"opening quotes only, on many lines", bytes.Repeat([]byte("\"a,\"b,\"c\n"), 200_000), 200_000, 3},
		{"one quote a line", bytes.Repeat([]byte("\"a,b,c\n"), 200_000), 200_000, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			b := openBytes(t, c.data, sheet.Options{Delimiter: ","})
			last := 0
			n, err := collect(b, func(row sheet.Row, _ *sheet.Batch) { last = int(row.Len) })
			if err != nil || n != c.rows || last != c.last {
				t.Errorf("%+v: %d rows, %d cells in the last, %v", b.dialect, n, last, err)
			}
			took := time.Since(began)
			t.Log(took)
			if took > 20*time.Second && !raceDetector {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestOnlyQuotes(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 100_000, 100_001} {
		b := openBytes(t, bytes.Repeat([]byte{'"'}, n), sheet.Options{})
		if rows, err := collect(b, func(sheet.Row, *sheet.Batch) {}); err != nil || rows != 1 {
			t.Errorf("%d quotes: %d rows, %v", n, rows, err)
		}
	}
}

// What the first MiB does not show is found in the rest of the file.
func TestWholeFileDecides(t *testing.T) {
	lines := func(n int, line string) string { return strings.Repeat(line, n) }
	for _, c := range []struct {
		name, text string
		want       sheet.Dialect
		width      int
	}{
		{"quotes late", "a,b\n" + lines(300_000, "1,2\n") + "\"x, y\",2\n",
			sheet.Dialect{Delimiter: ",", Quote: `"`, Escape: `"`, Newline: "\n"}, 2},
		{"backslashes late", "a,b\n" + lines(200_000, "\"u\",22\n") + lines(50_000, "\"x\\\", y\",2\n"),
			sheet.Dialect{Delimiter: ",", Quote: `"`, Escape: `\`, Newline: "\n"}, 2},
		{"single quotes late", "a,b\n" + lines(300_000, "1,2\n") + lines(200_000, "'x, y','2'\n"),
			sheet.Dialect{Delimiter: ",", Quote: `'`, Escape: `'`, Newline: "\n"}, 2},
		{"carriage returns late", "a,b\n" + lines(300_000, "1,2\n") + lines(200_000, "1,2\r"),
			sheet.Dialect{Delimiter: ",", Newline: "mixed"}, 2},
		{"a long title", lines(20_000, "This list, made by the ward, is about beds: and more; see there.\n") + lines(500_000, "a;1,5;b;2,5\n"),
			sheet.Dialect{Delimiter: ";", Newline: "\n"}, 4},
	} {
		b := openBytes(t, []byte(c.text), sheet.Options{})
		if b.dialect != c.want || b.width != c.width {
			t.Errorf("%s: %+v, %d fields", c.name, b.dialect, b.width)
		}
	}
}

func TestCancelledWithinRead(t *testing.T) {
	b := openBytes(t, bytes.Repeat([]byte("a,b\n"), 1_000_000), sheet.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	rows, err := b.Rows(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	var batch sheet.Batch
	if err := rows.Next(ctx, &batch); err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 300 {
		if err = rows.Next(ctx, &batch); err != nil {
			break
		}
	}
	if err == nil || ctx.Err() == nil || fmt.Sprint(err) == "" {
		t.Error("the read went on")
	}
}
