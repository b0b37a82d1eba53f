package httpapi

import (
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

// datasetOf is a record as the API tells it.
func datasetOf(d workspace.Dataset) wire.Dataset {
	return wire.Dataset{
		ID: d.ID, Owner: d.Owner, FileName: d.FileName, FileKey: d.FileKey, FileSize: d.FileSize, FileHash: d.FileHash,
		CleanDataKey: d.CleanDataKey, TotalRows: d.TotalRows, TotalCols: d.TotalCols, Columns: columnsOf(d.Columns),
		Head: d.Head, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, ExpiresAt: d.ExpiresAt,
	}
}

func columnsOf(columns []workspace.Column) []wire.Column {
	out := []wire.Column{} // an empty list and not null
	for _, c := range columns {
		out = append(out, wire.Column(c))
	}
	return out
}

// statusOfRecord is a status as the API tells it, its trouble in a language.
func statusOfRecord(s job.Status, d *workspace.Dataset, lang say.Lang) wire.Status {
	out := wire.Status{
		RecordID: s.RecordID, JobID: s.JobID, Status: s.Status, Progress: s.Progress, Stage: s.Stage,
		Error: troubleOf(s.Error, lang),
	}
	if d != nil {
		record := datasetOf(*d)
		out.Record = &record
	}
	return out
}

// isAmbiguous tells that a text names no one record, though it may begin some.
func isAmbiguous(err error) bool { return fault.Is(err, fault.Usage) }
