// Command sheetmill-desktop is the desktop client: the library of an analyst's
// datasets, their tables, and the work on them, with the network on or off.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"sheetmill/app/single"
	"sheetmill/app/ui"
	"sheetmill/app/view"
	"sheetmill/assets"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// version is set by the linker.
var version = "dev"

// appID names the program to the desktop; FyneApp.toml says the same.
const appID = "org.sheetmill.desktop"

// memoryGoal is what the collector aims to stay below, so that the whole program stays below 350 MiB
// with its fonts and a driver that draws in software. Work that needs more gets it, with more collecting.
const memoryGoal = 115 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	say.Register(say.Chinese, assets.Translations())
	if err := run(os.Args[1:]); err != nil {
		f := fault.Of(err)
		lang := say.LangOf(os.Getenv("LANG"))
		fmt.Fprintln(os.Stderr, f.Sentence.In(lang), f.Next.In(lang))
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("sheetmill-desktop", flag.ExitOnError)
	home := flags.String("home", os.Getenv("SHEETMILL_HOME"), "folder of the local workspace")
	shown := flags.Bool("version", false, "print the version")
	_ = flags.Parse(args) // it exits
	if *shown {
		fmt.Println(version) //nolint:forbidigo // it was asked for
		return nil
	}
	files, err := absolute(flags.Args())
	if err != nil {
		return err
	}
	config := view.Config{Home: *home, Version: version}
	if path := os.Getenv("SHEETMILL_TRACE"); path != "" {
		trace, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		defer func() { _ = trace.Close() }()
		config.Trace = trace
	}
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return fault.New(fault.Unreachable, say.T("There is no screen to open a window on.")).
			Hint(say.T("Start it from a desktop session; without one, the command sheetmill does the same work."))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	instance, err := single.Claim(ctx, view.ConfigDir(), files)
	if err != nil || instance == nil {
		return err
	}
	client := view.Start(config)
	desktop := app.NewWithID(appID)
	window := ui.New(desktop, ui.Of(client), ui.Options{Run: fyne.Do})
	instance.Serve(func(files []string) {
		client.AddPaths(view.Local, files...)
		client.Raise()
	})
	client.AddPaths(view.Local, files...)
	defer context.AfterFunc(ctx, func() { fyne.Do(desktop.Quit) })()
	window.Show()
	desktop.Run()
	window.Close()
	instance.Stop() // who starts now waits for our end, and then opens its files itself
	err = errors.Join(client.Close(), instance.Close())
	if client.Traced() {
		client.Note("left", left())
	}
	return err
}

// absolute makes paths that mean the same in another process.
func absolute(paths []string) ([]string, error) {
	out := make([]string, 0, len(paths))
	for _, p := range paths {
		full, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		out = append(out, full)
	}
	return out, nil
}
