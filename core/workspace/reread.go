package workspace

import (
	"context"
	"errors"
	"io"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/pipeline"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/detect"
)

// Reading is how a dataset's source was read, and what else could be chosen.
type Reading struct {
	Options Options // the choices that were made; zero ones were found
	// Of the source. Sheets has no entry for text, Encoding none for workbooks.
	Format   string
	Encoding string
	Dialect  *sheet.Dialect
	Sheets   []sheet.Info
	// Of the table that was found; zero where the source could not be read so far.
	Sheet      string
	HeaderRows []int64
	Range      sheet.Range
	// Locked tells that the source is a workbook behind a password, which must be given.
	Locked bool
}

// Reading tells how a dataset is read. Of one whose parse failed it tells what its source
// shows when it is opened, which may be nothing.
func (w *Workspace) Reading(ctx context.Context, id string) (Reading, error) {
	d, err := w.catalog.Dataset(ctx, id)
	if err != nil {
		return Reading{}, err
	}
	if d.Head == 0 {
		return w.readingOf(ctx, d)
	}
	detail, err := w.detail(ctx, id)
	if err != nil {
		return Reading{}, err
	}
	report, err := pipeline.ReadReport(ctx, w.store, detail.ReportKey)
	if err != nil {
		return Reading{}, err
	}
	s := report.Source
	return Reading{
		Options: detail.Options, Format: s.Format, Encoding: s.Encoding, Dialect: s.Dialect, Sheets: s.Sheets,
		Sheet: s.Sheet, HeaderRows: report.Table.HeaderRows, Range: report.Table.Range,
	}, nil
}

// readingOf opens the source of a dataset that has no table.
func (w *Workspace) readingOf(ctx context.Context, d Dataset) (r Reading, err error) {
	object, err := w.store.Open(ctx, d.FileKey)
	if err != nil {
		return r, err
	}
	defer func() { _ = object.Close() }()
	book, err := detect.Open(ctx, object, sheet.Options{Name: d.FileName})
	if err != nil {
		r.Locked = errors.Is(err, sheet.ErrNeedsPassword)
		return r, nil
	}
	defer func() { _ = book.Close() }()
	if r.Format, r.Encoding = book.Format(), book.Encoding(); r.Encoding == "" {
		r.Sheets = book.Sheets()
	}
	return r, nil
}

// ReadAgain reads a dataset's source anew with other options: its job adds a version, and until it
// has ended reads see the one before. With apart set, and where Options.Password opens the source,
// the answer is a dataset of its own; one that had no table goes then.
func (w *Workspace) ReadAgain(ctx context.Context, id string, o Options, apart bool) (Added, error) {
	if err := o.Clean.Check(); err != nil {
		return Added{}, err
	}
	d, err := w.catalog.Dataset(ctx, id)
	if err != nil {
		return Added{}, err
	}
	if !apart && o.Password == "" {
		jobID, err := w.catalog.Enqueue(ctx, id, job.Request{Kind: pipeline.Kind, Queue: pipeline.Queue, Args: pipeline.Args{
			RecordID: d.ID, FileName: d.FileName, FileKey: d.FileKey, FileHash: d.FileHash, Options: o,
		}})
		return Added{RecordID: d.ID, JobID: jobID, Hash: d.FileHash, Size: d.FileSize}, err
	}
	object, err := w.store.Open(ctx, d.FileKey)
	if err != nil {
		return Added{}, err
	}
	defer func() { _ = object.Close() }()
	var source sheet.File = object
	if o.Password != "" {
		plain, err := unlocked(ctx, object, o.Password)
		if err != nil {
			return Added{}, fault.Of(err).Within(sheet.ShownName(d.FileName))
		}
		defer func() { _ = plain.Close() }()
		source = plain
	}
	added, err := w.Add(ctx, io.NewSectionReader(source, 0, source.Size()), AddOptions{FileName: d.FileName, Size: source.Size(), Options: o})
	if err == nil && d.Head == 0 {
		err = w.Remove(ctx, id)
	}
	return added, err
}

// unlocked is a source without its password, as it is kept.
func unlocked(ctx context.Context, object blob.Object, password string) (detect.Unlocked, error) {
	plain, err := detect.Unlock(ctx, object, password)
	if err == nil && plain == nil {
		err = fault.New(fault.Usage, say.T("The file is not behind a password.")).Hint(say.T("Read it again without one."))
	}
	return plain, err
}
