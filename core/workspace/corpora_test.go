package workspace_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// corporaOpened is how many files of the corpora open; the rest are refused
// with a reason. It only rises.
const corporaOpened = 169

// TestCorporaAreMilledOrRefused takes every workbook and text file of the
// corpora through the whole way: each opens, with an account that adds up, or
// is refused with a sentence and a hint, within ten seconds.
func TestCorporaAreMilledOrRefused(t *testing.T) {
	corpora := testenv.Corpora(t)
	opened := 0
	for _, folder := range []string{"workbooks", "csv"} {
		err := filepath.WalkDir(filepath.Join(corpora, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(path, "poi-expected") {
				return err
			}
			switch strings.ToLower(filepath.Ext(path)) {
			case ".xlsx", ".xlsm", ".csv":
				t.Run(filepath.ToSlash(strings.TrimPrefix(path, corpora)), func(t *testing.T) {
					if millOrRefuse(t, path) {
						opened++
					}
				})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d files opened", opened)
	if opened < corporaOpened {
		t.Errorf("%d files opened, the floor is %d", opened, corporaOpened)
	}
}

func millOrRefuse(t *testing.T, path string) bool {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	survey, err := workspace.Sniff(ctx, sized{file, info.Size()}, filepath.Base(path), workspace.Options{}, sheet.Limits{})
	if err != nil {
		f := fault.Of(err)
		if f.Code != fault.BadInput && f.Code != fault.Limit {
			t.Fatalf("refused with code %s: %v", f.Code, err)
		}
		if f.Sentence.IsZero() || f.Next.IsZero() || !strings.Contains(f.Place, filepath.Base(path)) {
			t.Fatalf("refused without sentence, hint or place: %+v", f)
		}
		return false
	}
	for _, r := range survey.Reports {
		if err := r.Account.Check(); err != nil {
			t.Error(err)
		}
		if int(r.Profile.Rows) < 0 || len(r.Profile.Columns) != len(r.Columns) {
			t.Errorf("%s: %d profiles for %d columns", r.Table.Range, len(r.Profile.Columns), len(r.Columns))
		}
	}
	return true
}

type sized struct {
	*os.File
	size int64
}

func (s sized) Size() int64 { return s.size }
