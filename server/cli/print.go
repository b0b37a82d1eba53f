package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"sheetmill/core/say"
)

// terminal measures text: marks such as × that fonts may draw either way take
// one place, whatever the locale.
var terminal = &runewidth.Condition{StrictEmojiNeutral: true}

// grid prints rows in columns that line up, Chinese characters counted as the
// two places they take. Cells wider than limit are cut with "…"; so that a line
// fits the terminal, the widest column gives way, or the last ones are dropped.
type grid struct {
	right []bool // columns aligned to the right
	rows  [][]string
	limit int
	width int  // of the terminal; 0 for no bound
	drops bool // columns are dropped, not narrowed
}

// newGrid makes a grid that fits where it is printed.
func (a *app) newGrid(limit int, right ...bool) *grid {
	g := &grid{limit: limit, right: right}
	if f, ok := a.Stdout.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			g.width = width
		}
	}
	return g
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// print tells how many columns it had no room for.
func (g *grid) print(w io.Writer, indent string) (dropped int) {
	widths := g.widths()
	columns := g.fit(widths, len(indent))
	for _, row := range g.rows {
		var b strings.Builder
		b.WriteString(indent)
		row = row[:min(columns, len(row))]
		for i, cell := range row {
			cell = terminal.Truncate(cell, widths[i], "…")
			gap := strings.Repeat(" ", widths[i]-terminal.StringWidth(cell))
			if i < len(g.right) && g.right[i] {
				b.WriteString(gap + cell)
			} else {
				b.WriteString(cell + gap)
			}
			if i < len(row)-1 {
				b.WriteString("  ")
			}
		}
		_, _ = fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	return len(widths) - columns
}

// widths cuts the cells to the limit and measures the columns.
func (g *grid) widths() (widths []int) {
	for _, row := range g.rows {
		for i := range row {
			row[i] = terminal.Truncate(oneLine(row[i]), g.limit, "…")
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], terminal.StringWidth(row[i]))
		}
	}
	return widths
}

// fit narrows the widths to the terminal's, or tells how many columns fit.
func (g *grid) fit(widths []int, indent int) (columns int) {
	const least = 8 // a column is not made narrower
	total := indent
	for i, width := range widths {
		total += width
		if i > 0 {
			total += 2
		}
	}
	columns = len(widths)
	for g.width > 0 && total > g.width {
		if g.drops && columns > 2 {
			columns--
			total -= widths[columns] + 2
			continue
		}
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= least {
			break
		}
		widths[widest]--
		total--
	}
	return columns
}

// oneLine shows control characters as what they are, so that no cell can break
// the table or steer the terminal.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString("⏎")
		case r == '\t':
			b.WriteString("⇥")
		case unicode.IsControl(r):
			b.WriteString("·")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// count spells a number with thousands marks: 1,234,567.
func count[T int | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// size spells a number of bytes.
func size(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	x, u := float64(n), 0
	for x >= 1024 && u < len(units)-1 {
		x, u = x/1024, u+1
	}
	if u == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", x, units[u])
}

// texts puts sentences in the language of this run.
func (a *app) texts(list []say.Text) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.In(a.lang)
	}
	return out
}

func (a *app) printf(format string, args ...any) { _, _ = fmt.Fprintf(a.Stdout, format, args...) }

func (a *app) say(key string, pairs ...any) { a.printf("%s\n", a.tr(key, pairs...)) }

func (a *app) errorf(format string, args ...any) { _, _ = fmt.Fprintf(a.Stderr, format, args...) }
