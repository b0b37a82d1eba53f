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
	"strconv"
)

// options of the command line.
type options struct {
	out, goBench, program, dir, shared string
	runs, tenfold, csvRows             int
	tall                               bool
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
		flag.IntVar(&o.tenfold, "tenfold", 33_390, "`rows` of the larger workbook; 0 leaves it out")
		flag.BoolVar(&o.tall, "tall", true, "read a workbook with all the rows that a sheet can have")
		flag.IntVar(&o.csvRows, "csv", 0, "`rows` of a CSV file with 50 columns; 0 leaves it out")
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

// bench runs all groups of contenders and writes the report.
func bench(ctx context.Context, o options) error {
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
	// Files are made by other processes too: a child's peak memory starts at
	// its parent's, so this one stays small.
	generate := func(kind, name string, rows, columns int) (string, error) {
		path := filepath.Join(o.dir, name)
		return path, run(ctx, exec.CommandContext(ctx, self, "work", kind, path, strconv.Itoa(rows), strconv.Itoa(columns)))
	}

	reference, err := generate("reference", "reference.xlsx", 3339, 151)
	if err != nil {
		return err
	}
	values := group{title: "Values of the reference workbook (3,339 x 151, 504,340 cells)", base: "inflating the sheet alone (Go's standard library)"}
	for _, w := range []struct{ name, work string }{
		{values.base, "inflate"}, {"Sheetmill, all values", "sheetmill"}, {"excelize, raw values", "excelize"},
	} {
		values.add(w.name, func() *exec.Cmd { return exec.CommandContext(ctx, self, "work", w.work, reference) })
	}
	notes, err := addPeers(ctx, &values, o.dir, reference)
	if err != nil {
		return err
	}

	tall := group{title: "Reading more rows (20 columns, shared strings)", base: "131,072 rows"}
	if o.tall {
		for _, size := range []struct {
			name string
			rows int
		}{{tall.base, 131_071}, {"1,048,576 rows, all that a sheet can have", 1_048_575}} {
			book, err := generate("reference", fmt.Sprintf("tall%d.xlsx", size.rows), size.rows, 20)
			if err != nil {
				return err
			}
			tall.add(size.name, func() *exec.Cmd { return exec.CommandContext(ctx, self, "work", "sheetmill", book) })
		}
	}

	whole := group{title: "The whole job: `sheetmill mill` (read, locate, clean, ledger, profile, store, export)", base: "the reference workbook"}
	mill := func(file string) func() *exec.Cmd {
		return func() *exec.Cmd {
			home := filepath.Join(o.dir, "home") // new each time, so that nothing is known yet
			_ = os.RemoveAll(home)
			cmd := exec.CommandContext(ctx, o.program, "mill", file, "-o", filepath.Join(home, "out"))
			cmd.Env = append(os.Environ(), "SHEETMILL_HOME="+home)
			return cmd
		}
	}
	whole.add(whole.base, mill(reference))
	if o.tenfold > 0 {
		larger, err := generate("reference", "tenfold.xlsx", o.tenfold, 151)
		if err != nil {
			return err
		}
		whole.add(fmt.Sprintf("the same with %d rows", o.tenfold), mill(larger))
	}
	groups := []*group{&values, &whole}
	if o.tall {
		groups = []*group{&values, &tall, &whole}
	}
	fields := group{title: fmt.Sprintf("Fields of a CSV file (%d x 50)", o.csvRows), base: "DuckDB, `read_csv(all_varchar)`"}
	text := group{title: fmt.Sprintf("The whole job on that CSV file (%d x 50)", o.csvRows), base: "DuckDB, `read_csv` to Parquet"}
	if o.csvRows > 0 {
		large, err := generate("csv", "large.csv", o.csvRows, 50)
		if err != nil {
			return err
		}
		duck, err := buildDuckDB(ctx, o.dir)
		if err != nil {
			return fmt.Errorf("building DuckDB's part: %w", err)
		}
		fields.add(fields.base, func() *exec.Cmd { return exec.CommandContext(ctx, duck, "read", large) })
		fields.add("Sheetmill, all fields", func() *exec.Cmd { return exec.CommandContext(ctx, self, "work", "sheetmill", large) })
		text.add(text.base, func() *exec.Cmd {
			return exec.CommandContext(ctx, duck, "parquet", large, filepath.Join(o.dir, "large.parquet"))
		})
		text.add("`sheetmill mill`", mill(large))
		groups = append(groups, &fields, &text)
	}

	for range o.runs {
		for _, g := range groups {
			if err := g.runOnce(); err != nil {
				return err
			}
		}
	}
	cells, err := values.sameCells()
	if err != nil {
		return err
	}
	if _, err := fields.sameCells(); err != nil {
		return err
	}
	notes = append(notes, "Every reader found the same "+cells+" cells that are not empty.")
	return writeReport(o, groups, notes)
}

// buildDuckDB builds the contender that has a module of its own.
func buildDuckDB(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "duckdb")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	cmd.Dir = filepath.Join(".ci", "bench", "duckdb")
	return program, run(ctx, cmd)
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
