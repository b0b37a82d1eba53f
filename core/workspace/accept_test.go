package workspace_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/workspace"
)

// suggestive holds a column for every kind of suggestion.
const suggestive = "id,age,sex,crp,text,seen\n" +
	"1,35,Male,<0.01,\u00e4\u00b8\u00ad\u00e6\u0096\u0087,01/02/2023\n2,42,Male,5.2,\u4e2d\u6587,02/03/2023\n3,61,male,>100,x,03/04/2023\n4,28,Male,7,y,04/05/2023\n" +
	"5,33,Female,8,z,05/06/2023\n6,999,Female,NA,\u00e5\u008c\u0096\u00e9\u00aa\u008c,06/07/2023\n7,57,Female,9.5,v,07/08/2023\n8,44,Female,6,w,08/09/2023\n"

// TestSuggestionsAreDone accepts what findings suggest, one after another: each
// is a new version that keeps what was accepted before, accounts for every
// cell, and can be undone by its rule.
func TestSuggestionsAreDone(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	working(t, ws)
	id := milledWith(t, ws, "a.csv", suggestive, workspace.Options{})
	for _, one := range []struct {
		code, column, rule string
		want               []string // lines of the table afterwards
		changes            []string // of the rule: address, kind, before, after
	}{
		{"sentinel", "", "recode", []string{"6,,Female,,å\u008c\u0096éª\u008c,06/07/2023"}, []string{"B7 missing 999 ·"}},
		{"similar-levels", "sex", "recode", []string{"3,61,Male,>100,x,03/04/2023"}, []string{"B7 missing 999 ·", "C4 changed male Male"}},
		{"mojibake", "text", "repair-text", []string{"1,35,Male,<0.01,中文,01/02/2023", "6,,Female,,化验,06/07/2023"}, []string{"E2 changed ä¸\u00adæ\u0096\u0087 中文", "E7 changed å\u008c\u0096éª\u008c 化验"}},
		{"compared", "crp", "split-limit", []string{
			"id,age,sex,crp,crp_sign,crp_value,text,seen", "1,35,Male,<0.01,<,0.01,中文,01/02/2023",
			"2,42,Male,5.2,,5.2,中文,02/03/2023", "3,61,Male,>100,>,100,x,03/04/2023", "6,,Female,,,,化验,06/07/2023",
		}, []string{"D2 filled <0.01 <", "D4 filled >100 >", "D2 filled <0.01 0.01", "D4 filled >100 100"}},
	} {
		report, err := ws.Report(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		had, err := ws.CleanOptions(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		o, err := workspace.Accept(report, had, one.code, one.column)
		if err != nil {
			t.Fatal(one.code, err)
		}
		added, err := ws.Clean(ctx, id, o)
		again(t, ws, added, err)
		got := csvOf(t, ws, id)
		for _, line := range one.want {
			if !strings.Contains("\n"+got, "\n"+line+"\n") {
				t.Errorf("%s: %q is not in\n%s", one.code, line, got)
			}
		}
		var changes []string
		if _, err := ws.Ledger(ctx, id, workspace.LedgerOptions{Rule: one.rule}, func(e workspace.LedgerEntry) error {
			after := "·"
			if e.After != nil {
				after = *e.After
			}
			changes = append(changes, strings.Join([]string{e.Address, e.Kind, e.Before, after}, " "))
			return nil
		}); err != nil || !slices.Equal(changes, one.changes) {
			t.Errorf("%s: the ledger has %q, %v", one.code, changes, err)
		}
		if report, err = ws.Report(ctx, id); err != nil || report.Account.Check() != nil || report.Account.Source != 54 {
			t.Errorf("%s: %+v %v", one.code, report.Account, err)
		}
		if _, err := workspace.Accept(report, o, one.code, one.column); !fault.Is(err, fault.Usage) {
			t.Errorf("%s is suggested again: %v", one.code, err)
		}
	}
	origin, err := ws.WhereFrom(ctx, id, 0, "crp_value")
	if err != nil || origin.Address != "D2" || *origin.Source != "<0.01" || *origin.Value != "0.01" || origin.Change == nil || origin.Change.Rule != "split-limit" {
		t.Errorf("%+v %v", origin, err)
	}
	for _, rule := range []string{"split-limit", "repair-text", "recode"} {
		added, err := ws.UndoRule(ctx, id, rule)
		again(t, ws, added, err)
	}
	if got := csvOf(t, ws, id); got != strings.ReplaceAll(suggestive, ",NA,", ",,") {
		t.Error(got)
	}
	report, err := ws.Report(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.Accept(report, workspace.CleanOptions{}, "date-order", "seen"); !fault.Is(err, fault.Usage) {
		t.Errorf("an order was chosen for a person: %v", err)
	}
}
