package clean

import (
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// numberRules are the rules on numbers and on words for true and false.
var numberRules = []Rule{
	{
		Name: "boolean-word", Title: say.T("Words for true and false"), Before: "是", After: "true",
		beside: "否|是",
		Doc:    say.T("Yes and no, Y and N, 是 and 否 become true and false when the whole column agrees."),
	},
	{
		Name: "minus-sign", Title: say.T("Minus signs"), Before: "−5", After: "-5",
		beside: "3",
		Doc:    say.T("A typographic minus or dash before a number becomes a plain minus sign."),
	},
	{
		Name: "plus-sign", Title: say.T("Plus signs"), Before: "+5", After: "5",
		beside: "3",
		Doc:    say.T("A plus sign before a number is removed."),
	},
	{
		Name: "parentheses-negative", Title: say.T("Negative numbers in parentheses"), Before: "(1,234)", After: "-1234",
		beside: "5",
		Doc:    say.T("A number in parentheses, as accountants write it, becomes negative."),
	},
	{
		Name: "trailing-minus", Title: say.T("Minus signs at the end"), Before: "1,234.50-", After: "-1234.5",
		beside: "3",
		Doc:    say.T("A minus sign after a number, as accounting programs write it, is put before it."),
	},
	{
		Name: "currency", Title: say.T("Currency signs"), Before: "¥12.50", After: "12.5",
		beside: "¥3",
		Doc:    say.T("The currency sign is removed when the whole column uses one currency; the finding names it."),
	},
	{
		Name: "thousands-marks", Title: say.T("Thousands marks"), Before: "1,234,567", After: "1234567",
		Doc: say.T("Marks between groups of three digits are removed."),
	},
	{
		Name: "decimal-comma", Title: say.T("Decimal commas"), Before: "36,6", After: "36.6",
		beside: "12,85",
		Doc:    say.T("The decimal comma becomes a decimal point when the whole column can only be read so."),
		Settings: []Setting{
			{"mark", say.T("What the mark in 1,234 is where a column leaves it open: comma for a decimal comma, point for a mark of thousands."), "", oneOf("comma", "point")},
		},
	},
	{
		Name: "percent", Title: say.T("Percentages"), Before: "12.5%", After: "0.125",
		beside: "3%",
		Doc:    say.T("A percentage becomes the number it stands for."),
	},
	{
		Name: "ten-thousands", Title: say.T("万 and 亿"), Before: "1.2万", After: "12000",
		beside: "3",
		Doc:    say.T("Numbers counted in 万 (ten thousands) or 亿 (hundred millions) become plain numbers."),
	},
	{
		Name: "unit", Title: say.T("Units"), Before: "12.3 mg/L", After: "12.3",
		beside: "5 mg/L",
		Doc:    say.T("The unit after a number is split off when the whole column uses one unit; the finding names it."),
	},
	{
		Name: "chinese-numeral", Title: say.T("Numbers in Chinese characters"), Before: "一百二十三", After: "123",
		beside: "5",
		Doc:    say.T("Numbers, dates and times written with Chinese characters become numbers. A column of single characters, such as 一 and 二, stays text, for they may be names of classes."),
	},
	{
		Name: "leading-zeros", Title: say.T("Leading zeros"), Before: "007", After: "7",
		beside: "12", chosen: table.Integer,
		Doc: say.T("Zeros before a whole number are removed in a column that was chosen to hold numbers; left alone, such columns are codes and stay text."),
	},
	{
		Name: "float-precision", Title: say.T("More digits than a number holds"), Before: "0.12345678901234567891", After: "0.12345678901234568",
		beside: "0.5",
		Doc:    say.T("A number with more than 17 digits becomes the nearest one that a 64-bit floating-point number holds."),
	},
}
