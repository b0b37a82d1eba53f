package detect

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/unicode"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
)

func gzipped(t testing.TB, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name = name
	_, err := w.Write(data)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// samples are small files of each format that is no text of a dialect, all
// holding a and 1.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	const page = `<table><tr><td>a<td x:num>1</table>`
	const table = `<office:body><office:spreadsheet><table:table table:name="S"><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table></office:spreadsheet></office:body>`
	const ns = ` xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"`
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("<html>" + page + "</html>")
	if err != nil {
		t.Fatal(err)
	}
	book := `<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table><Row><Cell><Data ss:Type="String">a</Data></Cell><Cell><Data ss:Type="Number">1</Data></Cell></Row></Table></Worksheet></Workbook>`
	return map[string][]byte{
		"html":            []byte("<html><body>" + page + "</body></html>"),
		"html doctype":    []byte("\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html>" + page + "</html>"),
		"html table":      []byte("\n" + page),
		"html xhtml":      []byte("<?xml version=\"1.0\"?>\n<html xmlns=\"x\">" + page + "</html>"),
		"html utf-16":     []byte(wide),
		"html comment":    []byte("<!-- made by x --><HTML>" + page + "</HTML>"),
		"mhtml":           []byte("MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + page),
		"xml":             []byte("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n" + book),
		"xml bare":        []byte(book),
		"fods":            []byte(`<?xml version="1.0"?><office:document` + ns + `>` + table + `</office:document>`),
		"ods":             archive(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", `<office:document-content`+ns+`>`+table+`</office:document-content>`),
		"ods no mimetype": archive(t, "content.xml", `<office:document-content`+ns+`>`+table+`</office:document-content>`),
		"csv":             []byte("a,1\n"),
	}
}

// TestContentDecides: each format is read whatever the file is called, plain and
// packed.
func TestContentDecides(t *testing.T) {
	for name, data := range samples(t) {
		format, _, _ := strings.Cut(name, " ")
		for how, file := range map[string][]byte{
			"plain":    data,
			"gzip":     gzipped(t, "inner.txt", data),
			"zip":      archive(t, "dir/inner.xls", string(data), "__MACOSX/._inner.xls", "x", "dir/.DS_Store", "x"),
			"zip gzip": archive(t, "inner.gz", string(gzipped(t, "", data))),
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				book, err := Open(t.Context(), bytes.NewReader(file), sheet.Options{Name: "lab.xls"})
				if err != nil {
					t.Fatal(err)
				}
				cells, _, err := readtest.Read(t, book, 0)
				if err != nil || len(cells) != 2 || cells[0].Text != "a" || cells[1].Text != "1" || book.Format() != format {
					t.Errorf("%s: %s %v", book.Format(), readtest.Show(cells), err)
				}
				if err := book.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// locked is a workbook of a few hundred rows behind the password "secret", as
// another program encrypts it.
func locked(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	for row := 1; row <= 300; row++ {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", row), &[]any{"甲", row * row, 0.5}); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(f.Write(&b, excelize.Options{Password: "secret"}), f.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openLocked(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	opts.Password = "secret"
	return Open(ctx, f, opts)
}

func TestLocked(t *testing.T) {
	file := locked(t)
	all, err := readtest.All(t, openLocked, file, sheet.Options{Name: "lab.xlsx"})
	if cells := all["0 Sheet1"]; err != nil || len(cells) != 900 || cells[897].Text != "甲" || cells[898].Text != "90000" || cells[899].Text != "0.5" {
		t.Errorf("%d cells, %v", len(cells), err)
	}
	for password, sentinel := range map[string]error{"": sheet.ErrNeedsPassword, "Secret": sheet.ErrWrongPassword} {
		if _, err := Open(t.Context(), bytes.NewReader(file), sheet.Options{Name: "lab.xlsx", Password: password}); !errors.Is(err, sentinel) || !fault.Is(err, fault.BadInput) {
			t.Errorf("with %q: %v", password, err)
		}
	}
}

// TestDamaged: what is packed or encrypted is refused when it is cut short, with
// the place, and reads whole or not at all when a bit of it is changed.
func TestDamaged(t *testing.T) {
	text := bytes.Repeat([]byte("a,b\n1,2\n"), 300)
	for name, file := range map[string][]byte{
		"gzip": gzipped(t, "", text),
		"zip":  archive(t, "a.csv", string(text)),
	} {
		t.Run(name, func(t *testing.T) {
			readtest.Truncated(t, Open, file, 0)
			readtest.Flipped(t, Open, file)
		})
	}
	t.Run("encrypted", func(t *testing.T) {
		file := locked(t)
		readtest.Truncated(t, openLocked, file, len(file)-512) // zeros fill the last sector up
	})
}

func TestPackedIsNamed(t *testing.T) {
	for _, c := range []struct{ name, sheet string }{{"lab.csv.gz", "lab"}, {"lab.GZ", "lab"}, {"lab", "noted"}} {
		book, err := Open(t.Context(), bytes.NewReader(gzipped(t, "noted.csv", []byte("a,b\n"))), sheet.Options{Name: c.name})
		if err != nil {
			t.Fatal(err)
		}
		if got := book.Sheets()[0].Name; got != c.sheet {
			t.Errorf("%s: %q", c.name, got)
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestPackedIsRefused(t *testing.T) {
	sound := gzipped(t, "", bytes.Repeat([]byte("a,b\n1,2\n"), 10_000))
	broken := bytes.Clone(sound)
	broken[len(broken)-6] ^= 1 // of the checksum
	bomb := gzipped(t, "", make([]byte, 140<<20))
	var protected bytes.Buffer
	w := zip.NewWriter(&protected)
	f, err := w.CreateHeader(&zip.FileHeader{Name: "a.csv", Flags: 1})
	if err == nil {
		_, err = io.WriteString(f, "a,b")
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	deep := []byte("a,b\n")
	for range 5 {
		deep = gzipped(t, "", deep)
	}
	for _, c := range []struct {
		name, sentence string
		code           fault.Code
		file           []byte
	}{
		{"cut", "cut short", fault.BadInput, sound[:len(sound)-20]},
		{"checksum", "packed file is damaged", fault.BadInput, broken},
		{"gzip bomb", "bomb", fault.Limit, bomb},
		{"zip bomb", "bomb", fault.Limit, archive(t, "a.csv", string(make([]byte, 140<<20)))},
		{"with a password", "zip archive is protected", fault.BadInput, protected.Bytes()},
		{"packed over and over", "packed in another", fault.BadInput, deep},
		{"a picture inside", "picture", fault.BadInput, gzipped(t, "", []byte("\x89PNG\r\n\x1a\n...."))},
		{"empty inside", "empty", fault.BadInput, gzipped(t, "", nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(t.Context(), bytes.NewReader(c.file), sheet.Options{Name: "a.csv"})
			f := fault.Of(err)
			if err == nil || f.Code != c.code || !strings.Contains(f.Sentence.String(), c.sentence) || f.Next.IsZero() || !strings.HasPrefix(f.Place, "a.csv") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestTemporaryFilesGo: what was unpacked to disk is gone when the book is.
func TestTemporaryFilesGo(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var text strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&text, "%d,x\n", i)
	}
	book, err := Open(t.Context(), bytes.NewReader(gzipped(t, "", []byte(text.String()))), sheet.Options{Name: "a.csv.gz"})
	if err != nil {
		t.Fatal(err)
	}
	cells, _, err := readtest.Read(t, book, 0)
	if err != nil || len(cells) != 2_000_000 {
		t.Error(len(cells), err)
	}
	if err := book.Close(); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}
