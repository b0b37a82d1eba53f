package detect

import (
	"context"
	"slices"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
	"sheetmill/core/sheet/crypt"
	"sheetmill/core/sheet/delim"
	"sheetmill/core/sheet/xls"
)

// openCompound opens an OLE compound file: an old workbook, or a newer one
// behind a password.
func openCompound(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	c, err := compound.Open(f)
	if err != nil {
		if fault.Is(err, fault.Unreachable) {
			return nil, fault.Of(err).At(delim.Shown(opts.Name))
		}
		return nil, headless(fault.Of(err).Place, opts).Because(err)
	}
	names := c.Names()
	has := func(name string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	}
	switch {
	case slices.ContainsFunc(xls.Streams, has):
		return xls.Open(ctx, f, opts)
	case crypt.IsPackage(c):
		plain, err := crypt.Package(c, opts.Password)
		if err != nil {
			return nil, fault.Of(err).At(delim.Shown(opts.Name))
		}
		return openZip(ctx, plain, opts, mostWraps)
	case has("WordDocument"):
		return nil, refused(say.T("The file is an old Word document (.doc), not a spreadsheet."),
			say.T("Copy its table into Excel, save that as .xlsx and add that file."), opts)
	case has("PowerPoint Document"):
		return nil, refused(say.T("The file is an old PowerPoint presentation (.ppt), not a spreadsheet."),
			say.T("Copy its table into Excel, save that as .xlsx and add that file."), opts)
	case len(names) == 0:
		return nil, headless(compound.Place("", f.Size()), opts)
	}
	return nil, refused(say.T("The file is an old Office file, but not a workbook."), exportIt(), opts)
}

// headless is the fault of a file whose directory is lost, at a place in it.
func headless(place string, opts sheet.Options) *fault.Error {
	return fault.New(fault.BadInput, say.T("The file is cut short or damaged: it begins as an old Office file, but its directory is missing.")).
		Hint(say.T("Copy or download the file again and add the new copy.")).At(place).At(delim.Shown(opts.Name))
}
