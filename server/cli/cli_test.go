package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sheetmill/assets"
	"sheetmill/core/say"
	"sheetmill/core/synth"
	"sheetmill/core/testenv"
)

// asProgram, set in the environment, makes this test binary the program.
const asProgram = "SHEETMILL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		program()
	}
	testscript.Main(servers{m}, map[string]func(){"sheetmill": program})
}

// servers stops the servers that tests shared when all have run.
type servers struct{ m *testing.M }

// Run runs the tests.
func (s servers) Run() int {
	code := s.m.Run()
	if err := testenv.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the servers for tests:", err)
		return max(code, 1)
	}
	return code
}

func program() {
	say.Register(say.Chinese, assets.Translations())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Main(ctx, Process{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ(), Version: "test",
	})
	stop()
	os.Exit(code)
}

// TestScripts runs testdata/script: the commands as a person types them, each
// script in an empty folder with a workspace of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("SHEETMILL_HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("SHEETMILL_LANG", "en")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"sample":   cmdSample,
			"unescape": cmdUnescape,
			"idof":     cmdIDOf,
			"cmplf":    cmdCompareLines,
			"cut":      cmdCut,
			"rename":   cmdRename,
		},
	})
}

// cmdSample writes the sample workbook.
func cmdSample(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(synth.Sample(f))
	ts.Check(f.Close())
}

// cmdUnescape writes a file from a text with \n, \x00 and the like in it.
func cmdUnescape(ts *testscript.TestScript, _ bool, args []string) {
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// cmdIDOf puts the first record ID that the last command printed as JSON into a variable.
func cmdIDOf(ts *testscript.TestScript, _ bool, args []string) {
	out := ts.ReadFile("stdout")
	_, rest, ok := strings.Cut(out, `"recordId": "`)
	if !ok {
		ts.Fatalf("no recordId in %s", out)
	}
	id, _, _ := strings.Cut(rest, `"`)
	ts.Setenv(args[0], id)
}

// cmdCompareLines compares two files, CR LF and LF taken for the same.
func cmdCompareLines(ts *testscript.TestScript, _ bool, args []string) {
	got := strings.ReplaceAll(ts.ReadFile(args[0]), "\r\n", "\n")
	if want := ts.ReadFile(args[1]); got != want {
		ts.Fatalf("%s holds\n%s\nnot what %s holds\n%s", args[0], got, args[1], want)
	}
}

// cmdCut writes the first bytes of a file to another.
func cmdCut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	b, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b[:n], 0o600))
}

// cmdRename gives a file a name with escapes in it, which it puts in RENAMED.
func cmdRename(ts *testscript.TestScript, _ bool, args []string) {
	name, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.Rename(ts.MkAbs(args[0]), ts.MkAbs(name)))
	ts.Setenv("RENAMED", name)
}
