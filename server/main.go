// Command sheetmill mills messy spreadsheets into clean tables: on one machine
// with no service, or as a server and its workers.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"sheetmill/assets"
	"sheetmill/core/say"
	"sheetmill/server/cli"
)

// version is set by the linker.
var version = "dev"

// memoryGoal is what the collector aims to stay below, so that a whole process
// stays within 256 MiB. Work that needs more gets it, with more collecting.
const memoryGoal = 180 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	say.Register(say.Chinese, assets.Translations())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process where it stands
	code := cli.Main(ctx, cli.Process{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ(), Version: version,
	})
	stop()
	os.Exit(code)
}
