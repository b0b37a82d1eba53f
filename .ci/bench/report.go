//go:build unix

package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// writeReport writes what was measured as a page of documentation.
func writeReport(o options, groups []*group) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Benchmarks\n\nWritten by `make bench`; do not edit. Compare the ratios: seconds are this machine's.\n\n")
	fmt.Fprintf(&b, "- Machine: %s\n- Date: %s, revision %s\n", machine(), time.Now().UTC().Format("2006-01-02 15:04 UTC"), revision())
	fmt.Fprintf(&b, "- Each line: %d runs, each a process of its own, start-up included; contenders took turns. Median (lowest to highest).\n", o.runs)
	for _, g := range groups {
		g.writeTo(&b)
	}
	if err := appendGoBenchmarks(&b, o.goBench); err != nil {
		return err
	}
	return os.WriteFile(o.out, b.Bytes(), 0o644)
}

func (g *group) writeTo(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\nRatios are to %s. Where others used the machine too, trust those of CPU time.\n\n", g.title, g.base)
	fmt.Fprintf(b, "| work | seconds | CPU seconds | peak MiB | ratio of time | ratio of CPU time |\n|---|--:|--:|--:|--:|--:|\n")
	var baseWall, baseCPU float64
	for _, c := range g.contenders {
		if c.name == g.base {
			baseWall, baseCPU = c.wall().median, c.cpu().median
		}
	}
	for _, c := range g.contenders {
		wall, cpu, peak := c.wall(), c.cpu(), c.peakMiB()
		fmt.Fprintf(b, "| %s | %.3f (%.3f to %.3f) | %.2f | %.0f (to %.0f) | %.2f | %.2f |\n",
			c.name, wall.median, wall.low, wall.high, cpu.median, peak.median, peak.high, wall.median/baseWall, cpu.median/baseCPU)
	}
	if len(g.notes) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.Join(g.notes, " "))
	}
}

// rewriteGroups replaces only the sections of these groups in the page that is
// there, and says when they were measured.
func rewriteGroups(o options, groups []*group) error {
	page, err := os.ReadFile(o.out)
	if err != nil {
		return err
	}
	for _, g := range groups {
		g.notes = append(g.notes, fmt.Sprintf("Measured by itself: %d runs, %s, %s, revision %s.",
			o.runs, machine(), time.Now().UTC().Format("2006-01-02 15:04 UTC"), revision()))
		var section bytes.Buffer
		g.writeTo(&section)
		page = replaceSection(page, "## "+g.title, bytes.TrimLeft(section.Bytes(), "\n"))
	}
	return os.WriteFile(o.out, page, 0o644)
}

// replaceSection puts a section in the place of the one with its title, or at
// the page's end.
func replaceSection(page []byte, title string, section []byte) []byte {
	before, rest, found := bytes.Cut(page, []byte(title+"\n"))
	after := []byte(nil)
	if found {
		if i := bytes.Index(rest, []byte("\n## ")); i >= 0 {
			after = rest[i:]
		}
	}
	return slices.Concat(bytes.TrimRight(before, "\n"), []byte("\n\n"), section, after)
}

// appendGoBenchmarks adds the result lines of go test -bench, package by package.
func appendGoBenchmarks(b *bytes.Buffer, path string) error {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	lines := regexp.MustCompile(`(?m)^(pkg: |Benchmark\S+\s+\d).*$`).FindAllString(string(text), -1)
	fmt.Fprintf(b, "\n## Go benchmarks\n\n    go test -run '^$' -bench . -benchmem ./...\n\n```\n")
	shared := false
	for i, line := range lines {
		if strings.HasPrefix(line, "pkg: ") {
			shared = line == "pkg: "+sharedPackage
		}
		if shared { // has a section of its own
			continue
		}
		if strings.HasPrefix(line, "pkg: ") && (i+1 == len(lines) || strings.HasPrefix(lines[i+1], "pkg: ")) {
			continue // a package without benchmarks
		}
		fmt.Fprintln(b, line)
	}
	fmt.Fprintf(b, "```\n")
	if section := sharedSection(string(text)); section != "" {
		fmt.Fprintf(b, "\n%s", section)
	}
	return nil
}

func machine() string {
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`model name\s*: (.+)`).FindSubmatch(info); m != nil {
			model = string(m[1])
		}
	}
	return fmt.Sprintf("%d cores (%s), %s, %s", runtime.NumCPU(), model, runtime.GOOS, runtime.Version())
}

func revision() string {
	out, err := exec.Command("git", "describe", "--tags", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return cmp.Or(strings.TrimSpace(string(out)), "unknown")
}
