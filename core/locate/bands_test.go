package locate_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/locate"
	"sheetmill/core/sheet"
)

// TestSideBySide: tables beside each other are two, a table with a blank column is one.
func TestSideBySide(t *testing.T) {
	for _, test := range []struct {
		name   string
		sheet  *sheet.Batch
		merged []sheet.Range
		want   []found
	}{
		{
			"one ends earlier",
			grid("编号|姓名|年龄||项目|结果", "1|张三|30||白细胞|5.1", "2|李四|41||血红蛋白|130", "3|王五|25||血小板|210", "4|赵六|33", "5|孙七|52"), nil,
			[]found{{rows(1), 2, 6, "编号|姓名|年龄", nil}, {rows(1), 2, 4, "项目|结果", nil}},
		}, {
			"the left one ends earlier",
			grid("id|age||day|temp|pulse", "1|30||1|36.5|70", "2|41||2|37.1|82", "||||||", "|||3|36.9|75", "|||4|36.6|71", "|||5|36.4|69"), nil,
			[]found{{rows(1), 2, 3, "id|age", nil}, {rows(1), 2, 7, "day|temp|pulse", nil}},
		}, {
			"one begins lower, with a title of its own",
			grid("Patients||||", "id|age|||Days", "1|30|||day|temp", "2|41|||1|36.5", "3|25|||2|37.1", "4|33|||3|36.8"), nil,
			[]found{{rows(2), 3, 6, "id|age", nil}, {rows(3), 4, 6, "day|temp", nil}},
		}, {
			"a list in two halves",
			grid("name|score||name|score", "Ann|7||Dag|5", "Bob|8||Eva|9", "Cem|6||Fay|7"), nil,
			[]found{{rows(1), 2, 4, "name|score", nil}, {rows(1), 2, 4, "name|score", nil}},
		}, {
			"keys of their own",
			grid("name|score||ward|beds", "Ann|7||east|5", "Bob|8||west|9", "Cem|6||north|7"), nil,
			[]found{{rows(1), 2, 4, "name|score", nil}, {rows(1), 2, 4, "ward|beds", nil}},
		}, {
			"three, under one title",
			grid("各科室情况", "", "科室|床位||药品|数量|单价||医生|人数", "内科|20||阿司匹林|5|1.5||张三|3", "外科|30||青霉素|8|2.5||李四|4", "儿科|10||||||王五|5"), nil,
			[]found{{rows(3), 4, 6, "科室|床位", nil}, {rows(3), 4, 5, "药品|数量|单价", nil}, {rows(3), 4, 6, "医生|人数", nil}},
		}, {
			"stacked under each other, side by side",
			grid("a|n||b|k", "x|1||p|9", "y|2||q|8", "z|3||r|7", "", "c|k||s|6", "u|4||t|5", "v|5||v|4", "w|6"), nil,
			[]found{{rows(1), 2, 4, "a|n", nil}, {rows(1), 2, 8, "b|k", nil}, {rows(6), 7, 9, "c|k", nil}},
		}, {
			"a table under both",
			grid("a|n||b|k", "x|1||p|9", "y|2||q|8", "z|3", "", "id|day|temp|pulse|note", "1|1|36.5|70|ok", "2|1|36.7|77|ok", "3|2|37.5|90|"), nil,
			[]found{{rows(1), 2, 4, "a|n", nil}, {rows(1), 2, 3, "b|k", nil}, {rows(6), 7, 9, "id|day|temp|pulse|note", nil}},
		}, {
			"a blank column is no gap",
			grid("id|name|age||weight|height", "1|Ann|30||71.5|170", "2|Bob|41||64|165", "3|Cem|25||80.25|181"), nil,
			[]found{{rows(1), 2, 4, "id|name|age|weight|height", nil}},
		}, {
			"a blank column before groups that are merged over it",
			grid("State|2010|||2011|", "|n|%||n|%", "Ohio|5|0.1||6|0.2", "Iowa|7|0.3||8|0.4", "Utah|9|0.5||5|0.6"),
			[]sheet.Range{{FirstRow: 1, LastRow: 1, FirstCol: 1, LastCol: 3}, {FirstRow: 1, LastRow: 1, FirstCol: 4, LastCol: 5}},
			[]found{{rows(1, 2), 3, 5, "State|2010_n|2010_%|2011_n|2011_%", nil}},
		}, {
			"remarks at the right, few of them",
			grid("id|name|age||remark|by", "1|Ann|30||moved|Li", "2|Bob|41||", "3|Cem|25||", "4|Dag|33||", "5|Eva|29||"), nil,
			[]found{{rows(1), 2, 6, "id|name|age|remark|by", nil}},
		}, {
			"names merged over two columns each",
			grid("姓名||年龄||体重|", "张三||30||71.5|", "李四||41||64|", "王五||25||80|"), nil,
			[]found{{rows(1), 2, 4, "姓名|年龄|体重", nil}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []found
			for _, table := range decide(test.sheet, sheet.Facts{Merged: test.merged}, locate.Options{}).Tables {
				got = append(got, look(table))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
}

// TestLongSideBySide: rows that are not remembered count.
func TestLongSideBySide(t *testing.T) {
	b := &sheet.Batch{}
	addRow(b, 1, []string{"id", "name", "n", "", "day", "temp"})
	for i := range 3000 {
		row := []string{strconv.Itoa(i), "x" + strconv.Itoa(i), strconv.Itoa(i % 77)}
		if i < 1500 {
			row = append(row, "", strconv.Itoa(i), "36."+strconv.Itoa(i%10))
		}
		addRow(b, int64(i+2), row)
	}
	layout := decide(b, sheet.Facts{}, locate.Options{})
	var got []found
	for _, table := range layout.Tables {
		got = append(got, look(table))
	}
	want := []found{{rows(1), 2, 3001, "id|name|n", nil}, {rows(1), 2, 1501, "day|temp", nil}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("want -, got +\n%s", diff)
	}
	if layout.Chosen != 0 || strings.Compare(layout.Tables[1].Range.String(), "E1:F1501") != 0 {
		t.Errorf("chosen %d, ranges %s and %s", layout.Chosen, layout.Tables[0].Range, layout.Tables[1].Range)
	}
}
