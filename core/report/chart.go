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
	repeating := p.Texts != nil && len(p.Top) > 0 && p.Top[0].Count > 1 && (p.Distinct <= 2*profile.TopValues || 2*p.Distinct <= values)
	switch {
	case values == 0:
		return chart{}
	case few, repeating:
		return levels(p, values)
	case p.Spread != nil:
		return spread(p.Spread.Histogram)
	case p.Texts != nil:
		return textLengths(p.Texts)
	}
	return levels(p, values)
}

func levels(p *profile.Column, values int64) (out chart) {
	shown := int64(0)
	for _, f := range p.Top[:min(maxLevels, len(p.Top))] {
		shown += f.Count
		out.Levels = append(out.Levels, level{
			Text: f.Text, Count: count(f.Count), Whole: percent(f.Count, values),
			Share: strconv.FormatFloat(100*float64(f.Count)/float64(values), 'f', 1, 64),
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
