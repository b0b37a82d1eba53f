package report_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"sheetmill/assets"
	"sheetmill/core/report"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

func TestMain(m *testing.M) {
	say.Register(say.Chinese, assets.Translations())
	os.Exit(m.Run())
}

// milled mills a text in a workspace of its own and reports on it.
func milled(t *testing.T, name, text string) *report.Document {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ws, err := workspace.Open(ctx, workspace.Config{Home: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- ws.Work(ctx, workspace.WorkOptions{}) }()
	defer func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	}()
	added, err := ws.Add(ctx, strings.NewReader(text), workspace.AddOptions{FileName: name})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := ws.Wait(ctx, added.RecordID, nil); err != nil || s.Error != nil {
		t.Fatal(err, s.Error)
	}
	d, err := ws.Document(ctx, added.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
