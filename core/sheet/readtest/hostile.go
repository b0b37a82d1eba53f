package readtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

// Hostile is a file made to exhaust whoever reads it.
type Hostile struct {
	Name  string
	Says  string // part of the refusal; "" when the file is read whole
	Write func(w io.Writer) error
}

// hostileMiB is the most memory that reading a hostile file may take.
const hostileMiB = 256

// RunHostile reads each file in a process of its own, the test that calls this
// run anew, whose memory and time are measured: it is refused by name, or read,
// within 256 MiB. The race detector's own memory is not the reader's: make test
// runs this without it.
func RunHostile(t *testing.T, open Open, files []Hostile) {
	t.Helper()
	const variable = "SHEETMILL_HOSTILE"
	if path := os.Getenv(variable); path != "" {
		_, _ = fmt.Fprintln(os.Stdout, readHostile(t, open, path))
		if status, err := os.ReadFile("/proc/self/status"); err == nil {
			_, peak, _ := strings.Cut(string(status), "VmHWM:")
			_, _ = fmt.Fprintln(os.Stdout, peak)
		} else if runtime.GOOS == "linux" {
			t.Error(err)
		}
		return
	}
	if testing.Short() || raceDetector {
		t.Skip("makes large files, and measures memory")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	top := t.Name()
	for _, h := range files {
		t.Run(h.Name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hostile")
			if err := h.write(path); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			child := exec.CommandContext(ctx, self, "-test.run=^"+top+"$", "-test.count=1") //nolint:gosec // this test itself
			child.Env = append(os.Environ(), variable+"="+path)
			out, err := child.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%.2000s", err, out)
			}
			said, rest, _ := strings.Cut(string(out), "\n")
			peak := peakMiB(rest)
			t.Logf("%.2f s, %d MiB: %.150s", (child.ProcessState.UserTime() + child.ProcessState.SystemTime()).Seconds(), peak, said)
			if h.Says == "" && said != "read" || !strings.Contains(said, h.Says) {
				t.Errorf("said %q, want %q in it", said, h.Says)
			}
			if peak > hostileMiB {
				t.Errorf("took %d MiB of memory", peak)
			}
		})
	}
}

// write makes the file.
func (h Hostile) write(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	return errors.Join(h.Write(out), out.Flush(), file.Close())
}

// peakMiB reads the most memory that a process held from what the kernel says;
// other systems than Linux do not say, which is 0. (What a parent is told of its
// child counts the parent's own memory at the fork.)
func peakMiB(status string) int {
	fields := strings.Fields(status)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.Atoi(fields[0])
	if err != nil {
		return 0
	}
	return kib >> 10
}

// readHostile reads a file's first sheet whole and says how that ended.
func readHostile(t *testing.T, open Open, path string) string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	book, err := open(t.Context(), sized{file, info.Size()}, sheet.Options{Name: "hostile"})
	if err != nil {
		return refusal(err)
	}
	defer func() { _ = book.Close() }()
	rows, err := book.Rows(t.Context(), 0)
	if err != nil {
		return refusal(err)
	}
	defer func() { _ = rows.Close() }()
	var batch sheet.Batch
	for err == nil {
		err = rows.Next(t.Context(), &batch)
	}
	if errors.Is(err, io.EOF) {
		return "read"
	}
	return refusal(err)
}

func refusal(err error) string {
	f := fault.Of(err)
	return fmt.Sprintf("%s: %v %s", f.Code, err, f.Next)
}

type sized struct {
	*os.File
	size int64
}

func (s sized) Size() int64 { return s.size }
