package synth

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// surroundings are lines that belong to no table, headers of no or several
// rows, and several tables.
func (p *polluter) surroundings() {
	width := len(p.table[0])
	title := []string{"Report of the ward", "Made by the laboratory on 2024-03-05", "All values as they were measured"}
	for _, m := range []manner{plainly, quotedly} {
		for _, delimited := range []bool{false, true} {
			for _, gap := range []bool{false, true} {
				lines := func(words []string) string {
					var out strings.Builder
					for _, w := range words {
						row := []string{w}
						if delimited {
							row = append(row, make([]string, width-1)...)
						}
						out.WriteString(m.line(row))
					}
					return out.String()
				}
				blank := ""
				if gap {
					blank = m.newline
				}
				how := fmt.Sprintf("delimited=%t gap=%t all=%t", delimited, gap, m.all)
				text := string(m.text(p.table))
				p.add("preamble", how, []byte(lines(title)+blank+text), p.table).Located = true
				p.add("footnote", how, []byte(text+blank+lines([]string{"* as told by the patient", "Source: ward list", "End of the report"})), p.table).Located = true
			}
		}
		p.headers(m)
		p.tables(m)
	}
}

func (p *polluter) headers(m manner) {
	how := fmt.Sprintf("all=%t", m.all)
	none := p.add("no header", how, m.text(p.table[1:]), p.table)
	none.Header, none.Located = nil, true

	groups := make([]string, len(p.table[0]))
	groups[0], groups[len(groups)/2] = "Identity", "Values"
	two := slices.Concat([][]string{groups}, p.table)
	made := p.add("several header lines", "two "+how, m.text(two), two)
	made.Header, made.Records, made.Located = two[:2], two[2:], true

	odd := func(detail string, change func(header []string)) {
		t := slices.Clone(p.table)
		t[0] = slices.Clone(t[0])
		change(t[0])
		p.add("odd header", detail+" "+how, m.text(t), t)
	}
	odd("an empty name", func(h []string) { h[1] = "" })
	odd("the last name empty", func(h []string) { h[len(h)-1] = "" })
	odd("signs", func(h []string) { h[1] = "HEAD/%R" })
	odd("one name twice", func(h []string) { h[1] = h[2] })
	odd("a very long name", func(h []string) { h[2] = strings.Repeat("HEADER", 20_000) })
}

// tables puts a second table below the first.
func (p *polluter) tables(m manner) {
	for _, width := range []int{2, len(p.table[0]), len(p.table[0]) + 3} {
		for _, gap := range []bool{true, false} {
			if !gap && width == len(p.table[0]) {
				continue // nothing would part them
			}
			second := [][]string{make([]string, width)}
			for c := range width {
				second[0][c] = "Measure " + string(rune('A'+c))
			}
			for i := range 25 {
				row := make([]string, width)
				for c := range row {
					row[c] = strconv.Itoa((i+3)*(c+7)*11) + "." + strconv.Itoa(c%10)
				}
				second = append(second, row)
			}
			data := m.text(p.table)
			if gap {
				data = append(data, m.newline...)
			}
			data = append(data, m.text(second)...)
			made := p.add("several tables", fmt.Sprintf("%d columns gap=%t all=%t", width, gap, m.all), data, p.table)
			made.Header = [][]string{p.table[0], second[0]}
			made.Records = slices.Concat(p.table[1:], second[1:])
			made.Located = true
		}
	}
}

// sizes are very small and rather large tables.
func (p *polluter) sizes() {
	for _, m := range []manner{plainly, quotedly} {
		how := fmt.Sprintf(" all=%t", m.all)
		p.add("size", "header only"+how, m.text(p.table[:1]), p.table[:1])
		p.add("size", "one row"+how, m.text(p.table[:2]), p.table[:2])
		p.add("size", "three rows"+how, m.text(p.table[:4]), p.table[:4])
		one := make([][]string, len(p.table))
		wide := make([][]string, 20)
		for i, row := range p.table {
			one[i] = row[:1]
			if i < len(wide) {
				wide[i] = slices.Repeat(row, 1024/len(row))
			}
		}
		p.add("size", "one column"+how, m.text(one), one)
		p.add("size", "about 1,024 columns"+how, m.text(wide), wide)
		long := slices.Concat(p.table[:1], slices.Repeat(p.table[1:], 40))
		p.add("size", "3,360 rows"+how, m.text(long), long)
	}
	p.add("size", "nothing", nil, nil)
}
