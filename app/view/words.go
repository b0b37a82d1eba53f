package view

import (
	"sheetmill/core/export"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
)

// The words of the core that widgets need; they import this package alone.
type (
	// Type is the type of a clean column.
	Type = table.Type
	// ColumnProfile sums up one column: counts, quantiles, histogram, top values.
	ColumnProfile = workspace.ColumnProfile
	// Format is a format of an export.
	Format = export.Format
	// Version is one clean table in a dataset's history.
	Version = workspace.Version
)

// The types of columns.
const (
	Integer  = table.Integer
	Float    = table.Float
	Boolean  = table.Boolean
	Date     = table.Date
	DateTime = table.DateTime
	Time     = table.Time
	String   = table.String
	Empty    = table.Empty
)

// Formats lists the formats of exports.
func Formats() []Format { return export.Formats() }
