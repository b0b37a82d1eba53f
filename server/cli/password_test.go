package cli

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestPassword: an encrypted workbook is read, sniffed and milled with its
// password, which is then nowhere in the workspace.
func TestPassword(t *testing.T) {
	const secret = "s3cret-字"
	folder := t.TempDir()
	f := excelize.NewFile()
	for i, row := range [][]any{{"id", "value"}, {"a", 1}, {"b", 2}} {
		if err := f.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	book := filepath.Join(folder, "locked.xlsx")
	if err := f.SaveAs(book, excelize.Options{Password: secret}); err != nil {
		t.Fatal(err)
	}
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	right, wrong, empty := file("right", secret+"\r\n"), file("wrong", "no\n"), file("empty", "\n")
	home := filepath.Join(folder, "home")
	run := func(env string, args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := Main(context.Background(), Process{
			Args: append([]string{"--home", home, "--lang", "en"}, args...), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Version: "test",
			Getenv: func(name string) string {
				if name == "SHEETMILL_PASSWORD" {
					return env
				}
				return ""
			},
		})
		return code, out.String() + errs.String()
	}
	for _, c := range []struct {
		env  string
		args []string
		code int
		says string
	}{
		{"", []string{"read", book, "--password-file", right}, 0, "id,value\na,1\nb,2\n"},
		{secret, []string{"read", book}, 0, "id,value\na,1\nb,2\n"},
		{"", []string{"read", book}, 3, "protected with a password"},
		{"", []string{"read", book, "--password-file", wrong}, 3, "does not open"},
		{"", []string{"read", book, "--password-file", empty}, 2, "no password"},
		{"", []string{"read", book, "--password-file", filepath.Join(folder, "none")}, 5, "no such file"},
		{secret, []string{"sniff", book}, 0, "A1:B3"},
		{"", []string{"mill", book, "--password-file", wrong}, 3, "does not open"},
		{"", []string{"mill", book}, 3, "protected with a password"},
		{"", []string{"mill", book, "--password-file", right, "--sheet", "all"}, 0, "2 rows of 2 columns"},
		{secret, []string{"add", book}, 0, "Added"},
	} {
		code, said := run(c.env, c.args...)
		if code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("%v: exit %d: %s", c.args, code, said)
		}
	}
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kept, err := os.ReadFile(path)
		if err == nil && bytes.Contains(kept, []byte(secret)) {
			t.Errorf("the password is kept in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
