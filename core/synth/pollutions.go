package synth

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Delimiters that are written: all printable ASCII that is neither a letter, a
// digit nor a quote, the control characters that old exports use, and longer ones.
const (
	printable = " !#$%&()*+,-./:;<=>?@[]^_{|}~"
	controls  = "\t\x01\x1f"
)

var (
	longDelimiters   = []string{"||", "::", ";;", "\t\t", "~|~", "|~|", "-|-", `\t`, "，", "¦"}
	paddedDelimiters = []string{", ", "; ", " | ", " ; ", " , ", "| "}
)

// forms are dialects that the whole text is written in.
func (p *polluter) forms() {
	t := p.table
	p.add("clean", "minimal quotes", plainly.text(t), t)
	p.add("clean", "all quoted", quotedly.text(t), t)
	for _, d := range printable + controls {
		for _, m := range []manner{plainly, quotedly} {
			m.delim = string(d)
			p.add("delimiter", fmt.Sprintf("%q all=%t", d, m.all), m.text(t), t)
		}
	}
	for _, d := range longDelimiters {
		for _, m := range []manner{plainly, quotedly} {
			m.delim = d
			p.add("long delimiter", fmt.Sprintf("%q all=%t", d, m.all), m.text(t), t)
		}
	}
	for _, d := range paddedDelimiters {
		for _, m := range []manner{plainly, quotedly} {
			m.delim = d
			p.add("padded delimiter", fmt.Sprintf("%q all=%t", d, m.all), m.text(t), t)
		}
	}
	for _, q := range []string{`"`, "'", "`"} {
		for _, d := range []string{",", ";", "\t"} {
			m := manner{d, q, q, "\n", true}
			p.add("quote", fmt.Sprintf("%q with %q", q, d), m.text(t), t)
			m.escape = `\`
			p.add("escape", fmt.Sprintf("backslash before %q with %q", q, d), m.text(t), t)
		}
	}
	for _, d := range []string{",", ";", "\t", "|"} {
		m := manner{d, "", "", "\n", false}
		flat := p.flat(d + "\r\n\"'")
		p.add("quote", fmt.Sprintf("none with %q", d), m.text(flat), flat)
	}
	sep := manner{";", `"`, `"`, "\r\n", false}
	p.add("delimiter", "named by a first line", append([]byte("sep=;\r\n"), sep.text(t)...), t).Located = true
}

// places are rows at which one row is spoilt: the header, the first of the
// data, one in the middle and the last.
func (p *polluter) places() []int { return []int{0, 1, len(p.table) / 2, len(p.table) - 1} }

// spoilt is the table with one row written by write.
func (p *polluter) spoilt(m manner, at int, write func(row []string) string) []byte {
	var b bytes.Buffer
	for i, row := range p.table {
		if i == at {
			b.WriteString(write(row))
		} else {
			b.WriteString(m.line(row))
		}
	}
	return b.Bytes()
}

// rows spoils the cells of one row.
func (p *polluter) rows() {
	for _, at := range p.places() {
		for _, m := range []manner{plainly, quotedly} {
			where := fmt.Sprintf("row %d all=%t", at, m.all)
			instead := func(row []string) [][]string {
				t := slices.Clone(p.table)
				t[at] = row
				return t
			}
			row := p.table[at]
			more := append(slices.Clone(row), "extra", "cells", "7")
			p.add("extra cells", where, m.text(instead(more)), instead(more))
			fewer := row[:max(1, len(row)-2)]
			p.add("missing cells", where, m.text(instead(fewer)), instead(fewer))
			gap := slices.Insert(slices.Clone(row), 1, "")
			p.add("extra delimiter", where, p.spoilt(m, at, func(row []string) string {
				f := m.fields(row)
				f[0] += m.delim
				return strings.Join(f, m.delim) + m.newline
			}), instead(gap))
			if at > 0 {
				joined := slices.Clone(row[1:])
				joined[0] = row[0] + row[1]
				p.add("missing delimiter", where, p.spoilt(plainly, at, func([]string) string { return plainly.line(joined) }), instead(joined))
			}
			other := m
			other.delim = ";"
			p.add("delimiter in one row", where, p.spoilt(m, at, other.line), p.table)
			other = m
			other.quote, other.escape, other.all = "'", "'", true
			p.add("quotes in one row", where, p.spoilt(m, at, other.line), p.table)
			for _, newline := range []string{"\n", "\r\n", "\r"} {
				other = m
				other.newline = newline
				p.add("line end of one row", fmt.Sprintf("%s %q", where, newline), p.spoilt(m, at, other.line), p.table)
			}
			if at > 0 {
				said := slices.Clone(row)
				said[1] = `said "so, then" and "left"`
				other = m
				other.escape = `\`
				t := instead(said)
				p.add("escape in one row", where, p.spoilt(m, at, func([]string) string { return other.line(said) }), t)
				blank := p.spoilt(m, at, func(row []string) string { return m.newline + m.line(row) })
				if at < len(p.table)-1 && at > 1 {
					p.add("blank line", where, blank, p.table)
				}
			}
		}
	}
}

// quotes spoils the quotes of one cell.
func (p *polluter) quotes() {
	for _, at := range p.places() {
		for _, col := range []int{0, 1, len(p.table[0]) - 1} {
			where := fmt.Sprintf("row %d column %d", at, col)
			cell := p.table[at][col]
			if cell == "" {
				cell = "word"
			}
			with := func(value string) [][]string {
				t := slices.Clone(p.table)
				t[at] = slices.Clone(t[at])
				t[at][col] = value
				return t
			}
			write := func(m manner, field string) []byte {
				return p.spoilt(m, at, func(row []string) string {
					f := m.fields(row)
					f[col] = field
					return strings.Join(f, m.delim) + m.newline
				})
			}
			simple := strings.Map(func(c rune) rune {
				if strings.ContainsRune(",\"\r\n", c) {
					return -1
				}
				return c
			}, cell)
			p.add("stray quote", where+" at its start, quoted", write(quotedly, `""`+simple+`"`), with(`"`+simple))
			p.add("stray quote", where+" within, quoted", write(quotedly, `"`+simple+`"x"`), with(simple+`"x`))
			p.add("stray quote", where+" within, bare", write(plainly, simple+`"x`), with(simple+`"x`))
			p.add("stray quote", where+" around a word", write(quotedly, `"the "`+simple+`" one"`), with(`the "`+simple+`" one`))
			p.add("missing quote", where+" opening", write(quotedly, simple+`"`), with(simple+`"`))
			p.add("missing quote", where+" closing", write(quotedly, `"`+simple), with(`"`+simple))
			p.add("missing quote", where+" both", write(quotedly, simple), with(simple))
			p.add("missing quote", where+" closing, bare", write(plainly, `"`+simple), with(`"`+simple))
		}
	}
}

// lines are line ends, within cells and between rows.
func (p *polluter) lines() {
	for _, newline := range []string{"\n", "\r\n", "\r"} {
		for _, m := range []manner{plainly, quotedly} {
			m.newline = newline
			data := m.text(p.table)
			p.add("line end", fmt.Sprintf("%q all=%t", newline, m.all), data, p.table)
			p.add("end of text", fmt.Sprintf("without %q all=%t", newline, m.all), bytes.TrimSuffix(data, []byte(newline)), p.table)
			p.add("end of text", fmt.Sprintf("two %q all=%t", newline, m.all), append(slices.Clone(data), newline...), p.table)
		}
	}
	for _, ends := range [][]string{{"\n", "\r\n"}, {"\r\n", "\r\n", "\n"}, {"\n", "\r\n", "\r"}} {
		for _, m := range []manner{plainly, quotedly} {
			var b strings.Builder
			for _, row := range p.table {
				m.newline = pick(p.r, ends)
				b.WriteString(m.line(row))
			}
			p.add("mixed line ends", fmt.Sprintf("%q all=%t", ends, m.all), []byte(b.String()), p.table)
		}
	}
	for _, newline := range []string{"\n", "\r\n"} {
		for _, m := range []manner{plainly, quotedly} {
			m.newline = newline
			t := slices.Clone(p.table)
			for i := 1; i < len(t); i += 3 {
				t[i] = slices.Clone(t[i])
				t[i][len(t[i])-1] = "one, " + strconv.Itoa(i) + newline + newline + "\"two\"" + newline + "three"
			}
			p.add("cells of several lines", fmt.Sprintf("%q all=%t", newline, m.all), m.text(t), t)
		}
	}
	t := slices.Clone(p.table)
	for i := 2; i < len(t); i += 9 {
		t[i] = slices.Clone(t[i])
		t[i][1] += "\x00x"
	}
	p.add("NUL", "within cells", plainly.text(t), t)
}

// encodings writes the table in other encodings of text.
func (p *polluter) encodings() {
	data := quotedly.text(p.table)
	encode := func(name string, e encoding.Encoding) {
		// The tables hold only what the encodings that are named for them have.
		if out, err := e.NewEncoder().Bytes(data); err == nil {
			p.add("encoding", name, out, p.table)
		}
	}
	p.add("encoding", "utf-8 with a mark", append([]byte("\xef\xbb\xbf"), data...), p.table)
	encode("utf-16le with a mark", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM))
	encode("utf-16be with a mark", unicode.UTF16(unicode.BigEndian, unicode.UseBOM))
	encode("utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM))
	encode("utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM))
	for _, name := range p.legacy {
		switch name {
		case "gb18030":
			encode("gb18030", simplifiedchinese.GB18030)
			encode("gbk", simplifiedchinese.GBK)
		case "windows-1252":
			encode("windows-1252", charmap.Windows1252)
			encode("macintosh", charmap.Macintosh)
		}
	}
}
