package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sheetmill/core/say"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGolden holds the forms that programs read to what they were.
func TestGolden(t *testing.T) {
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.json":  func(b *bytes.Buffer) error { return document("白细胞 WBC").Write(b, JSON, say.English) },
		"report.en.md": func(b *bytes.Buffer) error { return document("白细胞 WBC").Write(b, Markdown, say.English) },
	} {
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
