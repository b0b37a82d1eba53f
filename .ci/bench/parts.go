//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// part is groups of contenders that can be measured by themselves.
type part struct {
	name   string
	groups func(context.Context, *setting) ([]*group, error)
}

var parts = []part{{"values", valuesPart}, {"tall", tallPart}, {"whole", wholePart}, {"csv", csvPart}}

func partNames() string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.name
	}
	return strings.Join(names, ", ")
}

// setting is what the parts share.
type setting struct {
	options
	self string // this program
}

// generate makes a file, in another process: a child's peak memory starts at
// its parent's, so this one stays small.
func (s *setting) generate(ctx context.Context, kind, name string, rows, columns int) (string, error) {
	path := filepath.Join(s.dir, name)
	return path, run(ctx, exec.CommandContext(ctx, s.self, "work", kind, path, strconv.Itoa(rows), strconv.Itoa(columns)))
}

// read is a contender of this program.
func (s *setting) read(ctx context.Context, kind, file string) func() *exec.Cmd {
	return func() *exec.Cmd { return exec.CommandContext(ctx, s.self, "work", kind, file) }
}

// mill is the whole job, in a workspace that is new each time, so that nothing is known yet.
func (s *setting) mill(ctx context.Context, file string, more ...string) func() *exec.Cmd {
	return func() *exec.Cmd {
		home := filepath.Join(s.dir, "home")
		_ = os.RemoveAll(home)
		cmd := exec.CommandContext(ctx, s.program, append([]string{"mill", file, "-o", filepath.Join(home, "out")}, more...)...)
		cmd.Env = append(os.Environ(), "SHEETMILL_HOME="+home)
		return cmd
	}
}

func valuesPart(ctx context.Context, s *setting) ([]*group, error) {
	book, err := s.generate(ctx, "reference", "reference.xlsx", 3339, 151)
	if err != nil {
		return nil, err
	}
	g := &group{title: "Values of the reference workbook (3,339 x 151, 504,340 cells)", base: "inflating the sheet alone (Go's standard library)", readers: true}
	g.add(g.base, s.read(ctx, "inflate", book))
	g.add("Sheetmill, all values", s.read(ctx, "sheetmill", book))
	g.add("excelize, raw values", s.read(ctx, "excelize", book))
	g.notes, err = addPeers(ctx, g, s.dir, book)
	return []*group{g}, err
}

func tallPart(ctx context.Context, s *setting) ([]*group, error) {
	g := &group{title: "Reading more rows (20 columns, shared strings)", base: "131,072 rows"}
	for _, size := range []struct {
		name string
		rows int
	}{{g.base, 131_071}, {"1,048,576 rows, all that a sheet can have", 1_048_575}} {
		book, err := s.generate(ctx, "reference", fmt.Sprintf("tall%d.xlsx", size.rows), size.rows, 20)
		if err != nil {
			return nil, err
		}
		g.add(size.name, s.read(ctx, "sheetmill", book))
	}
	return []*group{g}, nil
}

func wholePart(ctx context.Context, s *setting) ([]*group, error) {
	g := &group{title: "The whole job: `sheetmill mill` (read, locate, clean, ledger, profile, store, export)", base: "the reference workbook"}
	for _, size := range []struct {
		name, file string
		rows       int
	}{{g.base, "reference.xlsx", 3339}, {fmt.Sprintf("the same with %d rows", s.tenfold), "tenfold.xlsx", s.tenfold}} {
		book, err := s.generate(ctx, "reference", size.file, size.rows, 151)
		if err != nil {
			return nil, err
		}
		g.add(size.name, s.mill(ctx, book))
	}
	return []*group{g}, nil
}

func csvPart(ctx context.Context, s *setting) ([]*group, error) {
	large, err := s.generate(ctx, "csv", "large.csv", s.csvRows, 50)
	if err != nil {
		return nil, err
	}
	duck, err := buildDuckDB(ctx, s.dir)
	if err != nil {
		return nil, fmt.Errorf("building DuckDB's part: %w", err)
	}
	fields := &group{title: fmt.Sprintf("Fields of a CSV file (%d x 50)", s.csvRows), base: "DuckDB, `read_csv(all_varchar)`", readers: true}
	fields.add(fields.base, func() *exec.Cmd { return exec.CommandContext(ctx, duck, "read", large) })
	fields.add("Sheetmill, all fields", s.read(ctx, "sheetmill", large))
	whole := &group{title: fmt.Sprintf("The whole job on that CSV file (%d x 50)", s.csvRows), base: "DuckDB, `read_csv` to Parquet"}
	whole.add(whole.base, func() *exec.Cmd {
		return exec.CommandContext(ctx, duck, "parquet", large, filepath.Join(s.dir, "large.parquet"))
	})
	whole.add("`sheetmill mill --format parquet`", s.mill(ctx, large, "--format", "parquet"))
	return []*group{fields, whole}, nil
}

// buildDuckDB builds the contender that has a module of its own.
func buildDuckDB(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "duckdb")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	cmd.Dir = filepath.Join(".ci", "bench", "duckdb")
	return program, run(ctx, cmd)
}
