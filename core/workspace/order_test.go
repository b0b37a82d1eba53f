package workspace_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// TestSortedAndFiltered asks for parts of a table in other orders.
func TestSortedAndFiltered(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	added, err := ws.Add(ctx, strings.NewReader("name,age\n李,３\n王,20\n张,10\n赵,\n"), workspace.AddOptions{FileName: "people.csv"})
	if err != nil {
		t.Fatal(err)
	}
	working(t, ws)
	if s, err := ws.Wait(ctx, added.RecordID, nil); err != nil || s.Status != job.Ready {
		t.Fatalf("%+v, %v", s, err)
	}
	for _, c := range []struct {
		name string
		o    workspace.PageOptions
		want string
	}{
		{"down", workspace.PageOptions{Sort: []string{"-age"}}, "4 [1 2 0 3] 王 张 李 赵"},
		{"a page of it", workspace.PageOptions{Sort: []string{"-age"}, Offset: 1, Limit: 2}, "4 [2 0] 张 李"},
		{"past its end", workspace.PageOptions{Sort: []string{"age"}, Offset: 9}, "4 []"},
		{"some", workspace.PageOptions{Filter: []string{"age>3", "name != 王"}}, "1 [2] 张"},
		{"missing", workspace.PageOptions{Filter: []string{"age is missing"}}, "1 [3] 赵"},
		{"changed", workspace.PageOptions{Filter: []string{"* is changed"}}, "1 [0] 李"},
		{"none", workspace.PageOptions{Filter: []string{"name=钱"}}, "0 []"},
	} {
		if c.o.Limit == 0 {
			c.o.Limit = 100
		}
		for range 2 { // made, and remembered
			page, err := ws.Page(ctx, added.RecordID, c.o)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			got := fmt.Sprint(page.Rows, " ", page.Numbers)
			for i := range page.Numbers {
				got += " " + string(page.Vectors[0].AppendText(nil, i))
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	}
	for text, code := range map[string]fault.Code{"age>old": fault.Usage, "weight>3": fault.NotFound} {
		if _, err := ws.Page(ctx, added.RecordID, workspace.PageOptions{Limit: 1, Filter: []string{text}}); !fault.Is(err, code) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := ws.Page(ctx, added.RecordID, workspace.PageOptions{Limit: 1, Sort: []string{"weight"}}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
