//go:build unix

package cli

import (
	"crypto/sha256"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// messy is a text file whose cleaning, were it to ask the machine, would
// depend on its time zone, language or processors.
const messy = "病历号;入院时间;结果;性别;金额\n" +
	"001;2023/5/1 8:30;5,6;男;¥1.234,50\n002;2023年5月2日 下午2点30分;6,1;女;¥12,00\n003;2023-05-03T00:30:00;7,25;男;-\n" +
	"004;2023-10-29 02:30;８,１;女;¥7,5\n005;2023-03-26 02:30;;男 ;n/a\n"

// TestSameBytesOnEveryMachine runs the program itself with one, two and five
// processors, in time zones with and without daylight saving, and in several
// locales: each derived object, export and report is the same, byte for byte.
func TestSameBytesOnEveryMachine(t *testing.T) {
	folder := t.TempDir()
	book, text := filepath.Join(folder, "sample.xlsx"), filepath.Join(folder, "messy.csv")
	writeReference(t, book, 3)
	if err := os.WriteFile(text, []byte(messy), 0o600); err != nil {
		t.Fatal(err)
	}
	var before map[string][32]byte
	for i, machine := range [][]string{
		{"TZ=UTC", "LC_ALL=C", "GOMAXPROCS=1"},
		{"TZ=Asia/Shanghai", "LC_ALL=zh_CN.UTF-8", "LANG=zh_CN.UTF-8", "GOMAXPROCS=2"},
		{"TZ=America/New_York", "LC_ALL=de_DE.UTF-8", "LANG=de_DE.UTF-8", "GOMAXPROCS=5"},
		{"TZ=Pacific/Apia", "LC_ALL=tr_TR.UTF-8", "GOMAXPROCS=2", "GOGC=5"},
	} {
		root := filepath.Join(folder, "machine", string(rune('a'+i)))
		command := func(args ...string) {
			t.Helper()
			cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
			cmd.Env = append(os.Environ(), append(machine, asProgram+"=1", "SHEETMILL_HOME="+filepath.Join(root, "home"))...)
			run(t, cmd)
		}
		out := filepath.Join(root, "out")
		command("mill", book, text, "-o", out, "--format", "parquet,csv,xlsx,json")
		for _, file := range []string{book, text} {
			for _, lang := range []string{"en", "zh"} {
				for _, ending := range []string{".html", ".md", ".json"} {
					command("report", file, "--lang", lang, "-o", filepath.Join(out, filepath.Base(file)+"."+lang+ending))
				}
			}
		}
		made := hashes(t, root)
		if len(made) < 8+12+8 {
			t.Fatalf("only %d files are compared", len(made))
		}
		if before != nil && !maps.Equal(before, made) {
			for name, sum := range made {
				if before[name] != sum {
					t.Errorf("%v: %s is another", machine, name)
				}
			}
		}
		before = made
	}
}

// hashes are of every file that a workspace derived or a command wrote; the
// database, which holds times and IDs, is none.
func hashes(t *testing.T, root string) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "sqlite") || strings.Contains(filepath.Base(path), ".db") {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		sums[filepath.ToSlash(name)] = sha256.Sum256(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}
