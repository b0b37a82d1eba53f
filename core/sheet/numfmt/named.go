package numfmt

// named are the number formats that XML Spreadsheets and the HTML of Excel call
// by name, as Excel's English has them.
var named = map[string]string{
	"General Number": "General", "General Date": "m/d/yyyy h:mm", "Short Date": "m/d/yyyy", "Medium Date": "d-mmm-yy",
	"Long Date": "dddd, mmmm d, yyyy", "Short Time": "h:mm", "Medium Time": "h:mm AM/PM", "Long Time": "h:mm:ss AM/PM",
	"Currency": `"$"#,##0.00`, "Euro Currency": `"€"#,##0.00`, "Fixed": "0.00", "Standard": "#,##0.00", "Percent": "0.00%",
	"Scientific": "0.00E+00", "Yes/No": `"Yes";"Yes";"No"`, "True/False": `"True";"True";"False"`, "On/Off": `"On";"On";"Off"`,
}

// Code is the format code that a name such as "Short Date" stands for; a code is
// its own.
func Code(name string) string {
	if code, ok := named[name]; ok {
		return code
	}
	return name
}
