package cli

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/workspace"
)

// choices are the options of reading and cleaning that several commands share.
type choices struct {
	workspace.Options
	cleaning cleaning
	header   string
	table    int
	first    int64
	last     int64
	within   string
	units    string
	keep     bool
	name     string

	passwordFile string
	getenv       func(string) string
}

func (a *app) choiceFlags(c *cobra.Command, o *choices) {
	flags := c.Flags()
	flags.StringVar(&o.Sheet, "sheet", "", a.tr("sheet by name, or by number from 1 (default: the first visible one with cells)"))
	flags.StringVar(&o.Encoding, "encoding", "", a.tr("encoding of a text file, such as gb18030 (default: found)"))
	flags.StringVar(&o.Delimiter, "delimiter", "", a.tr("delimiter of a text file (default: found)"))
	flags.StringVar(&o.header, "header", "", a.tr("rows of the header, such as 3 or 3,4; none for no header (default: found)"))
	flags.Int64Var(&o.first, "first-row", 0, a.tr("first row of the data (default: found)"))
	flags.Int64Var(&o.last, "last-row", 0, a.tr("last row of the data (default: found)"))
	flags.IntVar(&o.table, "table", 0, a.tr("which of several tables on the sheet, from 1 (default: the largest)"))
	flags.StringVar(&o.within, "range", "", a.tr("where the table is, such as B3:F120, or B3:F for all rows down to the last (default: found)"))
	flags.StringVar(&o.units, "units", "", a.tr("row of the units of measure below the names; none for no such row (default: found)"))
	flags.BoolVar(&o.keep, "keep-rows", false, a.tr("leave titles of groups, totals and repeated headers in the data"))
	a.cleanFlags(c, &o.cleaning)
	o.getenv = a.Getenv
	flags.StringVar(&o.passwordFile, "password-file", "", a.tr("file that holds the password of an encrypted workbook (default: the variable SHEETMILL_PASSWORD)"))
	flags.StringVar(&o.name, "name", "", a.tr("name of the file when it is read from standard input"))
}

// options checks the choices.
func (o *choices) options() (workspace.Options, error) {
	out := o.Options
	out.Delimiter = strings.NewReplacer(`\t`, "\t").Replace(out.Delimiter)
	out.Locate.Table, out.Locate.FirstRow, out.Locate.LastRow = o.table, o.first, o.last
	out.Locate.Range, out.Locate.KeepRows = o.within, o.keep
	if o.within != "" {
		if _, err := sheet.ParseRange(o.within); err != nil {
			return out, err
		}
	}
	var err error
	if out.Password, err = password(o.passwordFile, o.getenv); err != nil {
		return out, err
	}
	if out.Clean, err = o.cleaning.options(); err != nil {
		return out, err
	}
	bad := func(flag, value string) (workspace.Options, error) {
		return out, badValue(flag, value, say.T("Rows and tables count from 1, as the sheet shows them."))
	}
	switch {
	case o.table < 0:
		return bad("--table", strconv.Itoa(o.table))
	case o.first < 0:
		return bad("--first-row", strconv.FormatInt(o.first, 10))
	case o.last < 0 || o.last > 0 && o.last < o.first:
		return bad("--last-row", strconv.FormatInt(o.last, 10))
	case o.header == "none":
		out.Locate.NoHeader = true
	case o.header != "":
		for part := range strings.SplitSeq(o.header, ",") {
			row, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
			if err != nil || row < 1 {
				return bad("--header", o.header)
			}
			out.Locate.HeaderRows = append(out.Locate.HeaderRows, row)
		}
	}
	switch {
	case o.units == "none":
		out.Locate.NoUnits = true
	case o.units != "":
		row, err := strconv.ParseInt(o.units, 10, 64)
		if err != nil || row < 1 {
			return bad("--units", o.units)
		}
		out.Locate.UnitRow = row
	}
	return out, nil
}

// badValue is the fault of an option's value, with what it takes.
func badValue(flag, value string, takes say.Text) error {
	return fault.New(fault.Usage, say.T("{value} is not a valid value for {flag}.", "value", strconv.Quote(value), "flag", flag)).Hint(takes)
}

// source is a file of the command line, open.
type source struct {
	io.Reader
	name string
	size int64 // 0 when unknown
	file *os.File
	// regular files can be read at any place; pipes can not.
	regular bool
}

func (s *source) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// openSource opens a file; "-" is standard input.
func (a *app) openSource(path, name string) (*source, error) {
	if path == "-" {
		if name == "" {
			name = "stdin"
		}
		return &source{Reader: a.Stdin, name: name}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, pathFault(path, err)
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		_ = file.Close()
		return nil, fault.New(fault.BadInput, say.T("This is a folder, not a file.")).At(sheet.ShownName(path)).
			Hint(say.T("Name the files in it, for example with {path}/*.xlsx.", "path", sheet.ShownName(path)))
	}
	if err != nil {
		_ = file.Close()
		return nil, pathFault(path, err)
	}
	return &source{Reader: file, name: filepath.Base(path), size: info.Size(), file: file, regular: info.Mode().IsRegular()}, nil
}

func pathFault(path string, err error) error {
	switch {
	case os.IsNotExist(err):
		return fault.New(fault.NotFound, say.T("There is no such file.")).At(sheet.ShownName(path)).
			Hint(say.T("Check the name and the folder."))
	case os.IsPermission(err):
		return fault.New(fault.NotAllowed, say.T("The file may not be read.")).At(sheet.ShownName(path)).
			Hint(say.T("Ask for the right to read it, or copy it to a folder of yours.")).Because(err)
	}
	return fault.New(fault.BadInput, say.T("The file cannot be opened.")).At(sheet.ShownName(path)).
		Hint(say.T("Check that it is a file, that you may read it, and that its disk is there.")).Because(err)
}

// wholeFile gives a source with random access; standard input goes through a
// temporary file that is gone with the returned function.
func (a *app) wholeFile(path, name string) (sheet.File, string, func() error, error) {
	s, err := a.openSource(path, name)
	if err != nil {
		return nil, "", nil, err
	}
	if s.regular {
		return fileOf{s.file, s.size}, s.name, s.close, nil
	}
	defer func() { _ = s.close() }()
	temp, err := os.CreateTemp("", "sheetmill-stdin-")
	if err != nil {
		return nil, "", nil, fault.New(fault.Unreachable, say.T("No temporary file can be made.")).
			Hint(say.T("Free some space, or name another folder in TMPDIR.")).Because(err)
	}
	remove := func() error {
		_ = temp.Close()
		return os.Remove(temp.Name())
	}
	n, err := io.Copy(temp, s)
	if err != nil {
		_ = remove()
		return nil, "", nil, fault.New(fault.BadInput, say.T("Standard input cannot be read to its end.")).
			Hint(say.T("Check the program before the pipe.")).Because(err)
	}
	return fileOf{temp, n}, s.name, remove, nil
}

type fileOf struct {
	*os.File
	size int64
}

func (f fileOf) Size() int64 { return f.size }
