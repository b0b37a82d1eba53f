// Package pipeline is the way a file goes: source, raw table, clean table and
// ledger, profile, and one fenced commit. [Parser] is the worker of the job
// kind sheet_parse:
//
//	source -> sheet (rows, streamed) -> locate -> raw.parquet, and from it
//	  -> clean (whole-column typing) -> clean.parquet + ledger.parquet
//	clean.parquet -> profile.json -> commit
//
// Every derived object is named by what made it, so work that was done is found and
// not done again: raw.parquet is where an interrupted attempt goes on, and the
// same bytes added twice are parsed once.
package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync/atomic"

	"sheetmill/core/blob"
	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// Catalog is what a parse needs of the catalog.
type Catalog interface {
	Claim(ctx context.Context, jobID int64, keys ...string) error
	Commit(ctx context.Context, lease job.Lease, id string, v catalog.Version, final job.Progress) error
}

// Parser does the jobs of kind sheet_parse.
type Parser struct {
	store   blob.Store
	catalog Catalog
	limits  sheet.Limits
	hits    *Hits
}

// Hits count what parses found done already, by the names of contents. It may
// be shared by many parsers.
type Hits struct {
	Parses atomic.Int64 // attempts at a parse
	Whole  atomic.Int64 // that found all of it done
	Raw    atomic.Int64 // that found the raw table and went on from there
}

// NewParser makes the worker. Zero limits are sheet.DefaultLimits.
func NewParser(store blob.Store, cat Catalog, limits sheet.Limits) *Parser {
	return &Parser{store: store, catalog: cat, limits: limits.OrDefault(), hits: &Hits{}}
}

// Counting makes the parser count in hits.
func (p *Parser) Counting(hits *Hits) *Parser { p.hits = hits; return p }

// Kind is "sheet_parse".
func (p *Parser) Kind() string { return Kind }

// Queue is "sheets".
func (p *Parser) Queue() string { return Queue }

// Detail is what a parse keeps with the version.
type Detail struct {
	RawKey    string  `json:"rawKey"`
	LedgerKey string  `json:"ledgerKey"`
	ReportKey string  `json:"reportKey"`
	Account   Account `json:"account"`
	Options   Options `json:"options,omitzero"` // by which it was read and cleaned
}

// Work does one attempt. The arguments are the owner's word and may be forged;
// whose job it is, run tells, and every key is made from that.
func (p *Parser) Work(ctx context.Context, run job.Run) error {
	var args Args
	if err := json.Unmarshal(run.Args, &args); err != nil {
		return fault.New(fault.Usage, say.T("The job's arguments cannot be read.")).Because(err)
	}
	args.Owner = run.Owner
	if args.FileKey != SourceKey(run.Owner, args.FileHash) {
		return fault.New(fault.NotAllowed, say.T("The job names a source that is not its owner's.")).
			Hint(say.T("Remove the record and add the file again."))
	}
	progress := &tracker{report: run.Report}
	keys := KeysOf(args)
	if err := p.catalog.Claim(ctx, run.Lease.JobID, keys.All()...); err != nil {
		return err
	}
	p.hits.Parses.Add(1)
	report, err := p.stored(ctx, keys)
	if err == nil {
		p.hits.Whole.Add(1)
	} else {
		report, err = p.derive(ctx, args, keys, progress)
	}
	if err != nil {
		return p.place(err, args)
	}
	detail, err := json.Marshal(Detail{RawKey: keys.Raw, LedgerKey: keys.Ledger, ReportKey: keys.Report, Account: report.Account, Options: args.Options})
	if err != nil {
		return err
	}
	version := catalog.Version{
		CleanKey: keys.Clean, Keys: keys.All(), Rows: report.Profile.Rows, Detail: detail,
		Columns: make([]catalog.Column, len(report.Columns)),
	}
	for i, c := range report.Columns {
		version.Columns[i] = catalog.Column{Name: c.Name, Type: string(c.Verdict.Type)}
	}
	return p.catalog.Commit(ctx, run.Lease, run.RecordID, version, progress.finished(report.Profile.Rows))
}

// place adds the file's name to a fault that does not tell it yet.
func (p *Parser) place(err error, args Args) error {
	f, ok := errors.AsType[*fault.Error](err)
	if ok && (fault.Permanent(err) || f.Code == fault.Internal) {
		return f.Within(sheet.ShownName(args.FileName))
	}
	return err
}

// stored finds the report of an earlier parse of the same bytes with the same
// options, if all that it derived is still there.
func (p *Parser) stored(ctx context.Context, keys Keys) (Report, error) {
	for _, key := range []string{keys.Clean, keys.Ledger} {
		if err := p.readable(ctx, key); err != nil {
			return Report{}, err
		}
	}
	if _, err := p.store.Stat(ctx, keys.Raw); err != nil {
		return Report{}, err
	}
	report, err := ReadReport(ctx, p.store, keys.Report)
	return report, p.discard(ctx, keys.Report, err)
}

// readable tells whether a stored table opens.
func (p *Parser) readable(ctx context.Context, key string) error {
	object, err := p.store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	_, err = table.NewReader(object)
	return p.discard(ctx, key, err)
}

// discard removes a derived object that cannot be read: a new one could not
// take its name while it is there. It answers the error that said so.
func (p *Parser) discard(ctx context.Context, key string, err error) error {
	if err == nil || !fault.Is(err, fault.BadInput) {
		return err
	}
	return errors.Join(err, p.store.Remove(ctx, key))
}

// ReadReport reads a stored report.
func ReadReport(ctx context.Context, store blob.Store, key string) (Report, error) {
	var report Report
	object, err := store.Open(ctx, key)
	if err != nil {
		return report, err
	}
	defer func() { _ = object.Close() }()
	if err := json.NewDecoder(io.NewSectionReader(object, 0, object.Size())).Decode(&report); err != nil {
		return report, fault.New(fault.BadInput, say.T("The stored report is damaged.")).
			Hint(say.T("Run the job again to make it anew; run doctor to check the other objects.")).Because(err)
	}
	return report, nil
}

// derive does the work.
func (p *Parser) derive(ctx context.Context, args Args, keys Keys, progress *tracker) (Report, error) {
	raw, err := p.read(ctx, args, keys.Raw, progress)
	if err != nil {
		return Report{}, err
	}
	defer raw.close()
	refined, err := p.refine(ctx, raw, args, keys, progress)
	if err != nil {
		return Report{}, err
	}
	return p.describe(ctx, raw, refined, keys, progress)
}

// put stores one object.
func (p *Parser) put(ctx context.Context, key string, write func(io.Writer) error) error {
	w, err := p.store.Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }()
	if err := write(w); err != nil {
		return err
	}
	_, err = w.Commit(ctx, key)
	return err
}
