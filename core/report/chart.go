package report

import (
	"strconv"

	"sheetmill/core/profile"
	"sheetmill/core/table"
)

// chart is how the values of a column spread: bars over a scale, or levels.
type chart struct {
	Bars   []bar
	Width  int    // of the drawing, which is chartHeight high
	From   string // the ends of the scale
	To     string
	Below  string // values left out on either side; "" for none
	Above  string
	Length bool // the scale is the length of texts
	Levels []level
	Shapes bool   // the levels are patterns of texts
	Others string // values that no level shows; "" for none
}

const (
	barWidth    = 10
	chartHeight = 40
)

// bar is a bar of a chart, in units of the drawing.
type bar struct {
	X    int
	Y, H string
	Tip  string
}

// level is one value of few.
type level struct {
	Text  string
	Count string
	Share string // of all values, in percent of the drawing's width
	Whole string // of all values, spelled
}

// maxLevels is how many levels a chart shows.
const maxLevels = 5

// draw chooses the chart that fits a column.
func (c *Column) draw() chart {
	p := &c.Profile
	values := p.Rows - p.Missing
	few := p.Distinct <= maxLevels+1 && (p.Type == table.Integer || p.Type == table.Boolean)
	shown := int64(0)
	for _, f := range p.Top[:min(maxLevels, len(p.Top))] {
		shown += f.Count
	}
	repeating := p.Texts != nil && p.Top[0].Count > 1 && (p.Distinct <= 2*profile.TopValues || 4*shown >= values)
	switch {
	case values == 0:
		return chart{}
	case few, repeating:
		return levels(p.Top, values)
	case p.Spread != nil:
		return spread(p.Spread.Histogram)
	case p.Texts != nil:
		if s := p.Texts.Shapes; len(s) > 0 && 2*s[0].Count >= values {
			out := levels(s, values)
			out.Shapes = true
			return out
		}
		return textLengths(p.Texts)
	}
	return levels(p.Top, values)
}

// levels are bars for the first of the most frequent. The longest is as long as its
// part of all values, but not so short that the others cannot be told apart.
func levels(top []profile.Frequent, values int64) (out chart) {
	const least = 0.4
	scale := 100 / float64(values)
	if longest := float64(top[0].Count) / float64(values); longest < least {
		scale *= least / longest
	}
	shown := int64(0)
	for _, f := range top[:min(maxLevels, len(top))] {
		shown += f.Count
		out.Levels = append(out.Levels, level{
			Text: f.Text, Count: count(f.Count), Whole: percent(f.Count, values),
			Share: strconv.FormatFloat(scale*float64(f.Count), 'f', 1, 64),
		})
	}
	if rest := values - shown; rest > 0 {
		out.Others = count(rest)
	}
	return out
}

func spread(h profile.Histogram) chart {
	out := chart{From: point(h.Edges[0]), To: point(h.Edges[len(h.Edges)-1])}
	if h.Below > 0 {
		out.Below = count(h.Below)
	}
	if h.Above > 0 {
		out.Above = count(h.Above)
	}
	tips := make([]string, len(h.Counts))
	for i := range h.Counts {
		tips[i] = point(h.Edges[i]) + " – " + point(h.Edges[i+1])
	}
	out.bars(h.Counts, tips)
	return out
}

func textLengths(t *profile.Texts) chart {
	out := chart{From: count(t.MinLength), To: count(t.MaxLength), Length: true}
	counts, tips := make([]int64, len(t.Lengths)), make([]string, len(t.Lengths))
	for i, l := range t.Lengths {
		counts[i], tips[i] = l.Count, count(l.From)
		if l.To > l.From {
			tips[i] += " – " + count(l.To)
		}
	}
	out.bars(counts, tips)
	return out
}

func (c *chart) bars(counts []int64, tips []string) {
	most := int64(1)
	for _, n := range counts {
		most = max(most, n)
	}
	c.Width = barWidth * len(counts)
	for i, n := range counts {
		if n == 0 {
			continue
		}
		h := max(1, chartHeight*float64(n)/float64(most)) // one value can be seen
		c.Bars = append(c.Bars, bar{
			X: barWidth * i, Tip: tips[i] + ": " + count(n),
			H: strconv.FormatFloat(h, 'f', 1, 64), Y: strconv.FormatFloat(chartHeight-h, 'f', 1, 64),
		})
	}
}
