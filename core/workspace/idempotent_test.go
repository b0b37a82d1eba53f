package workspace_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sheetmill/core/export"
	"sheetmill/core/job"
	"sheetmill/core/synth"
	"sheetmill/core/workspace"
)

// forms are the exports that can be read again.
var forms = []struct {
	name   string
	format export.Format
	o      export.Options
}{{"clean.csv", export.CSV, export.Options{}}, {"bom.csv", export.CSV, export.Options{BOM: true}}, {"clean.xlsx", export.XLSX, export.Options{}}}

// cleanAgain mills every export of a clean table and says where it is not what it was.
func cleanAgain(t *testing.T, ws *workspace.Workspace, id string) (trouble []string) {
	t.Helper()
	ctx := context.Background()
	first := csvOf(t, ws, id)
	for _, form := range forms {
		var file bytes.Buffer
		if err := ws.Export(ctx, id, form.format, &file, form.o); err != nil {
			t.Fatal(err)
		}
		again := milledWith(t, ws, form.name, file.String(), workspace.Options{})
		if second := csvOf(t, ws, again); second != first {
			trouble = append(trouble, fmt.Sprintf("%s: the second export differs from the first:\n%.2000s\nis not\n%.2000s", form.name, second, first))
		}
		seen := 0
		if _, err := ws.Ledger(ctx, again, workspace.LedgerOptions{}, func(e workspace.LedgerEntry) error {
			if seen++; seen <= 5 {
				trouble = append(trouble, fmt.Sprintf("%s: %s %s %q was changed again by %s", form.name, e.Address, e.Column, e.Before, e.Rule))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return trouble
}

// TestCleanExportIsClean: what was milled and exported, milled again, is the same
// and nothing is changed, for the test files and some of others.
func TestCleanExportIsClean(t *testing.T) {
	ws := open(t, t.TempDir())
	working(t, ws)
	var sample, reference, large bytes.Buffer
	for _, err := range []error{
		synth.Sample(&sample),
		synth.Reference(&reference, synth.ReferenceOptions{Rows: 500, Seed: 3}),
		synth.CSV(&large, synth.CSVOptions{Rows: 2000, Cols: 50, Seed: 3}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]string{"sample.xlsx": sample.String(), "reference.xlsx": reference.String(), "large.csv": large.String()}
	if corpora := os.Getenv("SHEETMILL_CORPORA"); corpora != "" {
		for _, pattern := range []string{"cleaning/beers/*.csv", "types/*.csv", "types/*/*.csv"} {
			found, err := filepath.Glob(filepath.Join(corpora, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range found {
				if content, err := os.ReadFile(path); err == nil && len(content) < 1<<20 {
					files[filepath.Base(path)] = string(content)
				}
			}
		}
	} else {
		t.Log("SHEETMILL_CORPORA names no folder; only our own files are cleaned twice")
	}
	for name, content := range files {
		added, err := ws.Add(context.Background(), strings.NewReader(content), workspace.AddOptions{FileName: name})
		if err != nil {
			t.Fatal(err)
		}
		if s := wait(t, ws, added.RecordID); s.Status != job.Ready {
			t.Logf("%s is not milled: %v", name, s.Error)
			continue
		}
		for _, trouble := range cleanAgain(t, ws, added.RecordID) {
			t.Errorf("%s, %s", name, trouble)
		}
	}
}

// TestDrawnExportIsClean: the same for tables drawn from spellings of all kinds.
func TestDrawnExportIsClean(t *testing.T) {
	ws := open(t, t.TempDir())
	working(t, ws)
	families := map[string][]string{
		"数值":   {"1,234.5", "12", "１３．５", " 7 ", "-", "NA", "(5.25)", "+3", "2.5E3"},
		"比例":   {"5%", "12.5 %", "100%", "0%", "／"},
		"检测":   {"<0.01", ">=100", "5.6", "7", "未查", "阴性"},
		"编号":   {"0012", "0013", "1204", "00000"},
		"日期":   {"2023-5-1", "2023/05/02", "2023年5月3日", "20230504", "2023.5.5", "无"},
		"时刻":   {"2023-05-01 08:30", "2023/5/2 9:05", "2023年5月3日14时30分", "2023-05-04"},
		"时间":   {"8:30", "14时30分", "下午2:15", "23:59:59"},
		"是否":   {"是", "否", "是 ", "n/a"},
		"性别":   {"男", "女", " 男", "男\u00a0", "Ｍ"},
		"诊断":   {"高血压", "无", "糖尿病 ", "冠心病，待查", "a,b;c", "\"引号\"", "多  空格", "行1\n行2"},
		"mark": {"+", "-", "++", "±", "1+"},
		"dmy":  {"13/05/2023", "01/02/2023", "28/2/2023"},
		"unit": {"5.5 mg", "6mg", "7.25 MG"},
		"han":  {"十二", "一百零五", "二十", "7"},
	}
	names := slices.Sorted(maps.Keys(families))
	draw := rapid.Custom(func(rt *rapid.T) string {
		columns := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 2, 6, rapid.ID).Draw(rt, "columns")
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		lines := [][]string{append([]string{"no"}, columns...)}
		for i := range rapid.IntRange(3, 12).Draw(rt, "rows") {
			line := []string{strconv.Itoa(i + 1)}
			for _, c := range columns {
				line = append(line, rapid.SampledFrom(append(families[c], "")).Draw(rt, c))
			}
			lines = append(lines, line)
		}
		if err := w.WriteAll(lines); err != nil {
			rt.Fatal(err)
		}
		return file.String()
	})
	for seed := range 25 { // each goes through four jobs; rapid's hundred would take minutes
		file := draw.Example(seed)
		for _, trouble := range cleanAgain(t, ws, milledWith(t, ws, "drawn.csv", file, workspace.Options{})) {
			t.Errorf("%s\nfrom\n%s", trouble, file)
		}
	}
}

// TestSameBytesEverywhere: what is derived does not depend on the number of
// processors or the time zone.
func TestSameBytesEverywhere(t *testing.T) {
	var sample bytes.Buffer
	if err := synth.Sample(&sample); err != nil {
		t.Fatal(err)
	}
	local, processors := time.Local, runtime.GOMAXPROCS(0)
	defer func() {
		time.Local = local
		runtime.GOMAXPROCS(processors)
	}()
	var before map[string][32]byte
	for _, machine := range []struct {
		processors int
		zone       *time.Location
	}{{1, time.UTC}, {2, time.FixedZone("CST", 8*3600)}, {4, time.FixedZone("PST", -8*3600)}} {
		runtime.GOMAXPROCS(machine.processors)
		time.Local = machine.zone
		ws := open(t, t.TempDir())
		stop := startWork(t, ws)
		id := milledWith(t, ws, "sample.xlsx", sample.String(), workspace.Options{})
		stop()
		derived := map[string][32]byte{"csv": sha256.Sum256([]byte(csvOf(t, ws, id)))}
		for key, content := range contents(t, ws) {
			if !strings.Contains(key, "/source/") {
				derived[key] = sha256.Sum256(content)
			}
		}
		if before != nil && !maps.Equal(before, derived) {
			t.Errorf("with %d processors in %s there is something else", machine.processors, machine.zone)
		}
		before = derived
	}
	if len(before) != 5 {
		t.Errorf("%d objects were compared", len(before))
	}
}

// contents reads every object of a workspace.
func contents(t *testing.T, ws *workspace.Workspace) map[string][]byte {
	t.Helper()
	ctx := context.Background()
	out := map[string][]byte{}
	for info, err := range ws.Store().List(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		object, err := ws.Store().Open(ctx, info.Key)
		if err != nil {
			t.Fatal(err)
		}
		out[info.Key] = make([]byte, object.Size())
		if _, err := object.ReadAt(out[info.Key], 0); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		_ = object.Close()
	}
	return out
}
