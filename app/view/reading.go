package view

import (
	"context"
	"strconv"
	"strings"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/workspace"
)

// Reading is how a dataset's source is read: what was chosen and what was found.
type Reading struct {
	Chosen    ReadOptions
	Text      bool // it has an encoding and a delimiter, and no sheets
	Encoding  string
	Delimiter string
	Sheets    []string // all but the hidden ones
	Sheet     string   // the one that was read
	Header    string   // rows, such as "3,4"; "" for none
	Range     string   // such as "B4:Z104"
	Locked    bool     // a password must be given
}

// ReadOptions are what a person knows better of a source. Zero values leave it to be found.
type ReadOptions struct {
	Sheet     string // its name
	Encoding  string
	Delimiter string // the mark itself
	Header    string // rows, such as "3", "3,4" or "3-5"
	NoHeader  bool
	Range     string // such as "B3:F120", or "B3:F" down to the last row
	KeepRows  bool   // titles of groups, totals and headers said again are data
	Password  string // of a workbook; it is kept nowhere
	Apart     bool   // as a dataset of its own; the one that is there stays as it is
}

// Reading tells how a dataset was read.
func (c *Client) Reading(r Ref, done func(Reading, *fault.Error)) {
	s, id, err := c.record(r)
	if err == nil && !s.run(func(ctx context.Context) {
		found, err := s.ws.Reading(ctx, id)
		if err != nil {
			done(Reading{}, fault.Of(err))
			return
		}
		done(readingOf(found), nil)
	}) {
		err = errClosedMeanwhile
	}
	if err != nil {
		c.run(func(context.Context) { done(Reading{}, fault.Of(err)) })
	}
}

func readingOf(w workspace.Reading) Reading {
	o := w.Options
	r := Reading{
		Text: w.Encoding != "", Encoding: w.Encoding, Sheets: sheetNames(w.Sheets), Sheet: w.Sheet, Header: rowsText(w.HeaderRows), Locked: w.Locked,
		Chosen: ReadOptions{
			Sheet: o.Sheet, Encoding: o.Encoding, Delimiter: o.Delimiter, Header: rowsText(o.Locate.HeaderRows), NoHeader: o.Locate.NoHeader,
			Range: o.Locate.Range, KeepRows: o.Locate.KeepRows,
		},
	}
	if w.Dialect != nil {
		r.Delimiter = w.Dialect.Delimiter
	}
	if w.Range != (sheet.Range{}) {
		r.Range = rangeText(w.Range)
	}
	return r
}

// ReadAgain reads a dataset's source anew. Choices that make no sense are fault.Usage, and nothing
// happens; otherwise the table that is there stays until the new one is ready, and the item tells how far that is.
func (c *Client) ReadAgain(r Ref, o ReadOptions) error {
	header, err := rowsOf(o.Header)
	if err != nil {
		return err
	}
	if o.Range != "" {
		if _, err := sheet.ParseRange(o.Range); err != nil {
			return err
		}
	}
	c.do(r, say.T("Read again"), func(ctx context.Context, s *space, id string) error {
		found, err := s.ws.Reading(ctx, id)
		if err != nil {
			return err
		}
		options := found.Options // how it is cleaned stays
		options.Sheet, options.Encoding, options.Delimiter, options.Password = o.Sheet, o.Encoding, o.Delimiter, o.Password
		at := &options.Locate
		if at.Range != o.Range || found.Options.Sheet != o.Sheet { // rows and tables that were chosen elsewhere mean nothing here
			at.FirstRow, at.LastRow, at.Table, at.UnitRow, at.NoUnits = 0, 0, 0, 0, false
		}
		at.HeaderRows, at.NoHeader, at.Range, at.KeepRows = header, o.NoHeader, o.Range, o.KeepRows
		added, err := s.ws.ReadAgain(ctx, id, options, o.Apart)
		if err != nil {
			return err
		}
		if added.RecordID != id {
			c.joined(s, r, added)
			return nil
		}
		c.anew(s, r, added.JobID)
		return nil
	})
	return nil
}

// UndoRule takes back what a rule changed, as a new version of the table.
func (c *Client) UndoRule(r Ref, rule string) {
	c.do(r, say.T("Take the rule's changes back"), func(ctx context.Context, s *space, id string) error {
		added, err := s.ws.UndoRule(ctx, id, rule)
		if err == nil {
			c.anew(s, r, added.JobID)
		}
		return err
	})
}

// Take does what a finding suggests, as a new version of the table.
func (c *Client) Take(r Ref, s Suggestion) {
	c.do(r, say.T("Settle a finding"), func(ctx context.Context, in *space, id string) error {
		options, err := in.ws.CleanOptions(ctx, id)
		if err != nil {
			return err
		}
		added, err := in.ws.Clean(ctx, id, options.With(s.options))
		if err == nil {
			c.anew(in, r, added.JobID)
		}
		return err
	})
}

// joined shows a dataset that was made of another's source, and opens it once there is something to show.
func (c *Client) joined(s *space, from Ref, added workspace.Added) {
	r := Ref{s.place, added.RecordID}
	c.library.mu.Lock()
	old, e := c.library.entries[from], c.library.entries[r]
	if e == nil {
		e = &entry{record: added.RecordID, item: Item{Ref: r, Size: added.Size, Added: time.Now(), Phase: Waiting, Left: -1}}
		c.library.entries[r] = e
	}
	if old != nil {
		e.item.Name = old.item.Name
	}
	before := e.item
	e.item.Fresh, e.opens = true, true
	c.tell(before, e) // it may be ready already
	c.library.mu.Unlock()
	c.hub.list()
	c.follow(s, r)
}

// anew follows a job that makes a dataset's table once more.
func (c *Client) anew(s *space, r Ref, jobID int64) {
	ready := false
	c.change(r, func(e *entry) func() {
		e.pace = pace{}
		e.item.Done, e.item.Left, e.item.Fault = 0, -1, nil
		if ready = e.item.Phase == Ready; ready {
			e.item.Again = true
			return nil
		}
		e.item.Phase, e.opens = Waiting, true
		return func() { c.follow(s, r) }
	})
	if !ready {
		return
	}
	s.run(func(ctx context.Context) {
		info, err := s.ws.WaitJob(ctx, jobID, func(info job.Info) {
			c.change(r, func(e *entry) func() {
				e.item.Done, e.item.Stage = max(e.item.Done, info.Progress.Done), stageText(info.Progress.Stage)
				e.item.Left = e.pace.left(time.Now(), e.item.Done)
				return nil
			})
		})
		c.change(r, func(e *entry) func() {
			e.item.Again, e.item.Done, e.item.Left, e.item.Stage = false, 1, 0, say.Text{}
			return nil
		})
		switch {
		case ctx.Err() != nil:
		case err != nil:
			c.trouble(r, say.T("Read again"), err)
		case info.State == job.Failed:
			c.trouble(r, say.T("Read again"), info.Fault)
		}
		s.look()
	})
}

// rowsOf reads rows of a sheet as people write them: "3", "3,4" or "3-5"; nil for none.
func rowsOf(text string) ([]int64, error) {
	text = strings.NewReplacer("，", ",", "、", ",", " ", ",", "–", "-", "—", "-", "~", "-").Replace(strings.TrimSpace(text))
	var rows []int64
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		low, high, between := strings.Cut(part, "-")
		if !between {
			high = low
		}
		from, err1 := strconv.ParseInt(low, 10, 64)
		to, err2 := strconv.ParseInt(high, 10, 64)
		if err1 != nil || err2 != nil || from < 1 || to < from || to-from >= mostHeaderRows || len(rows) >= mostHeaderRows {
			return nil, fault.New(fault.Usage, say.T("{text} are no rows of a header.", "text", strconv.Quote(text))).
				Hint(say.T("Write rows as the sheet numbers them, such as 3, or 3-4 for a header over two rows."))
		}
		for row := from; row <= to; row++ {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// mostHeaderRows is more than any header has.
const mostHeaderRows = 50

func rowsText(rows []int64) string {
	var parts []string
	for _, r := range rows {
		parts = append(parts, strconv.FormatInt(r, 10))
	}
	return strings.Join(parts, ",")
}

func rangeText(at sheet.Range) string {
	return string(sheet.AppendAddress(nil, at.FirstCol, at.FirstRow)) + ":" + string(sheet.AppendAddress(nil, at.LastCol, at.LastRow))
}

func sheetNames(sheets []sheet.Info) []string {
	var names []string
	for _, s := range sheets {
		if !s.Hidden {
			names = append(names, s.Name)
		}
	}
	return names
}
