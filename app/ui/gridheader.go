package ui

import (
	"image"
	"image/color"
	"slices"
	"strconv"

	"sheetmill/app/view"
)

// header draws the heads of the columns: type and name, how they are sorted, how
// the values spread, and what part of them is missing.
func (b *brush) header() {
	g := b.g
	a := g.area()
	hy := g.headerHeight()
	nx := g.numbersWidth()
	whole := image.Rect(0, 0, b.img.Rect.Max.X, b.px(hy))
	fill(b.img, whole, g.pal.panel)
	clip := image.Rect(b.px(nx), 0, b.img.Rect.Max.X, b.px(hy))
	sel := g.selection()
	for column := a.Column; column < a.Column+a.Columns; column++ {
		x := nx + g.starts[column] - g.left
		area := b.box(x, 0, g.widths[column], hy).Intersect(clip)
		if column >= sel.Column && column < sel.Column+sel.Columns && sel.Rows > 0 {
			fill(b.img, area, g.pal.tint)
		} else if g.inside && g.hover.Row < 0 && g.hover.Column == column {
			fill(b.img, area, g.pal.hover)
		}
		b.head(column, area, x)
		edge := b.px(x + g.widths[column])
		fill(b.img, image.Rect(edge-b.hair(), 0, edge, b.px(hy)).Intersect(clip), g.pal.line)
	}
	fill(b.img, image.Rect(0, b.px(hy)-b.hair(), b.img.Rect.Max.X, b.px(hy)), g.pal.line)
}

// head draws one column's head, x its left edge in units.
func (b *brush) head(column int, area image.Rectangle, x float64) {
	g := b.g
	c := g.columns[column]
	z := g.zoom
	w := g.widths[column]
	pad := cellPad * z
	end := x + w - pad

	// The arrow of the menu, where the pointer or the selection is.
	marked := g.filters[column] || slices.ContainsFunc(g.sorts, func(k view.SortKey) bool { return k.Column == column })
	if g.inside && g.hover.Row < 0 && g.hover.Column == column || g.active.Row >= 0 && g.active.Column == column && !marked {
		b.arrow(area, end-4*z, 17*z, 4*z, false, g.pal.soft)
		end -= 14 * z
	}
	if i := slices.IndexFunc(g.sorts, func(k view.SortKey) bool { return k.Column == column }); i >= 0 {
		if len(g.sorts) > 1 {
			n := strconv.Itoa(i + 1)
			end -= float64(b.small.width(n)) / b.scale
			b.small.draw(b.img, area, b.px(end), b.px(11*z), n, g.pal.accent)
		}
		b.arrow(area, end-5*z, 17*z, 4.5*z, !g.sorts[i].Descending, g.pal.accent)
		end -= 13 * z
	}
	if g.filters[column] {
		b.funnel(area, end-6*z, 12*z, 9*z, g.pal.accent)
		end -= 15 * z
	}

	left := x + pad
	left += b.tag(c.Type, area, left, 9*z) + 6*z
	name, p := c.Name, b.bold
	ink := g.pal.text
	if name == "" {
		name, ink = c.Letter, g.pal.soft
	}
	room := b.px(end) - b.px(left)
	if p.knows(name) {
		p.draw(b.img, area, b.px(left), b.px(17*z)-p.height/2, p.fit(name, room), ink)
	} else if x >= g.numbersWidth() {
		b.odd = append(b.odd, oddText{text: name, x: float32(left), y: float32(4 * z), w: float32(room) / float32(b.scale)})
	}
	b.spread(c, area, x+pad, w-2*pad)
}

// spread draws a column's small histogram or its most frequent values, and under it the share that is missing.
func (b *brush) spread(c view.Column, area image.Rectangle, x, w float64) {
	z := b.g.zoom
	low, high := 54*z, 22*z
	text := ""
	if c.MissingShare > 0 && b.g.label != nil {
		text = b.g.label(c)
	}
	chart := w
	if text != "" {
		wide := float64(b.small.width(text)) / b.scale
		if wide < w*0.55 {
			chart = w - wide - 6*z
			b.small.draw(b.img, area, b.px(x+w-wide), b.px(low)-b.small.height, text, b.g.pal.soft)
		}
	}
	chart = min(chart, 140*z)
	if n := float64(len(c.Bars)); n > 0 {
		gap := 1.0 * z
		if c.Levels {
			gap = 2 * z
		}
		each := min(chart/n, 18*z)
		for i, share := range c.Bars {
			h := max(share*high, 1*z)
			if share <= 0 {
				continue
			}
			bar := image.Rect(b.px(x+float64(i)*each), b.px(low-h), b.px(x+float64(i+1)*each-gap), b.px(low))
			fill(b.img, bar.Intersect(area), b.g.pal.bars)
		}
	}
	// The strip is the column as a whole: what is there, then what is missing.
	strip := image.Rect(b.px(x), b.px(57*z), b.px(x+w), b.px(57*z)+max(2, b.px(2.5*z)))
	if c.Bars == nil && c.MissingShare == 0 {
		fill(b.img, strip.Intersect(area), b.g.pal.stripe)
		return
	}
	there := b.px(x + w*(1-c.MissingShare))
	if c.MissingShare > 0 {
		there = min(there, strip.Max.X-max(1, b.px(1.5*z))) // however little, it shows
	}
	fill(b.img, image.Rect(strip.Min.X, strip.Min.Y, there, strip.Max.Y).Intersect(area), faded(b.g.pal.accent, 0x70))
	fill(b.img, image.Rect(there, strip.Min.Y, strip.Max.X, strip.Max.Y).Intersect(area), faded(b.g.pal.amber, 0xA0))
}

// tag draws the sign of a type and tells its width in units.
func (b *brush) tag(t view.Type, area image.Rectangle, x, y float64) float64 {
	z := b.g.zoom
	c := b.g.pal.accent
	text := ""
	switch t {
	case view.Integer:
		text = "12"
	case view.Float:
		text = "1.5"
	case view.Boolean:
		text = "✓"
	case view.Date, view.DateTime:
		b.calendar(area, x, y+1*z, t == view.DateTime)
		return 14 * z
	case view.Time:
		b.clock(area, x, y+1*z)
		return 14 * z
	case view.String:
		text, c = "Aa", b.g.pal.soft
	case view.Empty:
		text, c = "∅", b.g.pal.faint
	}
	b.small.draw(b.img, area, b.px(x), b.px(17*z)-b.small.height/2, text, c)
	return float64(b.small.width(text)) / b.scale
}

func (b *brush) calendar(area image.Rectangle, x, y float64, timed bool) {
	z := b.g.zoom
	c := b.g.pal.accent
	r := b.box(x, y+1*z, 13*z, 13*z)
	h := b.hair()
	for _, side := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, r.Min.Y+b.px(3*z))},
		{image.Pt(r.Min.X, r.Max.Y-h), r.Max},
		{r.Min, image.Pt(r.Min.X+h, r.Max.Y)},
		{image.Pt(r.Max.X-h, r.Min.Y), r.Max},
	} {
		fill(b.img, side.Intersect(area), c)
	}
	for i := range 3 {
		for j := range 2 {
			if timed && i == 2 && j == 1 {
				continue
			}
			fill(b.img, b.box(x+(2.5+3*float64(i))*z, y+(6+3.2*float64(j))*z, 2*z, 2*z).Intersect(area), c)
		}
	}
}

func (b *brush) clock(area image.Rectangle, x, y float64) {
	z := b.g.zoom
	c := b.g.pal.accent
	r := b.box(x, y+1*z, 13*z, 13*z)
	inner := r.Inset(b.hair())
	b.pill(r, c)
	b.pill(inner, b.g.pal.panel)
	mid := image.Pt((r.Min.X+r.Max.X)/2, (r.Min.Y+r.Max.Y)/2)
	fill(b.img, image.Rect(mid.X, r.Min.Y+b.px(3*z), mid.X+b.hair(), mid.Y+1).Intersect(area), c)
	fill(b.img, image.Rect(mid.X, mid.Y, mid.X+b.px(4*z), mid.Y+b.hair()).Intersect(area), c)
}

// arrow draws a triangle around a place, size its half width.
func (b *brush) arrow(area image.Rectangle, x, y, size float64, up bool, c color.NRGBA) {
	n := b.px(size)
	cx, cy := b.px(x), b.px(y)
	for i := range n {
		row := cy - n/2 + i
		half := n - i
		if up {
			half = i + 1
		}
		fill(b.img, image.Rect(cx-half, row, cx+half, row+1).Intersect(area), c)
	}
}

// funnel is the sign of a filter, its upper left corner at x, y.
func (b *brush) funnel(area image.Rectangle, x, y, size float64, c color.NRGBA) {
	n := b.px(size)
	cx, top := b.px(x), b.px(y)
	for i := range n {
		half := max(n/2-i, 1)
		fill(b.img, image.Rect(cx-half, top+i, cx+half, top+i+1).Intersect(area), c)
	}
}
