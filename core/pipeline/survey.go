package pipeline

import (
	"context"
	"errors"
	"strconv"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/detect"
)

// Survey is what a whole file holds.
type Survey struct {
	Format, Encoding string
	Dialect          *sheet.Dialect
	Reports          []Report // one a table
}

// Look reports on every table of every visible sheet of a source, or of the
// one sheet and table that args choose; fault.NotFound when no sheet has it. It is
// the way of a parse job without its catalog: store may be a scratch one. A file
// without any cell gives no report.
func Look(ctx context.Context, store blob.Store, args Args, limits sheet.Limits) (Survey, error) {
	p := NewParser(store, nil, limits)
	survey, sheets, err := p.sheetsOf(ctx, args)
	if err != nil {
		return survey, p.place(err, args)
	}
	var missed error // what was asked for and is on no sheet
	for _, index := range sheets {
		one := args
		one.Options.Sheet = "#" + strconv.Itoa(index+1)
		found, err := p.surveySheet(ctx, one)
		if fault.Is(err, fault.NotFound) {
			missed = err
			continue
		}
		if err != nil {
			return survey, p.place(err, args)
		}
		survey.Reports = append(survey.Reports, found...)
	}
	if missed != nil && len(survey.Reports) == 0 {
		return survey, p.place(missed, args)
	}
	if len(survey.Reports) > 0 {
		survey.Dialect = survey.Reports[0].Source.Dialect
	}
	return survey, nil
}

// sheetsOf opens the source for its format and the sheets to look at.
func (p *Parser) sheetsOf(ctx context.Context, args Args) (s Survey, sheets []int, err error) {
	object, err := p.store.Open(ctx, args.FileKey)
	if err != nil {
		return s, nil, err
	}
	defer func() { _ = object.Close() }()
	book, err := p.openBook(ctx, object, args)
	if err != nil {
		return s, nil, err
	}
	defer func() { _ = book.Close() }()
	s.Format, s.Encoding = book.Format(), book.Encoding()
	sheets, err = ChooseSheets(book.Sheets(), args.Options.Sheet)
	return s, sheets, err
}

func (p *Parser) openBook(ctx context.Context, object blob.Object, args Args) (sheet.Book, error) {
	return detect.Open(ctx, object, sheet.Options{
		Name: args.FileName, Encoding: args.Options.Encoding, Delimiter: args.Options.Delimiter, Password: args.Options.Password, Limits: p.limits,
	})
}

// surveySheet reports on a sheet's tables, or on the chosen one.
func (p *Parser) surveySheet(ctx context.Context, args Args) ([]Report, error) {
	silent := &tracker{report: func(job.Progress) {}}
	raw, err := p.read(ctx, args, KeysOf(args).Raw, silent)
	if errors.Is(err, errNoCells) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer raw.close()
	if _, err := raw.layout.Main(); err != nil {
		return nil, err
	}
	var reports []Report
	for i := range raw.layout.Tables {
		if args.Options.Locate.Table > 0 && i != raw.layout.Chosen {
			continue
		}
		raw.layout.Chosen = i
		one := args
		one.Options.Locate.Table = i + 1
		keys := KeysOf(one)
		refined, err := p.refine(ctx, raw, one, keys, silent)
		if err != nil {
			return nil, err
		}
		report, err := p.describe(ctx, raw, refined, keys, silent)
		if err != nil {
			return nil, err
		}
		reports = append(reports, report)
	}
	return reports, nil
}
