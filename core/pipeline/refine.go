package pipeline

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"

	"sheetmill/core/clean"
	"sheetmill/core/fault"
	"sheetmill/core/locate"
	"sheetmill/core/profile"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// refined is what cleaning gave.
type refined struct {
	table   locate.Table
	account Account
	columns []ColumnReport
	rules   []RuleCount
	repeats *profile.Repeats
	gaps    *profile.Gaps
	sources table.RowMap
}

// run is a stretch of rows [from, to) of a row group.
type run struct{ from, to int }

// refiner cleans one table: it looks at every column whole, decides, and then
// converts group by group.
type refiner struct {
	raw       *rawTable
	table     locate.Table
	positions []int           // of the table's columns in the raw table; -1 where no cell is
	parts     []clean.Context // of the columns that are a part of another
	rest      []int           // positions of raw columns outside the table
	runs      [][]run         // per group, the rows that are data
	options   clean.Options
	facts     []*clean.Facts
	columns   []ColumnReport
	account   Account
	rules     []RuleCount
	rows      int64
	fillers   []filler // of merged cells, by column; nil where there are none
	whole     *profile.Whole
	sources   table.RowMap // of the clean rows
}

// refine makes the clean table and the ledger from the raw table.
func (p *Parser) refine(ctx context.Context, raw *rawTable, args Args, keys Keys, progress *tracker) (*refined, error) {
	chosen, err := raw.layout.Main()
	if err != nil {
		return nil, err
	}
	if len(chosen.Columns) == 0 {
		return nil, fault.New(fault.BadInput, say.T("The chosen rows hold no column of a table.")).
			Hint(say.T("Check --header, --first-row and --last-row against what sniff shows."))
	}
	if err := checkOptions(chosen, args.Options.Clean); err != nil {
		return nil, err
	}
	r := &refiner{raw: raw, table: chosen, options: args.Options.Clean}
	r.account.Source = raw.Info().Cells
	r.addParts()
	r.match()
	if err := r.observe(ctx, progress); err != nil {
		return nil, err
	}
	r.decide()
	err = p.put(ctx, keys.Ledger, func(ledgerOut io.Writer) error {
		return p.put(ctx, keys.Clean, func(cleanOut io.Writer) error {
			return r.convert(ctx, args, cleanOut, ledgerOut, progress)
		})
	})
	if err != nil {
		return nil, err
	}
	done := &refined{table: chosen, account: r.account, columns: r.columns, rules: r.rules, sources: r.sources}
	done.repeats, done.gaps = r.whole.Done()
	return done, nil
}

// checkOptions refuses options that there are not, and those for columns that
// the table has not.
func checkOptions(t locate.Table, o clean.Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	named := slices.Concat(slices.Sorted(maps.Keys(o.Types)), slices.Sorted(maps.Keys(o.Recode)), o.Repair, o.Split)
	for _, name := range named {
		if !slices.ContainsFunc(t.Columns, func(c locate.Column) bool { return c.Name == name }) {
			return fault.New(fault.Usage, say.T("The table has no column {name}.", "name", name)).
				Hint(say.T("Run sniff to see its columns, and give the option the name of one."))
		}
	}
	return nil
}

// match finds the table's columns in the raw table.
func (r *refiner) match() {
	raw := r.raw.Columns()
	taken := make([]bool, len(raw))
	for _, c := range r.table.Columns {
		at, found := slices.BinarySearch(raw, c.Source)
		if !found {
			at = -1
		} else {
			taken[at] = true
		}
		r.positions = append(r.positions, at)
	}
	for at, t := range taken {
		if !t {
			r.rest = append(r.rest, at)
		}
	}
}

// observe looks at every cell of every column once.
func (r *refiner) observe(ctx context.Context, progress *tracker) error {
	facts := r.raw.Info().Facts
	for i, c := range r.table.Columns {
		what := r.parts[i]
		what.Date1904, what.Options, what.Unit = facts.Date1904, r.options, c.Unit
		r.facts = append(r.facts, clean.NewFacts(what, c.Name))
	}
	r.startFilling()
	cells := make([]table.Cells, table.Workers())
	for g := range r.raw.Groups() {
		heads, err := r.raw.Heads(ctx, g)
		if err != nil {
			return err
		}
		data := r.dataRuns(heads.Rows)
		filled := make([][]bool, len(cells))
		err = table.EachColumn(ctx, len(r.positions), func(worker, i int) error {
			if r.positions[i] < 0 {
				return nil
			}
			c := &cells[worker]
			if err := r.raw.Cells(ctx, g, r.positions[i], c); err != nil {
				return err
			}
			if filled[worker] == nil {
				filled[worker] = make([]bool, len(heads.Rows))
			}
			whole, _ := r.fillMerged(i, heads.Rows, c)
			for _, run := range data {
				r.facts[i].Observe(whole, run.from, run.to)
				markFilled(filled[worker], c, run)
			}
			return nil
		})
		if err != nil {
			return err
		}
		r.runs = append(r.runs, withoutBlank(data, filled))
		progress.at(stageClean, int64(g+1), int64(3*r.raw.Groups()))
	}
	return nil
}

// dataRuns lists the stretches of rows that belong to the table's data.
func (r *refiner) dataRuns(rows []int64) []run {
	var runs []run
	next, _ := slices.BinarySearchFunc(r.table.Skipped, rows[0], func(s locate.Skipped, row int64) int { return int(s.Row - row) })
	from := -1
	for i, number := range rows {
		for next < len(r.table.Skipped) && r.table.Skipped[next].Row < number {
			next++
		}
		skipped := next < len(r.table.Skipped) && r.table.Skipped[next].Row == number
		inside := number >= r.table.FirstDataRow && number <= r.table.LastDataRow && !skipped
		if inside && from < 0 {
			from = i
		}
		if !inside && from >= 0 {
			runs, from = append(runs, run{from, i}), -1
		}
	}
	if from >= 0 {
		runs = append(runs, run{from, len(rows)})
	}
	return runs
}

// markFilled marks the rows of a run whose cell holds more than space.
func markFilled(filled []bool, c *table.Cells, rows run) {
	for i := rows.from; i < rows.to; i++ {
		if filled[i] {
			continue
		}
		raw := c.Raw(i)
		for _, b := range raw[min(1, len(raw)):] {
			if b > ' ' {
				filled[i] = true
				break
			}
		}
	}
}

// withoutBlank takes rows out of runs in which no column holds anything.
func withoutBlank(runs []run, filled [][]bool) []run {
	var out []run
	for _, rows := range runs {
		from := -1
		for i := rows.from; i < rows.to; i++ {
			held := slices.ContainsFunc(filled, func(f []bool) bool { return f != nil && f[i] })
			if held && from < 0 {
				from = i
			}
			if !held && from >= 0 {
				out, from = append(out, run{from, i}), -1
			}
		}
		if from >= 0 {
			out = append(out, run{from, rows.to})
		}
	}
	return out
}

// decide takes the verdict of every column.
func (r *refiner) decide() {
	for i, c := range r.table.Columns {
		r.columns = append(r.columns, ColumnReport{Name: c.Name, Source: c.Source, Verdict: r.facts[i].Decide()})
	}
	r.facts = nil
}

// convert writes the clean table and the ledger, and keeps the account.
func (r *refiner) convert(ctx context.Context, args Args, cleanOut, ledgerOut io.Writer, progress *tracker) error {
	columns := make([]table.Column, len(r.columns))
	for i, c := range r.columns {
		columns[i] = table.Column{Name: c.Name, Type: c.Verdict.Type, Source: c.Source, Elapsed: c.Verdict.Elapsed}
	}
	out, err := table.NewWriter(cleanOut, columns, map[string]string{"sheetmill.source": args.FileHash})
	if err != nil {
		return err
	}
	ledger, err := newLedgerWriter(ledgerOut, r.columns, r.raw.Info().Encoding != "")
	if err != nil {
		return err
	}
	vectors := make([]*table.Vector, len(columns))
	for i := range vectors {
		vectors[i] = &table.Vector{}
	}
	r.whole = profile.NewWhole(len(columns))
	r.startFilling()
	for g := range r.raw.Groups() {
		heads, err := r.raw.Heads(ctx, g)
		if err != nil {
			return err
		}
		if err := r.convertGroup(ctx, g, heads, vectors, out, ledger); err != nil {
			return err
		}
		for _, run := range r.runs[g] {
			for i := run.from; i < run.to; i++ {
				r.sources.Add(heads.Rows[i], 1)
				r.rows++
			}
		}
		progress.at(stageClean, int64(r.raw.Groups()+2*(g+1)), int64(3*r.raw.Groups()))
	}
	for _, c := range r.columns {
		r.account.Kept += c.Counts.Kept
		r.account.Changed += c.Counts.Changed
		r.account.Missing += c.Counts.Missing
		r.account.Filled += c.Filled
	}
	if err := r.account.Check(); err != nil {
		return err
	}
	where, err := json.Marshal(&r.sources)
	if err != nil {
		return err
	}
	if err := out.AddMeta(table.MetaRows, string(where)); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	r.rules = ledger.ruleCounts()
	return ledger.close(ctx)
}

// convertGroup converts one group's rows, writes them and what changed, and counts the
// cells that are not data. A column goes all the way at once; the ledger and what is
// kept of whole rows take the columns in their order.
func (r *refiner) convertGroup(ctx context.Context, g int, heads table.RawHeads, vectors []*table.Vector, out *table.Writer, ledger *ledgerWriter) error {
	workers := table.Workers()
	cells := make([]table.Cells, workers)
	outside := make([]int64, workers)
	rows := 0
	for _, run := range r.runs[g] {
		rows += run.to - run.from
	}
	r.whole.Next(rows)
	turns := newTurns(len(vectors))
	err := out.FillGroup(ctx, rows, func(worker, i int) (*table.Vector, error) {
		column, vector, changed := &r.columns[i], vectors[i], &changes{}
		vector.Reset(column.Verdict.Type)
		c := &cells[worker]
		c.Reset()
		if at := r.positions[i]; at < 0 {
			c.Pad(len(heads.Rows))
		} else if err := r.raw.Cells(ctx, g, at, c); err != nil {
			return nil, err
		}
		whole, put := r.fillMerged(i, heads.Rows, c)
		if column.Verdict.Part != "" {
			if err := r.applyPart(column, whole, r.runs[g], vector, changed); err != nil {
				return nil, err
			}
		} else {
			inside, err := r.apply(column, whole, r.runs[g], put, vector, changed)
			if err != nil {
				return nil, err
			}
			outside[worker] += c.Present() - inside
			r.flag(column, whole, r.runs[g], heads.Rows)
		}
		return vector, turns.end(i, func() error {
			r.whole.Take(i, vector)
			return ledger.add(ctx, i, column.Source, heads, changed)
		})
	})
	if err != nil {
		return err
	}
	r.whole.End()
	err = table.EachColumn(ctx, len(r.rest), func(worker, i int) error {
		if err := r.raw.Cells(ctx, g, r.rest[i], &cells[worker]); err != nil {
			return err
		}
		outside[worker] += cells[worker].Present()
		return nil
	})
	for _, n := range outside {
		r.account.Outside += n
	}
	return err
}
