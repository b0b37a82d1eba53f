package clean

import (
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// tableRules are the rules on the spelling of typed cells in text columns, on chosen types, and what is only suggested.
var tableRules = []Rule{
	{
		Name: "number-as-text", Title: say.T("Numbers in text columns"), Before: "1.5E3", After: "1500",
		beside: "x", kind: sheet.Number,
		Doc: say.T("A number cell in a text column becomes its plain spelling."),
	},
	{
		Name: "date-as-text", Title: say.T("Dates in text columns"), Before: "45047", After: "2023-05-01",
		beside: "x", kind: sheet.Date,
		Doc: say.T("A date or time cell in a text column becomes its ISO spelling."),
	},
	{
		Name: "boolean-as-text", Title: say.T("True and false in text columns"), Before: "1", After: "TRUE",
		beside: "x", kind: sheet.Bool,
		Doc: say.T("A true or false cell in a text column becomes TRUE or FALSE, as the sheet shows it."),
	},
	{
		Name: "chosen-type", Title: say.T("Values that do not fit the chosen type"), Before: "n.d.", After: "",
		beside: "5|6", chosen: table.Integer,
		Doc: say.T("A value that does not fit the type that a person chose for its column becomes a missing value. Nothing else ever removes a value."),
	},
	{
		Name: "merged-fill", Title: say.T("Merged cells"), Before: "内科", After: "内科",
		Doc: say.T("The value of cells merged over several rows goes into each of these rows."),
	},
	{
		Name: "mojibake", Title: say.T("Text in the wrong encoding"), Before: "ä¸\u00adæ\u0096\u0087", After: "中文",
		Suggests: true, beside: "x",
		Doc: say.T("Text that was decoded with the wrong encoding is found and named, never repaired in silence."),
	},
	{
		Name: "sentinel", Title: say.T("Numbers that stand for a missing value"), Before: "999", After: "",
		Suggests: true, beside: "35|42|61|28|33|45|51|29|38",
		Doc: say.T("Numbers such as 999 or -9 far outside all others are named; to make them missing is for a person to decide."),
	},
	{
		Name: "comparator", Title: say.T("Limits"), Before: "<0.01", After: "<0.01",
		Suggests: true, beside: "5|6|7",
		Doc: say.T("Values such as <0.01 keep the column text; splitting them into sign and number is suggested."),
	},
	{
		Name: "id-card", Title: say.T("Chinese identity numbers"), Before: "11010519491231002X", After: "11010519491231002X",
		Suggests: true,
		Doc:      say.T("Identity numbers of 18 characters are text; those whose check character (GB 11643) is wrong are named."),
	},
	{
		Name: "damaged-digits", Title: say.T("Digits that a spreadsheet lost"), Before: "123456789012345000", After: "123456789012345000",
		Suggests: true, kind: sheet.Number,
		Doc: say.T("Numbers of 16 digits and more that a spreadsheet rounded are named as damaged."),
	},
	{
		Name: "phone", Title: say.T("Telephone numbers"), Before: "13812345678", After: "13812345678",
		Suggests: true, beside: "13912345678",
		Doc: say.T("Telephone numbers are text, however much they look like numbers."),
	},
	{
		Name: "category", Title: say.T("Categories"), Before: "男", After: "男",
		Suggests: true, beside: "女|男|女|男|女|男|女|男|女",
		Doc: say.T("A text column with few different values, such as 男 and 女, is a category with its levels."),
		Settings: []Setting{
			{"levels", say.T("How many levels a category has at most, 2 to 200."), "50", wholeBetween(2, 200)},
		},
	},
	{
		Name: "similar-levels", Title: say.T("Levels that may be one"), Before: "male", After: "Male",
		Suggests: true, beside: "Male|Male|Male|Female|Female|Female|Female|Male",
		Doc: say.T("Values that differ in case, width, spaces, punctuation, sound or one letter only are grouped; making them one is suggested."),
	},
}
