package delim

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/sheet"
)

// A few bytes that are no UTF-8 do not make a file of another encoding.
func TestBadByte(t *testing.T) {
	for _, c := range []struct {
		name, text, encoding string
		bad                  int64
		at                   *sheet.BadByte
	}{
		{"none", "name,city\nJosé,Köln\n", "utf-8", 0, nil},
		{"one among Chinese", "姓名,备注\n王芳,复\xff查\n", "utf-8", 1, &sheet.BadByte{Row: 2, Line: 2, Offset: 24, Byte: "0xFF"}},
		{"two among accents", "name,city\nJosé,Köln\nRené,Zür\xe9ich\nZoë,Li\xe8ge\n", "utf-8", 2,
			&sheet.BadByte{Row: 3, Line: 3, Offset: 32, Byte: "0xE9"}},
		{"cut off at the end", "姓名\n王芳\n李\xe5\xbc", "utf-8", 1, &sheet.BadByte{Row: 3, Line: 3, Offset: 17, Byte: "0xE5"}},
		{"another encoding", "name,city\nJos\xe9,K\xf6ln\nRen\xe9,Z\xfcrich\n", "windows-1252", 0, nil},
		{"another encoding, one letter", "name,city\nJos\xe9,Paris\n", "windows-1252", 0, nil},
		{"Chinese of another encoding", "\xd0\xd5\xc3\xfb,\xb1\xb8\xd7\xa2\n\xcd\xf5\xb7\xbc,\xb8\xb4\xb2\xe9\n", "gb18030", 0, nil},
	} {
		for _, chunk := range []int{1, 7, bufferSize} {
			b, err := open(t.Context(), strings.NewReader(c.text), sheet.Options{Name: "a.csv"}, chunk)
			if err != nil {
				t.Fatal(c.name, err)
			}
			_, facts := gridFacts(t, b)
			if b.Encoding() != c.encoding || facts.BadBytes != c.bad {
				t.Errorf("%s: %s, %d bad", c.name, b.Encoding(), facts.BadBytes)
			}
			if d := cmp.Diff(c.at, facts.BadAt); d != "" {
				t.Errorf("%s by %d: %s", c.name, chunk, d)
			}
		}
	}
}
