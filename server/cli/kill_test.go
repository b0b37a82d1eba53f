//go:build unix

package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sheetmill/core/synth"
)

// TestKilledAnywhere kills mill with SIGKILL at fifty random points of its
// work, in a few workspaces that live on from kill to kill. A mill that ended
// before its kill does not count. After a restart
// every job must have ended well, no object may be left over, the sources must
// be what they were, and each clean table must be the very bytes that an
// unbroken run makes.
func TestKilledAnywhere(t *testing.T) {
	const workspaces, killsEach = 5, 10
	ctx := context.Background()
	folder := t.TempDir()
	files, want := []string{}, map[string][32]byte{}
	unbroken := time.Hour
	for i := range killsEach {
		path := filepath.Join(folder, fmt.Sprintf("file%d.xlsx", i))
		writeReference(t, path, uint64(i+1))
		files = append(files, path)
		out := filepath.Join(folder, "unbroken")
		start := time.Now()
		run(t, sheetmill(ctx, filepath.Join(folder, "calm"), "mill", path, "-o", out, "--format", "parquet"))
		unbroken = min(unbroken, time.Since(start))
		want[filepath.Base(path)] = hashFile(t, filepath.Join(out, fmt.Sprintf("file%d.parquet", i)))
	}
	escaped := 0
	for w := range workspaces {
		home := filepath.Join(folder, fmt.Sprintf("home%d", w))
		random := rand.New(rand.NewPCG(uint64(w), 50))
		for killed := 0; killed < killsEach; {
			cmd := sheetmill(ctx, home, "mill", files[killed])
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(random.Int64N(int64(unbroken))))
			_ = cmd.Process.Kill() // it may have ended
			if cmd.Wait() != nil && cmd.ProcessState.ExitCode() == -1 {
				killed++
			} else if escaped++; escaped > 10*workspaces*killsEach {
				t.Fatal("mill ends before it can be killed")
			}
		}
		run(t, sheetmill(ctx, home, "wait", "--jobs", "2"))
		checkHealed(ctx, t, home, want)
	}
	t.Logf("%d kills; an unbroken mill takes %v, %d ended before their kill", workspaces*killsEach, unbroken.Round(time.Millisecond), escaped)
}

// checkHealed looks at a workspace whose processes were killed.
func checkHealed(ctx context.Context, t *testing.T, home string, want map[string][32]byte) {
	t.Helper()
	records := list(ctx, t, home)
	if len(records) == 0 {
		t.Error("no file got as far as a record")
	}
	for _, d := range records {
		if d.Status != "ready" {
			t.Errorf("%s: %s is %s", home, d.FileName, d.Status)
			continue
		}
		out := filepath.Join(home, d.RecordID+".parquet")
		run(t, sheetmill(ctx, home, "export", d.RecordID, "-o", out))
		if hashFile(t, out) != want[d.FileName] {
			t.Errorf("%s: the clean table of %s is not that of an unbroken run", home, d.FileName)
		}
	}
	var health struct {
		Clean  bool              `json:"clean"`
		Faults []json.RawMessage `json:"faults"`
	}
	report := run(t, sheetmill(ctx, home, "doctor", "--json"))
	if err := json.Unmarshal(report, &health); err != nil {
		t.Fatal(err)
	}
	if !health.Clean || len(health.Faults) > 0 {
		t.Errorf("%s: %s", home, report)
	}
}

type record struct {
	RecordID string `json:"recordId"`
	FileName string `json:"fileName"`
	Status   string `json:"status"`
}

func list(ctx context.Context, t *testing.T, home string) (records []record) {
	t.Helper()
	if err := json.Unmarshal(run(t, sheetmill(ctx, home, "ls", "--json")), &records); err != nil {
		t.Fatal(err)
	}
	return records
}

func writeReference(t *testing.T, path string, seed uint64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := synth.Reference(f, synth.ReferenceOptions{Rows: 400, Cols: 60, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// sheetmill is this test binary as the program, in a process of its own.
func sheetmill(ctx context.Context, home string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "SHEETMILL_HOME="+home, "SHEETMILL_LANG=en")
	return cmd
}

func run(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args[1:], err, stderr.String())
	}
	return out
}

func hashFile(t *testing.T, path string) [32]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}
