package testenv_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sheetmill/core/testenv"
)

// spy is a test that remembers how it ended.
type spy struct {
	testing.TB
	skipped, failed bool
	said            string
}

func (s *spy) Helper() {}

func (s *spy) Skip(args ...any) { s.skipped, s.said = true, fmt.Sprint(args...); runtime.Goexit() }

func (s *spy) Fatal(args ...any) { s.failed, s.said = true, fmt.Sprint(args...); runtime.Goexit() }

func (s *spy) Fatalf(format string, args ...any) { s.Fatal(fmt.Sprintf(format, args...)) }

// watch runs a function that may end its goroutine.
func watch(run func(testing.TB)) *spy {
	s, done := &spy{}, make(chan struct{})
	go func() { defer close(done); run(s) }()
	<-done
	return s
}

func TestCorpora(t *testing.T) {
	corpora := func(tb testing.TB) { tb.Helper(); testenv.Corpora(tb) }
	t.Setenv("SHEETMILL_CORPORA", "")
	if s := watch(corpora); !s.skipped || !strings.Contains(s.said, "SHEETMILL_CORPORA") {
		t.Errorf("without the variable: %+v", s)
	}
	t.Setenv("SHEETMILL_CORPORA", filepath.Join(t.TempDir(), "gone"))
	if s := watch(corpora); !s.failed {
		t.Errorf("with a folder that is not there: %+v", s)
	}
	dir := t.TempDir()
	t.Setenv("SHEETMILL_CORPORA", dir)
	if got := testenv.Corpora(t); got != dir {
		t.Errorf("%q, want %q", got, dir)
	}
}

func TestMissing(t *testing.T) {
	missing := func(tb testing.TB) { tb.Helper(); testenv.Missing(tb, "No server runs.") }
	t.Setenv("SHEETMILL_CI", "")
	if s := watch(missing); !s.skipped || s.said != "No server runs." {
		t.Errorf("on a desk: %+v", s)
	}
	t.Setenv("SHEETMILL_CI", "1")
	if s := watch(missing); !s.failed {
		t.Errorf("in CI: %+v", s)
	}
}
