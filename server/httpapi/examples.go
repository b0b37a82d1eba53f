package httpapi

import (
	"encoding/json"
	"net/http"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/server/httpapi/wire"
)

// exampleEvents is what a stream looks like.
const exampleEvents = ": watching\n\n" +
	`event: status` + "\n" + `data: {"recordId":"3kf0a7m2vq8ho","jobId":41,"status":"processing","progress":62.5,"stage":"clean"}` + "\n\n" +
	`event: status` + "\n" + `data: {"recordId":"3kf0a7m2vq8ho","jobId":41,"status":"ready","progress":100}` + "\n\n"

const exampleID = "3kf0a7m2vq8ho"

// examples are answers of the operations, by their ID.
var examples = func() map[string]any {
	rows, cols := int64(96), int64(2)
	at := time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
	const hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	dataset := wire.Dataset{
		ID: exampleID, Owner: "li", FileName: "检验结果.xlsx", FileKey: "owner/li/source/" + hash, FileSize: 48213, FileHash: hash,
		CleanDataKey: "owner/li/clean/5f2c.parquet", TotalRows: &rows, TotalCols: &cols,
		Columns: []wire.Column{{Name: "age", Type: "integer"}, {Name: "drawn", Type: "date"}},
		Head:    1, CreatedAt: at, UpdatedAt: at.Add(time.Second),
	}
	status := wire.Status{RecordID: exampleID, JobID: 41, Status: job.Processing, Progress: 62.5, Stage: "clean"}
	before, after := "2026年1月2日", "2026-01-02"
	return map[string]any{
		"addDataset":   wire.Added{RecordID: exampleID, JobID: 41, Hash: hash, Size: 48213},
		"listDatasets": wire.Datasets{Datasets: []wire.Dataset{dataset}},
		"getDataset":   dataset,
		"getStatus":    status,
		"cancelJob":    status,
		"retryJob":     status,
		"applySteps":   status,
		"undo":         status,
		"redo":         status,
		"getRows": wire.Rows{
			TotalRows: rows, Columns: []wire.RowColumn{{Name: "age", Type: "integer"}, {Name: "drawn", Type: "date", Source: 1}},
			Rows: [][]json.RawMessage{{json.RawMessage(`47`), json.RawMessage(`"2026-01-02"`)}, {json.RawMessage(`null`), json.RawMessage(`"2026-01-03"`)}},
		},
		"getLedger":  wire.Ledger{Changes: []wire.Change{{Column: "drawn", Address: "C5", Kind: "changed", Rule: "date-ymd-cn", Before: "2026年1月2日", After: &after}}},
		"getJob":     wire.Job{RecordID: exampleID, JobID: 42, State: job.Running, Progress: 40, Stage: "clean"},
		"cleanAgain": wire.Started{RecordID: exampleID, JobID: 42},
		"undoRule":   wire.Started{RecordID: exampleID, JobID: 42},
		"whereFrom": wire.Origin{
			Column: "drawn", Value: &after, Sheet: "检验结果", Address: "C5", Source: &before,
			Change: &wire.Change{Column: "drawn", Address: "C5", Kind: "changed", Rule: "date-ymd-cn", Before: before, After: &after},
		},
		"getVersions": wire.Versions{Versions: []wire.Version{{
			Number: 1, Head: true, CleanKey: dataset.CleanDataKey, Rows: rows, Columns: dataset.Columns, CreatedAt: at,
		}}},
		"me":      wire.Me{Owner: "li", Write: true},
		"healthz": wire.Ready{Status: "ok"},
		"readyz":  wire.Ready{Status: "ok"},
	}
}()

// exampleProblem is an error answer with this status.
func exampleProblem(status int) *wire.Problem {
	const id = "0f6c1b2a9d4e8c7b5a301f2e"
	problem := func(err error) *wire.Problem { p, _ := problemOf(err, say.English, id); return p }
	switch status {
	case http.StatusBadRequest:
		return problem(wrongValue("query.limit", say.T("It must be at least {value}.", "value", 1)))
	case http.StatusUnauthorized:
		return problem(answerWith(status, fault.New(fault.NotAllowed, say.T("This needs a token."))))
	case http.StatusForbidden:
		return problem(forbidden(mayWrite))
	case http.StatusNotFound:
		return problem(noRecord(exampleID))
	case http.StatusRequestTimeout:
		return problem(tooSlow(Limits{}.orDefault()))
	case http.StatusRequestEntityTooLarge:
		return problem(tooLarge(Limits{}.orDefault().MaxUpload))
	case http.StatusTooManyRequests:
		return problem(tooMany(time.Second, say.T("These are more requests than the limit of {limit} a second for one owner.", "limit", 100)))
	case http.StatusServiceUnavailable:
		return problem(stoppingFault())
	case http.StatusNotImplemented:
		return problem(notYet(say.T("Tables cannot be edited over HTTP yet.")))
	case http.StatusInternalServerError:
		return problem(fault.New(fault.Internal, say.Text{}))
	case http.StatusConflict:
		return problem(fault.New(fault.Conflict, say.T("The clean table is not ready yet: its job has not ended.")))
	case http.StatusUnprocessableEntity:
		return problem(fault.New(fault.BadInput, say.T("The file is empty: it has no bytes at all.")).At("lab.csv"))
	case http.StatusUnsupportedMediaType:
		return problem(unsupported(say.T("A file does not come as {type}.", "type", "application/json")))
	default:
		return problem(answerWith(status, fault.New(fault.Usage, refusalText(status))))
	}
}
