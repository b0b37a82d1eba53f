package detect

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
)

// archive is a zip file of the named parts.
func archive(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err == nil {
			_, err = io.WriteString(f, parts[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// compoundFile is an OLE compound file: header, allocation table, directory.
func compoundFile(names ...string) []byte {
	const free, end, table = 0xffffffff, 0xfffffffe, 0xfffffffd
	entries := append([]string{"Root Entry"}, names...)
	sectors := (len(entries) + 3) / 4
	out := make([]byte, 512*(2+sectors))
	copy(out, compound.Magic)
	put := func(at int, v uint32) { binary.LittleEndian.PutUint32(out[at:], v) }
	binary.LittleEndian.PutUint16(out[24:], 0x3e)
	binary.LittleEndian.PutUint16(out[26:], 3)
	binary.LittleEndian.PutUint16(out[30:], 9)
	put(44, 1)
	put(48, 1) // the directory starts in sector 1
	put(68, end)
	for i := range 109 {
		put(76+4*i, free)
	}
	put(76, 0)
	for i := range 128 {
		put(512+4*i, free)
	}
	put(512, table)
	for i := range sectors {
		put(512+4*(1+i), uint32(2+i))
	}
	put(512+4*sectors, end)
	for i, name := range entries {
		at := 1024 + 128*i
		units := utf16.Encode([]rune(name))
		for k, u := range units {
			binary.LittleEndian.PutUint16(out[at+2*k:], u)
		}
		binary.LittleEndian.PutUint16(out[at+64:], uint16(2*len(units)+2))
		out[at+66] = 2
		if i == 0 {
			out[at+66] = 5
		}
	}
	return out
}

func TestRefusals(t *testing.T) {
	whole := archive(t, "xl/workbook.xml", "<workbook/>", "[Content_Types].xml", "<Types/>")
	bmp := append([]byte("BM\x20\x00\x00\x00"), make([]byte, 26)...)
	for _, c := range []struct {
		name, data, sentence, hint string
	}{
		{"empty", "", "The file is empty.", "Add a file that holds a table."},
		{"cut zip", string(whole[:len(whole)-30]), "cut short or damaged", "again"},
		{"empty zip", string(archive(t)), "nothing in it", ""},
		{"odt", string(archive(t, "mimetype", "application/vnd.oasis.opendocument.text")), "not a spreadsheet", ""},
		{"xlsb without a workbook", string(archive(t, "xl/workbook.bin", "", "[Content_Types].xml", "")), "not a workbook", ".xlsx"},
		{"zip", string(archive(t, "a.csv", "a,b", "b.csv", "a,b")), "zip archive", "Unpack"},
		{"cut gzip", "\x1f\x8b\x08\x00", "cut short", "again"},
		{"docx", string(archive(t, "word/document.xml", "", "[Content_Types].xml", "")), "Word", ".xlsx"},
		{"pptx", string(archive(t, "ppt/presentation.xml", "", "[Content_Types].xml", "")), "PowerPoint", ".xlsx"},
		{"numbers", string(archive(t, "Index/Document.iwa", "")), "Apple Numbers", "Export"},
		{"xls without records", string(compoundFile("\x05SummaryInformation", "Workbook")), "cut short", "again"},
		{"xls 5 without records", string(compoundFile("Book")), "cut short", "again"},
		{"password", string(compoundFile("a", "b", "c", "d", "EncryptionInfo", "EncryptedPackage")), "encryption is damaged", "without a password"},
		{"doc", string(compoundFile("WordDocument")), "old Word", ".xlsx"},
		{"ppt", string(compoundFile("PowerPoint Document")), "old PowerPoint", ".xlsx"},
		{"other ole", string(compoundFile("Contents")), "not a workbook", ""},
		{"cut ole", compound.Magic, "cut short or damaged", "again"},
		{"excel 4", "\x09\x04\x06\x00\x00\x00\x10\x00rest", "cut short", "again"},
		{"pdf", "%PDF-1.7\n%\xe2\xe3", "PDF", ""},
		{"png", "\x89PNG\r\n\x1a\n....", "picture (PNG)", ""},
		{"jpeg", "\xff\xd8\xff\xe0..", "picture (JPEG)", ""},
		{"gif", "GIF89a..", "picture (GIF)", ""},
		{"tiff", "II*\x00..", "picture (TIFF)", ""},
		{"webp", "RIFF....WEBPVP8 ", "picture (WebP)", ""},
		{"bmp", string(bmp), "picture (BMP)", ""},
		{"heic", "\x00\x00\x00\x18ftypheic", "picture (HEIF)", ""},
		{"zstd", "\x28\xb5\x2f\xfd..", "compressed (zstd)", "Unpack"},
		{"xz", "\xfd7zXZ\x00..", "compressed (xz)", "Unpack"},
		{"bzip2", "BZh91AY&SY..", "compressed (bzip2)", "Unpack"},
		{"7z", "7z\xbc\xaf\x27\x1c..", "compressed (7-Zip)", "Unpack"},
		{"rar", "Rar!\x1a\x07\x01\x00", "compressed (RAR)", "Unpack"},
		{"tar", strings.Repeat("a", 257) + "ustar\x00", "compressed (tar)", "Unpack"},
		{"sqlite", "SQLite format 3\x00..", "SQLite", "Export"},
		{"parquet", "PAR1..PAR1", "Parquet", "Export"},
		{"arrow", "ARROW1\x00\x00", "Arrow", "Export"},
		{"hdf5", "\x89HDF\r\n\x1a\n", "HDF5", "Export"},
		{"spss", "$FL2@(#) SPSS DATA FILE", "SPSS", "Export"},
		{"stata", "<stata_dta><header>", "Stata", "Export"},
		{"access", "\x00\x01\x00\x00Standard ACE DB\x00", "Access", "Export"},
		{"rtf", `{\rtf1\ansi`, "rich text", ""},
		{"xml", "<?xml version=\"1.0\"?>\n<rows><row/></rows>", "XML", ""},
		{"binary", strings.Repeat("\x00\x01\x02\x03\x04\x05\x06\x07", 64), "binary data", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(context.Background(), strings.NewReader(c.data), sheet.Options{Name: "in\nbox.csv"})
			f := fault.Of(err)
			if err == nil || f.Code != fault.BadInput {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(f.Sentence.String(), c.sentence) || !strings.HasSuffix(f.Sentence.String(), ".") {
				t.Errorf("said: %s", f.Sentence)
			}
			if hint := f.Next.String(); !strings.Contains(hint, c.hint) || !strings.HasSuffix(hint, ".") {
				t.Errorf("hinted: %s", hint)
			}
			if !strings.HasPrefix(f.Place, `"in\nbox.csv"`) {
				t.Errorf("at %s", f.Place)
			}
		})
	}
}

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ data, format string }{
		"csv":                     {"a,b\n1,2\n", "csv"},
		"tsv":                     {"a\tb\n1\t2\n", "tsv"},
		"starts as a picture":     {"BM,number\n1,2\n", "csv"},
		"starts as markup":        {"<5,>5\n1,2\n", "csv"},
		"starts as an archive":    {"PK,name\n1,x\n", "csv"},
		"starts as a tiff":        {"II,MM\n1,2\n", "csv"},
		"one line of one letter":  {"x", "csv"},
		"utf-16 with a byte mark": {"\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00", "csv"},
	} {
		book, err := Open(context.Background(), strings.NewReader(c.data), sheet.Options{Name: "a.xls"})
		if err != nil || book.Format() != c.format {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
}

type broken struct{}

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errors.New("the disk is gone") }
func (broken) Size() int64                       { return 100 }

func TestUnreadable(t *testing.T) {
	if _, err := Open(context.Background(), broken{}, sheet.Options{}); !fault.Is(err, fault.Unreachable) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, strings.NewReader("a,b"), sheet.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestWorkbooksOfCorpora: each file opens, or is refused with a sentence and a
// next step; by its kind, not as damaged text.
func TestWorkbooksOfCorpora(t *testing.T) {
	root := os.Getenv("SHEETMILL_CORPORA")
	if root == "" {
		t.Skip("SHEETMILL_CORPORA does not name the folder of fixtures")
	}
	formats := map[string]int{}
	err := filepath.WalkDir(filepath.Join(root, "workbooks"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		book, err := Open(context.Background(), bytes.NewReader(data), sheet.Options{Name: d.Name()})
		name := strings.TrimPrefix(path, root)
		ext := strings.ToLower(filepath.Ext(path))
		if err != nil {
			f := fault.Of(err)
			if (f.Code != fault.BadInput && f.Code != fault.Limit) || f.Next.IsZero() || !strings.HasPrefix(f.Place, d.Name()) {
				t.Errorf("%s: %v (hint %q)", name, err, f.Next)
			}
			if ext == ".xlsx" || ext == ".xlsm" || ext == ".csv" && len(data) > 0 || os.Getenv("REFUSALS") != "" {
				t.Logf("%s: %v", name, err)
			}
			formats["refused "+ext]++
			return nil
		}
		if book.Format() == "csv" && (ext == ".xlsx" || ext == ".xls" || ext == ".xlsb" || ext == ".xlsm" || ext == ".ods") {
			t.Logf("%s: read as text", name)
		}
		formats[book.Format()+" "+ext]++
		return book.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(formats)
}

// FuzzDetect: any bytes are opened or refused; nothing panics or hangs.
func FuzzDetect(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add(archive(f, "xl/workbook.xml", "<workbook/>", "[Content_Types].xml", "<Types/>"))
	f.Add(archive(f, "mimetype", "application/vnd.oasis.opendocument.spreadsheet"))
	f.Add(compoundFile("a", "b", "c", "EncryptedPackage"))
	f.Add([]byte("%PDF-1.7"))
	f.Add([]byte("<?xml version=\"1.0\"?><Workbook>"))
	for _, sample := range samples(f) {
		f.Add(gzipped(f, "a.csv", sample))
		f.Add(archive(f, "dir/a.xls", string(sample)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		book, err := Open(context.Background(), bytes.NewReader(data), sheet.Options{Name: "a.bin", Limits: sheet.Limits{MaxInflated: 1 << 22}})
		if err != nil {
			if f := fault.Of(err); f.Code != fault.BadInput && f.Code != fault.Limit {
				t.Fatal(err)
			}
			return
		}
		if err := book.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestPasswords: workbooks of the fixtures that other programs encrypted open
// with their password.
func TestPasswords(t *testing.T) {
	root := os.Getenv("SHEETMILL_CORPORA")
	if root == "" {
		t.Skip("SHEETMILL_CORPORA does not name the folder of fixtures")
	}
	for _, name := range []string{"encryptAES.xlsx", "encryptSHA1.xlsx", "encryptSHA512.xlsx"} {
		data, err := os.ReadFile(filepath.Join(root, "workbooks", "excelize", name))
		if err != nil {
			t.Fatal(err)
		}
		book, err := Open(context.Background(), bytes.NewReader(data), sheet.Options{Name: name, Password: "password"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(book.Sheets()) == 0 {
			t.Errorf("%s has no sheets", name)
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
		for password, sentinel := range map[string]error{"": sheet.ErrNeedsPassword, "Password": sheet.ErrWrongPassword} {
			if _, err := Open(context.Background(), bytes.NewReader(data), sheet.Options{Name: name, Password: password}); !errors.Is(err, sentinel) || !fault.Is(err, fault.BadInput) {
				t.Errorf("%s with %q: %v", name, password, err)
			}
		}
	}
}
