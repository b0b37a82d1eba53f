//go:build unix

// Command bench measures Sheetmill beside other readers, in one run on one
// machine, and writes docs/benchmarks.md. Run it with make bench.
//
// Every contender is a process of its own, start-up included, so that none
// pays for another's memory; they take turns, so that a slow minute of the
// machine falls on all of them. What is compared is ratios, not seconds.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"
)

// options of the command line.
type options struct {
	out, goBench, program, dir, shared, only string
	runs, tenfold, csvRows                   int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if len(os.Args) > 1 && os.Args[1] == "work" { // a contender's own process
		err = work(ctx, os.Args[2:])
	} else {
		var o options
		flag.StringVar(&o.out, "o", "docs/benchmarks.md", "`file` to write")
		flag.StringVar(&o.goBench, "go", "build/bench.txt", "`file` with the output of go test -bench, if it is there")
		flag.StringVar(&o.program, "program", "bin/sheetmill", "the built `program`")
		flag.StringVar(&o.dir, "dir", "build/bench", "`folder` for generated files")
		flag.IntVar(&o.runs, "runs", 5, "how often each contender runs")
		flag.IntVar(&o.tenfold, "tenfold", 33_390, "`rows` of the larger workbook")
		flag.IntVar(&o.csvRows, "csv", 1_000_000, "`rows` of the CSV file with 50 columns")
		flag.StringVar(&o.only, "only", "", "run one `part` and rewrite only its sections: "+partNames())
		flag.StringVar(&o.shared, "shared", "", "`file` with the output of go test -bench of server/sharedtest: rewrite only its section")
		flag.Parse()
		if o.shared != "" {
			err = rewriteShared(o.out, o.shared)
		} else {
			err = bench(ctx, o)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench runs the parts asked for and writes the report.
func bench(ctx context.Context, o options) error {
	started := time.Now()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	if o.program, err = filepath.Abs(o.program); err != nil {
		return err
	}
	if _, err := os.Stat(o.program); err != nil {
		return fmt.Errorf("%w; build it first: make build", err)
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	s := setting{options: o, self: self}
	var groups []*group
	for _, p := range parts {
		if o.only != "" && o.only != p.name {
			continue
		}
		made, err := p.groups(ctx, &s)
		if err != nil {
			return err
		}
		groups = append(groups, made...)
	}
	if len(groups) == 0 {
		return fmt.Errorf("there is no part %q; there are %s", o.only, partNames())
	}
	for range o.runs {
		for _, g := range groups {
			if err := g.runOnce(); err != nil {
				return err
			}
		}
	}
	for _, g := range groups {
		if !g.readers {
			continue
		}
		cells, err := g.sameCells()
		if err != nil {
			return err
		}
		g.notes = append(g.notes, "Every reader found the same "+cells+" cells that are not empty.")
	}
	if o.only != "" {
		err = rewriteGroups(o, groups)
	} else {
		err = writeReport(o, groups)
	}
	fmt.Fprintf(os.Stderr, "bench: %d groups in %s\n", len(groups), time.Since(started).Round(time.Second))
	return err
}

// run runs a command whose output matters only when it fails.
func run(ctx context.Context, cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return nil
}
