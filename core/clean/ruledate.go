package clean

import (
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// dateRules are the rules on dates and times.
var dateRules = []Rule{
	{
		Name: "date-ymd", Title: say.T("Dates: year, month, day"), Before: "2023/5/1", After: "2023-05-01",
		Doc: say.T("A date that starts with the year becomes an ISO date."),
	},
	{
		Name: "date-ymd-cn", Title: say.T("Chinese dates"), Before: "2023年5月1日", After: "2023-05-01",
		Doc: say.T("A date written with 年, 月 and 日 becomes an ISO date."),
	},
	{
		Name: "date-dmy", Title: say.T("Dates: day, month, year"), Before: "31/12/2023", After: "2023-12-31",
		Doc: say.T("A date that starts with the day becomes an ISO date when the whole column can only be read so."),
	},
	{
		Name: "date-mdy", Title: say.T("Dates: month, day, year"), Before: "12/31/2023", After: "2023-12-31",
		Doc: say.T("A date that starts with the month becomes an ISO date when the whole column can only be read so."),
	},
	{
		Name: "date-compact", Title: say.T("Dates in eight digits"), Before: "20230501", After: "2023-05-01",
		beside: "20230502|20230503",
		Doc:    say.T("Eight digits that are year, month and day throughout the column become an ISO date."),
	},
	{
		Name: "date-month-name", Title: say.T("Dates with a month's name"), Before: "5 May 2023", After: "2023-05-05",
		Doc: say.T("A date with the name of the month, in English or one of six other European languages, becomes an ISO date."),
	},
	{
		Name: "date-month", Title: say.T("Months"), Before: "2023年5月", After: "2023-05-01",
		beside: "2023年6月",
		Doc:    say.T("A year and month become the first day of that month when the whole column holds months."),
	},
	{
		Name: "date-month-day", Title: say.T("Days without a year"), Before: "5月1日", After: "2023-05-01",
		beside: "5月2日", named: "2023年复查",
		Doc: say.T("A month and day without a year gets the year that the column's name tells, or the option year."),
		Settings: []Setting{
			{"year", say.T("The year of days without one, 1900 to 2100."), "", wholeBetween(1900, 2100)},
		},
	},
	{
		Name: "two-digit-year", Title: say.T("Years in two digits"), Before: "31/12/98", After: "1998-12-31",
		Doc: say.T("A year of two digits is read as Excel reads it: 00 to 29 are 2000 to 2029, 30 to 99 are 1930 to 1999."),
		Settings: []Setting{
			{"pivot", say.T("The first year of two digits that is in the last century, 0 to 100."), "30", wholeBetween(0, 100)},
		},
	},
	{
		Name: "time-spelling", Title: say.T("Times of day"), Before: "9:30", After: "09:30:00",
		beside: "10:30:00",
		Doc:    say.T("A time of day is written with two digits for hours, minutes and seconds."),
	},
	{
		Name: "time-cn", Title: say.T("Chinese times"), Before: "14时30分", After: "14:30:00",
		Doc: say.T("A time written with 时 or 点, 分 and 秒 is written with colons."),
	},
	{
		Name: "time-12h", Title: say.T("Times with AM and PM"), Before: "2:30 PM", After: "14:30:00",
		Doc: say.T("A time with AM, PM, 上午 or 下午 is written in 24 hours."),
	},
	{
		Name: "time-zone", Title: say.T("Time zones"), Before: "2023-05-01T08:00:00Z", After: "2023-05-01T08:00:00",
		Doc: say.T("The time zone is split off when the whole column uses one; the finding names it."),
	},
	{
		Name: "midnight", Title: say.T("Dates among dates with times"), Before: "2023-05-01", After: "2023-05-01T00:00:00",
		beside: "2023-05-01 10:30",
		Doc:    say.T("A date without a time becomes midnight of that day in a column of dates with times."),
	},
	{
		Name: "excel-serial", Title: say.T("Serial days"), Before: "45047", After: "2023-05-01",
		beside: "45048", chosen: table.Date,
		Doc: say.T("Numbers in a column that was chosen to hold dates are read as a spreadsheet's serial days."),
	},
}
