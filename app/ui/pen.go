package ui

import (
	"image"
	"image/color"
	"sync"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"sheetmill/assets/font"
)

// The grid is one picture, drawn here and not of Fyne's objects: a page of cells is
// 700 texts, each of which would be a texture of its own, while a picture of them takes
// a few milliseconds and no more memory than its pixels.

// pen draws text of one font at one size into pictures. It keeps the glyphs that it drew.
// It is used from the drawing thread only.
type pen struct {
	face   xfont.Face
	font   *sfnt.Font
	buffer sfnt.Buffer
	glyphs map[glyphKey]*glyph
	wide   map[rune]fixed.Int26_6
	known  map[rune]bool
	ascent int // pixels from the top of a line of text to its baseline
	height int
}

type glyphKey struct {
	r     rune
	phase uint8 // quarters of a pixel
}

type glyph struct {
	mask   []uint8
	bounds image.Rectangle // around the pixel of the dot
}

// mostGlyphs bounds what a pen keeps: 150 bytes each at usual sizes.
const mostGlyphs = 20_000

var fonts = sync.OnceValues(func() (regular, bold *sfnt.Font) {
	parse := func(ttf []byte) *sfnt.Font {
		f, err := opentype.Parse(ttf)
		if err != nil {
			panic(err) // built in: only a build whose tests failed gets here
		}
		return f
	}
	return parse(font.Regular()), parse(font.Bold())
})

// newPen makes a pen for a size in pixels.
func newPen(pixels float64, bold bool) *pen {
	f, b := fonts()
	if bold {
		f = b
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: pixels, DPI: 72, Hinting: xfont.HintingNone})
	if err != nil {
		panic(err) // only a size of zero or less does that
	}
	p := &pen{face: face, font: f, glyphs: map[glyphKey]*glyph{}, wide: map[rune]fixed.Int26_6{}, known: map[rune]bool{}}
	// The font's own line is half as high again as its characters; centre the capitals and ideographs instead.
	p.ascent, p.height = int(pixels*0.86+0.5), int(pixels+0.5)
	return p
}

// knows tells whether every character can be drawn by this pen, one by one from left to right.
func (p *pen) knows(s string) bool {
	for _, r := range s {
		if r < 0x7F && r >= 0x20 {
			continue
		}
		ok, seen := p.known[r]
		if !seen {
			i, err := p.font.GlyphIndex(&p.buffer, r)
			ok = err == nil && i != 0 || r < 0x20
			p.known[r] = ok
		}
		if !ok {
			return false
		}
	}
	return true
}

func (p *pen) advance(r rune) fixed.Int26_6 {
	a, ok := p.wide[r]
	if !ok {
		a, _ = p.face.GlyphAdvance(r)
		p.wide[r] = a
	}
	return a
}

// width of a text in pixels.
func (p *pen) width(s string) int {
	var w fixed.Int26_6
	for _, r := range s {
		w += p.advance(shown(r))
	}
	return w.Ceil()
}

// fit cuts a text to a width in pixels; what is cut ends in an ellipsis. It looks at no
// more characters than fit, however long the text is.
func (p *pen) fit(s string, most int) string {
	limit := fixed.I(most)
	dots := 3 * p.advance('.')
	var w fixed.Int26_6
	cut := 0 // what fits beside an ellipsis
	for i, r := range s {
		a := p.advance(shown(r))
		if w+a > limit {
			return s[:cut] + ellipsis
		}
		w += a
		if w+dots <= limit {
			cut = i + len(string(r))
		}
	}
	return s
}

// shown is the character that stands for one that has no look of its own: a break in a cell.
func shown(r rune) rune {
	switch r {
	case '\n', '\r':
		return '↵'
	case '\t':
		return ' '
	}
	if r < 0x20 {
		return '·'
	}
	return r
}

// draw writes a text with its left end at x and its line's top at y, within clip.
func (p *pen) draw(dst *image.RGBA, clip image.Rectangle, x, y int, s string, c color.NRGBA) {
	dot := fixed.I(x)
	base := y + p.ascent
	clip = clip.Intersect(dst.Rect)
	for _, r := range s {
		r = shown(r)
		if dot.Floor() >= clip.Max.X {
			return
		}
		if r != ' ' {
			g := p.glyph(r, uint8(dot&63)>>4)
			blend(dst, clip, g, dot.Floor(), base, c)
		}
		dot += p.advance(r)
	}
}

func (p *pen) glyph(r rune, phase uint8) *glyph {
	key := glyphKey{r, phase}
	if g, ok := p.glyphs[key]; ok {
		return g
	}
	if len(p.glyphs) >= mostGlyphs {
		p.glyphs = map[glyphKey]*glyph{}
	}
	g := &glyph{}
	bounds, mask, at, _, ok := p.face.Glyph(fixed.Point26_6{X: fixed.Int26_6(phase) << 4}, r)
	if m, is := mask.(*image.Alpha); ok && is && !bounds.Empty() {
		g.bounds = bounds
		w := bounds.Dx()
		g.mask = make([]uint8, w*bounds.Dy())
		for y := range bounds.Dy() { // the face uses its mask again
			from := m.PixOffset(at.X, at.Y+y)
			copy(g.mask[y*w:(y+1)*w], m.Pix[from:from+w])
		}
	}
	p.glyphs[key] = g
	return g
}

// blend lays a glyph in a colour over an opaque picture.
func blend(dst *image.RGBA, clip image.Rectangle, g *glyph, x, y int, c color.NRGBA) {
	at := g.bounds.Add(image.Pt(x, y))
	part := at.Intersect(clip)
	if part.Empty() {
		return
	}
	wide := g.bounds.Dx()
	red, green, blue := uint32(c.R), uint32(c.G), uint32(c.B)
	for py := part.Min.Y; py < part.Max.Y; py++ {
		mask := g.mask[(py-at.Min.Y)*wide+part.Min.X-at.Min.X:]
		pix := dst.Pix[dst.PixOffset(part.Min.X, py):]
		for i := range part.Dx() {
			a := uint32(mask[i])
			if a == 0 {
				continue
			}
			q := pix[i*4 : i*4+3 : i*4+3]
			q[0] = mix(q[0], red, a)
			q[1] = mix(q[1], green, a)
			q[2] = mix(q[2], blue, a)
		}
	}
}

// mix is a part a of 255 of over, and the rest of under.
func mix(under uint8, over, a uint32) uint8 {
	return uint8((uint32(under)*(255-a) + over*a + 127) / 255)
}

// fill paints an area, over what is there where the colour is not opaque.
func fill(dst *image.RGBA, area image.Rectangle, c color.NRGBA) {
	area = area.Intersect(dst.Rect)
	if area.Empty() {
		return
	}
	if c.A < 0xFF {
		a := uint32(c.A)
		for y := area.Min.Y; y < area.Max.Y; y++ {
			row := dst.Pix[dst.PixOffset(area.Min.X, y) : dst.PixOffset(area.Max.X-1, y)+4]
			for i := 0; i < len(row); i += 4 {
				row[i] = mix(row[i], uint32(c.R), a)
				row[i+1] = mix(row[i+1], uint32(c.G), a)
				row[i+2] = mix(row[i+2], uint32(c.B), a)
			}
		}
		return
	}
	first := dst.Pix[dst.PixOffset(area.Min.X, area.Min.Y):][: area.Dx()*4 : area.Dx()*4]
	for i := 0; i < len(first); i += 4 {
		first[i], first[i+1], first[i+2], first[i+3] = c.R, c.G, c.B, 0xFF
	}
	for y := area.Min.Y + 1; y < area.Max.Y; y++ {
		copy(dst.Pix[dst.PixOffset(area.Min.X, y):], first)
	}
}
