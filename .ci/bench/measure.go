//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// sample is one run of a process.
type sample struct {
	wall, cpu time.Duration
	peak      int64  // bytes of memory
	said      string // its output
}

// contender is what one line of a table tells of.
type contender struct {
	name    string
	command func() *exec.Cmd
	samples []sample
}

// group is contenders that are compared with one of them, the base.
type group struct {
	title, base string
	readers     bool // all print how many cells they saw
	notes       []string
	contenders  []*contender
}

func (g *group) add(name string, command func() *exec.Cmd) {
	g.contenders = append(g.contenders, &contender{name: name, command: command})
}

// runOnce runs each contender once.
func (g *group) runOnce() error {
	for _, c := range g.contenders {
		s, err := measure(c.command())
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		c.samples = append(c.samples, s)
	}
	return nil
}

func measure(cmd *exec.Cmd) (sample, error) {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return sample{}, fmt.Errorf("%w\n%s", err, output.Bytes())
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return sample{}, fmt.Errorf("no resource usage on %s", runtime.GOOS)
	}
	peak := usage.Maxrss * 1024
	if runtime.GOOS == "darwin" { // where it is in bytes
		peak = usage.Maxrss
	}
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return sample{wall: wall, cpu: cpu, peak: peak, said: strings.TrimSpace(output.String())}, nil
}

// sameCells refuses a comparison of readers that did not see the same number of
// cells. The base reads none and says 0.
func (g *group) sameCells() (string, error) {
	cells := ""
	for _, c := range g.contenders {
		for _, s := range c.samples {
			switch {
			case s.said == "0":
			case cells == "":
				cells = s.said
			case s.said != cells:
				return "", fmt.Errorf("%s saw %s cells, the one before saw %s", c.name, s.said, cells)
			}
		}
	}
	return cells, nil
}

// spread is the middle of some numbers, and their ends.
type spread struct{ low, median, high float64 }

func (c *contender) spread(of func(sample) float64) spread {
	all := make([]float64, len(c.samples))
	for i, s := range c.samples {
		all[i] = of(s)
	}
	slices.Sort(all)
	n := len(all)
	return spread{low: all[0], median: (all[(n-1)/2] + all[n/2]) / 2, high: all[n-1]}
}

func (c *contender) wall() spread {
	return c.spread(func(s sample) float64 { return s.wall.Seconds() })
}

func (c *contender) cpu() spread {
	return c.spread(func(s sample) float64 { return s.cpu.Seconds() })
}

func (c *contender) peakMiB() spread {
	return c.spread(func(s sample) float64 { return float64(s.peak) / (1 << 20) })
}
