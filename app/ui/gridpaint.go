package ui

import (
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"sheetmill/app/view"
)

// oddText is a text with characters that the pen cannot draw, such as Arabic or
// emoji: Fyne's own text, which looks through the system's fonts, lies over the picture there.
type oddText struct {
	text string
	x, y float32 // in units
	w    float32
	end  bool // at the right
}

// brush is what one drawing needs.
type brush struct {
	g       *grid
	img     *image.RGBA
	scale   float64 // pixels in a unit
	regular *pen
	bold    *pen
	small   *pen
	odd     []oddText
	lacking bool // some cell is still being read
}

// paint draws the grid in w by h pixels.
func (g *grid) paint(w, h int) image.Image {
	if g.image == nil || g.image.Rect.Dx() != w || g.image.Rect.Dy() != h {
		g.image = image.NewRGBA(image.Rect(0, 0, w, h))
	}
	b := &brush{g: g, img: g.image, scale: 1}
	if width := float64(g.Size().Width); width > 0 {
		b.scale = float64(w) / width
	}
	b.regular, b.bold, b.small = g.pen(13*b.scale, false), g.pen(13*b.scale, true), g.pen(10.5*b.scale, false)
	fill(b.img, b.img.Rect, g.pal.ground)
	if len(g.columns) > 0 {
		b.body()
		b.header()
		b.numbers()
		b.bars()
	}
	g.lay(b.odd)
	if g.onDrawn != nil && len(g.columns) > 0 {
		g.onDrawn(g.area(), !b.lacking)
	}
	return g.image
}

func (g *grid) pen(pixels float64, bold bool) *pen {
	k := penKey{int(pixels * g.zoom * 64), bold}
	p, ok := g.pens[k]
	if !ok {
		if len(g.pens) > 8 { // after changes of zoom
			g.pens = map[penKey]*pen{}
		}
		p = newPen(float64(k.size)/64, bold)
		g.pens[k] = p
	}
	return p
}

// px turns units into pixels.
func (b *brush) px(v float64) int { return int(math.Round(v * b.scale)) }

// box is an area in units as pixels.
func (b *brush) box(x, y, w, h float64) image.Rectangle {
	return image.Rect(b.px(x), b.px(y), b.px(x+w), b.px(y+h))
}

// hair is the width of a hairline in pixels.
func (b *brush) hair() int { return max(1, int(b.scale)) }

// body draws the cells.
func (b *brush) body() {
	g := b.g
	a := g.area()
	nx, hy := g.numbersWidth(), g.headerHeight()
	clip := image.Rect(b.px(nx), b.px(hy), b.img.Rect.Max.X, b.img.Rect.Max.Y)
	sel := g.selection()
	for row := a.Row; row < a.Row+a.Rows; row++ {
		y := hy + float64(row)*g.rowHeight() - g.top
		r := b.box(0, y, 1, g.rowHeight())
		for column := a.Column; column < a.Column+a.Columns; column++ {
			x := nx + g.starts[column] - g.left
			area := image.Rect(b.px(x), r.Min.Y, b.px(x+g.widths[column]), r.Max.Y).Intersect(clip)
			chosen := row >= sel.Row && row < sel.Row+sel.Rows && column >= sel.Column && column < sel.Column+sel.Columns
			b.cell(row, column, area, x, y, chosen)
		}
		line := image.Rect(clip.Min.X, r.Max.Y-b.hair(), b.px(nx+g.starts[a.Column+a.Columns]-g.left), r.Max.Y)
		fill(b.img, line.Intersect(clip), faded(g.pal.line, 0xA0))
	}
	for column := a.Column; column < a.Column+a.Columns; column++ {
		x := b.px(nx + g.starts[column+1] - g.left)
		bottom := b.px(hy + float64(a.Row+a.Rows)*g.rowHeight() - g.top)
		fill(b.img, image.Rect(x-b.hair(), clip.Min.Y, x, bottom).Intersect(clip), faded(g.pal.line, 0xA0))
	}
	if sel.Rows > 0 {
		b.outline(clip)
	}
}

// cell draws one cell.
func (b *brush) cell(row, column int, area image.Rectangle, x, y float64, chosen bool) {
	g := b.g
	c := g.source.Cell(row, column)
	switch {
	case chosen:
		fill(b.img, area, g.pal.tint)
	case c.Changed:
		fill(b.img, area, g.pal.amberBg)
	case g.inside && g.hover.Row == row:
		fill(b.img, area, g.pal.hover)
	}
	if c.Changed {
		b.corner(area, x+g.widths[column], y)
	}
	pad := cellPad * g.zoom
	left, right := b.px(x+pad), b.px(x+g.widths[column]-pad)
	p := b.regular
	top := b.px(y) + (b.px(g.rowHeight())-p.height)/2
	inner := image.Rect(left, area.Min.Y, right, area.Max.Y).Intersect(area)
	text, ink := c.Text, g.pal.text
	switch {
	case c.Loading:
		b.lacking = true
		third := (right - left) / 3
		mid := top + p.height/2
		fill(b.img, image.Rect(left, mid-b.px(3*g.zoom), right-third, mid+b.px(3*g.zoom)).Intersect(inner), g.pal.stripe)
		return
	case c.Missing:
		text, ink = "—", g.pal.faint
	case text == "":
		return
	}
	if !p.knows(text[:min(len(text), mostFitted)]) {
		if y >= g.headerHeight() && x >= g.numbersWidth() {
			b.odd = append(b.odd, oddText{text: text, x: float32(x + pad), y: float32(y), w: float32(g.widths[column] - 2*pad), end: g.columns[column].Right})
		}
		return
	}
	text = p.fit(text, right-left)
	at := left
	if g.columns[column].Right {
		at = right - p.width(text)
	}
	p.draw(b.img, inner, at, top, text, ink)
}

// corner marks a changed cell: a triangle in its upper right corner.
func (b *brush) corner(area image.Rectangle, right, y float64) {
	size := b.px(6 * b.g.zoom)
	r, t := b.px(right)-b.hair(), b.px(y)
	for i := range size {
		fill(b.img, image.Rect(r-size+i, t+i, r, t+i+1).Intersect(area), b.g.pal.amber)
	}
}

// outline frames the selection, and the active cell in it.
func (b *brush) outline(clip image.Rectangle) {
	g := b.g
	s := g.selection()
	frame := func(a view.Area, width int, c color.NRGBA) {
		x := g.numbersWidth() + g.starts[a.Column] - g.left
		y := g.headerHeight() + float64(a.Row)*g.rowHeight() - g.top
		// A selection may be millions of units high; pixels beyond the screen are not counted.
		y2 := math.Min(y+float64(a.Rows)*g.rowHeight(), float64(g.Size().Height)+40)
		y = math.Max(y, -40)
		r := image.Rect(b.px(x)-b.hair(), b.px(y)-b.hair(), b.px(g.numbersWidth()+g.starts[a.Column+a.Columns]-g.left), b.px(y2))
		for _, side := range []image.Rectangle{
			{r.Min, image.Pt(r.Max.X, r.Min.Y+width)},
			{image.Pt(r.Min.X, r.Max.Y-width), r.Max},
			{r.Min, image.Pt(r.Min.X+width, r.Max.Y)},
			{image.Pt(r.Max.X-width, r.Min.Y), r.Max},
		} {
			fill(b.img, side.Intersect(clip), c)
		}
	}
	ink := g.pal.accent
	if !g.focus {
		ink = faded(ink, 0x90)
	}
	frame(s, b.hair(), ink)
	frame(view.Area{Row: g.active.Row, Column: g.active.Column, Rows: 1, Columns: 1}, 2*b.hair(), ink)
}

// numbers draws the row numbers: those of the table, which sorting and filters keep.
func (b *brush) numbers() {
	g := b.g
	a := g.area()
	w, hy := g.numbersWidth(), g.headerHeight()
	edge := b.px(w)
	clip := image.Rect(0, b.px(hy), edge, b.img.Rect.Max.Y)
	fill(b.img, clip, g.pal.panel)
	sel := g.selection()
	for row := a.Row; row < a.Row+a.Rows; row++ {
		y := hy + float64(row)*g.rowHeight() - g.top
		ink := g.pal.soft
		if row >= sel.Row && row < sel.Row+sel.Rows {
			fill(b.img, b.box(0, y, w, g.rowHeight()).Intersect(clip), g.pal.tint)
			ink = g.pal.text
		}
		text := strconv.FormatInt(g.source.Row(row)+1, 10)
		top := b.px(y) + (b.px(g.rowHeight())-b.small.height)/2
		b.small.draw(b.img, clip, edge-b.px(cellPad*g.zoom)-b.small.width(text), top, text, ink)
	}
	fill(b.img, image.Rect(edge-b.hair(), 0, edge, b.img.Rect.Max.Y), g.pal.line)
}

// bars draws the scroll bars over the picture.
func (b *brush) bars() {
	for _, upright := range []bool{true, false} {
		thumb, ok := b.g.thumb(upright)
		if !ok {
			continue
		}
		r := b.box(thumb.x, thumb.y, thumb.w, thumb.h)
		groove := image.Rect(b.px(b.g.numbersWidth()), r.Min.Y, b.img.Rect.Max.X, b.img.Rect.Max.Y)
		if upright {
			groove = image.Rect(r.Min.X, b.px(b.g.headerHeight()), r.Max.X, b.img.Rect.Max.Y)
		}
		fill(b.img, groove, faded(b.g.pal.panel, 0xE8))
		c := b.g.pal.thumb
		if b.g.drag.kind == dragBar && b.g.drag.upright == upright {
			c = faded(b.g.pal.soft, 0xD0)
		}
		inset := b.px(2.5 * b.g.zoom)
		b.pill(r.Inset(inset), c)
	}
}

// pill fills an area with round ends.
func (b *brush) pill(r image.Rectangle, c color.NRGBA) {
	radius := float64(min(r.Dx(), r.Dy())) / 2
	if radius < 1.5 {
		fill(b.img, r, c)
		return
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		cut := 0.0
		if d := radius - (float64(y-r.Min.Y) + 0.5); d > 0 {
			cut = radius - math.Sqrt(radius*radius-d*d)
		}
		if d := radius - (float64(r.Max.Y-y) - 0.5); d > 0 {
			cut = math.Max(cut, radius-math.Sqrt(radius*radius-d*d))
		}
		fill(b.img, image.Rect(r.Min.X+int(cut+0.5), y, r.Max.X-int(cut+0.5), y+1), c)
	}
}

func faded(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// lay places Fyne's texts over the picture. Drawing is no time to change what is
// drawn, so it is done after it, and only when something differs.
func (g *grid) lay(odd []oddText) {
	if len(odd) == len(g.odd) {
		same := true
		for i := range odd {
			same = same && odd[i] == g.odd[i]
		}
		if same {
			return
		}
	}
	g.odd = odd
	g.run(func() {
		g.over.Objects = g.over.Objects[:0]
		for _, o := range g.odd {
			t := canvas.NewText("", g.pal.text)
			t.TextSize = 13 * float32(g.zoom)
			t.Text = fitFyne(o.text, o.w, t.TextSize, t.TextStyle)
			if o.end {
				t.Alignment = fyne.TextAlignTrailing
			}
			t.Move(fyne.NewPos(o.x, o.y))
			t.Resize(fyne.NewSize(o.w, float32(g.rowHeight())))
			g.over.Objects = append(g.over.Objects, t)
		}
		g.over.Refresh()
	})
}

// ellipsis ends what is cut. The character of that name stands in the middle of the line in a Chinese font.
const ellipsis = "..."

// mostFitted bounds what is looked at of a long text, in bytes: more than any column shows.
const mostFitted = 400

// fitFyne cuts a text to a width, as Fyne measures it.
func fitFyne(s string, w, size float32, style fyne.TextStyle) string {
	wide := func(s string) float32 { return fyne.MeasureText(s, size, style).Width }
	if len(s) <= mostFitted && wide(s) <= w {
		return s
	}
	r := []rune(strings.ToValidUTF8(s[:min(len(s), mostFitted)], ""))
	for low, high := 0, len(r); ; {
		if low+1 >= high {
			if low == len(r) {
				return string(r)
			}
			return string(r[:low]) + ellipsis
		}
		mid := (low + high) / 2
		if wide(string(r[:mid])+ellipsis) <= w {
			low = mid
		} else {
			high = mid
		}
	}
}
