package delim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

// seen is a row as a test writes it down: number, line, offset, then the cells
// as kind and text, "-" where there is none.
func seen(t testing.TB, b *book) []string {
	t.Helper()
	rows, err := b.Rows(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	var batch sheet.Batch
	for {
		err := rows.Next(context.Background(), &batch)
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch.Rows {
			var s strings.Builder
			fmt.Fprintf(&s, "%d/%d/%d", row.Number, row.Line, row.Offset)
			col := int32(0)
			for _, c := range batch.CellsOf(row) {
				for ; col < c.Col; col++ {
					s.WriteString(" -")
				}
				fmt.Fprintf(&s, " %c%q", c.Kind, batch.Text(c))
				col++
			}
			out = append(out, s.String())
		}
	}
}

func TestRows(t *testing.T) {
	for _, c := range []struct {
		name, text string
		delimiter  string // asked for
		want       []string
	}{
		{"plain", "a,b\n1,2\n", "", []string{`1/1/0 s"a" s"b"`, `2/2/4 s"1" s"2"`}},
		{"no line end at the end", "a,b\n1,2", "", []string{`1/1/0 s"a" s"b"`, `2/2/4 s"1" s"2"`}},
		{"windows", "a,b\r\n1,2\r\n", "", []string{`1/1/0 s"a" s"b"`, `2/2/5 s"1" s"2"`}},
		{"old mac", "a,b\r1,2\r", "", []string{`1/1/0 s"a" s"b"`, `2/2/4 s"1" s"2"`}},
		{"converted twice", "a,b\r\r\n1,2\r\r\n3,4\r\r\n", "",
			[]string{`1/1/0 s"a" s"b"`, `2/2/6 s"1" s"2"`, `3/3/12 s"3" s"4"`}},
		{"mixed line ends", "a,b\r\n1,2\r3,4\n5,6\r\n", "",
			[]string{`1/1/0 s"a" s"b"`, `2/2/5 s"1" s"2"`, `3/3/9 s"3" s"4"`, `4/4/13 s"5" s"6"`}},
		{"a carriage return within a cell", "a,b,c\nx,one\rtwo,3\ny,z,4\n", "",
			[]string{`1/1/0 s"a" s"b" s"c"`, `2/2/6 s"x" s"one\rtwo" s"3"`, `3/3/18 s"y" s"z" s"4"`}},
		{"empty cells", "a,b,c\n1,,\"\"\n,,\n", "",
			[]string{`1/1/0 s"a" s"b" s"c"`, `2/2/6 s"1" - q""`, `3/3/12`}},
		{"blank lines count", "a,b\n\n\n1,2\n", "", []string{`1/1/0 s"a" s"b"`, `4/4/6 s"1" s"2"`}},
		{"lines within quotes", "a,b\n\"x\ny\",2\n3,4\n", "",
			[]string{`1/1/0 s"a" s"b"`, `2/2/4 q"x\ny" s"2"`, `3/4/12 s"3" s"4"`}},
		{"doubled quotes", "a,b\n\"say \"\"hi\"\"\",2\n", "", []string{`1/1/0 s"a" s"b"`, `2/2/4 q"say \"hi\"" s"2"`}},
		{"backslashes", "a,b\n\"say \\\"hi, you\\\"\",2\n\"x\\\\y\",3\n", "",
			[]string{`1/1/0 s"a" s"b"`, `2/2/4 q"say \"hi, you\"" s"2"`, `3/3/24 q"x\\y" s"3"`}},
		{"backslashes without quotes", "a\\,b,c\nd\\,e,f\n", "", []string{`1/1/0 s"a,b" s"c"`, `2/2/7 s"d,e" s"f"`}},
		{"a path before a quote", "p,n\n\"C:\\dir\\\",1\n\"C:\\x\\\",2\n", "",
			[]string{`1/1/0 s"p" s"n"`, `2/2/4 q"C:\\dir\\" s"1"`, `3/3/16 q"C:\\x\\" s"2"`}},
		{"quotes within a bare cell", "a,b\n5\" disk,1\nx\"y\"z,2\n", "",
			[]string{`1/1/0 s"a" s"b"`, `2/2/4 s"5\" disk" s"1"`, `3/3/14 s"x\"y\"z" s"2"`}},
		{"bare quotes within quotes", "a,b\n1,\"he said \"hi\" ok\"\n2,3\n", "",
			[]string{`1/1/0 s"a" s"b"`, `2/2/4 s"1" q"he said \"hi\" ok"`, `3/3/24 s"2" s"3"`}},
		{"a quote too many at the end", "a,b,c,d\n1,\"x\"\",\"y\",4\n1,\"x\",\"y\",5\n", "",
			[]string{`1/1/0 s"a" s"b" s"c" s"d"`, `2/2/8 s"1" q"x\"" q"y" s"4"`, `3/3/21 s"1" q"x" q"y" s"5"`}},
		{"an opening quote too many", "a,b,c\n1,2,3\n4,\"5,6\n7,\"8\",9\n1,2,3\n", "",
			[]string{`1/1/0 s"a" s"b" s"c"`, `2/2/6 s"1" s"2" s"3"`, `3/3/12 s"4" s"\"5" s"6"`, `4/4/19 s"7" q"8" s"9"`, `5/5/27 s"1" s"2" s"3"`}},
		{"a quote that never closes", "a,b\n1,\"x\n2,y\n3,z\n", "",
			[]string{`1/1/0 s"a" s"b"`, `2/2/4 s"1" s"\"x"`, `3/3/9 s"2" s"y"`, `4/4/13 s"3" s"z"`}},
		{"spaces around quotes", "a, \"b, x\" , c\n1, \"2\", 3\n", "",
			[]string{`1/1/0 s"a" q"b, x" s"c"`, `2/2/14 s"1" q"2" s"3"`}},
		{"single quotes", "id,note\n1,'it''s, ok'\n2,'b'\n3,'c, d'\n", "",
			[]string{`1/1/0 s"id" s"note"`, `2/2/8 s"1" q"it's, ok"`, `3/3/22 s"2" q"b"`, `4/4/28 s"3" q"c, d"`}},
		{"apostrophes", "id,note\n1,it's\n2,'tis\n3,don't\n", "",
			[]string{`1/1/0 s"id" s"note"`, `2/2/8 s"1" s"it's"`, `3/3/15 s"2" s"'tis"`, `4/4/22 s"3" s"don't"`}},
		{"two bytes between", "k||v||w\n1||2||3\n4||||5\n", "",
			[]string{`1/1/0 s"k" s"v" s"w"`, `2/2/8 s"1" s"2" s"3"`, `3/3/16 s"4" - s"5"`}},
		{"excel's first line", "sep=;\na;b\n1;2\n", "", []string{`2/2/6 s"a" s"b"`, `3/3/10 s"1" s"2"`}},
		{"excel's first line, quoted", "\"sep=\t\"\r\na\tb\r\n", "", []string{`2/2/9 s"a" s"b"`}},
		{"asked for", "a;b,c\n1;2,3\n", ";", []string{`1/1/0 s"a" s"b,c"`, `2/2/6 s"1" s"2,3"`}},
		{"asked for by name", "a\tb,c\n", "tab", []string{`1/1/0 s"a" s"b,c"`}},
		{"a mark at the start", "\xef\xbb\xbfa,b\n1,2\n", "", []string{`1/1/3 s"a" s"b"`, `2/2/7 s"1" s"2"`}},
		{"a NUL stays", "name,number\nanna\x00,17\nbert and others of the same name,18\n", "",
			[]string{`1/1/0 s"name" s"number"`, `2/2/12 s"anna\x00" s"17"`, `3/3/21 s"bert and others of the same name" s"18"`}},
		{"nothing but blank lines", "\n\n", "", nil},
		{"nothing but a mark", "\xef\xbb\xbf", "", nil},
		{"one cell", "x", "", []string{`1/1/0 s"x"`}},
		{"a line that one quote is", "a,b\n\"\n1,2\n", "", []string{`1/1/0 s"a" s"b"`, `2/2/4 s"\""`, `3/3/6 s"1" s"2"`}},
	} {
		for _, buffer := range []int{1, 2, 3, 7, bufferSize} {
			t.Run(fmt.Sprintf("%s/%d", c.name, buffer), func(t *testing.T) {
				b, err := open(context.Background(), strings.NewReader(c.text), sheet.Options{Name: "a.csv", Delimiter: c.delimiter}, buffer)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(c.want, seen(t, b)); d != "" {
					t.Errorf("%+v\n%s", b.dialect, d)
				}
			})
		}
	}
}

func TestDialects(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"names in one column", "name\nJohn Smith\nMary Jones\nBob Stone\n", ""},
		{"moments in one column", "when\n2020-01-01 10:30:00\n2020-01-02 11:30:00\n2020-01-03 12:30:00\n", ""},
		{"times in one column", "t\n10:30\n11:45\n12:15\n", ""},
		{"decimal commas below a name", "amount\n1,5\n2,5\n3,75\n", ""},
		{"two columns of numbers", "1,5\n2,5\n3,75\n", ","},
		{"addresses in one column", "url\nhttp://a.b/c?d=1,2\nhttp://a.b/c?d=3,4\n", ""},
		{"network cards", "mac\n00:1a:2b:3c:4d:5e\n00:1a:2b:3c:4d:5f\n", ""},
		{"numbers in one column", "5\n6\n7\n", ""},
		{"spaces", "x y z\n1 2 3\n4 5 6\n", " "},
		{"colons", "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\n", ":"},
		{"decimal commas between semicolons", "a;b;c\n1,5;2,5;3,5\n1,7;2,8;3,9\n", ";"},
		{"one line", "a,b,c", ","},
		{"title and note", "Report of 2020\n\nward;bed;days\nA;1;2,5\nB;2;3,5\n\nSource: the ward, 2020; see notes\n", ";"},
		{"times between commas", "id,from,to\n1,10:30:00,11:30:00\n2,12:30:00,13:00:00\n", ","},
		{"bars", "a|b\n1|2\n", "|"},
		{"units of old exports", "a\x1fb\x1fc\n1\x1f2\x1f3\n", "\x1f"},
		{"full-width commas", "姓名，年龄，科室\n王芳，34，内科\n李强，51，外科\n", "，"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := openBytes(t, []byte(c.text), sheet.Options{}).dialect.Delimiter; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestDialectAsUsed(t *testing.T) {
	for text, want := range map[string]sheet.Dialect{
		"a,b\n1,2\n":                          {Delimiter: ",", Newline: "\n"},
		"a;b\r\n\"1\";2\r\n":                  {Delimiter: ";", Quote: `"`, Escape: `"`, Newline: "\r\n"},
		"a,b\r1,2\r":                          {Delimiter: ",", Newline: "\r"},
		"a,b\r\n1,2\n":                        {Delimiter: ",", Newline: "mixed"},
		"a,b\n\"x\\\"y, z\",1\n\"u\",2\n":     {Delimiter: ",", Quote: `"`, Escape: `\`, Newline: "\n"},
		"id,n\n1,'it''s, ok'\n2,'b'\n3,'c'\n": {Delimiter: ",", Quote: `'`, Escape: `'`, Newline: "\n"},
		"one\ntwo\nthree\n":                   {Newline: "\n"},
	} {
		if d := cmp.Diff(want, openBytes(t, []byte(text), sheet.Options{}).dialect); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func TestEncodings(t *testing.T) {
	const text = "姓名,年龄,诊断\n王芳,34,\"高血压，二级\"\n\n李强,51,糖尿病\n"
	want := []string{`1/1 s"姓名" s"年龄" s"诊断"`, `2/2 s"王芳" s"34" q"高血压，二级"`, `4/4 s"李强" s"51" s"糖尿病"`}
	lines := strings.SplitAfter(text, "\n")
	for _, c := range []struct {
		name string
		enc  encoding.Encoding
		mark string
		ask  string
	}{
		{"utf-8", unicode.UTF8, "", ""},
		{"utf-8", unicode.UTF8, "\xef\xbb\xbf", ""},
		{"gb18030", simplifiedchinese.GB18030, "", ""},
		{"gb18030", simplifiedchinese.GBK, "", "GBK"},
		{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "", ""},
		{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "", ""},
		{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "\xff\xfe", ""},
		{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "\xfe\xff", "utf-16"},
		{"utf-32le", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "\xff\xfe\x00\x00", ""},
		{"utf-32be", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "\x00\x00\xfe\xff", ""},
	} {
		encode := func(s string) string {
			out, err := c.enc.NewEncoder().String(s)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		offsets := []int{len(c.mark)}
		for _, line := range lines {
			offsets = append(offsets, offsets[len(offsets)-1]+len(encode(line)))
		}
		at := []int{offsets[0], offsets[1], offsets[3]}
		for _, buffer := range []int{1, 5, bufferSize} {
			b, err := open(context.Background(), strings.NewReader(c.mark+encode(text)), sheet.Options{Name: "a.csv", Encoding: c.ask}, buffer)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			var exact []string
			for i, w := range want {
				where, rest, _ := strings.Cut(w, " ")
				exact = append(exact, fmt.Sprintf("%s/%d %s", where, at[i], rest))
			}
			if d := cmp.Diff(exact, seen(t, b)); d != "" || b.Encoding() != c.name {
				t.Errorf("%s, buffer %d: found %s\n%s", c.name, buffer, b.Encoding(), d)
			}
		}
	}
}

func TestBadBytesAreCounted(t *testing.T) {
	sjis, err := japanese.ShiftJIS.NewEncoder().String("名前,住所\nやまだ,とうきょうのまち\nすずき,おおさかのまち\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text, encoding string
		bad                  int64
		last                 string
	}{
		{"cut within a character", "名前,住所\n山田,東\xe4\xba", "utf-8", 1, "東\uFFFD"},
		{"one byte of another encoding", strings.Repeat("名前,住所\n", 20) + "山\xff田,東\n", "utf-8", 1, "東"},
		{"none", "名前,\uFFFD\n", "utf-8", 0, "\uFFFD"},
		{"legacy, cut", sjis + "a,\x83", "shift_jis", 1, "\uFFFD"},
	} {
		for _, buffer := range []int{1, bufferSize} {
			b, err := open(context.Background(), strings.NewReader(c.text), sheet.Options{}, buffer)
			if err != nil {
				t.Fatal(c.name, err)
			}
			cells, facts := gridFacts(t, b)
			row := cells[len(cells)-1]
			if b.Encoding() != c.encoding || facts.BadBytes != c.bad || row[len(row)-1] != c.last {
				t.Errorf("%s: %s, %d bad, %q", c.name, b.Encoding(), facts.BadBytes, row)
			}
		}
	}
}

func TestRagged(t *testing.T) {
	var text strings.Builder
	text.WriteString("title\n\na,b,c\n")
	for i := range 3000 {
		fmt.Fprintf(&text, "%d,x,y\n", i)
		if i%2 == 1 {
			text.WriteString("1,2\n")
		}
	}
	b := openBytes(t, []byte(text.String()), sheet.Options{})
	_, facts := gridFacts(t, b)
	if facts.RaggedCount != 1501 || len(facts.Ragged) != mostListed {
		t.Errorf("%d counted, %d listed", facts.RaggedCount, len(facts.Ragged))
	}
	if d := cmp.Diff([]int64{1, 6, 9, 12}, facts.Ragged[:4]); d != "" {
		t.Error(d)
	}
}

func TestLimits(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, c := range []struct {
		name, text, want string
		limits           sheet.Limits
	}{
		{"columns", "a,b,c\n1,2,3\n1,2,3,4,5\n", "a.csv: row 3: The row has more than 4 columns.", sheet.Limits{MaxColumns: 4}},
		{"rows", "a,b\n1,2\n\n3,4\n", "a.csv: row 4: The file has more than 2 rows.", sheet.Limits{MaxRows: 2}},
		{"a bare cell", "a,b\n1,2\n" + long + ",3\n", "a.csv: row 3: The row holds a cell larger than 1000 bytes.", sheet.Limits{MaxCellBytes: 1000}},
		{"a quoted cell", "a,b\n1,2\n\"" + long + "\n\",3\n", "a.csv: row 3: The row holds a cell larger than 1000 bytes.", sheet.Limits{MaxCellBytes: 1000}},
	} {
		for _, buffer := range []int{1, 100, bufferSize} {
			b, err := open(context.Background(), strings.NewReader(c.text), sheet.Options{Name: "a.csv", Limits: c.limits}, buffer)
			if err == nil {
				var rows sheet.Rows
				if rows, err = b.Rows(context.Background(), 0); err != nil {
					t.Fatal(err)
				}
				var batch sheet.Batch
				given := 0
				for err == nil {
					if err = rows.Next(context.Background(), &batch); err == nil {
						given += len(batch.Rows)
					}
				}
				if given != 2 {
					t.Errorf("%s, buffer %d: %d rows before the fault, want the 2 above it", c.name, buffer, given)
				}
				if again := rows.Next(context.Background(), &batch); !errors.Is(again, err) {
					t.Errorf("%s: then %v", c.name, again)
				}
			}
			if !fault.Is(err, fault.Limit) || err.Error() != c.want {
				t.Errorf("%s, buffer %d: %v", c.name, buffer, err)
			}
		}
	}
}

func TestStrayQuoteBeforeMuchText(t *testing.T) {
	// Nothing closes the quote, however far one looks: the lines are kept.
	text := "a,b\n1,\"x\n" + strings.Repeat("2,y\n", 5000)
	for _, buffer := range []int{10, 1000} {
		b, err := open(context.Background(), strings.NewReader(text), sheet.Options{Limits: sheet.Limits{MaxCellBytes: 2000}}, buffer)
		if err != nil {
			t.Fatal(err)
		}
		cells := grid(t, b)
		if len(cells) != 5002 || cells[1][1] != `"x` || cells[5001][1] != "y" {
			t.Errorf("%d rows, %q", len(cells), cells[1])
		}
	}
}

func TestRefusals(t *testing.T) {
	noise := make([]byte, 100_000)
	state := uint32(1)
	for i := range noise {
		state = state*1664525 + 1013904223
		noise[i] = byte(state >> 24)
	}
	for name, data := range map[string][]byte{
		"noise":     noise,
		"NULs":      make([]byte, 4096),
		"half NULs": bytes.Repeat([]byte("abc\x00\x00\x00\x07d"), 500),
	} {
		_, err := Open(context.Background(), bytes.NewReader(data), sheet.Options{Name: "line\nbreak.bin"})
		if !fault.Is(err, fault.BadInput) || fault.Of(err).Place != `"line\nbreak.bin"` {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(context.Background(), strings.NewReader("a,b\n"), sheet.Options{Encoding: "klingon"}); !fault.Is(err, fault.Usage) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, strings.NewReader("a,b\n"), sheet.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestBook(t *testing.T) {
	b := openBytes(t, []byte("a\tb\n1\t2\n"), sheet.Options{Name: "/data/lab results.2020.tsv"})
	if b.Format() != "tsv" || b.Encoding() != "utf-8" || b.Sheets()[0].Name != "lab results.2020" {
		t.Error(b.Format(), b.Encoding(), b.Sheets())
	}
	if _, err := b.Rows(context.Background(), 1); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	rows, err := b.Rows(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var batch sheet.Batch
	for err == nil {
		err = rows.Next(context.Background(), &batch)
	}
	if done, total := rows.Progress(); err != io.EOF || len(batch.Rows) != 0 || done != 8 || total != 8 {
		t.Error(err, done, total)
	}
	if err := errors.Join(rows.Close(), rows.Close(), b.Close()); err != nil {
		t.Error(err)
	}
}

// shrunk is a file that loses its end after it was opened.
type shrunk struct {
	*bytes.Reader
	keep int64
}

func (s shrunk) ReadAt(p []byte, at int64) (int, error) {
	if at >= s.keep {
		return 0, io.EOF
	}
	return s.Reader.ReadAt(p[:min(int64(len(p)), s.keep-at)], at)
}

func TestShortFileIsAFault(t *testing.T) {
	data := []byte(strings.Repeat("a,b\n", 1000))
	b := openBytes(t, data, sheet.Options{})
	b.file = shrunk{bytes.NewReader(data), 2000}
	rows, err := b.Rows(context.Background(), 0)
	var batch sheet.Batch
	for err == nil {
		err = rows.Next(context.Background(), &batch)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) || !fault.Is(err, fault.Unreachable) {
		t.Error(err)
	}
}

// What a pass over the bytes sees does not hang on how it cuts them.
func TestLookAtAnyChunk(t *testing.T) {
	text := []byte("名前,住\r\n所\x00é\xe5\xe5\x90\x8d\xff\r\n\r\xf0\x9f\x98\x80,\r\n\xf0\x9f")
	want, err := look(context.Background(), bytes.NewReader(text), chunkSize)
	if err != nil {
		t.Fatal(err)
	}
	if want.multi != 7 || want.invalid != 2 || !want.cut || want.nulEven+want.nulOdd != 1 || want.returns != 4 || want.both != 3 {
		t.Errorf("%+v", want)
	}
	for chunk := minRead; chunk < len(text); chunk++ {
		got, err := look(context.Background(), bytes.NewReader(text), chunk)
		if err != nil {
			t.Fatal(err)
		}
		got.looked, got.controls = want.looked, want.controls // of whole chunks only
		if *got != *want {
			t.Errorf("chunk %d: %+v, not %+v", chunk, got, want)
		}
	}
}
