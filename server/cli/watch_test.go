//go:build unix

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// drop puts a file into an inbox.
func drop(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func isThere(path string) bool { _, err := os.Stat(path); return err == nil }

const good, broken = "id,value\n1,4.5\n2,6.25\n", "PK\x03\x04 no workbook"

// TestWatchOnce: good files are milled once, a bad one is put aside with its
// reason, the same again is known, a changed one is new.
func TestWatchOnce(t *testing.T) {
	folder := t.TempDir()
	in, out := filepath.Join(folder, "in"), filepath.Join(folder, "out")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	once := func() (int, []outcome) {
		t.Helper()
		code, printed, said := status(t, sheetmill(context.Background(), filepath.Join(folder, "home"), "watch", in, "-o", out, "--once", "--settle", "50ms", "--format", "csv", "--json"))
		var doc struct {
			Files []outcome `json:"files"`
		}
		if err := json.Unmarshal([]byte(printed), &doc); err != nil {
			t.Fatalf("%v %s%s", err, printed, said)
		}
		return code, doc.Files
	}
	drop(t, in, "a.csv", good)
	drop(t, in, "b.csv", good)
	drop(t, in, "b.txt", good)
	drop(t, in, ".hidden.csv", good)
	drop(t, in, "bad.xlsx", broken)
	if code, files := once(); code != exitBadInput || len(files) != 4 {
		t.Fatalf("%d %+v", code, files)
	}
	for _, name := range []string{"a.csv", "b.csv.csv", "b.txt.csv"} {
		if b, err := os.ReadFile(filepath.Join(out, name)); err != nil || !strings.Contains(string(b), "6.25") {
			t.Errorf("%s: %s %v", name, b, err)
		}
	}
	reason, err := os.ReadFile(filepath.Join(in, "failed", "bad.xlsx.json"))
	if err != nil || !strings.Contains(string(reason), `"message"`) || isThere(filepath.Join(in, "bad.xlsx")) || !isThere(filepath.Join(in, "failed", "bad.xlsx")) {
		t.Errorf("%s %v", reason, err)
	}
	if code, files := once(); code != 0 || len(files) != 0 {
		t.Errorf("again: %d %+v", code, files)
	}
	drop(t, in, "a.csv", good+"3,8.75\n")
	drop(t, in, "bad.xlsx", broken)
	if code, files := once(); code != exitBadInput || len(files) != 2 {
		t.Errorf("changed: %d %+v", code, files)
	}
	if b, err := os.ReadFile(filepath.Join(out, "a.csv")); err != nil || !strings.Contains(string(b), "8.75") || !isThere(filepath.Join(in, "failed", "bad-2.xlsx.json")) {
		t.Errorf("%s %v", b, err)
	}
	if code, _, said := status(t, sheetmill(context.Background(), folder, "watch", in, "-o", in)); code != exitUsage {
		t.Errorf("results among the sources: %d %s", code, said)
	}
}

// TestWatchers: two at one folder do no file twice, and leave alone what is
// still being written.
func TestWatchers(t *testing.T) {
	folder := t.TempDir()
	in, out := filepath.Join(folder, "in"), filepath.Join(folder, "out")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	const files = 12
	for i := range files {
		drop(t, in, string(rune('a'+i))+".csv", good)
	}
	slow, err := os.Create(filepath.Join(in, "slow.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	var said [2]bytes.Buffer
	var watchers [2]*exec.Cmd
	for i := range watchers {
		watchers[i] = sheetmill(context.Background(), filepath.Join(folder, "home"), "watch", in, "-o", out, "--format", "csv", "--every", "50ms", "--settle", "400ms")
		watchers[i].Stdout, watchers[i].Stderr = &said[i], &said[i]
		if err := watchers[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	lines := "id,value\n"
	for deadline := time.Now().Add(time.Minute); ; {
		if done, _ := filepath.Glob(filepath.Join(out, "?.csv")); len(done) == files || time.Now().After(deadline) {
			break
		}
		if _, err := slow.WriteString(lines); err != nil {
			t.Fatal(err)
		}
		lines = "1,2\n"
		time.Sleep(20 * time.Millisecond) // a slow writer
	}
	early := isThere(filepath.Join(out, "slow.csv"))
	if _, err := slow.WriteString("7,77\n"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); !isThere(filepath.Join(out, "slow.csv")) && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	for i, w := range watchers {
		if err := w.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := w.Wait(); err != nil {
			t.Errorf("%v %s", err, said[i].String())
		}
	}
	if b, err := os.ReadFile(filepath.Join(out, "slow.csv")); early || err != nil || !strings.Contains(string(b), "77") {
		t.Errorf("what was being written: taken early %t, %v", early, err)
	}
	both := said[0].String() + said[1].String()
	if n := strings.Count(both, ".csv: "); n != files+1 {
		t.Errorf("%d files were milled, not %d: %s", n, files+1, both)
	}
}

// TestWatchABucket: in and out of buckets of somebody else's.
func TestWatchABucket(t *testing.T) {
	b := testenv.MinIO(t)
	ctx := t.Context()
	bucket, err := workspace.DialBucket(workspace.Objects{Endpoint: b.Endpoint, Bucket: b.Bucket, AccessKey: b.AccessKey, SecretKey: b.SecretKey})
	if err != nil {
		t.Fatal(err)
	}
	defer bucket.Close()
	for name, text := range map[string]string{"drop/lab/a.csv": good, "drop/b.csv": good, "drop/bad.xlsx": broken, "other/c.csv": good} {
		if _, _, err := bucket.Put(ctx, name, strings.NewReader(text), int64(len(text)), workspace.PutOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	once := func() (int, string) {
		t.Helper()
		cmd := sheetmill(ctx, filepath.Join(folder, "home"), "watch", "s3://"+b.Bucket+"/drop", "-o", "s3://"+b.Bucket+"/drop/clean", "--once", "--format", "csv",
			"--endpoint", b.Endpoint, "--access-key", b.AccessKey, "--secure=false")
		cmd.Env = append(cmd.Env, "SHEETMILL_SECRET_KEY="+b.SecretKey)
		code, out, said := status(t, cmd)
		return code, out + said
	}
	if code, said := once(); code != exitBadInput {
		t.Fatalf("%d %s", code, said)
	}
	var keys []string
	for f, err := range bucket.List(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(f.Key, ".sheetmill/") {
			keys = append(keys, f.Key)
		}
		if f.Key == "drop/clean/lab/a.csv" {
			var text strings.Builder
			if err := bucket.Get(ctx, f, &text); err != nil || !strings.Contains(text.String(), "6.25") {
				t.Errorf("%s %v", text.String(), err)
			}
			f.ETag = "00000000000000000000000000000000"
			if err := bucket.Get(ctx, f, io.Discard); err == nil {
				t.Error("what was replaced is read")
			}
		}
	}
	if got := strings.Join(keys, " "); got != "drop/b.csv drop/clean/b.csv drop/clean/lab/a.csv drop/failed/bad.xlsx drop/failed/bad.xlsx.json drop/lab/a.csv other/c.csv" {
		t.Error(got)
	}
	if code, said := once(); code != 0 || said != "" {
		t.Errorf("again: %d %s", code, said)
	}
}
