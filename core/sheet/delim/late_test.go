package delim

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"sheetmill/core/sheet"
)

// TestEncodingOfTheLastLines hides all that is not ASCII behind 8 MB of it.
func TestEncodingOfTheLastLines(t *testing.T) {
	plain := "id,name,note\n" + strings.Repeat("1234,Smith,nothing of note\n", 300_000)
	for _, c := range []struct {
		name string
		enc  encoding.Encoding
		line string
	}{
		{"utf-8", unicode.UTF8, "5678,王小明,高血压二级，长期服药\n"},
		{"gb18030", simplifiedchinese.GBK, "5678,王小明,高血压二级，长期服药\n"},
		{"gb18030", simplifiedchinese.GB18030, "5678,王小明,㐀㐁高血压二级，长期服药\n"},
		{"big5", traditionalchinese.Big5, "5678,王小明,高血壓二級，長期服藥，請於兩週後回診\n"},
		{"shift_jis", japanese.ShiftJIS, "5678,やまだ,とくにもんだいはありませんでした\n"},
		{"euc-kr", korean.EUCKR, "5678,김철수,특이사항은 없습니다 다음에 다시 오십시오\n"},
		{"windows-1252", charmap.Windows1252, "5678,Müller,Fieber über Nacht, später gefallen\n"},
	} {
		late, err := c.enc.NewEncoder().String(strings.Repeat(c.line, 40))
		if err != nil {
			t.Fatal(err)
		}
		b := openBytes(t, []byte(plain+late), sheet.Options{})
		want, _, _ := strings.Cut(strings.TrimPrefix(c.line, "5678,"), ",")
		last := ""
		rows, err := collect(b, func(row sheet.Row, batch *sheet.Batch) { last = string(batch.Text(batch.CellsOf(row)[1])) })
		if err != nil || b.Encoding() != c.name || last != want || rows != 300_041 {
			t.Errorf("%s is read as %s: %d rows, the last of %q, %v", c.name, b.Encoding(), rows, last, err)
		}
	}
}
