package detect

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"strings"

	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// kind is a format that is known and has no reader.
type kind struct{ sentence, hint say.Text }

func saveAs() say.Text {
	return say.T("Open it in Excel or LibreOffice, save it as .xlsx and add that file.")
}

func unpack() say.Text {
	return say.T("Unpack it and add the files that are in it.")
}

func exportIt() say.Text {
	return say.T("Export the table from the program that made it as .xlsx or .csv and add that file.")
}

// zipKind names what a zip file is that is no .xlsx workbook, by the parts
// that its format requires; known is false for what is just an archive.
func zipKind(zr *zip.Reader) (k kind, known bool) {
	has := map[string]*zip.File{}
	iwa := false
	for _, f := range zr.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		has[strings.TrimPrefix(name, "/")] = f
		iwa = iwa || strings.HasSuffix(name, ".iwa") || name == "index.zip"
	}
	mime := mimetype(has["mimetype"])
	switch {
	case strings.HasPrefix(mime, "application/vnd.oasis.opendocument."):
		return kind{say.T("The file is an OpenDocument file, but not a spreadsheet."), exportIt()}, true
	case has["word/document.xml"] != nil:
		return kind{say.T("The file is a Word document (.docx), not a spreadsheet."),
			say.T("Copy its table into Excel, save that as .xlsx and add that file.")}, true
	case has["ppt/presentation.xml"] != nil:
		return kind{say.T("The file is a PowerPoint presentation (.pptx), not a spreadsheet."),
			say.T("Copy its table into Excel, save that as .xlsx and add that file.")}, true
	case iwa:
		return kind{say.T("The file was made by Apple Numbers, Pages or Keynote and cannot be read."),
			say.T("Export it from Numbers as Excel (.xlsx) and add that file.")}, true
	case has["[content_types].xml"] != nil:
		return kind{say.T("The file is an Office file, but not a workbook."), saveAs()}, true
	case len(zr.File) == 0:
		return kind{say.T("The file is a zip archive with nothing in it."), say.T("Add a file that holds a table.")}, true
	}
	return kind{say.T("The file is a zip archive, not a spreadsheet."), unpack()}, false
}

// isODS tells an OpenDocument spreadsheet by its media type. Without one, which
// the standard allows, its content decides as it is opened.
func isODS(zr *zip.Reader) bool {
	has := map[string]*zip.File{}
	for _, f := range zr.File {
		has[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
	}
	mime := mimetype(has["mimetype"])
	return strings.HasPrefix(mime, "application/vnd.oasis.opendocument.spreadsheet") || mime == "" && has["content.xml"] != nil
}

func mimetype(f *zip.File) string {
	if f == nil {
		return ""
	}
	r, err := f.Open()
	if err != nil {
		return ""
	}
	defer func() { _ = r.Close() }() // only read
	b, _ := io.ReadAll(io.LimitReader(r, 128))
	return string(b)
}

// signatureOf names a binary format by the bytes that its files start with.
func signatureOf(head []byte, f sheet.File) (kind, bool) {
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	at := func(i int, magic string) bool { return len(head) >= i && bytes.HasPrefix(head[i:], []byte(magic)) }
	picture := func(name string) (kind, bool) {
		return kind{say.T("The file is a picture ({format}), not a spreadsheet.", "format", name),
			say.T("Add the workbook or text file that the picture was made from.")}, true
	}
	packed := func(name string) (kind, bool) {
		return kind{say.T("The file is compressed ({format}).", "format", name), unpack()}, true
	}
	data := func(name string) (kind, bool) {
		return kind{say.T("The file is a {format} file, which cannot be read.", "format", name), exportIt()}, true
	}
	switch {
	case at(leadingSpace(head), "%PDF-"):
		return kind{say.T("The file is a PDF document, not a spreadsheet."),
			say.T("Ask for the workbook that it was made from, or convert its table to .xlsx.")}, true
	case starts("\x89PNG\r\n\x1a\n"):
		return picture("PNG")
	case starts("\xff\xd8\xff"):
		return picture("JPEG")
	case starts("GIF87a"), starts("GIF89a"):
		return picture("GIF")
	case starts("II*\x00"), starts("MM\x00*"):
		return picture("TIFF")
	case starts("RIFF") && at(8, "WEBP"):
		return picture("WebP")
	case starts("BM") && len(head) > 14 && int64(binary.LittleEndian.Uint32(head[2:])) == f.Size():
		return picture("BMP")
	case at(4, "ftypheic"), at(4, "ftypheix"), at(4, "ftypmif1"), at(4, "ftypavif"):
		return picture("HEIF")
	case starts("\x28\xb5\x2f\xfd"):
		return packed("zstd")
	case starts("\xfd7zXZ\x00"):
		return packed("xz")
	case starts("BZh") && at(4, "1AY&SY"):
		return packed("bzip2")
	case starts("7z\xbc\xaf\x27\x1c"):
		return packed("7-Zip")
	case starts("Rar!\x1a\x07"):
		return packed("RAR")
	case at(257, "ustar"):
		return packed("tar")
	case starts("SQLite format 3\x00"):
		return data("SQLite")
	case starts("PAR1"), starts("PARE"):
		return data("Parquet")
	case starts("ARROW1\x00"):
		return data("Arrow")
	case starts("Obj\x01"):
		return data("Avro")
	case starts("\x89HDF\r\n\x1a\n"):
		return data("HDF5")
	case starts("$FL2@(#)"), starts("$FL3@(#)"):
		return data("SPSS")
	case starts("<stata_dta>"):
		return data("Stata")
	case starts("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81\x60"):
		return data("SAS")
	case at(4, "Standard Jet DB"), at(4, "Standard ACE DB"):
		return data("Access")
	case starts("MATLAB 5.0 MAT-file"):
		return data("MATLAB")
	case starts(`{\rtf`):
		return kind{say.T("The file is a rich text document (.rtf), not a spreadsheet."), exportIt()}, true
	}
	return kind{}, false
}

func leadingSpace(b []byte) int { return len(b) - len(bytes.TrimLeft(b, " \t\r\n\x00")) }

// markup is what kind of HTML or XML a text is, if any.
type markup byte

const (
	noMarkup markup = iota
	markupHTML
	markupArchive     // pages in a MIME message
	markupSpreadsheet // of Office 2003
	markupFlatODS
	markupXML // of no kind that is read
)

// markupOf tells HTML and XML files, which Excel opens and others export under
// the names .xls and .csv.
func markupOf(head []byte) markup {
	text := head
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		text = bytes.ReplaceAll(head[2:], []byte{0}, nil) // UTF-16: tags are ASCII
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	low := strings.ToLower(string(bytes.TrimLeft(text, " \t\r\n")))
	if strings.HasPrefix(low, "mime-version:") || strings.HasPrefix(low, "from: <saved by") {
		return markupArchive
	}
	if !strings.HasPrefix(low, "<") {
		return noMarkup
	}
	first, _, _ := strings.Cut(low[1:], ">")
	if fields := strings.Fields(first); len(fields) > 0 {
		first = fields[0]
	}
	xml := strings.HasPrefix(low, "<?xml")
	switch first {
	case "html", "table", "head", "body", "meta", "style", "div", "center", "font", "script", "title", "tr", "p", "span", "b", "h1", "h2", "h3", "form", "caption", "thead", "tbody", "link":
		return markupHTML
	case "!doctype":
		if strings.Contains(low, "<office:document") {
			break
		}
		return markupHTML
	}
	commented := strings.HasPrefix(low, "<!--")
	switch {
	case !xml && !commented && !strings.Contains(first, "workbook") && !strings.Contains(first, "office:document") && first != "!doctype":
		return noMarkup
	case strings.Contains(low, "<office:document") && strings.Contains(low, "opendocument"):
		return markupFlatODS
	case strings.Contains(low, "<html"):
		return markupHTML
	case strings.Contains(low, "urn:schemas-microsoft-com:office:spreadsheet"), strings.Contains(low, "excel.sheet"):
		return markupSpreadsheet
	case strings.Contains(low, "<table"):
		return markupHTML
	case xml:
		return markupXML
	}
	return noMarkup
}
