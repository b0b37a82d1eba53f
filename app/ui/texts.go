package ui

import (
	"math"
	"strconv"
	"time"

	"sheetmill/app/view"
	"sheetmill/core/say"
)

// tr is a sentence in the window's language.
func (w *window) tr(key string, pairs ...any) string { return say.T(key, pairs...).In(w.lang) }

// number writes a whole number with separators of thousands.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// size writes a number of bytes.
func size(n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 || v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64) + " " + units[i]
	}
	return strconv.FormatFloat(v, 'f', 1, 64) + " " + units[i]
}

// percent writes a share; one that is small but not zero does not look like zero.
func percent(share float64) string {
	p := share * 100
	switch {
	case p > 0 && p < 0.1:
		return "<0.1%"
	case p > 99.9 && p < 100:
		return ">99.9%"
	case p >= 10 || p == math.Trunc(p):
		return strconv.FormatFloat(p, 'f', 0, 64) + "%"
	}
	return strconv.FormatFloat(p, 'f', 1, 64) + "%"
}

// left writes the time that is left.
func (w *window) timeLeft(d time.Duration) string {
	switch {
	case d < 0:
		return ""
	case d < 1500*time.Millisecond:
		return w.tr("almost done")
	case d < 100*time.Second:
		return w.tr("{n} s left", "n", int(d.Round(time.Second).Seconds()))
	case d < 100*time.Minute:
		return w.tr("{n} min left", "n", int(d.Round(time.Minute).Minutes()))
	}
	return w.tr("{n} h left", "n", int(d.Round(time.Hour).Hours()))
}

// shape writes the size of a table.
func (w *window) shape(rows, columns int64) string {
	return w.tr("{rows} rows × {columns} columns", "rows", number(rows), "columns", number(columns))
}

// typeName names a type of column.
func (w *window) typeName(t view.Type) string {
	switch t {
	case view.Integer:
		return w.tr("Whole number")
	case view.Float:
		return w.tr("Number")
	case view.Boolean:
		return w.tr("Yes or no")
	case view.Date:
		return w.tr("Date")
	case view.DateTime:
		return w.tr("Date and time")
	case view.Time:
		return w.tr("Time of day")
	case view.String:
		return w.tr("Text")
	}
	return w.tr("Empty")
}

// standing tells how a dataset stands, in one line.
func (w *window) standing(i view.Item) string {
	join := func(parts ...string) string {
		s := ""
		for _, p := range parts {
			if p == "" {
				continue
			}
			if s != "" {
				s += " · "
			}
			s += p
		}
		return s
	}
	rows := ""
	if i.Rows > 0 {
		rows = w.tr("{rows} rows", "rows", number(i.Rows))
	}
	switch i.Phase {
	case view.Copying:
		return join(w.tr("Copying"), size(i.Size), w.timeLeft(i.Left))
	case view.Waiting:
		return w.tr("Waiting for a free worker")
	case view.Running:
		stage := i.Stage.In(w.lang)
		if stage == "" {
			stage = w.tr("Working")
		}
		return join(stage, rows, w.timeLeft(i.Left))
	case view.Retrying:
		if i.Fault != nil {
			return join(w.tr("Trying again soon"), i.Fault.Sentence.In(w.lang))
		}
		return w.tr("Trying again soon")
	case view.Broken:
		if i.Fault != nil {
			return i.Fault.Sentence.In(w.lang)
		}
		return w.tr("Failed")
	case view.Cancelled:
		return w.tr("Cancelled")
	case view.Ready:
		if i.Again {
			return join(w.tr("Reading again"), i.Stage.In(w.lang), w.timeLeft(i.Left))
		}
	}
	switch i.Transfer {
	case view.Pushing:
		return join(w.tr("Sending to the shared workspace"), percent(i.TransferDone))
	case view.Pulling:
		return join(w.tr("Fetching from the shared workspace"), percent(i.TransferDone))
	case view.TransferWaits:
		return w.tr("Waiting for the network to send")
	case view.TransferFailed:
		return w.tr("Sending failed")
	case view.TransferDone:
	}
	if i.Columns == 0 {
		return join(w.tr("Ready"), size(i.Size))
	}
	return w.shape(i.Rows, i.Columns)
}
