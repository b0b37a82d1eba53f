package cli

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/detect"
	"sheetmill/core/workspace"
)

// milled is what became of one file, or of one sheet of it.
type milled struct {
	File     string            `json:"file"`
	Name     string            `json:"name"` // as shown: without folders, or that given to standard input
	Sheet    string            `json:"sheet,omitempty"`
	RecordID string            `json:"recordId,omitempty"`
	JobID    int64             `json:"jobId,omitempty"`
	Status   job.Phase         `json:"status"`
	Report   *workspace.Report `json:"report,omitempty"`
	Outputs  []string          `json:"outputs,omitempty"`
	Error    *fault.Error      `json:"-"`
}

type millOptions struct {
	choices
	server serverOptions
	export exportOptions
	jobs   int
	rows   int
}

// mill is the main job: add, wait with a bar, report, export.
func (a *app) mill() *cobra.Command {
	var o millOptions
	c := &cobra.Command{
		Use:     "mill FILE...",
		GroupID: groupMill,
		Short:   a.tr("Do it all: add files, clean them with a progress bar, report what was changed, export"),
		Long: a.tr("Adds each file to the workspace, finds its table, cleans and types it, tells what was found and changed,\n" +
			"and exports the clean table. Files go side by side; a bad one does not stop the others and is reported\nat the end with exit status 3. \"-\" is standard input."),
		Example: "  sheetmill mill lab.xlsx -o clean --format csv,xlsx\n  sheetmill mill data/*.csv -o clean",
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			options, err := o.options()
			if err != nil {
				return err
			}
			if o.jobs < 1 {
				return badValue("--jobs", strconv.Itoa(o.jobs), say.T("At least one file goes at a time."))
			}
			if o.rows < 0 {
				return badValue("--rows", strconv.Itoa(o.rows), say.T("Use 0 to show no rows."))
			}
			exports, err := o.export.plan()
			if err != nil {
				return err
			}
			if err := exports.avoid(args, options.Sheet != "all"); err != nil {
				return err
			}
			return a.withPlace(c.Context(), o.server, func(p place) error {
				m := &miller{app: a, place: p, options: options, exports: exports, o: o}
				results, err := m.run(c.Context(), args)
				if err != nil {
					return err
				}
				return m.finish(c.Context(), results)
			})
		},
	}
	a.choiceFlags(c, &o.choices)
	o.export.flags(a, c)
	o.server.flags(a, c)
	c.Flags().IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), a.tr("how many files go side by side"))
	c.Flags().IntVar(&o.rows, "rows", 8, a.tr("how many of the first rows to show"))
	c.Flags().Lookup("sheet").Usage = a.tr("sheet by name, by number from 1, or all (default: the first visible one with cells)")
	return c
}

// miller is one run of mill.
type miller struct {
	*app
	place   place
	options workspace.Options
	exports exportPlan
	o       millOptions
}

// run adds every file and works until the jobs of all have ended.
func (m *miller) run(ctx context.Context, paths []string) ([]*milled, error) {
	var results []*milled
	err := m.place.during(ctx, m.o.jobs, func(ctx context.Context) {
		meter := m.newMeter(ctx)
		defer meter.wait()
		var waiting sync.WaitGroup
		defer waiting.Wait()
		for _, path := range paths {
			for _, r := range m.add(ctx, path) {
				results = append(results, r)
				if r.Error != nil {
					continue
				}
				see := meter.track(r.title())
				waiting.Go(func() { m.wait(ctx, r, see) })
			}
		}
	})
	if ctx.Err() != nil {
		return nil, m.interrupted(results)
	}
	return results, err
}

// title is the file, with its sheet where several are milled.
func (r *milled) title() string {
	if r.Sheet != "" {
		return sheet.ShownName(r.File) + " [" + r.Sheet + "]"
	}
	return sheet.ShownName(r.File)
}

// add adds a file, once for each sheet that is asked for.
func (m *miller) add(ctx context.Context, path string) []*milled {
	if m.options.Sheet != "all" {
		return []*milled{m.addOne(ctx, path, m.options, "")}
	}
	sheets, err := m.sheets(ctx, path)
	if err != nil {
		return []*milled{{File: path, Status: job.Broken, Error: fault.Of(err)}}
	}
	var results []*milled
	for _, s := range sheets {
		one := m.options
		one.Sheet = "#" + strconv.Itoa(s.index+1)
		results = append(results, m.addOne(ctx, path, one, s.name))
	}
	return results
}

func (m *miller) addOne(ctx context.Context, path string, o workspace.Options, sheetName string) *milled {
	r := &milled{File: path, Sheet: sheetName, Status: job.Broken}
	src, err := m.openSource(path, m.o.name)
	if err != nil {
		r.Error = fault.Of(err)
		return r
	}
	defer func() { _ = src.close() }()
	r.Name = src.name
	r.RecordID, r.JobID, err = m.place.add(ctx, src, o, "")
	if err != nil {
		r.Error = fault.Of(err)
		return r
	}
	r.Status = job.Processing
	return r
}

// namedSheet is a sheet to mill; the one of a text file has no name.
type namedSheet struct {
	index int
	name  string
}

// sheets lists the visible sheets that hold cells.
func (m *miller) sheets(ctx context.Context, path string) (found []namedSheet, err error) {
	if path == "-" {
		return nil, fault.New(fault.Usage, say.T("--sheet all needs a file, not standard input.")).
			Hint(say.T("Save the input to a file first."))
	}
	file, name, closeFile, err := m.wholeFile(path, m.o.name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeFile()) }()
	book, err := detect.Open(ctx, file, sheet.Options{Name: name, Password: m.options.Password})
	if err != nil {
		return nil, fault.Of(err).Within(sheet.ShownName(name))
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	indexes, err := workspace.ChooseSheets(book.Sheets(), "")
	if err != nil {
		return nil, err
	}
	for _, i := range indexes {
		empty, err := emptySheet(ctx, book, i)
		if err != nil {
			return nil, fault.Of(err).Within(sheet.ShownName(name))
		}
		if empty && len(indexes) > 1 {
			continue
		}
		s := namedSheet{index: i, name: book.Sheets()[i].Name}
		if book.Encoding() != "" {
			s.name = ""
		}
		found = append(found, s)
	}
	return found, nil
}

// emptySheet tells whether a sheet has no cell at all; it reads no further than the first.
func emptySheet(ctx context.Context, book sheet.Book, index int) (bool, error) {
	rows, err := book.Rows(ctx, index)
	if err != nil {
		return false, err
	}
	defer func() { _ = rows.Close() }()
	var batch sheet.Batch
	for {
		err := rows.Next(ctx, &batch)
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil || len(batch.Cells) > 0 {
			return false, err
		}
	}
}

func (m *miller) wait(ctx context.Context, r *milled, see func(job.Status)) {
	status, err := m.place.await(ctx, r.RecordID, see)
	r.Status = status.Status
	switch {
	case err != nil:
		r.Error = fault.Of(err)
	case status.Error != nil:
		r.Error = status.Error
	}
}

// interrupted tells what waits for the next start.
func (m *miller) interrupted(results []*milled) error {
	n := 0
	for _, r := range results {
		if r.RecordID != "" && r.Status == job.Processing {
			n++
		}
	}
	if m.o.server.url != "" {
		return fault.New(fault.Cancelled, say.T("Interrupted. Files that the server has and goes on with: {n}; nothing is lost.", "n", n)).
			Hint(say.T("Ask the server for them later."))
	}
	return fault.New(fault.Cancelled, say.T("Interrupted. Files added and waiting to be milled: {n}; nothing is lost.", "n", n)).
		Hint(say.T("Run sheetmill wait to go on with them, or sheetmill cancel ID to give one up."))
}

// finish reports, exports, and sums up what failed.
func (m *miller) finish(ctx context.Context, results []*milled) error {
	for _, r := range results {
		if r.Error != nil {
			continue
		}
		if err := m.finishOne(ctx, r); err != nil {
			r.Error, r.Status = fault.Of(err), job.Broken
		}
	}
	code := 0
	for _, r := range results {
		switch {
		case r.Error == nil:
		case len(results) == 1:
			code = exitCode(r.Error)
		default:
			code = exitBadInput
		}
	}
	if m.json {
		if err := m.printResults(results); err != nil {
			return err
		}
	}
	m.sumUp(results)
	if code != 0 {
		return &exitError{code}
	}
	return nil
}

func (m *miller) finishOne(ctx context.Context, r *milled) error {
	report, err := m.place.report(ctx, r.RecordID)
	if err != nil {
		return err
	}
	r.Report = &report
	if r.Outputs, err = m.exports.write(ctx, m.place, r); err != nil {
		return err
	}
	if m.json {
		return nil
	}
	rows, err := m.place.firstRows(ctx, r.RecordID, m.o.rows)
	if err != nil {
		return err
	}
	m.printReport(r, rows)
	return nil
}

// printResults prints the document of --json.
func (m *miller) printResults(results []*milled) error {
	type withError struct {
		*milled
		Error *errorJSON `json:"error,omitempty"`
	}
	files := make([]withError, len(results))
	for i, r := range results {
		files[i].milled = r
		if r.Error != nil {
			e := m.errorJSON(r.Error.Within(r.title()))
			files[i].Error = &e
		}
	}
	return m.printJSON(map[string][]withError{"files": files})
}

// sumUp tells of each file that failed, and with several files how many did.
func (m *miller) sumUp(results []*milled) {
	failed := 0
	for _, r := range results {
		if r.Error != nil {
			failed++
			m.errorf("sheetmill: %s\n", m.faultText(r.Error.Within(r.title())))
		}
	}
	if len(results) > 1 {
		m.errorf("%s\n", m.tr("{done} of {all} milled, {failed} failed.", "done", len(results)-failed, "all", len(results), "failed", failed))
	}
}
