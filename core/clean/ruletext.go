package clean

import (
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// chosenRules replace what cells hold where a person chose so, before all others.
var chosenRules = []Rule{
	{
		Name: "repair-text", Title: say.T("Texts decoded again"), Before: "ä¸\u00adæ\u0096\u0087", After: "中文",
		beside: "x", choose: func(c *Context) { c.Options.Repair = []string{""} },
		Doc: say.T("In columns that a person chose, texts that were decoded with the wrong encoding are decoded again with the right one."),
	},
	{
		Name: "recode", Title: say.T("Values that a person recoded"), Before: "999", After: "",
		beside: "35|42", choose: func(c *Context) { c.Options.Recode = map[string]map[string]*string{"": {"999": nil}} },
		Doc: say.T("Values that a person chose become the values chosen for them, or missing, before the type of the column is decided."),
	},
	{
		Name: "split-limit", Title: say.T("Limits split in two"), Before: "<0.01", After: "0.01",
		beside: "5|6", choose: func(c *Context) { c.Part = ValuePart },
		Doc: say.T("For columns that a person chose, the sign and the number of limits such as <0.01 go into two further columns; the column itself stays as it is."),
	},
}

// textRules are the rules on the text of a cell, and on what is missing.
var textRules = []Rule{
	{
		Name: "html-entity", Title: say.T("Characters spelled for the web"), Before: "&lt;0.5", After: "<0.5",
		Doc: say.T("Entities such as &lt; and &nbsp; that an export left in a text become the characters they stand for, unless the text holds tags."),
	},
	{
		Name: "invisible", Title: say.T("Invisible characters"), Before: "A\u200b12", After: "A12",
		Doc: say.T("Characters that cannot be seen, such as zero-width spaces, byte order marks, soft hyphens and control characters, are removed."),
	},
	{
		Name: "unicode-nfc", Title: say.T("One spelling per letter"), Before: "e\u0301", After: "é",
		Doc: say.T("Letters written as a letter and a separate accent become one character (Unicode NFC)."),
	},
	{
		Name: "plain-space", Title: say.T("Plain spaces"), Before: "New\u00a0York", After: "New York",
		Doc: say.T("No-break spaces inside a text become plain spaces."),
	},
	{
		Name: "trim-space", Title: say.T("Spaces at the ends"), Before: "  abc ", After: "abc",
		Doc: say.T("Spaces, tabs and line breaks before and after the value are removed, wide ones too."),
	},
	{
		Name: "double-space", Title: say.T("Double spaces"), Before: "New  York", After: "New York",
		Doc: say.T("Several spaces or tabs inside a text become one space; line breaks stay."),
	},
	{
		Name: "full-width", Title: say.T("Full-width characters"), Before: "１２．５", After: "12.5",
		beside: "3",
		Doc:    say.T("Full-width digits, letters and marks become half-width in numbers, dates, codes and markers of missing values. Prose is left alone."),
	},
	{
		Name: "empty-text", Title: say.T("Empty text"), Before: "  ", After: "",
		beside: "12",
		Doc:    say.T("A cell that holds only an empty text or spaces is a missing value."),
	},
	{
		Name: "missing-marker", Title: say.T("Markers of missing values"), Before: "N/A", After: "",
		beside: "12|13",
		Doc:    say.T("Words and marks that stand for a missing value, such as NA, null, a lone dash or 未查, become missing values. In text columns only unmistakable ones do."),
		Settings: []Setting{
			{"add", say.T("Further markers, joined by commas."), "", anyText},
			{"keep", say.T("Markers that are answers here, joined by commas."), "", anyText},
		},
	},
	{
		Name: "error-value", Title: say.T("Error values"), Before: "#DIV/0!", After: "",
		beside: "12", kind: sheet.Error,
		Doc: say.T("Error values of a spreadsheet, such as #DIV/0!, become missing values."),
	},
}
