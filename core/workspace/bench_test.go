package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"sheetmill/core/synth"
	"sheetmill/core/workspace"
)

// reference is the reference workbook, whole.
func reference(b *testing.B) []byte {
	b.Helper()
	var buf bytes.Buffer
	if err := synth.Reference(&buf, synth.ReferenceOptions{Rows: 3339, Cols: 151, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// bench opens a workspace that works, with the reference workbook milled.
func bench(b *testing.B) (*workspace.Workspace, workspace.Added) {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ws, err := workspace.Open(ctx, workspace.Config{Home: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	done, ready := make(chan error, 1), make(chan struct{})
	go func() { done <- ws.Work(ctx, workspace.WorkOptions{Ready: ready}) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
		if err := ws.Close(); err != nil {
			b.Error(err)
		}
	})
	<-ready
	added, err := ws.Add(ctx, bytes.NewReader(reference(b)), workspace.AddOptions{FileName: "reference.xlsx"})
	if err != nil {
		b.Fatal(err)
	}
	if s, err := ws.Wait(ctx, added.RecordID, nil); err != nil || s.Error != nil {
		b.Fatal(err, s.Error)
	}
	return ws, added
}

// BenchmarkPage reads 200 rows of all 151 columns, at offsets all over the table.
func BenchmarkPage(b *testing.B) {
	ws, added := bench(b)
	offset := int64(0)
	for b.Loop() {
		page, err := ws.Page(context.Background(), added.RecordID, workspace.PageOptions{Offset: offset, Limit: 200})
		if err != nil || page.Vectors[0].Len() == 0 {
			b.Fatal(err)
		}
		offset = (offset + 1117) % 3100
	}
}

// BenchmarkFullRead reads the whole clean table into memory.
func BenchmarkFullRead(b *testing.B) {
	ws, added := bench(b)
	for b.Loop() {
		if _, err := ws.Page(context.Background(), added.RecordID, workspace.PageOptions{Limit: 1 << 40}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSharedPage is BenchmarkPage in a shared workspace, through the server.
func BenchmarkSharedPage(b *testing.B) {
	ctx := context.Background()
	c := newCommons(b)
	ws := c.For(c.user(b, "ana").Owner)
	serve(b, c.Server, workspace.WorkOptions{Jobs: 1})
	added, err := ws.Add(ctx, bytes.NewReader(reference(b)), workspace.AddOptions{FileName: "reference.xlsx"})
	if err != nil {
		b.Fatal(err)
	}
	if s, err := ws.Wait(ctx, added.RecordID, nil); err != nil || s.Error != nil {
		b.Fatal(err, s.Error)
	}
	offset := int64(0)
	for b.Loop() {
		page, err := ws.Page(ctx, added.RecordID, workspace.PageOptions{Offset: offset, Limit: 200})
		if err != nil || page.Vectors[0].Len() == 0 {
			b.Fatal(err)
		}
		offset = (offset + 1117) % 3100
	}
}

// BenchmarkSharedAdd is BenchmarkAdd in a shared workspace, through the server.
func BenchmarkSharedAdd(b *testing.B) {
	ctx := context.Background()
	c := newCommons(b)
	ws := c.For(c.user(b, "ana").Owner)
	n := 0
	for b.Loop() {
		n++
		if _, err := ws.Add(ctx, bytes.NewReader(fmt.Appendf(nil, "a,b\n%d,x\n", n)), workspace.AddOptions{FileName: "small.csv"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAdd adds a small file: what adding costs beyond copying the bytes.
func BenchmarkAdd(b *testing.B) {
	ctx := context.Background()
	ws, err := workspace.Open(ctx, workspace.Config{Home: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = ws.Close() }()
	n := 0
	for b.Loop() {
		n++
		if _, err := ws.Add(ctx, bytes.NewReader(fmt.Appendf(nil, "a,b\n%d,x\n", n)), workspace.AddOptions{FileName: "small.csv"}); err != nil {
			b.Fatal(err)
		}
	}
}
