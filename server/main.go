// Command sheetmill mills messy spreadsheets into clean tables: on one machine
// with no service, or as a server and its workers.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"sheetmill/assets"
	"sheetmill/core/say"
	"sheetmill/server/cli"
)

// version is set by the linker.
var version = "dev"

func main() {
	say.Register(say.Chinese, assets.Translations())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.Process{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Version: version,
	})
	stop()
	os.Exit(code)
}
