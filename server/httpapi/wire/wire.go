// Package wire is what the HTTP API says in JSON: package httpapi writes it,
// package client reads it, and the OpenAPI document is made from it.
//
//	var s wire.Status
//	err := json.Unmarshal(body, &s)
//	if s.Error != nil { return s.Error.Fault() }
package wire

import (
	"encoding/json"
	"time"

	"sheetmill/core/job"
)

// Me tells whose token asks, and what it may do.
type Me struct {
	Owner string `json:"owner"`
	Write bool   `json:"write"`
	Admin bool   `json:"admin"`
}

// Added answers an upload.
type Added struct {
	RecordID string `json:"recordId"`
	JobID    int64  `json:"jobId"`
	Hash     string `json:"hash"`
	Size     int64  `json:"size"`
	Again    bool   `json:"again,omitempty"`
}

// Column is a column as the record tells it.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type" enum:"integer,float,boolean,date,datetime,time,string,empty"`
}

// Dataset is the record of one added file: business facts only. How far its
// job is, is in Status.
type Dataset struct {
	ID           string    `json:"recordId"`
	Owner        string    `json:"owner"`
	FileName     string    `json:"fileName"`
	FileKey      string    `json:"fileKey"`
	FileSize     int64     `json:"fileSize"`
	FileHash     string    `json:"fileHash"`
	CleanDataKey string    `json:"cleanDataKey"`
	TotalRows    *int64    `json:"totalRows"`
	TotalCols    *int64    `json:"totalCols"`
	Columns      []Column  `json:"columns"`
	Head         int       `json:"head"`
	CreatedAt    time.Time `json:"createdAt"`
	UpdatedAt    time.Time `json:"updatedAt"`
	ExpiresAt    time.Time `json:"expiresAt,omitzero" required:"false"`
}

// Datasets is a page of the records, newest first.
type Datasets struct {
	Datasets []Dataset `json:"datasets"`
	// Next is the cursor of the next page; "" on the last one.
	Next string `json:"next,omitempty"`
}

// Status answers "how far is this record?".
type Status struct {
	RecordID string    `json:"recordId"`
	JobID    int64     `json:"jobId,omitempty"`
	Status   job.Phase `json:"status" enum:"processing,ready,error"`
	Progress float64   `json:"progress" minimum:"0" maximum:"100"`
	Stage    string    `json:"stage,omitempty"`
	Record   *Dataset  `json:"record,omitempty"`
	Error    *Trouble  `json:"error,omitempty"`
}

// Done tells that watching on will show nothing new.
func (s Status) Done() bool { return s.Status == job.Ready || s.Status == job.Broken }

// RowColumn is a column of a page of rows.
type RowColumn struct {
	Name    string `json:"name"`
	Type    string `json:"type" enum:"integer,float,boolean,date,datetime,time,string,empty"`
	Source  int    `json:"source"`
	Elapsed bool   `json:"elapsed,omitempty"`
}

// Rows is a page of a clean table.
type Rows struct {
	// TotalRows is the number of rows, or of those that pass the filters.
	TotalRows int64       `json:"totalRows"`
	Offset    int64       `json:"offset"`
	Columns   []RowColumn `json:"columns"`
	// Rows holds one array a row: numbers and booleans as they are, dates and
	// times as ISO 8601 text, null where the value is missing.
	Rows [][]json.RawMessage `json:"rows"`
	// Numbers are the rows' numbers in the table, from 0, where they are sorted or filtered.
	Numbers []int64 `json:"numbers,omitempty"`
	// NextOffset is where the next page starts; nil after the last row.
	NextOffset *int64 `json:"nextOffset"`
}

// Change is one cell of the clean table that differs from the source.
type Change struct {
	Row     int64   `json:"row"`
	Column  string  `json:"column"`
	Address string  `json:"address"`
	Kind    string  `json:"kind" enum:"changed,missing,filled"`
	Rule    string  `json:"rule"`
	Before  string  `json:"before"`
	After   *string `json:"after"`
	Line    int64   `json:"line,omitempty"`
	Offset  int64   `json:"offset,omitempty"`
}

// Ledger is a page of the changes.
type Ledger struct {
	Changes    []Change `json:"changes"`
	Offset     int64    `json:"offset"`
	NextOffset *int64   `json:"nextOffset"`
}

// Version is one clean table in a dataset's history.
type Version struct {
	Number    int       `json:"version"`
	Head      bool      `json:"head"`
	CleanKey  string    `json:"cleanKey"`
	Rows      int64     `json:"rows"`
	Columns   []Column  `json:"columns"`
	CreatedAt time.Time `json:"createdAt"`
}

// Versions is a dataset's history, oldest first.
type Versions struct {
	Versions []Version `json:"versions"`
}

// Steps are quick actions to apply, in order.
type Steps struct {
	Steps []Step `json:"steps" minItems:"1" maxItems:"100"`
}

// Step is one quick action: what it does, and what with.
type Step struct {
	Do   string         `json:"do" minLength:"1" maxLength:"64"`
	With map[string]any `json:"with,omitempty"`
}

// Ready tells that the server can work.
type Ready struct {
	Status string `json:"status" enum:"ok"`
}

// End is the last event of a stream that ends before its record does.
type End struct {
	// Reason is "stopping" when the server stops, and a fault's code otherwise.
	Reason string `json:"reason"`
}
