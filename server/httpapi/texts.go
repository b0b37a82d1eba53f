package httpapi

import (
	"net/http"

	"sheetmill/core/say"
)

// parameterTexts say what parameters are, by name, or by operation and name
// where one name means two things.
var parameterTexts = map[string]say.Text{
	"id":                    say.T("The record's ID, whole."),
	"listDatasets.limit":    say.T("How many records at most."),
	"cursor":                say.T("The next of the page before."),
	"jobId":                 say.T("A job of the record; without it the newest one counts."),
	"addDataset.name":       say.T("The file's name; without it that of the form's part or of Content-Disposition."),
	"addDataset.sheet":      say.T("A sheet by its name, or by its number from 1; without it the first visible one with cells."),
	"addDataset.encoding":   say.T("The encoding of a text file, such as gb18030; without it, it is found."),
	"addDataset.delimiter":  say.T(`The delimiter of a text file, \t for a tab; without it, it is found.`),
	"addDataset.header":     say.T("The rows of the header, such as 3 or 3,4; none for no header; without it they are found."),
	"addDataset.firstRow":   say.T("The first row of the data; without it, it is found."),
	"addDataset.lastRow":    say.T("The last row of the data; without it, it is found."),
	"addDataset.table":      say.T("Which of several tables on the sheet, from 1; without it the largest."),
	"addDataset.range":      say.T("Where the table is, such as B3:F120, or B3:F for all rows down to the last; without it, it is found."),
	"addDataset.units":      say.T("The row of the units of measure below the names; none for no such row; without it, it is found."),
	"addDataset.keepRows":   say.T("Whether titles of groups, totals and repeated headers stay in the data."),
	"addDataset.off":        say.T("A rule of cleaning not to apply; may be given again."),
	"addDataset.type":       say.T("The type of a column, as COLUMN=TYPE; what does not fit becomes missing; may be given again."),
	"addDataset.recode":     say.T("A value of a column and what it becomes, as COLUMN:FROM=TO, nothing for missing; may be given again."),
	"addDataset.repair":     say.T("A column whose texts in the wrong encoding are decoded again; may be given again."),
	"addDataset.split":      say.T("A column of limits such as <0.01 whose signs and numbers go into two further columns; may be given again."),
	"getJob.jobId":          say.T("A job of the record."),
	"wait":                  say.T("How many seconds to wait for the job's end."),
	"whereFrom.row":         say.T("Row of the clean table, from 0."),
	"whereFrom.column":      say.T("A column of the clean table."),
	"addDataset.ruleOption": say.T("An option of a rule, as RULE.OPTION=VALUE; may be given again."),
	"addDataset.dateOrder":  say.T("The order of dates that leave it open."),
	"addDataset.strict":     say.T("Whether only unmistakable markers are missing values, and a value that does not fit a chosen type fails the job."),
	"addDataset.priority":   say.T("From 1, first among this owner's jobs, to 4, last."),
	"Idempotency-Key":       say.T("A name for this request that you choose. Sent again under it, the same file is not added twice."),
	"Sheetmill-Password":    say.T("The password of an encrypted workbook, percent-encoded. It is used while the file is taken in and kept nowhere: what is stored is the workbook without it."),
	"getRows.offset":        say.T("The first row, from 0."),
	"getRows.limit":         say.T("How many rows at most."),
	"getRows.columns":       say.T("Columns by name, joined by commas as in a line of CSV; without it all."),
	"getRows.version":       say.T("A version of the table; without it the head."),
	"getRows.sort":          say.T("A column to sort by, descending with a minus before its name; may be repeated."),
	"getRows.filter":        say.T("A condition such as age>=18, sex=男|女, name~李, age is missing or * is changed; repeated, all must hold."),
	"getLedger.offset":      say.T("The first entry, from 0."),
	"getLedger.limit":       say.T("How many entries at most."),
	"getLedger.column":      say.T("Only changes in this column."),
	"getLedger.rule":        say.T("Only changes by this rule."),
	"getLedger.row":         say.T("Only changes in this row of the clean table, from 0; -1 for all."),
	"exportTable.format":    say.T("The format of the file."),
	"getReport.format":      say.T("The form of the report."),
	"exportTable.bom":       say.T("Starts a CSV file with a byte order mark, by which Excel knows UTF-8."),
	"sheetName":             say.T("The name of the sheet in an Excel workbook."),
	"If-Match":              say.T("Only this ETag; otherwise 412."),
	"If-None-Match":         say.T("Not this ETag; otherwise 304."),
	"If-Range":              say.T("The range only of this ETag, and the whole file otherwise."),
	"Range":                 say.T("Which bytes, such as bytes=1000-."),
}

// successTexts say what an operation answers.
var successTexts = map[string]say.Text{
	"addDataset":    say.T("The file is stored and its job waits. Location is the record's."),
	"listDatasets":  say.T("A page of the records."),
	"getDataset":    say.T("The record."),
	"deleteDataset": say.T("The record is gone."),
	"getStatus":     say.T("The status."),
	"watchDataset":  say.T("The events, as they come."),
	"cancelJob":     say.T("The status after the request."),
	"retryJob":      say.T("The status after the request."),
	"getJob":        say.T("The job."),
	"cleanAgain":    say.T("The job that makes the new version."),
	"undoRule":      say.T("The job that makes the new version."),
	"whereFrom":     say.T("Where the cell came from."),
	"getRows":       say.T("The rows."),
	"getProfile":    say.T("The report."),
	"getLedger":     say.T("The changes."),
	"getVersions":   say.T("The versions."),
	"exportTable":   say.T("The file."),
	"getReport":     say.T("The report."),
	"applySteps":    say.T("The status of the job that applies the steps."),
	"undo":          say.T("The status after the request."),
	"redo":          say.T("The status after the request."),
	"me":            say.T("The owner and the rights."),
	"healthz":       say.T("It lives."),
	"readyz":        say.T("It can work."),
}

// refusalText says when an error is answered.
func refusalText(status int) say.Text {
	switch status {
	case http.StatusBadRequest:
		return say.T("The request is wrong; errors tells where.")
	case http.StatusUnauthorized:
		return say.T("There is no token, or it is not known, or it was revoked.")
	case http.StatusForbidden:
		return say.T("The token has no right to this.")
	case http.StatusNotFound:
		return say.T("There is no such record, job, version or column.")
	case http.StatusRequestTimeout:
		return say.T("The body came too slowly.")
	case http.StatusConflict:
		return say.T("It cannot be done as things are: the table is not ready, its job failed, or the idempotency key was used for another file.")
	case http.StatusPreconditionFailed:
		return say.T("The table is not the one that If-Match names.")
	case http.StatusRequestEntityTooLarge:
		return say.T("Over a limit, which the sentence names.")
	case http.StatusUnsupportedMediaType:
		return say.T("The body comes in a form that is not taken.")
	case http.StatusRequestedRangeNotSatisfiable:
		return say.T("The range lies outside the file.")
	case http.StatusUnprocessableEntity:
		return say.T("The file cannot be used as it is.")
	case http.StatusTooManyRequests:
		return say.T("Over this owner's rate, or too much at once.")
	case http.StatusNotImplemented:
		return say.T("This comes in a later version.")
	case http.StatusServiceUnavailable:
		return say.T("Something that the server needs is away, or the server is stopping.")
	default:
		return say.T("Something went wrong inside. The request ID leads to it in the server's log.")
	}
}

// propertyTexts say what the properties of answers are, by schema and name.
var propertyTexts = map[string]say.Text{
	"Accept.code":   say.T("The code of the findings, as the profile tells it."),
	"Accept.column": say.T("The column; without it every column that has such a finding."),

	"Clean.options": say.T("Options of cleaning, added to those of before."),
	"Clean.accept":  say.T("Findings whose suggestion is to be done."),
	"Clean.afresh":  say.T("Forgets the options of before."),

	"Job.recordId": say.T("The record's ID."),
	"Job.jobId":    say.T("The job's ID."),
	"Job.state":    say.T("Where the job is in its life."),
	"Job.progress": say.T("How far it is, in percent."),
	"Job.stage":    say.T("What it is doing."),

	"Origin.row":     say.T("Row of the clean table, from 0."),
	"Origin.column":  say.T("Column of the clean table."),
	"Origin.value":   say.T("The clean value; null when it is missing."),
	"Origin.sheet":   say.T("The sheet it stands in."),
	"Origin.address": say.T("Where the cell stands in the sheet, such as F12."),
	"Origin.line":    say.T("Line of a text file, from 1."),
	"Origin.offset":  say.T("Byte of a text file where its row starts."),
	"Origin.source":  say.T("What the file holds there; null when it holds nothing."),

	"Started.recordId": say.T("The record's ID."),
	"Started.jobId":    say.T("The job that makes the new version."),

	"UndoRule.rule": say.T("The name of the rule."),

	"Added.recordId": say.T("The ID of the new record."),
	"Added.jobId":    say.T("The job that mills the file."),
	"Added.hash":     say.T("SHA-256 of the file, in hexadecimal."),
	"Added.size":     say.T("Bytes of the file."),
	"Added.again":    say.T("The request was answered before; nothing was added now."),

	"Change.row":     say.T("Row of the clean table, from 0."),
	"Change.column":  say.T("Column of the clean table."),
	"Change.address": say.T("Where the cell stands in the sheet, such as F12."),
	"Change.kind":    say.T("changed, set missing, or filled where the sheet has no cell of its own."),
	"Change.rule":    say.T("The rules that did it, joined by +."),
	"Change.before":  say.T("What it was."),
	"Change.after":   say.T("What it is; null when it was set missing."),
	"Change.line":    say.T("Line of a text file, from 1."),
	"Change.offset":  say.T("Byte of a text file where its row starts."),

	"Column.name": say.T("The column's name."),
	"Column.type": say.T("The column's type."),

	"Dataset.recordId":     say.T("The record's ID."),
	"Dataset.owner":        say.T("Whose it is."),
	"Dataset.fileName":     say.T("The name of the added file."),
	"Dataset.fileKey":      say.T("The object that holds the file."),
	"Dataset.fileSize":     say.T("Bytes of the file."),
	"Dataset.fileHash":     say.T("SHA-256 of the file, in hexadecimal."),
	"Dataset.cleanDataKey": say.T("The object that holds the clean table; empty before the first."),
	"Dataset.totalRows":    say.T("Rows of the clean table; null before the first."),
	"Dataset.totalCols":    say.T("Columns of the clean table; null before the first."),
	"Dataset.columns":      say.T("The columns of the clean table."),
	"Dataset.head":         say.T("The version that reads see; 0 before the first."),
	"Dataset.createdAt":    say.T("When it was added."),
	"Dataset.updatedAt":    say.T("When it last changed."),
	"Dataset.expiresAt":    say.T("When it will be removed; not there when never."),

	"Datasets.datasets": say.T("The records, newest first."),
	"Datasets.next":     say.T("The cursor of the next page; not there on the last."),

	"Invalid.message": say.T("What is wrong with it."),
	"Invalid.place":   say.T("Where in the request, such as query.limit."),

	"Ledger.changes":    say.T("The changes."),
	"Ledger.offset":     say.T("The first entry, from 0."),
	"Ledger.nextOffset": say.T("Where the next page starts; null on the last."),

	"Me.owner": say.T("Whose token it is."),
	"Me.write": say.T("Whether it may add, change and delete."),
	"Me.admin": say.T("Whether it may see the jobs of all."),

	"Problem.type":      say.T("Where this kind of error is explained."),
	"Problem.title":     say.T("The kind of error, in a few words."),
	"Problem.status":    say.T("The HTTP status."),
	"Problem.detail":    say.T("What happened, in a sentence."),
	"Problem.code":      say.T("The kind of error, for programs."),
	"Problem.hint":      say.T("What to do about it."),
	"Problem.place":     say.T("Where it happened: a file, a part, a cell."),
	"Problem.requestId": say.T("The request's ID, as in the server's log."),
	"Problem.errors":    say.T("Everything that is wrong with the request."),

	"Ready.status": say.T("Always ok."),

	"RowColumn.name":    say.T("The column's name."),
	"RowColumn.type":    say.T("The column's type."),
	"RowColumn.source":  say.T("The column of the sheet it came from, from 0; -1 for none."),
	"RowColumn.elapsed": say.T("Times that may be longer than a day."),

	"Rows.totalRows":  say.T("Rows of the whole table, or as many as pass the filters."),
	"Rows.offset":     say.T("The first row, from 0."),
	"Rows.columns":    say.T("The columns of the rows."),
	"Rows.rows":       say.T("One list for each row. Dates and times are ISO 8601 text; null is a missing value."),
	"Rows.numbers":    say.T("The rows' own numbers in the table, from 0, where they are sorted or filtered."),
	"Rows.nextOffset": say.T("Where the next page starts; null after the last row."),

	"Status.recordId": say.T("The record's ID."),
	"Status.jobId":    say.T("The job that was looked at; not there when none is kept."),
	"Status.status":   say.T("processing, ready or error."),
	"Status.progress": say.T("Percent of the work that is done."),
	"Status.stage":    say.T("What the job is at."),
	"Status.record":   say.T("The record."),
	"Status.error":    say.T("Why there is no table."),

	"Step.do":     say.T("What the step does."),
	"Step.with":   say.T("What it does it with."),
	"Steps.steps": say.T("The steps, in order."),

	"Trouble.code":   say.T("The kind of error, for programs."),
	"Trouble.detail": say.T("What happened, in a sentence."),
	"Trouble.hint":   say.T("What to do about it."),
	"Trouble.place":  say.T("Where it happened: a file, a part, a cell."),

	"Version.version":   say.T("The version's number, from 1."),
	"Version.head":      say.T("Whether reads see it."),
	"Version.cleanKey":  say.T("The object that holds the table."),
	"Version.rows":      say.T("Rows of the table."),
	"Version.columns":   say.T("The columns of the table."),
	"Version.createdAt": say.T("When it was made."),
	"Versions.versions": say.T("The versions, oldest first."),
}
