package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"

	"sheetmill/core/say"
)

// terminal measures text: marks such as × that fonts may draw either way take
// one place, whatever the locale.
var terminal = &runewidth.Condition{StrictEmojiNeutral: true}

// grid prints rows in columns that line up, Chinese characters counted as the
// two places they take. Cells wider than limit are cut with "…".
type grid struct {
	right []bool // columns aligned to the right
	rows  [][]string
	limit int
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

func (g *grid) print(w io.Writer, indent string) {
	limit := g.limit
	if limit == 0 {
		limit = 32
	}
	var widths []int
	for _, row := range g.rows {
		for i := range row {
			row[i] = terminal.Truncate(oneLine(row[i]), limit, "…")
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], terminal.StringWidth(row[i]))
		}
	}
	for _, row := range g.rows {
		var b strings.Builder
		b.WriteString(indent)
		for i, cell := range row {
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
