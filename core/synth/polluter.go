package synth

import (
	"fmt"
	"slices"
	"strings"
)

// manner is how a row is written down.
type manner struct {
	delim, quote, escape, newline string
	all                           bool // quotes around every cell, not only where they are needed
}

var (
	plainly  = manner{",", `"`, `"`, "\n", false}
	quotedly = manner{",", `"`, `"`, "\r\n", true}
)

// field is one cell as it is written.
func (m manner) field(cell string) string {
	special := strings.ContainsAny(cell, "\r\n") || strings.Contains(cell, m.delim) ||
		m.quote != "" && strings.Contains(cell, m.quote) || strings.Trim(cell, " ") != cell
	if m.quote == "" || !m.all && !special {
		return cell
	}
	if m.escape == `\` {
		cell = strings.ReplaceAll(cell, `\`, `\\`)
	}
	return m.quote + strings.ReplaceAll(cell, m.quote, m.escape+m.quote) + m.quote
}

func (m manner) fields(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = m.field(cell)
	}
	return out
}

// line is a row as it is written, its line end included.
func (m manner) line(row []string) string { return strings.Join(m.fields(row), m.delim) + m.newline }

func (m manner) text(rows [][]string) []byte {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(m.line(row))
	}
	return []byte(b.String())
}

// polluter makes the texts of one base table.
type polluter struct {
	base

	r    *random
	made []Polluted
}

// add notes a text whose first row is the header.
func (p *polluter) add(kind, detail string, data []byte, rows [][]string) *Polluted {
	made := Polluted{Kind: kind, Name: fmt.Sprintf("%s/%s %s", p.name, kind, detail), Data: data}
	if len(rows) > 0 {
		made.Header, made.Records = rows[:1], rows[1:]
	}
	p.made = append(p.made, made)
	return &p.made[len(p.made)-1]
}

// flat is the table without what would need quotes in the manner.
func (p *polluter) flat(special string) [][]string {
	out := make([][]string, len(p.table))
	for i, row := range p.table {
		out[i] = slices.Clone(row)
		for k, cell := range row {
			out[i][k] = strings.Trim(strings.Map(func(c rune) rune {
				if strings.ContainsRune(special, c) {
					return '_'
				}
				return c
			}, cell), " ")
		}
	}
	return out
}
